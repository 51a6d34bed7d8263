import Diagnostics

/// Finds the tensors in a pickle's dictionaries and lists.
struct PyTorchNames {
  /// The names, with dots between the keys, and the tensors' indices, in the order of the dictionaries.
  private(set) var found: [(name: String, tensor: Int)] = []
  private let objects: [PickleObject]
  private let source: String
  private var names: Set<String> = []
  private var work = 0

  // What real checkpoints never reach. A dictionary may hold another many times, and itself.
  private static let (mostDepth, mostEntries, mostTensors, longestName) = (32, 1 << 21, 1 << 16, 1000)

  /// Finds the tensors in the value of a pickle; `source` is its name in messages.
  /// - Throws: `Failure` (data) if there are none, or two of one name.
  init(in value: PickleValue, of unpickler: Unpickler) throws {
    objects = unpickler.objects
    source = unpickler.source
    if case .object(let index) = value, case .tensor = objects[index] {
      throw Failure(
        .data, "\(source) is a single tensor, without a name.",
        advice: "Save a dictionary of tensors: torch.save(model.state_dict(), \"weights.pt\").")
    }
    try add(value, name: "", depth: 0)
    if found.isEmpty {
      throw Failure(
        .data, "\(source) holds no tensors.", advice: "Save them: torch.save(model.state_dict(), \"weights.pt\").")
    }
  }

  private mutating func add(_ value: PickleValue, name: String, depth: Int) throws {
    guard case .object(let index) = value else { return }
    switch objects[index] {
    case .tensor(let tensor):
      guard names.insert(name).inserted else {
        throw Failure(.data, "\(source) holds two tensors of the name '\(name)'.", advice: "Names must differ.")
      }
      guard found.count < Self.mostTensors else { throw excess("more than \(Self.mostTensors) tensors") }
      found.append((name, tensor))
    case .dictionary(let items):
      // A key that is set again keeps its first place and has its last value.
      var places: [String: Int] = [:]
      var members: [(key: String, value: PickleValue)] = []
      for (key, value) in items {
        try spend()
        guard let text = text(of: key) else { continue }
        guard text.utf8.count <= Self.longestName else { throw excess("a name of \(text.utf8.count) bytes") }
        if let place = places[text] {
          members[place].value = value
        } else {
          places[text] = members.count
          members.append((text, value))
        }
      }
      for (key, value) in members { try add(value, under: name, key: key, depth: depth) }
    case .list(let items), .tuple(let items):
      for (place, value) in items.enumerated() {
        try spend()
        if case .object = value { try add(value, under: name, key: String(place), depth: depth) }
      }
    case .storage: return
    }
  }

  private mutating func add(_ value: PickleValue, under parent: String, key: String, depth: Int) throws {
    guard case .object = value else { return }
    guard depth < Self.mostDepth else { throw excess("dictionaries within each other beyond \(Self.mostDepth)") }
    let name = parent.isEmpty ? key : "\(parent).\(key)"
    guard name.utf8.count <= Self.longestName else { throw excess("a name of \(name.utf8.count) bytes") }
    try add(value, name: name, depth: depth + 1)
  }

  private func text(of key: PickleValue) -> String? {
    switch key {
    case .text(let text): text
    case .int(let number): String(number)
    default: nil
    }
  }

  private mutating func spend() throws {
    work += 1
    if work > Self.mostEntries { throw excess("dictionaries of more than \(Self.mostEntries) entries") }
  }

  private func excess(_ what: String) -> Failure {
    Failure(
      .data, "\(source) holds \(what).",
      advice: "Save the weights alone: torch.save(model.state_dict(), \"weights.pt\").")
  }
}
