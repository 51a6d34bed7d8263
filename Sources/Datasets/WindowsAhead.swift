/// Asks for the samples of the next window while those of a window are loaded, in the order of their files, so that a disk reads
/// large pieces of these one after the other.
///
/// It asks for as large a part of the next window as has been loaded of this one: neither all at once, which would keep the disk
/// from what is needed first, nor when it is late.
struct WindowsAhead {
  /// The places of the windows in the epoch's order.
  private let windows: [Range<Int>]
  /// The samples of the epoch after this one that come first; empty if they are not known.
  private let afterwards: [Int]
  private var current = 0
  /// The samples of the window after the current one, in the order of their files; nil if they are not listed yet.
  private var next: [Int]?
  private var asked = 0

  /// The windows of an epoch.
  init(_ windows: [Range<Int>], afterwards: [Int]) {
    self.windows = windows.filter { !$0.isEmpty }
    self.afterwards = afterwards
  }

  /// Takes notice that the samples before `place` in the epoch's order are loaded.
  /// - Parameter samples: the samples at some places.
  /// - Returns: the samples to ask for.
  mutating func loaded(before place: Int, samples: (Range<Int>) -> some Sequence<Int>) -> [Int] {
    while current < windows.count, place > windows[current].upperBound {
      current += 1
      (next, asked) = (nil, 0)
    }
    guard current < windows.count else { return [] }
    let window = windows[current]
    if next == nil {
      next = current + 1 < windows.count ? samples(windows[current + 1]).sorted() : afterwards
    }
    let all = next ?? []
    let wanted = (all.count * (place - window.lowerBound) + window.count - 1) / window.count
    defer { asked = max(asked, wanted) }
    return Array(all[asked..<max(asked, wanted)])
  }
}
