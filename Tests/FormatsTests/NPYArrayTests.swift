import Formats
import Testing

@Suite struct NPYArrayTests {
  static let codes = NPYElement.allCases.map(\.rawValue)

  @Test("every type, byte order and layout that NumPy writes is read", arguments: codes, ["little", "big"])
  func types(code: String, order: String) throws {
    let archive = try NPZArchive(contentsOf: fixture("types.npz"))
    let expected: [Float] =
      switch code.first {
      case "f": [-0.5, -0.25, 0, 0.25, 0.5, 0.75]
      case "i": [-50, -30, -10, 10, 30, 50]
      case "u": [0, 50, 100, 150, 200, 250]
      default: [0, 1, 0, 1, 0, 1]
      }
    for layout in ["C", "F"] {
      let array = try archive.array("\(code)-\(order)-\(layout)")
      #expect(array.shape == [2, 3])
      #expect(array.count == 6)
      #expect(array.element.rawValue == code)
      #expect(array.floats() == expected)
      #expect(array.doubles() == expected.map(Double.init))
      if code.first == "f" {
        expectFailure(.data, "element [0, 0] is -0.5", "\(code)-\(order)-\(layout).npy") { _ = try array.int32s() }
      } else {
        #expect(try array.int32s() == expected.map(Int32.init))
      }
    }
  }

  @Test("versions 1.0, 2.0 and 3.0 are read", arguments: [1, 2, 3])
  func versions(major: Int) throws {
    let array = try NPYArray(contentsOf: fixture("version\(major).npy"))
    #expect(array.shape == [2, 3, 4])
    #expect(try array.int32s() == Array(0..<24))
  }

  @Test("a Fortran-ordered array of three axes is read in C order")
  func fortran() throws {
    let array = try NPZArchive(contentsOf: fixture("stored.npz")).array("cube")
    #expect(array.shape == [2, 3, 4])
    #expect(try array.int32s() == Array(0..<24))
  }

  @Test("a single value has no axes, an empty array no elements")
  func degenerate() throws {
    let single = try NPYArray(contentsOf: fixture("single.npy"))
    #expect(single.shape == [])
    #expect(single.doubles() == [2.5])
    let empty = try NPYArray(contentsOf: fixture("empty.npy"))
    #expect(empty.shape == [0, 3])
    #expect(empty.floats().isEmpty)
  }

  @Test("texts have all digits of 64-bit integers")
  func texts() {
    let large = (Int64(1) << 53) + 1
    let whole = NPYArray(shape: [3], int64s: [large, .min, 0]).texts()
    #expect(whole == ["9007199254740993", "-9223372036854775808", "0"])
    #expect(NPYArray(shape: [2], doubles: [-0.0, 0x1p53]).texts() == ["0", "9007199254740992"])
    #expect(NPYArray(shape: [3], doubles: [1.5, -.nan, -.infinity]).texts() == ["1.5", "nan", "-inf"])
    #expect(NPYArray(shape: [2], uint8s: [255, 0]).texts() == ["255", "0"])
  }

  @Test("float16 is converted exactly, subnormal and infinite values too")
  func halves() throws {
    let values = try NPYArray(contentsOf: fixture("halves.npy")).floats()
    #expect(values.dropLast() == [0, 0, 1, -2, 65504, 0x1p-24, 0x1p-14, 0x1.554p-2, .infinity, -.infinity])
    #expect(values[1].sign == .minus)
    #expect(values.last?.isNaN == true)
  }

  @Test("int32s names the first value beyond 32 bits or with a fraction")
  func notIntegers() throws {
    let wide = try NPYArray(contentsOf: fixture("wide.npy"))
    expectFailure(.data, "wide.npy", "element [1, 0] is 2147483648", "-2147483648 to 2147483647") {
      _ = try wide.int32s()
    }
    let fractions = try NPYArray(contentsOf: fixture("fractions.npy"))
    expectFailure(.data, "fractions.npy", "element [1] is 2.5") { _ = try fractions.int32s() }
    for value in [Float.nan, .infinity, 2_147_483_648] {
      expectFailure(.data, "is \(value)") { _ = try NPYArray(shape: [1], floats: [value]).int32s() }
    }
  }

  @Test("written arrays are read back, and have NumPy's bytes")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/array.npy"
      let arrays = [
        NPYArray(shape: [2, 2], floats: [1, -0.0, .infinity, 0x1p-149]), NPYArray(shape: [], doubles: [0.1]),
        NPYArray(shape: [3], int32s: [1, -2, .min]), NPYArray(shape: [0, 3], floats: []),
        NPYArray(shape: [1, 3, 1], uint8s: [0, 128, 255]),
      ]
      for array in arrays {
        try array.write(to: path)
        let copy = try NPYArray(contentsOf: path)
        #expect(copy.shape == array.shape)
        #expect(copy.element == array.element)
        #expect(copy.doubles() == array.doubles())
      }
    }
    let counted = NPYArray(shape: [2, 3, 4], int32s: Array(0..<24))
    #expect(try counted.encoded() == fixtureBytes("version1.npy"))
    #expect(try NPYArray(shape: [], doubles: [2.5]).encoded() == fixtureBytes("single.npy"))
    #expect(try NPYArray(shape: [0, 3], floats: []).encoded() == fixtureBytes("empty.npy"))
  }
}
