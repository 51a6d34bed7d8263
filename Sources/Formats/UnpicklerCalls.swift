import Diagnostics

/// What stands for the classes and functions of PyTorch.
extension Unpickler {
  /// The most axes of a tensor.
  private static let mostAxes = 64

  /// The class or function of a name.
  /// - Throws: `Failure` (data) naming it if it is not known.
  func global(module: String, name: String) throws -> PickleGlobal {
    if let global = PickleGlobal(module: module, name: name) { return global }
    throw refusal("the Python class or function \("\(module).\(name)".prefix(200))")
  }

  /// The value that a known function gives for the arguments, a tuple.
  mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .global(let global) = function, case .object(let index) = arguments,
      case .tuple(let arguments) = objects[index]
    else { throw damage("a call has no function or no arguments") }
    switch global {
    case .orderedDictionary: return try dictionary(arguments)
    case .tensor: return try tensor(arguments, element: nil)
    case .tensorOfType:
      guard arguments.count >= 7, case .global(.type(let element)) = arguments[6] else {
        throw damage("a tensor has no type")
      }
      return try tensor(arguments, element: element)
    case .parameter:
      guard case .object(let data)? = arguments.first, case .tensor = objects[data] else {
        throw damage("a parameter has no tensor")
      }
      return .object(data)
    case .size: return arguments.first ?? .none
    case .device: return .other
    case .storage, .type: throw refusal("a storage without a tensor")
    }
  }

  /// An ordered dictionary, empty or of a list of pairs.
  private mutating func dictionary(_ arguments: [PickleValue]) throws -> PickleValue {
    var items: [(key: PickleValue, value: PickleValue)] = []
    if let first = arguments.first {
      guard case .object(let index) = first, case .list(let pairs) = objects[index] else {
        throw damage("an ordered dictionary has no list of pairs")
      }
      try spend(pairs.count)
      for pair in pairs {
        guard case .object(let index) = pair, let pair = sequence(index), pair.count == 2 else {
          throw damage("an ordered dictionary has no list of pairs")
        }
        items.append((pair[0], pair[1]))
      }
    }
    objects.append(.dictionary(items))
    return .object(objects.count - 1)
  }

  /// The values of a tuple or list; nil for others.
  private func sequence(_ index: Int) -> [PickleValue]? {
    switch objects[index] {
    case .tuple(let values), .list(let values): values
    default: nil
    }
  }

  /// A storage by its persistent name: ("storage", type, key, device, count).
  func storage(_ name: PickleValue) throws -> PyTorchStorage {
    guard case .object(let index) = name, case .tuple(let parts) = objects[index], parts.count >= 5,
      parts[0] == .text("storage"), case .global(.storage(let element)) = parts[1], case .text(let key) = parts[2],
      case .int(let count) = parts[4], count >= 0
    else { throw damage("a storage is not described by type, key, device and number of values") }
    return PyTorchStorage(key: key, element: element, count: count)
  }

  /// A tensor of (storage, offset, shape, strides, …); `element` is the type of an untyped storage's values.
  private mutating func tensor(_ arguments: [PickleValue], element: PyTorchElement?) throws -> PickleValue {
    guard arguments.count >= 4, case .object(let index) = arguments[0], case .storage(let storage) = objects[index],
      case .int(let offset) = arguments[1], let shape = try lengths(arguments[2]),
      let strides = try lengths(arguments[3]), shape.count == strides.count, let element = element ?? storage.element
    else { throw damage("a tensor is not described by storage, offset, shape and strides") }
    tensors.append(
      PyTorchTensor(storage: storage, element: element, offset: offset, shape: shape, strides: strides))
    objects.append(.tensor(tensors.count - 1))
    return .object(objects.count - 1)
  }

  /// The natural numbers of a tuple; nil if it is none.
  private mutating func lengths(_ value: PickleValue) throws -> [Int]? {
    guard case .object(let index) = value, let values = sequence(index), values.count <= Self.mostAxes else {
      return nil
    }
    try spend(values.count)
    var lengths: [Int] = []
    for value in values {
      guard case .int(let length) = value, length >= 0 else { return nil }
      lengths.append(length)
    }
    return lengths
  }
}
