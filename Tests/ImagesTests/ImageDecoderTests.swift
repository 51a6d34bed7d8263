import Diagnostics
import Formats
import Foundation
import Images
import Testing

@Suite struct ImageDecoderTests {
  /// PIL converts brightness and differences by another rounding than libtiff, and versions of libjpeg also differ by 1.
  private func limit(_ name: String) -> Int {
    name.hasSuffix(".jpg") || ["jpeg.tif", "brightness.tif"].contains(name) ? 1 : 0
  }

  @Test func everyKindHasThePixelsOfPIL() throws {
    let archive = try NPZArchive(contentsOf: reference("images.npz"))
    let names = archive.names.filter { !$0.contains("/") }
    #expect(names.count == 50)
    for name in names {
      for (colors, key) in [(PixelFormat.Colors.rgb, name), (.grey, "grey/\(name)")] {
        let expected = try archive.array(key)
        let image = try decoded(name, format: PixelFormat(colors: colors))
        #expect(expected.shape == [image.size.height, image.size.width, colors.channels], "\(key)")
        let values = withExtendedLifetime(image) { Array(image.pixels) }
        let differences = zip(try expected.int32s(), values).map { abs(Int($0) - Int($1)) }
        #expect(differences.allSatisfy { $0 <= limit(name) }, "\(key) differs by \(differences.max() ?? 0)")
        // 8 bits are widened exactly.
        guard !archive.names.contains("wide/\(name)") else { continue }
        let wide = try decoded(name, format: PixelFormat(colors: colors, depth: .sixteen))
        #expect(withExtendedLifetime(wide) { wide.widePixels.elementsEqual(values.map { UInt16($0) * 257 }) }, "\(key)")
      }
    }
  }

  @Test func sixteenBitsAreKept() throws {
    let archive = try NPZArchive(contentsOf: reference("images.npz"))
    let names = archive.names.filter { $0.hasPrefix("wide/") }
    #expect(names.count == 6)
    for key in names {
      let expected = try archive.array(key)
      let values = try expected.int32s().map { UInt16($0) }
      for colors in PixelFormat.Colors.allCases {
        let image = try decoded(String(key.dropFirst(5)), format: PixelFormat(colors: colors, depth: .sixteen))
        let wanted =
          switch (colors, expected.shape[2]) {
          case (.rgb, 1): values.flatMap { [$0, $0, $0] }
          case (.grey, 3): stride(from: 0, to: values.count, by: 3).map { grey(values[$0..<$0 + 3]) }
          default: values
          }
        #expect(withExtendedLifetime(image) { image.widePixels.elementsEqual(wanted) }, "\(key), \(colors)")
      }
    }
  }

  private func grey(_ color: ArraySlice<UInt16>) -> UInt16 {
    let products = zip(color, [19595, 38470, 7471]).map { Int($0) * $1 }
    return UInt16((products.reduce(0, +) + 32768) >> 16)
  }

  @Test(arguments: [
    ("floats.tif", "its samples are floating-point numbers of 32 bits"),
    ("five-channels.tif", "its pixels have 5 samples"),
  ])
  func kindsThatAreNotReadAreNamed(_ name: String, _ reason: String) throws {
    let refused = try failure(ofDecoding: fileBytes(name))
    #expect(refused.exitCode == .data)
    #expect(refused.message.hasSuffix("this TIFF image is of a kind that is not read: \(reason)"))
  }

  @Test func memoryIsReusedForTheNextImage() throws {
    let decoder = try ImageDecoder()
    let image = Image()
    for name in [
      "colour.jpg", "cmyk.jpg", "alpha.webp", "planes.tif", "alpha.png", "grey.png", "fax.tif", "colour.jpg",
    ] {
      try decoder.decode(reference("images/\(name)"), into: image)
      #expect(image.pixels.elementsEqual(try pixels(name)))
    }
  }

  @Test func bytesInMemoryAreDecodedAsFiles() throws {
    let (decoder, image) = (try ImageDecoder(), Image())
    for name in ["colour.jpg", "alpha.png", "colour.webp", "tiles.tif"] {
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

  @Test(arguments: [
    ("bomb.png", "30000×30000"), ("bomb.jpg", "60000×60000"), ("bomb.tif", "60000×60000"), ("bomb.webp", "16384×16384"),
  ])
  func anOversizedHeaderIsRefusedBeforeAllocation(_ name: String, _ size: String) throws {
    let refused = try failure(ofDecoding: fileBytes(name))
    #expect(refused.exitCode == .data)
    #expect(refused.message.contains("according to its header the image has \(size)"))
    #expect(refused.message.hasSuffix("but data.megapixels allows 64000000"))
    let small = try failure(ofDecoding: fileBytes("colour.png"), limit: 40 * 53 - 1)
    #expect(
      small.message.hasSuffix("according to its header the image has 40×53 pixels, but data.megapixels allows 2119"))
  }

  @Test(arguments: [
    "colour.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "colour.png", "palette.png", "alpha.png", "colour.webp",
    "lossless.webp", "alpha.webp", "animation.webp", "colour.tif", "lzw.tif", "tiles.tif",
    "sixteen-bits.tif",
  ])
  func aTruncatedFileIsDamaged(_ name: String) throws {
    let bytes = try fileBytes(name)
    for length in [12, bytes.count / 4, bytes.count / 2, bytes.count * 9 / 10, bytes.count - 1] {
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
    let decoders = try PixelFormat.Colors.allCases.flatMap { colors in
      try PixelFormat.Depth.allCases.map { depth in
        try ImageDecoder(pixelLimit: 20_000, format: PixelFormat(colors: colors, depth: depth))
      }
    }
    let image = Image()
    try withTemporaryFolder { folder in
      let path = "\(folder)/damaged"
      var state: UInt64 = 1
      let names = [
        "colour.jpg", "progressive.jpg", "cmyk.jpg", "colour.png", "palette.png", "sixteen-bits.png", "alpha.webp",
        "lossless.webp", "animation.webp", "oriented.webp", "colour.tif", "lzw.tif", "packbits.tif", "jpeg.tif",
        "fax.tif",
        "brightness.tif", "cmyk.tif", "palette.tif", "tiles.tif", "plane-tiles.tif", "big.tif", "multiplied.tif",
        "sixteen-bits.tif", "sixteen-bit-tiles.tif",
      ]
      for name in names {
        let sound = try fileBytes(name)
        for round in 0..<200 {
          var bytes = sound
          for _ in 0..<3 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
          }
          try Data(bytes).write(to: URL(filePath: path))
          do {
            try decoders[round % decoders.count].decode(path, into: image)
            #expect(image.size.count <= 20_000)
          } catch let failure as Failure {
            #expect(failure.exitCode == .data)
          }
        }
      }
    }
  }
}
