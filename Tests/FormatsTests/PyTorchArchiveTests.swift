import Foundation
import TestSupport
import Testing

@testable import Formats

/// Files that PyTorch wrote, by `Fixtures/make_pytorch.py`.
@Suite struct PyTorchArchiveTests {
  private func open(_ name: String) throws -> any TensorArchive { try openTensorArchive(fixture(name)) }

  private func floats(_ archive: any TensorArchive, _ name: String) throws -> [Float] {
    try archive.floats(at: #require(archive.tensors.firstIndex { $0.name == name }))
  }

  /// The numbers 0, 0.25, ….
  private func numbers(_ count: Int, from start: Float = 0) -> [Float] { (0..<count).map { start + Float($0) / 4 } }

  @Test("a state dict has its names, shapes and values", arguments: ["state-dict.pt", "compressed.pt", "protocol5.pt"])
  func stateDict(file: String) throws {
    let archive = try open(file)
    #expect(archive.keepsOrder)
    #expect(
      archive.tensors.map(\.name) == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
      ])
    #expect(archive.tensors.map(\.shape) == [[2, 3], [2], [2], [2], [2], [2], []])
    #expect(archive.tensors.map(\.isWhole) == [false, false, false, false, false, false, true])
    #expect(try archive.floats(at: 0) == numbers(6))
    #expect(try archive.floats(at: 1) == [1, 1.25])
    #expect(try archive.floats(at: 4) == [5, 6])
    #expect(try archive.integers(at: 6) == [7])
  }

  @Test(
    "the tensors of a checkpoint's dictionaries and lists are found", arguments: ["checkpoint2.pt", "checkpoint4.pt"])
  func checkpoint(file: String) throws {
    let archive = try open(file)
    let names = archive.tensors.map(\.name)
    #expect(Array(names.prefix(2)) == ["state_dict.module.0.weight", "state_dict.module.0.bias"])
    #expect(names.contains("optimizer.state.3.exp_avg_sq") && names.last == "ema.0")
    #expect(try floats(archive, "state_dict.module.1.bias") == [3, 3.25])
    #expect(try floats(archive, "optimizer.state.0.step") == [1])
    #expect(try floats(archive, "ema.0") == [1, 1.25])
  }

  @Test("views of storages are read: strides, offsets, shared and repeated values")
  func views() throws {
    let archive = try open("views.pt")
    let whole = numbers(24)
    #expect(try floats(archive, "whole") == whole)
    #expect(try floats(archive, "again") == whole)
    #expect(try floats(archive, "transposed") == (0..<6).flatMap { column in (0..<4).map { whole[$0 * 6 + column] } })
    #expect(try floats(archive, "part") == [6, 8, 10, 12, 14, 16].map { whole[$0] })
    #expect(try floats(archive, "row") == Array(whole[12..<18]))
    #expect(try floats(archive, "repeated") == [1, 1, 1, 2, 2, 2])
    #expect(try floats(archive, "single") == [2.5])
    #expect(try floats(archive, "empty") == [])
    #expect(try floats(archive, "parameter") == [0, 0.25])
    #expect(archive.tensors.map(\.shape) == [[4, 6], [6, 4], [2, 3], [6], [4, 6], [2, 3], [], [0, 5], [2]])
  }

  @Test("all types are read, in both orders of bytes", arguments: ["types.pt", "big-endian.pt"])
  func types(file: String) throws {
    let archive = try open(file)
    #expect(archive.tensors.count == 13)
    for (index, tensor) in archive.tensors.enumerated() {
      #expect(try archive.floats(at: index) == [0, 1, tensor.name == "bool" ? 1 : 100], "\(tensor.name)")
      #expect(tensor.isWhole == (tensor.name == "int64"))
    }
    #expect(try archive.integers(at: 7) == [0, 1, 100])
  }

  @Test("the kind of a file is seen by its bytes, not by its name")
  func kinds() throws {
    try withTemporaryFolder { folder in
      for (file, name) in [
        ("state-dict.pt", "a.safetensors"), ("state-dict.pt", "a.npz"), ("stored.npz", "a.pt"),
        ("float32.safetensors", "b.pt"),
      ] {
        try FileManager.default.copyItem(atPath: fixture(file), toPath: "\(folder)/\(name)")
        #expect(try openTensorArchive("\(folder)/\(name)").tensors == open(file).tensors)
      }
    }
    #expect(try !open("float32.safetensors").keepsOrder)
    #expect(try open("int64.safetensors").integers(at: 0) == [1 << 53 + 1])
    #expect(try open("stored.npz").tensors.map(\.name) == ["cube", "x", "unused"])
    #expect(try open("stored.npz").floats(at: 1) == [1, 2, 3])
  }
}

/// Files that are not only tensors, or that nobody wrote.
@Suite struct PyTorchRefusalTests {
  private func open(_ name: String) throws { _ = try openTensorArchive(fixture(name)) }

  @Test("classes and functions are named, and what to save instead")
  func classes() {
    expectFailure(.data, "module.pt'", "torch.nn.modules.container.Sequential", "torch.save(model.state_dict()") {
      try open("module.pt")
    }
    expectFailure(.data, "the Python class or function collections.Counter") { try open("counter.pt") }
    expectFailure(.data, "__torch__.torch.nn.modules.activation.ReLU") { try open("script.pt") }
  }

  @Test("the old format is refused with how to make a new file")
  func old() {
    expectFailure(
      .data, "old.pt' is not a safetensors file but a pickle, or a file of torch.save before PyTorch 1.6",
      "torch.save(torch.load("
    ) { try open("old.pt") }
  }

  @Test("files without named tensors are refused")
  func others() {
    expectFailure(.data, "tensor.pt'", "is a single tensor, without a name") { try open("tensor.pt") }
    expectFailure(.data, "nothing.pt'", "holds no tensors") { try open("nothing.pt") }
    expectFailure(.noInput, "'/nowhere/w.pt' cannot be opened: No such file") {
      _ = try openTensorArchive("/nowhere/w.pt")
    }
    expectFailure(.data, "is a zip archive, but holds no tensors") {
      try withFile(storedZip([("readme.txt", Array("hello".utf8))]), type: "pt") { _ = try openTensorArchive($0) }
    }
    expectFailure(.data, "cannot be read as an archive of torch.save", "it was cut short") {
      try withFile(Array(fixtureBytes("state-dict.pt").dropLast(100)), type: "pt") { _ = try openTensorArchive($0) }
    }
  }

  /// An archive of a pickle and of storages.
  private func read(_ pickle: [UInt8], _ storages: [(String, [UInt8])] = []) throws {
    let files = [("a/data.pkl", [0x80, 2] + pickle)] + storages.map { ("a/data/\($0.0)", $0.1) }
    try withFile(storedZip(files), type: "pt") { path in
      let archive = try openTensorArchive(path)
      for index in archive.tensors.indices { _ = try archive.floats(at: index) }
    }
  }

  /// A pickle of one tensor of four values, `{"w": …}`.
  private func tensor(_ shape: [Int], _ strides: [Int], offset: Int = 0, count: Int = 4) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
    func tuple(_ values: [Int]) -> [UInt8] { [0x28] + values.flatMap(number) + [0x74] }
    return [0x7D] + text("w") + Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
      + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + number(count) + Array("tQ".utf8)
      + number(offset)
      + tuple(shape) + tuple(strides) + [0x89] + Array("}tRs.".utf8)
  }

  private let four = [("0", [UInt8](repeating: 0, count: 16))]

  @Test("tensors beyond their storage are refused, whatever their numbers")
  func reach() throws {
    try read(tensor([2, 2], [2, 1]), four)
    try read(tensor([1, 2, 1], [Int.max, 2, Int.max], offset: 1), four)
    for (shape, strides, offset) in [
      ([5], [1], 0), ([4], [1], 1), ([2], [4], 0), ([2, 2], [Int.max, 1], 0), ([2, 2], [Int.max, Int.max], 0),
      ([Int.max], [1], 0), ([1 << 32, 1 << 32], [0, 0], 0), ([1], [1], -1), ([1], [1], Int.max), ([0], [1], 5),
    ] {
      expectFailure(.data, "the tensor 'w' of the shape", "reaches beyond its storage of 4 values") {
        try read(tensor(shape, strides, offset: offset), four)
      }
    }
    for shape in [[-1], [1, 2]] {
      expectFailure(.data, "a tensor is not described by") { try read(tensor(shape, [1]), four) }
    }
    expectFailure(.data, "the tensor 'w' of the shape 1073741824 repeats 4 values") {
      try read(tensor([1 << 30], [0]), four)
    }
    expectFailure(.data, "the tensor 'w', entry 'a/data/0', is missing") { try read(tensor([4], [1])) }
    expectFailure(.data, "has 16 bytes, not those of 5 values") { try read(tensor([4], [1], count: 5), four) }
    expectFailure(.data, "has 16 bytes, not those of") { try read(tensor([4], [1], count: Int.max / 4), four) }
  }

  @Test("pickles that do not hold together are refused with the place")
  func damage() {
    for (text, message) in [
      ("", "it ends too early"), ("}", "it ends too early"), (".", "a value is missing"), ("t.", "a mark is missing"),
      ("(.", "a value is missing"), ("h\u{1}.", "nothing was remembered as 1"), ("}(Nu.", "a key has no value"),
      ("Na.", "a value is missing"), ("NNa.", "appended to what is no list"), ("NNNs.", "in what is no dictionary"),
      ("X\u{7F}\u{7F}\u{7F}\u{7F}.", "bytes are needed there"), ("\u{1}", "there is no opcode 1"),
      ("NR.", "a value is missing"),
      ("NNR.", "a call has no function"), ("NQ.", "a storage is not described"), ("ctorch", "bytes are needed there"),
    ] {
      expectFailure(.data, "entry 'a/data.pkl' is damaged at byte", message) { try read(Array(text.utf8)) }
    }
    for text in ["cos\nsystem\n.", "cbuiltins\neval\n.", "(cos\nsystem\no."] {
      expectFailure(.data, "the Python class or function", "No code in a file is ever run") {
        try read(Array(text.utf8))
      }
    }
    expectFailure(.data, "opcode inst") { try read(Array("(ios\nsystem\n.".utf8)) }
  }

  /// Small pickles for great structures: each is refused in a moment.
  @Test("pickles that would take much memory or time are refused", .timeLimit(.minutes(1)))
  func bombs() throws {
    func put(_ index: UInt8) -> [UInt8] { [0x71, index] }
    func get(_ index: UInt8) -> [UInt8] { [0x68, index] }
    // Dictionaries that hold the one before twice.
    var doubled: [UInt8] = tensor([4], [1]).dropLast() + put(0)
    for level in 1..<60 as Range<UInt8> {
      doubled += [0x7D] + put(level) + [0x4B, 0] + get(level - 1) + [0x73, 0x4B, 1] + get(level - 1) + [0x73]
    }
    expectFailure(.data, "holds dictionaries within each other beyond 32") { try read(doubled + [0x2E], four) }
    var wide: [UInt8] = [0x7D] + put(0)
    for level in 1..<30 as Range<UInt8> {
      wide += [0x5D] + put(level) + (0..<10).flatMap { _ in get(level - 1) + [0x61] }
    }
    expectFailure(.data, "dictionaries of more than") { try read(wide + [0x2E]) }
    // A list that holds itself, and lists within lists.
    expectFailure(.data, "beyond 32") { try read([0x5D] + put(0) + get(0) + [0x61, 0x2E]) }
    let deep = [UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999)
    expectFailure(.data, "beyond 32") { try read(deep + [0x2E]) }
    expectFailure(.data, "holds more than 4194304 values") { try read([UInt8](repeating: 0x5D, count: 5_000_000)) }
    // A long list that becomes a dictionary again and again.
    var calls: [UInt8] = [0x5D] + put(0) + [0x28] + [UInt8](repeating: 0x29, count: 100_000) + [0x65, 0x30]
    calls += Array("ccollections\nOrderedDict\n".utf8) + put(1) + [0x30]
    expectFailure(.data, "is damaged") { try read(calls + get(1) + get(0) + [0x85, 0x52, 0x2E]) }
    let pair = [0x4E, 0x4E, 0x86] as [UInt8]
    calls = [0x5D] + put(0) + [0x28] + (0..<100_000).flatMap { _ in pair } + [0x65, 0x30]
    calls += Array("ccollections\nOrderedDict\n".utf8) + put(1) + [0x30]
    for _ in 0..<1000 { calls += get(1) + get(0) + [0x85, 0x52, 0x30] }
    expectFailure(.data, "holds more than 4194304 values") { try read(calls) }
    // A long key under a long key.
    let key = [0x58, 0, 3, 0, 0] + [UInt8](repeating: 0x61, count: 768)
    expectFailure(.data, "a name of 1537 bytes") {
      try read([0x7D] + key + [0x7D] + key + tensor([4], [1]).dropLast() + [0x73, 0x73, 0x2E], four)
    }
  }
}
