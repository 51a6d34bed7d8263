/// A part of the page: figures and tables under a heading.
struct Section {
  /// The heading.
  let title: String
  /// What to know before looking, or why nothing is shown.
  var notes: [String] = []
  /// A list of advice.
  var hints: [String] = []
  /// What is found, before the tables.
  var findings: [Finding] = []
  /// Tables, before the figures.
  var tables: [Table] = []
  /// Figures, side by side if there is room.
  var figures: [Figure] = []
  /// Whether figures belong together in pairs, such as those of two runs.
  var isPaired = false
  /// More figures, folded at first.
  var folded: [Folded] = []
  /// Texts shown unchanged, folded at first.
  var texts: [(summary: String, text: String)] = []

  /// The target of links to the section.
  var anchor: String { title.lowercased().split(separator: " ").joined(separator: "-") }

  /// Whether the section is empty.
  var isEmpty: Bool {
    notes.isEmpty && findings.isEmpty && tables.isEmpty && figures.isEmpty && folded.isEmpty && texts.isEmpty
  }

  /// Something found, with its evidence and advice.
  struct Finding {
    let title: String
    let text: String
    let hints: [String]
  }
}

/// Figures under a line that folds and unfolds them.
struct Folded {
  let summary: String
  let figures: [Figure]
  /// Whether they belong together in pairs.
  var isPaired = false
  /// Whether they are unfolded at first.
  var isOpen = false
}

/// Rows of cells under headings.
struct Table {
  let headings: [String]
  let rows: [[String]]
  /// The indices of right-aligned columns.
  var right: Set<Int> = []
  /// Whether cells are samples' texts, shown in a fixed-width font.
  var isText = false
  /// The line that unfolds the table; nil if it is not folded.
  var summary: String?
}
