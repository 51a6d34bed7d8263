import Diagnostics
import Formats
import Foundation
import Images
import Testing

@Suite struct ImageDecoderTests {
  @Test func everyFormatHasThePixelsOfPIL() throws {
    let archive = try NPZArchive(contentsOf: reference("images.npz"))
    #expect(archive.names.count == 14)
    for name in archive.names {
      let expected = try archive.array(name)
      let image = try decoded(name)
      #expect(expected.shape == [image.size.height, image.size.width, 3], "\(name)")
      let differences = zip(try expected.int32s(), try pixels(name)).map { abs($0 - Int32($1)) }
      // PIL truncates 16 bits, which are rounded here; versions of libjpeg also differ by 1.
      let limit: Int32 = name.hasSuffix(".jpg") || name.contains("sixteen") ? 1 : 0
      #expect(differences.allSatisfy { $0 <= limit }, "\(name) differs by \(differences.max() ?? 0)")
    }
  }

  @Test func memoryIsReusedForTheNextImage() throws {
    let decoder = try ImageDecoder()
    let image = Image()
    for name in ["colour.jpg", "cmyk.jpg", "alpha.png", "grey.png", "colour.jpg"] {
      try decoder.decode(reference("images/\(name)"), into: image)
      #expect(image.pixels.elementsEqual(try pixels(name)))
    }
  }

  @Test func bytesInMemoryAreDecodedAsFiles() throws {
    let (decoder, image) = (try ImageDecoder(), Image())
    for name in ["colour.jpg", "alpha.png"] {
      var bytes = try fileBytes(name)
      try decoder.decode(&bytes, name: "shard.tar: 1.jpg", into: image)
      #expect(image.pixels.elementsEqual(try pixels(name)))
      bytes = try fileBytes(name)
      #expect(try decoder.check(&bytes, name: "shard.tar: 1.jpg") == image.size)
      bytes = Array(try fileBytes(name).prefix(100))
      let failure = try #require(throws: Failure.self) { try decoder.check(&bytes, name: "shard.tar: 1.jpg") }
      #expect(failure.message.hasPrefix("shard.tar: 1.jpg: this "))
    }
  }

  @Test(arguments: [30, 200, 400, 500, 650])
  func aDamagedImageDoesNotSpoilTheNext(length: Int) throws {
    try withTemporaryFolder { folder in
      let cut = "\(folder)/cut.jpg"
      try Data(try fileBytes("colour.jpg").prefix(length)).write(to: URL(filePath: cut))
      let (decoder, image) = (try ImageDecoder(), Image())
      for name in ["colour.jpg", "grey.jpg", "progressive.jpg"] {
        #expect(throws: Failure.self) { try decoder.check(cut) }
        #expect(try decoder.check(reference("images/\(name)")) == ImageSize(height: 40, width: 53))
        #expect(throws: Failure.self) { try decoder.decode(cut, into: image) }
        try decoder.decode(reference("images/\(name)"), into: image)
        #expect(image.pixels.elementsEqual(try pixels(name)))
      }
    }
  }

  @Test func theFirstBytesDecideTheFormat() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/really-a-png.jpg"
      try Data(try fileBytes("colour.png")).write(to: URL(filePath: path))
      let image = Image()
      try ImageDecoder().decode(path, into: image)
      #expect(image.pixels.elementsEqual(try pixels("colour.png")))
    }
  }

  @Test func otherFilesAreRefusedByTheirFirstBytes() throws {
    let text = try failure(ofDecoding: Array("This is a text.\n".utf8))
    #expect(text.exitCode == .data)
    #expect(text.message.hasSuffix("is not an image: it begins with the bytes 54 68 69 73"))
    #expect(try failure(ofDecoding: []).message.hasSuffix("picture.jpg is empty"))
    #expect(try failure(ofDecoding: [0xFF]).message.hasSuffix("is not an image: it begins with the bytes ff"))
    #expect(try failure(ofDecoding: [0xFF, 0xD8, 0xFF]).message.contains("this JPEG image is damaged: "))
    #expect(
      try failure(ofDecoding: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).message
        .hasSuffix("this PNG image is damaged: the file ends at byte 8, before the header"))
  }

  @Test func missingFilesFoldersAndPipesAreNamed() throws {
    try withTemporaryFolder { folder in
      let decoder = try ImageDecoder()
      let missing = try #require(throws: Failure.self) { try decoder.check("\(folder)/no.jpg") }
      #expect(missing == Failure(.noInput, "\(folder)/no.jpg cannot be opened: No such file or directory"))
      let isFolder = try #require(throws: Failure.self) { try decoder.check(folder) }
      #expect(isFolder == Failure(.noInput, "\(folder) cannot be read: it is a folder"))
      try #require(mkfifo("\(folder)/pipe.jpg", 0o600) == 0)
      let isPipe = try #require(throws: Failure.self) { try decoder.check("\(folder)/pipe.jpg") }
      #expect(isPipe == Failure(.noInput, "\(folder)/pipe.jpg cannot be read: it is not a regular file"))
    }
  }

  @Test(arguments: ["bomb.png", "bomb.jpg"]) func anOversizedHeaderIsRefusedBeforeAllocation(
    _ name: String
  ) throws {
    let refused = try failure(ofDecoding: fileBytes(name))
    #expect(refused.exitCode == .data)
    #expect(
      refused.message.contains(
        "according to its header the image has \(name == "bomb.png" ? "30000×30000" : "60000×60000")"))
    #expect(refused.message.hasSuffix("but data.megapixels allows 64000000"))
    let small = try failure(ofDecoding: fileBytes("colour.png"), limit: 40 * 53 - 1)
    #expect(
      small.message.hasSuffix("according to its header the image has 40×53 pixels, but data.megapixels allows 2119"))
  }

  @Test(arguments: ["colour.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "colour.png", "palette.png", "alpha.png"])
  func aTruncatedFileIsDamaged(_ name: String) throws {
    let bytes = try fileBytes(name)
    for length in [9, bytes.count / 4, bytes.count / 2, bytes.count * 9 / 10, bytes.count - 1] {
      let refused = try failure(ofDecoding: Array(bytes[..<length]))
      #expect(refused.exitCode == .data)
      #expect(refused.message.contains("image is damaged: "), "\(name) cut to \(length)")
    }
  }

  @Test(arguments: ["colour.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg"])
  func damageOutsideThePixelsIsAccepted(_ name: String) throws {
    let sound = try fileBytes(name)
    let expected = try pixels(name)
    var stray = sound
    stray.insert(contentsOf: [0x12, 0x34, 0x00, 0x56], at: sound.count - 2)
    // After the first segment, before the second one's marker.
    var between = sound
    between.insert(contentsOf: [0x12, 0x34, 0x00, 0x56], at: 4 + Int(sound[4]) << 8 + Int(sound[5]))
    var versions = [stray, between]
    if let place = sound.firstRange(of: Array("JFIF\0".utf8))?.upperBound {
      for bytes in [sound, stray] {
        versions.append(bytes)
        versions[versions.count - 1][place] = 0
        versions.append(bytes)
        versions[versions.count - 1][place] = 9
      }
    }
    for bytes in versions {
      try withTemporaryFolder { folder in
        let path = "\(folder)/picture.jpg"
        try Data(bytes).write(to: URL(filePath: path))
        let image = Image()
        let decoder = try ImageDecoder()
        try decoder.check(path)
        try decoder.decode(path, into: image)
        #expect(image.pixels.elementsEqual(expected))
      }
      for length in [bytes.count / 2, bytes.count * 9 / 10, bytes.count - 1] {
        #expect(try failure(ofDecoding: Array(bytes[..<length])).message.contains("this JPEG image is damaged: "))
      }
    }
  }

  /// After damaged files, a good file is decoded as before, and no memory is corrupted.
  @Test func filesThatEndInTheirHeaderAreHarmless() throws {
    let bytes = try fileBytes("colour.jpg")
    let folder = FileManager.default.temporaryDirectory.appending(path: "cut-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let decoder = try ImageDecoder()
    let image = Image()
    try decoder.decode(reference("images/colour.jpg"), into: image)
    let wanted = Array(image.pixels)
    for length in stride(from: 2, to: min(bytes.count, 700), by: 3) {
      let file = folder.appending(path: "\(length).jpg")
      try Data(bytes.prefix(length)).write(to: file)
      #expect(throws: Failure.self, "\(length)") { try decoder.check(file.path) }
      #expect(throws: Failure.self, "\(length)") { try decoder.decode(file.path, into: Image()) }
      try decoder.check(reference("images/colour.jpg"))
    }
    try decoder.decode(reference("images/colour.jpg"), into: image)
    #expect(Array(image.pixels) == wanted)
  }

  @Test func damageInTheMiddleIsFound() throws {
    var jpeg = try fileBytes("colour.jpg")
    // A marker where coded pixels should be.
    jpeg.replaceSubrange(jpeg.count / 2..<jpeg.count / 2 + 2, with: [0xFF, 0xC4])
    #expect(try failure(ofDecoding: jpeg).message.contains("this JPEG image is damaged: "))
    for name in ["colour.png", "palette.png", "alpha.png"] {
      var png = try fileBytes(name)
      png[png.count / 2] ^= 0x55
      #expect(try failure(ofDecoding: png).message.contains("this PNG image is damaged: "))
    }
  }

  @Test func damagedFilesDoNotCrashOrHang() throws {
    let decoder = try ImageDecoder(pixelLimit: 20_000)
    let image = Image()
    try withTemporaryFolder { folder in
      let path = "\(folder)/damaged"
      var state: UInt64 = 1
      for name in ["colour.jpg", "progressive.jpg", "cmyk.jpg", "colour.png", "palette.png", "sixteen-bits.png"] {
        let sound = try fileBytes(name)
        for _ in 0..<200 {
          var bytes = sound
          for _ in 0..<3 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
          }
          try Data(bytes).write(to: URL(filePath: path))
          do {
            try decoder.decode(path, into: image)
            #expect(image.size.count <= 20_000)
          } catch let failure as Failure {
            #expect(failure.exitCode == .data)
          }
        }
      }
    }
  }
}
