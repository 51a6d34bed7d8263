/// Makes the reference page of all recipe keys, in Markdown, from their declarations.
public struct RecipeReference {
  private var pages: [String] = []
  private var titles: Set<String> = []

  private init() {}

  /// The page.
  public static var text: String {
    var reference = RecipeReference()
    reference.add(title: "Top level", intro: "The keys of a recipe itself.", keys: Recipe.keys)
    return introduction + "\n" + reference.pages.joined(separator: "\n")
  }

  /// Adds a table of keys, then those of the sections in it.
  private mutating func add(title: String, intro: String, keys: [KeyInfo]) {
    pages.append("## \(title)\n\n\(intro)\n\n" + Self.table(of: keys))
    for key in keys { addPages(of: key.shape, key: key) }
  }

  private mutating func addPages(of shape: ValueShape, key: KeyInfo) {
    switch shape {
    case .optional(let inner), .list(let inner, least: _): addPages(of: inner, key: key)
    case .section(let keys, let short):
      guard titles.insert(key.name).inserted else { return }
      let alone = keys.first { $0.name == short }.map { Self.alone($0, in: key.name) } ?? ""
      add(title: "`\(key.name)`", intro: "\(key.doc.capitalized).\(alone)", keys: keys)
    case .entry(let info): add(info)
    default: break
    }
  }

  private mutating func add(_ info: EntryKindInfo) {
    guard titles.insert(info.noun).inserted else { return }
    let noun = info.noun.capitalized
    var page = "## \(noun)\n\n\(Self.form(of: info))\n\n| \(info.noun) | what it is |\n|---|---|\n"
    for entry in info.entries {
      page += "| [`\(entry.name)`](#\(Self.anchor(of: entry, info))) | \(Self.cell(entry.doc)) |\n"
    }
    for entry in info.entries {
      let alone = entry.short.map { Self.alone($0, in: entry.name) } ?? ""
      page += "\n### \(noun) `\(entry.name)`\n\n\(entry.doc.capitalized).\(alone)\n"
      page += "\n```yaml\n\(Self.example(of: entry, info))\n```\n"
      page += "\n" + (entry.keys.isEmpty ? "It has no keys.\n" : Self.table(of: entry.keys))
    }
    pages.append(page)
    for entry in info.entries {
      for key in entry.keys { addPages(of: key.shape, key: key) }
    }
  }

  private static func anchor(of entry: EntryInfo, _ info: EntryKindInfo) -> String {
    "\(info.noun) \(entry.name)".replacing(" ", with: "-")
  }

  /// An example of an entry, as a recipe writes it.
  static func example(of entry: EntryInfo, _ info: EntryKindInfo) -> String {
    guard let key = info.key else { return "- " + entry.name + (entry.example.map { ": {\($0)}" } ?? "") }
    let section = info.noun == EntryKind.data.noun ? "data" : info.noun
    return "\(section): " + (entry.example.map { "{\(key): \(entry.name), \($0)}" } ?? entry.name)
  }

  /// Describes how a recipe writes entries of a kind.
  private static func form(of info: EntryKindInfo) -> String {
    let noun = info.noun
    guard let key = info.key else {
      return
        "The \(noun)'s name as the only key of a mapping, over its own keys: `- name: {key: value}`. If all have their "
        + "defaults, the name alone: `- name`."
    }
    let others = info.shortForms.map { " So may \($0)." } ?? ""
    return
      "A mapping in which `\(key)` names the \(noun) and the other keys are its own. If all have their "
      + "defaults, the name may stand alone.\(others)"
  }

  /// Says that a key's value may stand for the whole mapping `name`.
  private static func alone(_ key: KeyInfo, in name: String) -> String {
    " The value of `\(key.name)` may stand alone: `\(name): \(key.defaultText ?? key.shape.example)`."
  }

  private static func table(of keys: [KeyInfo]) -> String {
    "| key | value | default | what it means |\n|---|---|---|---|\n"
      + keys.map { key in
        let standard = key.isRequired ? "required" : key.defaultText.map { "`\($0)`" } ?? ""
        return "| `\(key.name)` | \(cell(text(of: key.shape, key: key))) | \(standard) | \(cell(key.doc)) |\n"
      }.joined()
  }

  /// The accepted values, for a table's cell.
  private static func text(of shape: ValueShape, key: KeyInfo) -> String {
    func bounded(_ noun: String, _ range: ValueRange?) -> String { range.map { "\(noun), \($0.text)" } ?? noun }
    switch shape {
    case .whole(let range): return bounded("whole number", range)
    case .number(let range): return bounded("number", range)
    case .flag: return "`true` or `false`"
    case .text(let rule, _): return rule.map { "text: \($0)" } ?? "text"
    case .choice(let names): return names.map { "`\($0)`" }.joined(separator: ", ")
    case .wholeOrChoice(let range, let names):
      return "\(bounded("whole number", range)); \(text(of: .choice(names), key: key))"
    case .optional(let inner): return "\(text(of: inner, key: key)), or `none`"
    case .pair(let range): return bounded("whole number or [height, width]", range)
    case .pairOrChoice(let range, let names):
      return "\(bounded("whole number or [height, width]", range)); \(text(of: .choice(names), key: key))"
    case .interval(let range): return bounded("number or [least, most]", range)
    case .numbers(let range, let forms, let words):
      let numbers = bounded("number or \(forms.joined(separator: " or "))", range)
      return words.isEmpty ? numbers : "\(numbers); \(text(of: .choice(words), key: key))"
    case .list(let inner, _): return "list, each entry: \(text(of: inner, key: key))"
    case .listOrChoice(let inner, let least, let names):
      return "\(text(of: .list(inner, least: least), key: key)); \(text(of: .choice(names), key: key))"
    case .oneOrList(let inner): return "\(text(of: inner, key: key)), or a list of them"
    case .section: return "[keys of its own](#\(key.name))"
    case .entry(let info): return "[\(info.noun)](#\(info.noun.replacing(" ", with: "-")))"
    }
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

extension String {
  /// The text with its first letter in upper case.
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
