import Datasets
import Diagnostics
import Foundation
import Images
import Tensors
import Testing

/// Images that a CSV file lists.
@Suite struct ImageListTests {
  private func list(
    _ text: String, _ columns: ImageList.Columns = ImageList.Columns(), header: Bool = true, folder: String? = nil,
    classNames: [String]? = nil
  ) throws -> ImageList {
    try withFolder { root in
      try write(text, to: "\(root)/list.csv")
      return try ImageList(
        contentsOf: "\(root)/list.csv", style: CSVStyle(hasHeader: header), columns: columns, folder: folder,
        classNames: classNames)
    }
  }

  @Test func pathsStartAtTheFolderOfTheList() throws {
    let found = try list("path,kind\na/1.jpg,dog\n/b/2.png,cat\n")
    #expect(found.name(of: 0).hasSuffix("/a/1.jpg") && found.name(of: 0).hasPrefix("/"))
    #expect(found.name(of: 1) == "/b/2.png")
    #expect(found.classNames == ["cat", "dog"] && found.targets == .classes([1, 0]) && found.classes == [1, 0])
    #expect(try list("path,kind\na/1.jpg,dog\n", folder: "photos").name(of: 0) == "photos/a/1.jpg")
    #expect(try list("1.jpg,0\n2.jpg,1\n", header: false, folder: "p").classNames == ["0", "1"])
  }

  @Test func targetsAreAClassOrSeveralOrNumbers() throws {
    let text = "kind,file,tags,x,y,who\ncat,1.jpg,red; soft,1,2.5,ann\ndog,2.jpg,,3,4,bob\ncat,3.jpg,soft;big,5,6,ann\n"
    func read(_ target: ImageList.Target?, areNumbers: Bool = false) throws -> ImageList {
      try list(
        text,
        ImageList.Columns(
          image: "file", target: target, areNumbers: areNumbers, extras: SampleExtras(group: "who")))
    }
    #expect(try read(.label("kind")).targets == .classes([0, 1, 0]))
    let tags = try read(.labels("tags"))
    #expect(tags.classNames == ["big", "red", "soft"])
    #expect(tags.targets == .values([0, 1, 1, 0, 0, 0, 1, 0, 1], width: 3) && tags.classes == nil)
    #expect(try read(.numbers(["y", "3"])).targets == .values([2.5, 1, 4, 3, 6, 5], width: 2))
    #expect(try read(nil).classNames == ["ann", "bob"])
    #expect(tags.groups == SampleGroups(["ann", "bob", "ann"], from: "who"))
    let chosen = tags.choosing([2, 0])
    #expect(chosen.targets == .values([0, 1, 1, 1, 0, 1], width: 3) && chosen.groups?.names == ["ann", "ann"])
    #expect(chosen.name(of: 1).hasSuffix("/3.jpg"))
  }

  @Test func blanksSeparateClassesIfNothingElseDoes() throws {
    func read(_ tags: [String], classNames: [String]? = nil) throws -> ImageList {
      try list(
        "file,tags\n" + tags.map { "1.jpg,\($0)\n" }.joined(), ImageList.Columns(target: .labels("tags")),
        classNames: classNames)
    }
    #expect(try read(["red  soft", "", "soft big"]).classNames == ["big", "red", "soft"])
    let bears = try read([" polar bear", "brown bear; cat ;", "", ";"])
    #expect(bears.classNames == ["brown bear", "cat", "polar bear"])
    #expect(bears.targets == .values([0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], width: 3))
    // A list without semicolons is read as the one of the training samples.
    let others = try read(["polar bear", "cat"], classNames: bears.classNames)
    #expect(others.targets == .values([0, 0, 1, 0, 1, 0], width: 3))
    let failure = try #require(throws: Failure.self) { try read(["cat", "panda bear"], classNames: bears.classNames) }
    #expect(failure.message == "list.csv:3: \"panda bear\" is not a class of the training samples")
  }

  @Test(arguments: [
    ("1.jpg,cat\n", "list.csv:1: the first row is an image, 1.jpg, not a list of names"),
    ("path\n1.jpg\n", "list.csv: the last column, path, has the images, so there is no target"),
    ("path,kind\n", "list.csv: there are no rows after the header"),
    ("path,kind\n,cat\n", "list.csv:2: column path: there is no image"),
    ("path,kind\n1.jpg,\n", "list.csv:2: column kind: there is no class"),
    ("path,kind\n1.jpg,cow\n", "list.csv:2: \"cow\" is not a class of the training samples"),
  ])
  func faultsNameTheLine(text: String, message: String) throws {
    let failure = try #require(throws: Failure.self) { try list(text, classNames: ["cat", "dog"]) }
    #expect(failure.exitCode == .data && failure.message == message)
  }

  @Test func columnsAreFound() throws {
    func failure(_ columns: ImageList.Columns) throws -> String {
      try #require(throws: Failure.self) { try list("path,kind\n1.jpg,cat\n", columns) }.message
    }
    #expect(
      try failure(ImageList.Columns(image: "paths")) == "list.csv: there is no column \"paths\", which data.image names"
    )
    #expect(
      try failure(ImageList.Columns(target: .labels("kinds")))
        == "list.csv: there is no column \"kinds\", which data.labels names")
    #expect(
      try failure(ImageList.Columns(target: .label("path")))
        == "list.csv: column path is both the image and the target")
    #expect(
      try failure(ImageList.Columns(areNumbers: true)) == "list.csv:2: column kind: \"cat\" is not a number")
  }

  @Test func missingAndDamagedFilesAreLeftOut() throws {
    try withImages(sixImages) { root in
      try write(Array(try imageBytes("colour.jpg").prefix(700)), to: "\(root)/train/cats/0.jpg")
      let rows = ["cats/0.jpg,cat", "cats/1.jpg,cat", "cats/9.jpg,cat", "dogs/1.jpg,dog", "dogs/2.png,dog"]
      try write("path,kind\n" + rows.joined(separator: "\n"), to: "\(root)/train/list.csv")
      let all = try ImageList(
        contentsOf: "\(root)/train/list.csv", style: CSVStyle(), columns: ImageList.Columns())
      let (sound, damage) = try all.withoutDamaged()
      #expect(sound.targets == .classes([0, 1, 1]) && sound.name(of: 0) == "\(root)/train/cats/1.jpg")
      #expect(sound.sizes[0] == ImageSize(height: 40, width: 53))
      #expect(damage.count == 2 && damage[0].message.hasPrefix("\(root)/train/cats/0.jpg: this JPEG image is damaged"))
      #expect(damage[1].message == "\(root)/train/cats/9.jpg cannot be opened: No such file or directory")

      let data = try ImageDataset(
        sound, targets: sound.targets, classNames: sound.classNames, sizes: sound.sizes, pipeline: samplePipeline(),
        seed: 9, purpose: .trainingData)
      #expect(try loaded(data, [2, 0]).map(\.label) == [1, 0])
      try FileManager.default.removeItem(atPath: "\(root)/train/cats")
      let failure = try #require(throws: Failure.self) { try all.withoutDamaged() }
      #expect(failure.message == "\(root)/train/list.csv: no image of the class cat can be read")
      #expect(try all.withoutDamaged(needsAll: false).sound.count == 2)
    }
  }
}
