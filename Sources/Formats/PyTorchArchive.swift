import Diagnostics

/// A file of PyTorch's `torch.save` (since 1.6): a zip file with a pickle, `data.pkl`, that describes the tensors, and their
/// storages, `data/KEY`.
///
/// Tensors of dictionaries within dictionaries are found, too: their names are the keys with dots between them, such as
/// `state_dict.0.weight`. Values are read one tensor at a time. The old format, before 1.6, is refused.
final class PyTorchArchive: TensorArchive {
  let tensors: [ArchivedTensor]
  let keepsOrder = true
  private let described: [PyTorchTensor]
  private let file: ZipFile
  private let path: String
  /// What all names in the archive begin with.
  private let folder: String
  private let entries: [String: Int]
  private let isBigEndian: Bool
  /// The keys of storages that several tensors share, and the last such storage that was read.
  private let shared: Set<String>
  private var last: (key: String, bytes: [UInt8])?

  // A pickle describes a tensor in some 150 bytes. A tensor with more values than its storage is a repetition, which is
  // never large.
  private static let (longestPickle, mostRepetition) = (1 << 26, 1 << 20)
  private static let (mostExpansion, mostKeptExpansion) = (UInt64(256), UInt64(8))

  /// Whether a file in an archive is the pickle.
  static func isIndex(_ name: String) -> Bool { name.hasSuffix("/data.pkl") }

  /// The tensors of an open zip file; `path` is its path.
  /// - Throws: `Failure` (data) if the archive is damaged, or its pickle is not only of tensors.
  init(_ file: ZipFile, path: String) throws {
    self.file = file
    self.path = path
    entries = Dictionary(file.names.enumerated().map { ($1, $0) }) { first, _ in first }
    guard let index = file.names.first(where: Self.isIndex), let entry = entries[index] else {
      throw Failure(.data, "'\(path)' has no data.pkl.", advice: "Write it with torch.save.")
    }
    folder = String(index.dropLast("data.pkl".count))
    let source = "'\(path)', entry '\(index)'"
    guard try file.size(of: entry, source: source) <= Self.longestPickle else {
      throw Failure(.data, "\(source) is larger than \(Self.longestPickle) bytes.", advice: "Save the weights alone.")
    }
    var unpickler = Unpickler(try file.contents(of: entry, source: source), source: source)
    let value = try unpickler.read()
    let names = try PyTorchNames(in: value, of: unpickler)
    described = names.found.map { unpickler.tensors[$0.tensor] }
    tensors = zip(names.found, described).map {
      ArchivedTensor($0.name, shape: $1.shape, isWhole: $1.element == .long)
    }
    let keys = Dictionary(described.map { ($0.storage.key, 1) }, uniquingKeysWith: +)
    shared = Set(keys.filter { $0.value > 1 }.keys)
    let order = folder + "byteorder"
    isBigEndian =
      try entries[order].map {
        let source = "'\(path)', entry '\(order)'"
        return try file.contents(of: $0, range: 0..<3, source: source).elementsEqual("big".utf8)
      } ?? false
    for (tensor, entry) in zip(described, tensors) { try check(tensor, name: entry.name) }
  }

  private func check(_ tensor: PyTorchTensor, name: String) throws {
    let subject = "'\(path)': the tensor '\(name)' of the shape \(describe(tensor.shape))"
    guard let count = tensor.count, tensor.reach != nil else {
      throw Failure(
        .data, "\(subject) reaches beyond its storage of \(tensor.storage.count) values.",
        advice: "The file is damaged; copy or write it again.")
    }
    guard count <= max(tensor.storage.count, Self.mostRepetition) else {
      throw Failure(
        .data, "\(subject) repeats \(counted(tensor.storage.count, "value")).",
        advice: "Save it in full: tensor.contiguous().")
    }
  }

  func floats(at index: Int) throws -> [Float] {
    try described[index].floats(of: bytes(of: index), isBigEndian: isBigEndian)
  }

  func integers(at index: Int) throws -> [Int64] {
    try described[index].values(of: bytes(of: index), isBigEndian: isBigEndian) { (value: Int64) in value }
  }

  /// The bytes of a tensor's reach.
  private func bytes(of index: Int) throws -> [UInt8] {
    let (tensor, storage) = (described[index], described[index].storage)
    let size = tensor.element.byteCount
    guard let reach = tensor.reach, !reach.isEmpty else { return [] }
    let range = reach.lowerBound * size..<reach.upperBound * size
    if let last, last.key == storage.key, last.bytes.count >= range.upperBound { return Array(last.bytes[range]) }
    let entry = "\(folder)data/\(storage.key)"
    let source = "'\(path)': the tensor '\(tensors[index].name)', entry '\(entry)'"
    guard let place = entries[entry] else {
      throw Failure(.data, "\(source), is missing.", advice: "The file is damaged; copy or write it again.")
    }
    let held = try file.size(of: place, source: source)
    guard let byteCount = storage.byteCount, held == UInt64(byteCount) else {
      throw Failure(
        .data, "\(source), has \(held) bytes, not those of \(counted(storage.count, "value")).",
        advice: "The file is damaged; copy or write it again.")
    }
    let expansion = try file.expansion(of: place, source: source)
    guard held < 1 << 26 || expansion <= Self.mostExpansion else {
      throw Failure(
        .data, "\(source), would unpack to \(held) bytes, \(expansion) times what it has.",
        advice: "torch.save does not compress; write the file again.")
    }
    // What expands much is not kept: a small file would take much memory.
    guard shared.contains(storage.key), expansion <= Self.mostKeptExpansion else {
      return try file.contents(of: place, range: range, source: source)
    }
    let bytes = try file.contents(of: place, source: source)
    last = (storage.key, bytes)
    return Array(bytes[range])
  }
}
