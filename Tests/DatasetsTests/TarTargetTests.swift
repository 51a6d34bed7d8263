import Formats
import Foundation
import TestSupport
import Testing

@testable import Datasets

extension TarSamplesTests {
  @Test func namesAndIndicesAreNotMixed() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      func tarFile(_ name: String, _ first: String, _ second: String) throws -> String {
        try write(name, ["1.jpg": colour, "1.cls": Array(first.utf8), "2.jpg": colour, "2.cls": Array(second.utf8)])
      }
      let (named, indexed) = (try tarFile("a.tar", "dog", "cat"), try tarFile("b.tar", "0", "1"))
      let form = try TarForm(
        inputs: ["jpg"], target: .usual, targets: .classes(names: nil, ignored: nil), files: FilePattern([named]))
      let (names, indices) = (try samples([named]).targetsOfOthers(form), try samples([indexed]).targetsOfOthers(form))
      #expect(
        try message(of: { try samples([indexed], names) })
          == "b.tar: 1.cls is \"0\", the index of a class, but a.tar: 1.cls is \"dog\", a name")
      #expect(
        try message(of: { try samples([named], indices) })
          == "a.tar: 1.cls is \"dog\", the name of a class, but b.tar: 1.cls is \"0\", an index")
      #expect(try samples([named], names).classes == [1, 0] && samples([indexed], indices).classes == [0, 1])
      // Names that the recipe gives may stand as indices in files.
      #expect(try samples([indexed], .classes(names: ["cat", "dog"], ignored: nil)).classes == [0, 1])
      let mixed = try samples([try tarFile("c.tar", "dog", "1")])
      #expect(mixed.classNames == ["1", "dog"])
      #expect(
        mixed.damage.notices.map(local)
          == ["c.tar: 2.cls is \"1\", like the index of a class, but c.tar: 1.cls is \"dog\": all are taken as names"])
    }
  }

  @Test func longTextsAreCutInMessages() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      for first in ["0", "a"] {
        let path = try write(
          "a.tar",
          [
            "1.jpg": colour, "1.cls": Array(first.utf8), "2.jpg": colour,
            "2.cls": [UInt8](repeating: 0x78, count: 100_000),
          ])
        let x = String(repeating: "x", count: 37) + "..."
        #expect(
          try samples([path]).damage.samples.map { local($0.message) } == [
            first == "0"
              ? "a.tar: 2.cls is \"\(x)\", which is no class index"
              : "a.tar: 2.cls is \"\(x)\" and has 100000 letters, too many for the name of a class"
          ])
        #expect(
          try message(of: { try samples([path], .classes(names: ["0", "a"], ignored: nil)) })
            == "a.tar: 2.cls is \"\(x)\", which is none of the 2 classes")
      }
    }
  }
}
