import Diagnostics
import Foundation
import Mustache

/// The page: a template and its sections.
struct Page {
  let title: String
  let subtitle: String
  let sections: [Section]

  /// The page's HTML.
  func html() throws -> String {
    do {
      let library = MustacheLibrary(templates: [
        "page": try template(PackageResources.page_mustache),
        "section": try template(PackageResources.section_mustache),
        "figure": try template(PackageResources.figure_mustache),
      ])
      guard let page = library.render(values, withTemplate: "page") else {
        throw Failure(.software, "the report's page has no template")
      }
      return page
    } catch let error as MustacheTemplate.ParserError {
      throw Failure(.software, "a template of the report is damaged: \(error)")
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The library's own escaping goes by characters, so it misses a `<` with a combining mark.
  private struct EscapedByScalars: MustacheContentType {
    static let name: String = {
      MustacheContentTypes.register(EscapedByScalars(), named: "ESCAPED_BY_SCALARS")
      return "ESCAPED_BY_SCALARS"
    }()

    func escapeText(_ text: String) -> String { text.escapedForMarkup }
  }

  private func template(_ bytes: [UInt8]) throws -> MustacheTemplate {
    try MustacheTemplate(string: "{{% CONTENT_TYPE:\(EscapedByScalars.name)}}" + Page.text(bytes))
  }

  private var values: [String: Any] {
    [
      "title": title, "subtitle": subtitle,
      "style": Page.text(PackageResources.figure_css) + Page.text(PackageResources.page_css),
      "script": Page.text(PackageResources.script_js),
      "sections": sections.map(values),
    ]
  }

  private func values(_ section: Section) -> [String: Any] {
    [
      "title": section.title, "anchor": section.anchor, "notes": section.notes,
      "findings": section.findings.map { ["title": $0.title, "text": $0.text, "hints": $0.hints] as [String: Any] },
      "tables": section.tables.map { table in
        [
          "isText": table.isText, "isFolded": table.summary != nil, "summary": table.summary ?? "",
          "headings": cells(table.headings, table),
          "rows": table.rows.map { ["cells": cells($0, table)] },
        ] as [String: Any]
      },
      "hints": section.hints, "hasHints": !section.hints.isEmpty, "isPaired": section.isPaired,
      "hasFigures": !section.figures.isEmpty,
      "figures": values(section.figures, in: section.anchor),
      "folded": section.folded.enumerated().map { place, folded in
        [
          "summary": folded.summary, "figures": values(folded.figures, in: "\(section.anchor)-\(place)"),
          "isOpen": folded.isOpen, "isPaired": folded.isPaired,
        ] as [String: Any]
      },
      "texts": section.texts.map { ["summary": $0.summary, "text": $0.text] },
    ]
  }

  private func cells(_ texts: [String], _ table: Table) -> [[String: Any]] {
    texts.enumerated().map { ["text": $0.element, "isRight": table.right.contains($0.offset)] }
  }

  private func values(_ figures: [Figure], in part: String) -> [[String: Any]] {
    figures.enumerated().map { values($1, id: "\(part)-figure-\($0)") }
  }

  /// `id` is unique on the page.
  private func values(_ figure: Figure, id: String) -> [String: Any] {
    [
      "title": figure.title, "note": figure.note, "drawings": figure.drawings.map(\.html),
      "hasViews": !figure.views.isEmpty,
      "views": figure.views.enumerated().map { place, view in
        [
          "id": "\(id)-\(place)", "group": id, "name": view.name, "isFirst": place == 0,
          "drawing": view.drawing.html,
        ] as [String: Any]
      },
      "legend": figure.legend.map { ["name": $0.name, "swatch": $0.swatch] },
    ]
  }
}
