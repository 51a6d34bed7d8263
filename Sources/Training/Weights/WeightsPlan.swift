import Diagnostics
import Formats
import Layers

/// A tensor of a model: a parameter or buffer, or a counter.
enum StateTensor {
  case values(Parameter)
  case count(Counter, index: Int)

  var name: String {
    switch self {
    case .values(let parameter): parameter.name
    case .count(let counter, _): counter.name
    }
  }

  var shape: [Int] {
    switch self {
    case .values(let parameter): parameter.shape
    case .count: []
    }
  }

  var isCounter: Bool {
    if case .count = self { true } else { false }
  }
}

extension Model {
  /// The parameters, buffers and counters in the order of PyTorch's state dict: layer by layer, of each first the parameters,
  /// then the buffers and counters, then the layers within.
  var stateTensors: [StateTensor] {
    let places = Dictionary(counters.enumerated().map { (ObjectIdentifier($1), $0) }) { first, _ in first }
    return layers.nested.flatMap { layer in
      let inner = layer.parts.flatMap(\.layers)
      func own<Value: AnyObject>(_ values: (any Layer) -> [Value]) -> [Value] {
        let within = Set(inner.flatMap(values).map(ObjectIdentifier.init))
        return values(layer).filter { !within.contains(ObjectIdentifier($0)) }
      }
      return (own(\.parameters) + own(\.buffers)).map(StateTensor.values)
        + own(\.counters).map { .count($0, index: places[ObjectIdentifier($0)] ?? 0) }
    }
  }
}

/// Which tensor of a file each tensor of a model takes, before any values are read.
struct WeightsPlan {
  /// The model's tensors, each with the index of the file's; nil if it is not loaded.
  private(set) var places: [(item: StateTensor, index: Int?)] = []
  /// The file's tensors that no tensor of the model takes.
  private(set) var left: [ArchivedTensor] = []
  private let source: WeightsSource
  private let items: [StateTensor]
  private let keepsOrder: Bool
  /// All tensors of the file.
  private let all: [ArchivedTensor]
  /// Those whose names begin with the prefix, without it.
  private let candidates: [(name: String, index: Int)]

  /// Finds a place for each tensor.
  /// - Throws: `Failure` (data, configuration) naming the first tensor that does not fit, or the setting that fits nothing.
  init(_ source: WeightsSource, archive: any TensorArchive, model: Model) throws {
    self.source = source
    items = model.stateTensors
    all = archive.tensors
    keepsOrder = archive.keepsOrder
    let prefix = source.dottedPrefix
    candidates = all.enumerated().filter { $1.name.hasPrefix(prefix) }.map {
      (String($1.name.dropFirst(prefix.count)), $0)
    }
    guard !candidates.isEmpty || prefix.isEmpty else { throw wrongPrefix(prefix) }
    for pattern in source.except {
      guard
        items.contains(where: { pattern.covers($0.name) }) || candidates.contains(where: { pattern.covers($0.name) })
      else {
        throw Failure(
          .configuration, "model.weights.except: no tensor's name fits \"\(pattern.text)\"",
          advice: "the model has \(listed(items.map(\.name)))")
      }
    }
    switch source.match {
    case .name: try matchNames()
    case .order:
      guard keepsOrder else {
        throw Failure(
          .configuration,
          "model.weights.match is order, but \(source.file) is a safetensors file: its tensors are sorted",
          advice: "save them by torch.save(model.state_dict(), \"weights.pt\"), or match by name")
      }
      try matchOrder()
    }
    let taken = Set(places.compactMap(\.index))
    left = all.indices.filter { !taken.contains($0) }.map { all[$0] }
  }

  private func wrongPrefix(_ prefix: String) -> Failure {
    var starts: [String] = []
    for tensor in all {
      let start = tensor.name.split(separator: ".", maxSplits: 1).first.map(String.init) ?? ""
      if !starts.contains(start) { starts.append(start) }
    }
    let nearest = nearestName(to: String(prefix.dropLast()), among: starts).map { "did you mean \($0)?" }
    return Failure(
      .configuration, "model.weights.prefix: no tensor's name in \(source.file) begins with \"\(prefix)\"",
      advice: nearest ?? "names begin with \(listed(starts))")
  }

  // MARK: By name

  private mutating func matchNames() throws {
    let indices = Dictionary(candidates.map { ($0.name, $0.index) }) { first, _ in first }
    for item in items {
      if source.excepts(item.name) {
        places.append((item, nil))
      } else if let index = indices[item.name] {
        try check(all[index], fits: item) { Failure(.data, $0, advice: $1) }
        places.append((item, index))
      } else if item.isCounter {
        // Files of PyTorch before 0.4.1 have none.
        places.append((item, nil))
      } else {
        throw Failure(
          .data, "\(source.file): there is no tensor \"\(source.dottedPrefix)\(item.name)\"", advice: adviceOnNames())
      }
    }
    let wanted = Set(items.map(\.name))
    guard let extra = candidates.first(where: { !wanted.contains($0.name) && !source.excepts($0.name) }) else { return }
    let others = candidates.filter { !wanted.contains($0.name) }
    let start = extra.name.split(separator: ".").first.map(String.init) ?? ""
    let isApart =
      extra.name.contains(".") && others.allSatisfy { $0.name.hasPrefix(start + ".") }
      && !wanted.contains { $0.hasPrefix(start + ".") }
    throw Failure(
      .data, "\(source.file): the model has no parameter \"\(extra.name)\"",
      advice: (isApart ? "if it is not of the network, write model.weights.except=[\"\(start).*\"]; " : "")
        + "it has \(listed(items.filter { !$0.isCounter }.map(\.name)))")
  }

  /// Advice if the model's names are not in the file: another prefix, the order, or the names that it has.
  private func adviceOnNames() -> String {
    let needed = items.filter { !source.excepts($0.name) && !$0.isCounter }.map(\.name)
    let names = Set(all.map(\.name))
    if let first = needed.first {
      let prefixes = all.lazy.map(\.name).filter { $0.hasSuffix("." + first) }.map { String($0.dropLast(first.count)) }
      if let prefix = prefixes.first(where: { prefix in needed.allSatisfy { names.contains(prefix + $0) } }) {
        return "its names begin with \"\(prefix)\": write model.weights.prefix=\(prefix)"
      }
    }
    var ordered = self
    ordered.places = []
    let fitsByOrder = keepsOrder && (try? ordered.matchOrder()) != nil
    return (fitsByOrder ? "other names, but the same shapes in the same order: write model.weights.match=order; " : "")
      + "the file holds \(listed(all.map(\.name)))"
  }

  // MARK: By order

  private mutating func matchOrder() throws {
    var rest = candidates[...]
    for (place, item) in items.enumerated() {
      let next = rest.first
      // Counters, which old files lack, are never taken for others.
      if item.isCounter, next.map({ !all[$0.index].isWhole || !all[$0.index].shape.isEmpty }) ?? true {
        places.append((item, nil))
        continue
      }
      if source.excepts(item.name) {
        rest = rest.dropFirst()
        places.append((item, nil))
        continue
      }
      guard let next else {
        throw Failure(
          .data,
          "\(source.file) has \(counted(candidates.count, "tensor")), and none for \"\(item.name)\", number \(place + 1) of the model",
          advice: "to draw it anew, write model.weights.except=[\(item.name)]")
      }
      try check(all[next.index], fits: item) { message, advice in
        Failure(
          .data,
          "\(message); it is number \(candidates.count - rest.count + 1) of the file, and "
            + "\"\(item.name)\" number \(place + 1) of the model", advice: advice)
      }
      places.append((item, next.index))
      rest = rest.dropFirst()
    }
    guard let extra = rest.first else { return }
    throw Failure(
      .data,
      "\(source.file): the model has no parameter for \"\(extra.name)\", number "
        + "\(candidates.count - rest.count + 1) of the file",
      advice: "it has \(counted(items.count, "tensor")); model.weights.prefix chooses among the file's")
  }

  /// Checks the type and shape of a file's tensor; `failure` makes an error of a message and advice.
  private func check(
    _ tensor: ArchivedTensor, fits item: StateTensor, failure: (_ message: String, _ advice: String) -> Failure
  ) throws {
    let subject = "\(source.file): tensor \"\(tensor.name)\""
    if item.isCounter {
      let advice = "the model needs a scalar of I64, at least 0"
      guard tensor.isWhole else { throw failure("\(subject) has a floating-point type", advice) }
      guard tensor.shape.isEmpty else { throw failure("\(subject) has the shape \(tensor.shape)", advice) }
      return
    }
    guard tensor.shape == item.shape else {
      throw failure(
        "\(subject) has the shape \(tensor.shape)",
        "the model needs \(item.shape); to draw it anew, write model.weights.except=[\(item.name)]")
    }
    guard !tensor.isWhole else {
      throw failure(
        "\(subject) has the type I64",
        "the model needs floating-point numbers; convert it with to(torch.float32)")
    }
  }
}
