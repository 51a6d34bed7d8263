import Collectives

/// The byte that `from` sends to `to` at `index`.
private func pattern(_ from: Int, _ to: Int, _ index: Int) -> UInt8 {
  UInt8(truncatingIfNeeded: from &* 31 &+ to &* 17 &+ index &* 7 &+ index >> 8)
}

func checkBroadcast(_ communicator: any Communicator) throws {
  for root in 0..<communicator.size {
    var bytes = [UInt8](repeating: 0, count: 129)
    if communicator.rank == root { for i in bytes.indices { bytes[i] = pattern(root, 0, i) } }
    try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, root: root) }
    for i in bytes.indices { try require(bytes[i] == pattern(root, 0, i), "broadcast from \(root) differs at \(i)") }
  }
}

func checkAllgather(_ communicator: any Communicator) throws {
  // Unequal parts, one of them empty, with gaps between them; from elsewhere and in place.
  let counts = (0..<communicator.size).map { $0 == 1 ? 0 : 40 + 13 * $0 }
  let offsets = counts.indices.map { counts[..<$0].reduce(0, +) + 3 * $0 }
  let rank = communicator.rank
  for inPlace in [false, true] {
    var all = [UInt8](repeating: 0, count: counts.reduce(0, +) + 3 * counts.count)
    let own = (0..<counts[rank]).map { pattern(rank, 0, $0) }
    try all.withUnsafeMutableBytes { receive in
      if inPlace {
        let place = UnsafeMutableRawBufferPointer(rebasing: receive[offsets[rank]..<offsets[rank] + counts[rank]])
        place.copyBytes(from: own)
        try communicator.allgather(UnsafeRawBufferPointer(place), into: receive, counts: counts, offsets: offsets)
      } else {
        try own.withUnsafeBytes {
          try communicator.allgather($0, into: receive, counts: counts, offsets: offsets)
        }
      }
    }
    for r in counts.indices {
      for i in 0..<counts[r] {
        try require(all[offsets[r] + i] == pattern(r, 0, i), "allgather of rank \(r) differs at \(i)")
      }
      for i in 0..<3 { try require(all[offsets[r] + counts[r] + i] == 0, "allgather wrote into a gap") }
    }
  }
}

func checkAlltoall(_ communicator: any Communicator) throws {
  let size = communicator.size
  let rank = communicator.rank
  func length(_ from: Int, _ to: Int) -> Int { (from * 5 + to * 11) % 4 == 0 ? 0 : from * 20 + to * 3 + 1 }
  let sendCounts = (0..<size).map { length(rank, $0) }
  let receiveCounts = (0..<size).map { length($0, rank) }
  let sendOffsets = sendCounts.indices.map { sendCounts[..<$0].reduce(0, +) }
  let receiveOffsets = receiveCounts.indices.map { receiveCounts[..<$0].reduce(0, +) + 2 * $0 }
  var send: [UInt8] = []
  for to in 0..<size { send += (0..<sendCounts[to]).map { pattern(rank, to, $0) } }
  var receive = [UInt8](repeating: 0, count: receiveCounts.reduce(0, +) + 2 * size)
  try send.withUnsafeBytes { out in
    try receive.withUnsafeMutableBytes {
      try communicator.alltoall(
        out, sendCounts: sendCounts, sendOffsets: sendOffsets, into: $0, receiveCounts: receiveCounts,
        receiveOffsets: receiveOffsets)
    }
  }
  for from in 0..<size {
    for i in 0..<receiveCounts[from] {
      try require(receive[receiveOffsets[from] + i] == pattern(from, rank, i), "alltoall from \(from) differs at \(i)")
    }
  }
}

/// One message of more than 2^31 bytes by each operation, from rank 0 to all; the last bytes show that it is complete.
func checkLarge(_ communicator: any Communicator) throws {
  let large = 1 << 31 + 4097
  let size = communicator.size
  let rank = communicator.rank
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: large + 64 * size, alignment: 64)
  defer { memory.deallocate() }
  let marks = [0, 1 << 30 - 1, 1 << 30, 1 << 31, large - 1]
  func clear() { memory.initializeMemory(as: UInt8.self, repeating: 0) }
  func mark() { for (i, place) in marks.enumerated() { memory[place] = pattern(0, 1, i) } }
  func compare(_ what: String) throws {
    for (i, place) in marks.enumerated() {
      try require(memory[place] == pattern(0, 1, i), "\(what) of \(large) bytes differs at \(place)")
    }
  }

  clear()
  if rank == 0 { mark() }
  try communicator.broadcast(memory, root: 0)
  try compare("broadcast")

  clear()
  if rank == 0 { mark() } else { memory[large + 64 * (rank - 1)] = pattern(rank, 2, 0) }
  let counts = [large] + Array(repeating: 64, count: size - 1)
  let offsets = counts.indices.map { counts[..<$0].reduce(0, +) }
  let own = UnsafeRawBufferPointer(rebasing: memory[offsets[rank]..<offsets[rank] + counts[rank]])
  try communicator.allgather(own, into: memory, counts: counts, offsets: offsets)
  try compare("allgather")
  for r in 1..<size { try require(memory[offsets[r]] == pattern(r, 2, 0), "allgather behind 2^31 bytes differs") }

  clear()
  if rank == 0 { mark() }
  let none = Array(repeating: 0, count: size)
  var out = none
  var coming = none
  if rank == 0 { out[1] = large } else if rank == 1 { coming[0] = large }
  let empty = UnsafeMutableRawBufferPointer(rebasing: memory[0..<0])
  try communicator.alltoall(
    UnsafeRawBufferPointer(rank == 0 ? memory : empty), sendCounts: out, sendOffsets: none,
    into: rank == 1 ? memory : empty, receiveCounts: coming, receiveOffsets: none)
  if rank == 1 { try compare("alltoall") }
}
