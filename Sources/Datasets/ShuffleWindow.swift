import Tensors

/// How an epoch orders samples in files for disks that read a file fastest as a whole: the files come in random order, and the
/// samples of some neighbouring ones are mixed.
///
/// The order is a function of seed and epoch alone.
struct ShuffleWindow {
  private let files: [Range<Int>]
  private let size: Int

  /// Windows of `size` files that have these samples.
  init(of files: [Range<Int>], size: Int) { (self.files, self.size) = (files, size) }

  /// Puts the entries of an epoch, in ascending order, into the random order of their files.
  /// - Parameter sample: the sample of an entry.
  /// - Returns: the windows, whose entries are still to be mixed.
  func arrange(
    _ order: UnsafeMutableBufferPointer<Int>, epoch: Int, _ random: Philox, sample: (_ entry: Int) -> Int
  ) -> [Range<Int>] {
    let fileOrder = fileOrder(epoch: epoch, random)
    var counts = [Int](repeating: 0, count: files.count)
    for entry in order.indices { counts[file(of: sample(entry))] += 1 }
    var next = counts
    var windows: [Range<Int>] = []
    var place = 0
    for first in stride(from: 0, to: fileOrder.count, by: size) {
      let start = place
      for file in fileOrder[first..<min(first + size, fileOrder.count)] {
        next[file] = place
        place += counts[file]
      }
      windows.append(start..<place)
    }
    for entry in order.indices {
      let file = file(of: sample(entry))
      order[next[file]] = entry
      next[file] += 1
    }
    return windows
  }

  /// The samples of an epoch's first window, which are still to be mixed.
  func firstSamples(epoch: Int, _ random: Philox) -> [Int] {
    fileOrder(epoch: epoch, random).prefix(size).flatMap { Array(files[$0]) }
  }

  /// The random order of the files in an epoch.
  private func fileOrder(epoch: Int, _ random: Philox) -> [Int] {
    var order = Array(files.indices)
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...files.count - 1, epoch: epoch, sample: index, element: 3))
    }
    return order
  }

  /// The file that has a sample.
  private func file(of sample: Int) -> Int {
    var (low, high) = (0, files.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if files[middle].lowerBound <= sample { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
