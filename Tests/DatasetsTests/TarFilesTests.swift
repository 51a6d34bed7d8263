import Testing

@testable import Datasets

@Suite struct TarFilesTests {
  @Test func neighboursAreReadAheadInOnePiece() {
    func place(_ file: Int, _ offset: Int, _ size: Int) -> TarPlace {
      TarPlace(file: file, offset: offset, size: size)
    }
    #expect(
      TarPlace.runs([
        place(0, 512, 1000), place(0, 3072, 10), place(0, 200_000, 5), place(0, 200_005, 5), place(0, 4096, 9),
        place(1, 4200, 7),
      ]) == [place(0, 512, 2570), place(0, 200_000, 10), place(0, 4096, 9), place(1, 4200, 7)])
    #expect(TarPlace.runs([]).isEmpty)
  }
}
