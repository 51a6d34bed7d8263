import Formats
import Foundation
import TestSupport
import Testing

@testable import Datasets

extension TarSamplesTests {
  @Test func whatWasLeftOutIsToldByTheErrorThatFollows() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let none = try write("a.tar", ["1.jpg": [], "1.cls": [0x30], "2.jpg": [1], "2.cls": [0x31]])
      #expect(
        try advice(of: { try samples([none]) }) == "2 samples of a.tar were left out; the first: a.tar: 1.jpg is empty")
      let half = try write("b.tar", ["1.jpg": [], "1.cls": [0x61], "2.jpg": colour, "2.cls": [0x62]])
      #expect(try message(of: { try samples([half]) }) == "b.tar: no sample of the class a can be read")
      #expect(try advice(of: { try samples([half]) }) == "1 sample of b.tar was left out: b.tar: 1.jpg is empty")
      #expect(
        try advice(of: { try samples([half], .classes(names: ["a"], ignored: nil)) })
          == """
          the classes are a
            1 sample of b.tar was left out: b.tar: 1.jpg is empty
          """)
      // Cut behind the first member.
      try DatasetsTests.write(Array(try Data(contentsOf: URL(filePath: none)).prefix(512)), to: half)
      #expect(try message(of: { try samples([half]) }) == "b.tar: no sample has a target .cls; the first, 1, has jpg")
      #expect(
        try advice(of: { try samples([half]) })
          == """
          data.target names it: cls, txt, npy or json:KEY
            b.tar lacks the mark of its end, two blocks of zeros, so it may be cut
          """)
    }
  }

  @Test func theEndsOfFilesAreTold() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let members: KeyValuePairs<String, [UInt8]> = [
        "1.cls": [0x30], "1.jpg": colour, "2.cls": [0x31], "2.jpg": colour,
      ]
      let path = try write("a.tar", members)
      let (whole, size) = (TarWriter(members), TarWriter(["2.jpg": colour]).bytes.count)
      for (bytes, count, notices) in [
        (whole.finished, 2, []),
        (
          whole.bytes, 2,
          ["a.tar lacks the mark of its end, two blocks of zeros, so it may be cut; 2 samples are read from it"]
        ),
        (
          Array(whole.bytes.dropLast(size - 600)), 1,
          [
            "a.tar is cut or damaged: it ends within 2.jpg; 1 sample is read from it",
            "a.tar: 2 has no input .jpg; left out",
          ]
        ),
        (
          whole.finished + whole.finished, 2,
          [
            "a.tar goes on after the mark of its end, and what follows is not read; to join archives, use GNU tar: "
              + "tar -A -f first.tar second.tar"
          ]
        ),
      ] {
        try DatasetsTests.write(bytes, to: path)
        let found = try samples([path], inputs: ["jpg"])
        #expect(found.count == count)
        #expect((found.notices + found.damage.notices).map { $0.replacing(path, with: "a.tar") } == notices)
      }
    }
  }

  @Test func onlyTheFirstNoticesAreShown() throws {
    try withTarFiles { write in
      var writer = TarWriter(["0.jpg": try image("colour.jpg"), "0.cls": [0x30]])
      for index in 1...9 { writer.add("\(index).jpg", []) }
      let paths = try (0..<5).map { try write("\($0).tar", [:]) }
      for path in paths { try DatasetsTests.write(writer.bytes, to: path) }
      let found = try samples(paths).damage.notices.map(local)
      try #require(found.count == 8)
      #expect(found[3].hasSuffix(": 2 more tar files cut or without the mark of the end"))
      #expect(found[4] == "0.tar: 1.jpg is empty; left out" && found[7].hasSuffix(": 42 more samples left out"))
    }
  }

  @Test func keysOfDifferentBytesAreDifferentSamples() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let path = try write(
        "a.tar", ["\u{E9}.jpg": colour, "\u{E9}.cls": [0x30], "e\u{301}.jpg": colour, "e\u{301}.cls": [0x31]])
      let found = try samples([path])
      #expect(found.classes == [0, 1] && found.notices.isEmpty)
    }
  }
}
