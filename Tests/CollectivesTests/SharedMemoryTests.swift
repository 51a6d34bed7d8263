import CMPIShim
import Foundation
import Testing

/// Shared memory that processes open by a path in /proc or by a name.
@Suite struct SharedMemoryTests {
  private static let bytes = 1 << 16
  private static let name = "/dp-train-test-\(UUID().uuidString.prefix(8))"

  private func map(_ place: String, bytes: Int = bytes) -> (start: UnsafeMutableRawPointer?, error: Int32) {
    var error: Int32 = 0
    let start = dpt_shared_map(place, bytes, 0, min(bytes, Self.bytes), nil, &error)
    return (start, error)
  }

  private func expectShared(_ place: String, close: () -> Void) throws {
    let first = try #require(map(place).start)
    let second = try #require(map(place).start)
    close()
    first.storeBytes(of: 7, toByteOffset: Self.bytes - 1, as: UInt8.self)
    #expect(second.load(fromByteOffset: Self.bytes - 1, as: UInt8.self) == 7)
    #expect(second.load(as: UInt8.self) == 0)
    dpt_shared_unmap(first, Self.bytes)
    dpt_shared_unmap(second, Self.bytes)
    #expect(map(place).start == nil)
  }

  @Test func aNameExistsUntilItIsClosed() throws {
    var file: Int32 = -1
    #expect(dpt_shared_create(Self.name, Self.bytes, false, &file) == 0)
    var other: Int32 = -1
    #expect(dpt_shared_create(Self.name, Self.bytes, false, &other) == EEXIST)
    try expectShared(Self.name) { dpt_shared_close(Self.name, file) }
  }

  #if os(Linux)
    @Test func namelessMemoryIsFoundThroughItsProcess() throws {
      var file: Int32 = -1
      #expect(dpt_shared_create(nil, Self.bytes, false, &file) == 0)
      let place = "/proc/\(getpid())/fd/\(file)"
      #expect(map(place, bytes: Self.bytes / 2).error == EBADF)
      try expectShared(place) { dpt_shared_close(nil, file) }
    }

    @Test func moreMemoryThanAvailableIsRefused() {
      var file: Int32 = -1
      #expect(dpt_shared_create(nil, 1 << 46, false, &file) == ENOMEM)
    }

    @Test func memoryThatGrowsMayBeLargerThanWhatIsAvailable() throws {
      let bytes = 1 << 46
      var file: Int32 = -1
      #expect(dpt_shared_create(nil, bytes, true, &file) == 0)
      var (kept, error) = (Int32(-1), Int32(0))
      let place = "/proc/\(getpid())/fd/\(file)"
      let start = try #require(dpt_shared_map(place, bytes, 0, bytes, &kept, &error))
      dpt_shared_close(nil, file)
      #expect(dpt_shared_grow(kept, 0, 1 << 20) == 0)
      start.storeBytes(of: 7, toByteOffset: 1 << 20 - 1, as: UInt8.self)
      #expect(dpt_shared_grow(kept, 1 << 20, bytes - 1 << 20) == ENOMEM)
      close(kept)
      dpt_shared_unmap(start, bytes)
    }

    @Test func anotherFileIsNotTakenForMemory() throws {
      let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try Data(count: Self.bytes).write(to: URL(filePath: path))
      let file = open(path, O_RDWR)
      defer { close(file) }
      #expect(map("/proc/\(getpid())/fd/\(file)").error == EBADF)
    }
  #endif
}
