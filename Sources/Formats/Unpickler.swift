import Diagnostics

/// Reads the pickle of a PyTorch archive: dictionaries, lists, tuples, texts, numbers and tensors (Python's `pickletools` lists
/// the opcodes). It knows the few classes and functions of `PickleGlobal`, and refuses all others; no code is ever run.
///
/// Memory and time are bounded by `limit` values in all, whatever the pickle says.
struct Unpickler {
  /// The containers, storages and tensors.
  var objects: [PickleObject] = []
  /// The tensors, in the order in which the pickle makes them.
  var tensors: [PyTorchTensor] = []
  let source: String
  private let bytes: [UInt8]
  private var place = 0
  private var stack: [PickleValue] = []
  /// The heights of the stack at the open marks.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// How many values were handled.
  private var work = 0

  /// The most values that are handled: enough for 50 000 tensors.
  private static let limit = 1 << 22

  /// A reader of a pickle; `source` is its name in messages.
  init(_ bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Reads the pickle to its end and returns its value, whose containers are in `objects`.
  /// - Throws: `Failure` (data) if it is damaged, needs more values than the limit, or a class or function that is not known.
  mutating func read() throws -> PickleValue {
    while true {
      try spend(1)
      let code = try byte()
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw damage("there is no opcode \(code)")
      }
      if opcode == .stop { return try pop() }
      try run(opcode)
    }
  }

  /// The failure of a damaged pickle at the place reached.
  func damage(_ text: String) -> Failure {
    Failure(
      .data, "\(source) is damaged at byte \(place) of \(bytes.count): \(text).",
      advice: "Copy or write the file again.")
  }

  /// Counts handled values.
  mutating func spend(_ count: Int) throws {
    guard count <= Self.limit - work else {
      throw Failure(
        .data, "\(source) holds more than \(Self.limit) values.",
        advice: "Save the weights alone: torch.save(model.state_dict(), \"weights.pt\").")
    }
    work += count
  }

  private mutating func run(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .proto:
      guard try (2...5).contains(byte()) else { throw damage("its protocol is not from 2 to 5") }
    case .frame: _ = try number(8)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt1: stack.append(.int(try number(1)))
    case .binInt2: stack.append(.int(try number(2)))
    case .binInt: stack.append(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case .long1: stack.append(try long(number(1)))
    case .long4: stack.append(try long(number(4)))
    case .binFloat: try skip(8)
    case .shortBinBytes, .shortBinString: try skip(number(1))
    case .binBytes, .binString: try skip(number(4))
    case .binBytes8, .byteArray8: try skip(number(8))
    case .shortBinUnicode: stack.append(.text(try text(number(1))))
    case .binUnicode: stack.append(.text(try text(number(4))))
    case .binUnicode8: stack.append(.text(try text(number(8))))
    case .emptyTuple: push(.tuple([]))
    case .emptyList: push(.list([]))
    case .emptyDict: push(.dictionary([]))
    case .mark: marks.append(stack.count)
    case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popMarked()
    case .dup: stack.append(try top())
    case .tuple: push(.tuple(try popMarked()))
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .list: push(.list(try popMarked()))
    case .dict: push(.dictionary(try pairs(popMarked())))
    case .append: try append(pop(1))
    case .appends: try append(popMarked())
    case .setItem: try set(pop(2))
    case .setItems: try set(popMarked())
    case .memoize: memo[memo.count] = try top()
    case .binPut: memo[try number(1)] = try top()
    case .longBinPut: memo[try number(4)] = try top()
    case .binGet: stack.append(try remembered(number(1)))
    case .longBinGet: stack.append(try remembered(number(4)))
    case .global: stack.append(.global(try global(module: line(), name: line())))
    case .stackGlobal:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw damage("a class has no name")
      }
      stack.append(.global(try global(module: module, name: name)))
    case .binPersid: push(.storage(try storage(pop())))
    case .reduce:
      let arguments = try pop()
      stack.append(try call(pop(), arguments))
    case .build:
      // The attributes of a dictionary, such as a state dict's `_metadata`, do not matter.
      _ = try pop()
      guard case .object(let index) = try top(), case .dictionary = objects[index] else {
        throw refusal("an object with a state of its own")
      }
    case .newObj, .newObjEx, .inst, .obj, .ext1, .ext2, .ext4, .persid, .emptySet, .addItems, .frozenSet, .nextBuffer,
      .readOnlyBuffer:
      throw refusal("an object that is no dictionary, list, number, text or tensor (opcode \(opcode))")
    case .stop: break
    }
  }

  /// The failure for what is not only tensors.
  func refusal(_ what: String) -> Failure {
    Failure(
      .data, "\(source) needs \(what), but only tensors, and dictionaries and lists of them, are read.",
      advice: "No code in a file is ever run. Save the weights alone: torch.save(model.state_dict(), \"weights.pt\").")
  }

  // MARK: Bytes

  private mutating func byte() throws -> UInt8 {
    guard place < bytes.count else { throw damage("it ends too early") }
    defer { place += 1 }
    return bytes[place]
  }

  /// The next `count` bytes.
  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - place else { throw damage("\(count) bytes are needed there") }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// A little-endian number of `size` bytes.
  private mutating func number(_ size: Int) throws -> Int {
    let bits = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: bits) else { throw damage("a number is too large") }
    return number
  }

  /// A signed little-endian number of `size` bytes; those that exceed 64 bits do not matter.
  private mutating func long(_ size: Int) throws -> PickleValue {
    let digits = try take(size)
    guard size <= 8 else { return .other }
    let bits = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(64 - 8 * size)
    return .int(size == 0 ? 0 : Int(Int64(bitPattern: bits << unused) >> Int64(unused)))
  }

  private mutating func skip(_ size: Int) throws {
    _ = try take(size)
    stack.append(.other)
  }

  private mutating func text(_ size: Int) throws -> String {
    // Python writes half surrogate pairs, which are no UTF-8.
    String(decoding: try take(size), as: UTF8.self)
  }

  private mutating func line() throws -> String {
    let line = bytes[place...].prefix(1 << 10).prefix { $0 != UInt8(ascii: "\n") }
    _ = try take(line.count + 1)
    return String(decoding: line, as: UTF8.self)
  }

  // MARK: The stack

  private mutating func push(_ object: PickleObject) {
    objects.append(object)
    stack.append(.object(objects.count - 1))
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw damage("a value is missing") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else { throw damage("\(count) values are needed") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMarked() throws -> [PickleValue] {
    guard let start = marks.popLast() else { throw damage("a mark is missing") }
    defer { stack.removeSubrange(start...) }
    return Array(stack[start...])
  }

  private func remembered(_ index: Int) throws -> PickleValue {
    guard let value = memo[index] else { throw damage("nothing was remembered as \(index)") }
    return value
  }

  // MARK: Containers

  private func pairs(_ values: [PickleValue]) throws -> [(key: PickleValue, value: PickleValue)] {
    guard values.count.isMultiple(of: 2) else { throw damage("a key has no value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  /// Appends values to the list at the top of the stack.
  private mutating func append(_ values: [PickleValue]) throws {
    guard case .object(let index) = try top(), case .list(var items) = objects[index] else {
      throw damage("values are appended to what is no list")
    }
    // The object gives its array away, so that it is not copied.
    objects[index] = .tuple([])
    items += values
    objects[index] = .list(items)
  }

  /// Adds keys and values to the dictionary at the top of the stack.
  private mutating func set(_ values: [PickleValue]) throws {
    guard case .object(let index) = try top(), case .dictionary(var items) = objects[index] else {
      throw damage("keys are set in what is no dictionary")
    }
    objects[index] = .tuple([])
    items += try pairs(values)
    objects[index] = .dictionary(items)
  }
}
