import Testing

@testable import Datasets

@Suite struct WindowsAheadTests {
  @Test func aPartOfTheNextWindowIsAskedForAsLargeAsWhatIsLoaded() {
    let order = [4, 3, 5, 0, 2, 1, 2, 9]
    var ahead = WindowsAhead([0..<3, 3..<3, 3..<7, 7..<8], afterwards: [6, 7])
    func loaded(before place: Int) -> [Int] { ahead.loaded(before: place) { order[$0] } }
    #expect(loaded(before: 1) == [0, 1])
    #expect(loaded(before: 1) == [] && loaded(before: 3) == [2, 2])
    #expect(loaded(before: 6) == [9] && loaded(before: 7) == [])
    #expect(loaded(before: 8) == [6, 7] && loaded(before: 8) == [])
  }
}
