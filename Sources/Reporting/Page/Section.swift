/// A part of the page: figures and tables under a heading.
struct Section {
  /// The heading.
  let title: String
  /// What is to be known before looking, or why nothing is shown.
  var notes: [String] = []
  /// A list of what can be done.
  var hints: [String] = []
  /// Tables, before the figures.
  var tables: [Table] = []
  /// Figures, side by side where there is room.
  var figures: [Figure] = []
  /// Whether figures belong together two by two, as those of two runs do.
  var isPaired = false
  /// More figures, which are unfolded on demand.
  var folded: [Folded] = []
  /// Texts to be read as they are, which are unfolded on demand.
  var texts: [(summary: String, text: String)] = []

  /// Where links lead.
  var anchor: String { title.lowercased().split(separator: " ").joined(separator: "-") }

  /// Whether there is anything to see.
  var isEmpty: Bool { notes.isEmpty && tables.isEmpty && figures.isEmpty && folded.isEmpty && texts.isEmpty }
}

/// Figures under a line that folds and unfolds them.
struct Folded {
  let summary: String
  let figures: [Figure]
  /// Whether they belong together two by two.
  var isPaired = false
  /// Whether they are shown at first.
  var isOpen = false
}

/// Rows of cells under headings.
struct Table {
  let headings: [String]
  let rows: [[String]]
  /// Columns that are flush right.
  var right: Set<Int> = []
  /// Whether the cells are samples' texts, every letter of which takes the same room.
  var isText = false
}
