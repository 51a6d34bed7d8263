import Diagnostics
import Foundation
import Tensors

/// A sweep: a recipe, the keys that vary, and the variants that are trained. It is written down when the sweep begins, so that
/// every later job trains the same ones.
package struct SweepPlan: Codable, Equatable, Sendable {
  /// One of the trainings.
  package struct Variant: Codable, Equatable, Sendable {
    /// Its number, from 1.
    package let number: Int
    /// The values of the varying keys, in their order, as YAML.
    package let values: [String]
  }

  /// What the command line asks for besides the recipe.
  package struct Request: Codable, Equatable, Sendable {
    /// The arguments, `KEY=VALUES`.
    package var arguments: [String]
    /// The number of variants to draw; nil for all of them.
    package var random: Int?
    /// The seed of the draws.
    package var seed: UInt64
    /// Whether the worse half ends early, again and again.
    package var halves: Bool

    /// A request.
    package init(arguments: [String], random: Int? = nil, seed: UInt64 = 1, halves: Bool = false) {
      self.arguments = arguments
      self.random = random
      self.seed = seed
      self.halves = halves
    }
  }

  /// The greatest number of variants.
  package static let limit = 10_000

  /// The recipe's name or file, as the command line names it.
  package let source: String
  /// The recipe's text.
  package let text: String
  /// The request.
  package let request: Request
  /// The keys that vary, in the order of the command line.
  package let keys: [String]
  /// The trainings.
  package let variants: [Variant]
  /// How often the worse half ends.
  package private(set) var halvings = 0

  /// Plans a sweep of a built-in recipe or a file.
  /// - Throws: `Failure` (usage) naming the faulty argument, (noInput, configuration) naming the recipe's fault. Values that are
  ///   impossible in every variant are faults; others are left to the variants that have them.
  package init(source: String, request: Request) throws {
    let axes = try request.arguments.map(SweepAxis.init)
    for (index, axis) in axes.enumerated() where axes[..<index].contains(where: { $0.key == axis.key }) {
      throw Failure(
        .usage, "command line: \(axis.key) is given twice, the second time by \"\(axis.text)\"",
        advice: "write all its values in one argument, with commas between them")
    }
    let varying = axes.filter(\.varies)
    guard let first = varying.first else {
      throw Failure(
        .usage, "command line: no key has several values",
        advice: "write some with commas between them, or a range: seed=1..10")
    }
    self.source = source
    self.request = request
    text = try Recipe.text(named: source)
    keys = varying.map(\.key)
    let values =
      try request.random.map { Self.drawn($0, of: varying, seed: request.seed) } ?? Self.grid(of: varying)
    guard values.count > 1 else {
      throw Failure(
        .usage, "command line: there is one variant only",
        advice: "draw more by --random, or give \(first.key) more values")
    }
    variants = values.enumerated().map { Variant(number: $0.offset + 1, values: $0.element) }
    halvings = try SweepChecks(self, axes: axes).run()
  }

  /// The values of all variants of a grid; those of the last key change fastest.
  private static func grid(of axes: [SweepAxis]) throws -> [[String]] {
    let lists = try axes.map { try $0.all(limit: limit) }
    let count = lists.reduce(1.0) { $0 * Double($1.count) }
    guard count <= Double(limit) else {
      throw Failure(
        .usage, "command line: these values make \(String(format: "%.0f", count)) variants, more than \(limit)",
        advice: "draw some of them with --random N, or give fewer values")
    }
    return lists.reduce([[]]) { rows, list in rows.flatMap { row in list.map { row + [$0] } } }
  }

  /// The values of variants that are drawn, no two alike; fewer than `count` if there are not that many.
  private static func drawn(_ count: Int, of axes: [SweepAxis], seed: UInt64) -> [[String]] {
    let random = Philox(seed: seed, purpose: .sweep)
    var (rows, seen): ([[String]], Set<[String]>) = ([], [])
    // Small spaces are exhausted before all draws are.
    for sample in 0..<100 * count + 1000 where rows.count < count {
      let row = axes.enumerated().map { $1.value(at: random.word(sample: sample, element: $0)) }
      if seen.insert(row).inserted { rows.append(row) }
    }
    return rows
  }
}

extension SweepPlan {
  /// The `KEY=VALUE` of a variant's varying keys.
  package func assignments(of variant: Variant) -> [String] { zip(keys, variant.values).map { "\($0)=\($1)" } }

  /// All `KEY=VALUE` of a variant, in the order of the command line.
  package func overrides(of variant: Variant) -> [String] {
    let values = Dictionary(uniqueKeysWithValues: zip(keys, variant.values))
    return request.arguments.map { argument in
      let key = argument.prefix { $0 != "=" }
      return values[String(key)].map { "\(key)=\($0)" } ?? argument
    }
  }

  /// Whether a key's values are a range that is even in the logarithm, `LOW..HIGH:log`.
  package func isLogarithmic(_ key: String) -> Bool {
    let axis = request.arguments.lazy.compactMap { try? SweepAxis($0) }.first { $0.key == key }
    guard case .range(_, _, _, let isLogarithmic)? = axis?.values else { return false }
    return isLogarithmic
  }

  /// A variant's recipe.
  /// - Throws: `Failure` naming the faulty key or line.
  package func recipe(of variant: Variant, extensions: Registry = Registry()) throws -> Recipe {
    try Recipe.parse(text, file: source, overrides: overrides(of: variant), extensions: extensions)
  }

  /// A sentence if variants are measured on different samples, so that their values are hard to compare; nil if not.
  package var comparisonWarning: String? {
    guard keys.contains(where: { $0.hasPrefix("data") || $0.hasPrefix("loss") }) else { return nil }
    let recipes = variants.compactMap { variant in (try? recipe(of: variant)).map { (variant, $0) } }
    return recipes.isEmpty ? nil : SweepComparison(recipes).warning
  }

  /// Whether the loss varies, so that its value does not say which variant is better.
  package var variesLoss: Bool { keys.contains { $0 == "loss" || $0.hasPrefix("loss.") } }

  /// The name of the recipe, for folders.
  package var name: String {
    variants.lazy.compactMap { try? recipe(of: $0).name }.first ?? Recipe().name
  }

  /// The plan as a file's text.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// Reads the text of `json`; nil if it is damaged.
  package init?(json: String) {
    guard let plan = try? JSONDecoder().decode(SweepPlan.self, from: Data(json.utf8)) else { return nil }
    self = plan
  }

  /// What differs in another plan, such as "batch=32,64 here, batch=32 there"; nil if nothing does.
  package func difference(from other: SweepPlan) -> String? {
    guard self != other else { return nil }
    func words(_ request: Request) -> [String] {
      request.arguments + (request.random.map { ["--random \($0)", "--seed \(request.seed)"] } ?? [])
        + (request.halves ? ["--halving"] : [])
    }
    let (own, theirs) = (words(request), words(other.request))
    if source != other.source { return "the recipe is \(source) here, but \(other.source) there" }
    if own != theirs {
      let (new, old) = (own.filter { !theirs.contains($0) }, theirs.filter { !own.contains($0) })
      return new.isEmpty && old.isEmpty
        ? "its arguments have another order there"
        : "\(new.isEmpty ? "nothing" : new.joined(separator: " ")) here, but "
          + "\(old.isEmpty ? "nothing" : old.joined(separator: " ")) there"
    }
    return "the recipe \(source) has changed since"
  }
}
