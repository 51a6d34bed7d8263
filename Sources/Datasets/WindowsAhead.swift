/// Asks for a rank's samples of the next window while those of a window are loaded, in the order of their files, so that a disk
/// reads large pieces of these one after the other.
///
/// It asks for as large a part of the next window as has been loaded of this one: neither all at once, which would keep the disk
/// from what is needed first, nor when it is late.
struct WindowsAhead {
  /// The places of the windows in the epoch's order.
  private let windows: [Range<Int>]
  private var current = 0
  /// The samples of the window after the current one, in the order of their files; nil if they are not listed yet.
  private var next: [Int]?
  private var asked = 0

  /// The windows of an epoch.
  init(_ windows: [Range<Int>]) { self.windows = windows.filter { !$0.isEmpty } }

  /// Takes notice that the samples before `place` in the epoch's order are loaded.
  /// - Parameters:
  ///   - samples: the rank's samples at some places of the order.
  ///   - afterwards: the rank's samples that come first in the next epoch.
  /// - Returns: the samples to ask for.
  mutating func loaded(
    before place: Int, samples: (Range<Int>) -> [Int], afterwards: () -> [Int]
  ) -> [Int] {
    var found: [Int] = []
    while current < windows.count {
      let window = windows[current]
      let all = next ?? (current + 1 < windows.count ? samples(windows[current + 1]) : afterwards()).sorted()
      let loaded = min(place, window.upperBound) - window.lowerBound
      let wanted = max(asked, (all.count * loaded + window.count - 1) / window.count)
      found += all[asked..<wanted]
      (next, asked) = (all, wanted)
      guard place > window.upperBound else { break }
      current += 1
      (next, asked) = (nil, 0)
    }
    return found
  }
}
