import Testing

@testable import Datasets

@Suite struct ShardFilesTests {
  @Test func neighboursAreReadAheadInOnePiece() {
    func place(_ shard: Int, _ offset: Int, _ size: Int) -> ShardPlace {
      ShardPlace(shard: shard, offset: offset, size: size)
    }
    #expect(
      ShardPlace.runs([
        place(0, 512, 1000), place(0, 3072, 10), place(0, 200_000, 5), place(0, 200_005, 5), place(0, 4096, 9),
        place(1, 4200, 7),
      ]) == [place(0, 512, 2570), place(0, 200_000, 10), place(0, 4096, 9), place(1, 4200, 7)])
    #expect(ShardPlace.runs([]).isEmpty)
  }
}
