import CMPIShim
import Collectives
import Diagnostics
import Foundation

// Run under an MPI launcher: checks every operation between real ranks; rank 0 prints "ok N", a fault ends the job.
//   collectives-check            all operations, whole and cut into small pieces
//   collectives-check reduce     the reduction alone, of more lengths
//   collectives-check groups     all operations at once in groups of the ranks, then among all
//   collectives-check large      messages of more than 2^31 bytes
//   collectives-check fail       the last rank fails on its own: MPI_Abort with exit status 65
//   collectives-check disagree   the last rank's input is broken: all ranks agree and end with exit status 66
//   collectives-check truncate   rank 0 expects less than rank 1 sends: MPI's own message, exit status 71
//   collectives-check apart      all operations, between ranks that see no process of each other
//   collectives-check version    prints which MPI the program was built with

func runChecks() -> Int32 {
  let arguments = Set(CommandLine.arguments.dropFirst())
  if arguments.contains("version") {
    print(Launch.describe)
    return 0
  }
  do {
    let communicator = try Launch.openCommunicator()
    do {
      if arguments.contains("fail") {
        try failAlone(communicator)
      } else if arguments.contains("disagree") {
        try disagree(communicator)
      } else if arguments.contains("truncate") {
        try expectTooLittle(communicator)
      } else if arguments.contains("reduce") {
        for limit in [7, 1 << 30] {
          dpt_mpi_set_chunk_limit(limit)
          try communicator.barrier()
          try checkSum(communicator, limit: limit)
          try checkCompressed(communicator)
        }
      } else if arguments.contains("groups") {
        try checkGroups(communicator)
      } else if arguments.contains("large") {
        try checkLarge(communicator)
      } else {
        try checkSmall(communicator)
      }
      if communicator.isRoot { print("ok \(communicator.size)") }
      try communicator.close()
      return 0
    } catch let failure as Failure {
      communicator.abort(failure)
    }
  } catch {
    if Launch().expectedRank == 0 { FileHandle.standardError.write(Data("\(error)\n".utf8)) }
    return (error as? Failure)?.exitCode.rawValue ?? 70
  }
}

func require(_ condition: Bool, _ what: String) throws {
  if !condition { throw Failure(.software, what) }
}

private func checkSmall(_ communicator: any Communicator) throws {
  // One byte a message, odd sizes, and no cutting at all.
  for limit in [1, 7, 64, 1 << 30] {
    dpt_mpi_set_chunk_limit(limit)
    try communicator.barrier()
    try checkBroadcast(communicator)
    try checkAllgather(communicator)
    try checkAlltoall(communicator)
    try checkSum(communicator, limit: limit)
    try checkCompressed(communicator)
    try checkSharing(communicator)
    try checkGrowing(communicator)
    let sum = try communicator.agree { communicator.rank }
    try require(sum == communicator.rank, "agree gives each rank its own value")
  }
}

/// Groups of ranks compute apart, some longer than others; then the ranks are one job again.
private func checkGroups(_ communicator: any Communicator) throws {
  for count in [2, 3, communicator.size] {
    let group = communicator.rank % count
    let members = (0..<communicator.size).filter { $0 % count == group }
    try communicator.divided(into: group) { part in
      try require(part.size == members.count && members[part.rank] == communicator.rank, "ranks of group \(group)")
      for _ in 0...group { try checkSmall(part) }
    }
    try checkSmall(communicator)
  }
}

private func checkSum(_ communicator: any Communicator, limit: Int) throws {
  for shards in [8, 13] where communicator.size <= shards {
    for (elements, wholeLimit) in [(100, 1 << 20), (100, 0), (limit > 100 ? 30_011 : 411, 0), (1011, 2048)] {
      let tree = try ReductionTree(shards: shards)
      let reducer = try TreeSum(
        SumLayout(elementCount: elements, statusCount: 3, wholeLimit: wholeLimit, bucketBytes: 8192), tree: tree,
        communicator: communicator)
      for step in 0..<2 {
        try check(reducer, tree, communicator, step: step)
      }
    }
  }
}

/// Compressed sums against those of one process, whose bits CollectivesTests compare with the formula.
private func checkCompressed(_ communicator: any Communicator) throws {
  let (count, rounded) = (1011, 1008)
  for format in Compression.Format.allCases {
    for parts in [1, 2, 8] where communicator.size <= 8 {
      let tree = try ReductionTree(shards: 8, parts: parts)
      let pair = try [communicator, SoloCommunicator()].map {
        try TreeSum(
          SumLayout(
            elementCount: count, statusCount: 1, bucketBytes: 1024,
            compression: Compression(format: format, count: rounded)),
          tree: tree, communicator: $0)
      }
      for step in 0..<3 {
        for reducer in pair {
          for (k, node) in reducer.local.nodes.enumerated() {
            for (i, value) in treeSum(node, count, step).enumerated() { reducer.nodes[k * reducer.stride + i] = value }
          }
          try reducer.reduce()
        }
        for i in 0..<count {
          let isSame = pair[0].result[i].bitPattern == pair[1].result[i].bitPattern
          try require(isSame, "\(format) in \(parts) parts: sum of element \(i) differs in step \(step)")
        }
      }
      let left = try pair[0].residuals?.gather(communicator)
      let expected = try pair[1].residuals?.gather(SoloCommunicator())
      try require(left == (communicator.isRoot ? expected : nil), "\(format) in \(parts) parts: residuals differ")
    }
  }
}

/// Fills the rank's nodes from shard vectors, reduces, and compares bits with the same tree on one process.
private func check(_ reducer: TreeSum, _ tree: ReductionTree, _ communicator: any Communicator, step: Int) throws {
  for (k, node) in reducer.local.nodes.enumerated() {
    let vector = treeSum(node, reducer.elementCount, step)
    for i in vector.indices { reducer.nodes[k * reducer.stride + i] = vector[i] }
  }
  for i in 0..<3 { reducer.status.own[i] = Double(communicator.rank * 10 + i + step) }
  try reducer.reduce()
  let expected = treeSum(0..<tree.shardCount, reducer.elementCount, step)
  for i in expected.indices {
    try require(expected[i].bitPattern == reducer.result[i].bitPattern, "sum of element \(i) differs in step \(step)")
  }
  for r in 0..<communicator.size {
    for i in 0..<3 {
      try require(reducer.status[r][i] == Double(r * 10 + i + step), "status word \(i) of rank \(r) differs")
    }
  }
}

/// All ranks of a machine see each rank's area, and a refusal is the same on all ranks.
private func checkSharing(_ communicator: any Communicator) throws {
  guard let memory = try communicator.shareMemory(byteCount: 100) else { throw Failure(.software, "nothing shared") }
  #if os(Linux)
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps"))
    let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    // If ranks do not see each other's processes, the memory needs a name.
    let isNameless = maps.contains("/memfd:dp-train") || communicator is SoloCommunicator
    try require(isNameless || CommandLine.arguments.contains("apart"), "memory that nothing outlives")
  #endif
  let ranks = communicator.neighbours
  let place = ranks.firstIndex(of: communicator.rank) ?? 0
  try require(memory.areas.count == ranks.count, "one area a rank")
  for area in memory.areas {
    try require(area.count >= 100 && area.prefix(100).allSatisfy { $0 == 0 }, "zeroed memory")
  }
  try communicator.barrier()
  memory.areas[place][99] = UInt8(communicator.rank + 1)
  try communicator.barrier()
  for (rank, area) in zip(ranks, memory.areas) {
    try require(area[99] == UInt8(rank + 1), "rank \(rank)'s byte is seen")
  }
  let isMuch = communicator.rank == communicator.size - 1
  try require(try communicator.shareMemory(byteCount: isMuch ? 1 << 46 : 100) == nil, "so much cannot be shared")
}

/// Memory that grows is the same for all ranks of a machine, and its bytes may be touched once a rank has reserved them.
private func checkGrowing(_ communicator: any Communicator) throws {
  let leads = communicator.neighbours.first == communicator.rank
  let bytes = 1 << 24
  guard let memory = try communicator.shareGrowingMemory(byteCount: leads ? bytes : 0) else {
    throw Failure(.software, "nothing shared")
  }
  try require(memory.areas[0].count >= bytes, "the first area is all that the first rank asked for")
  try require(memory.reserve(0..<4096), "little memory is there")
  if leads { memory.areas[0][4095] = UInt8(communicator.rank + 1) }
  try communicator.barrier()
  try require(memory.areas[0][4095] == UInt8(communicator.neighbours[0] + 1), "the first rank's byte is seen")
  try communicator.barrier()
}

private func treeSum(_ node: Range<Int>, _ count: Int, _ step: Int) -> [Float] {
  if node.count == 1 { return (0..<count).map { sample(node.lowerBound, $0, step) } }
  let middle = node.lowerBound + ReductionTree.leftCount(of: node.count)
  let left = treeSum(node.lowerBound..<middle, count, step)
  let right = treeSum(middle..<node.upperBound, count, step)
  return zip(left, right).map { $0 + $1 }
}

/// A float in -1..<1 of full mantissa, so that the order of additions shows in the bits.
private func sample(_ shard: Int, _ element: Int, _ step: Int) -> Float {
  var state = UInt64(shard) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(element) &* 0xBF58_476D_1CE4_E5B9 &+ UInt64(step)
  state = (state ^ (state >> 30)) &* 0x94D0_49BB_1331_11EB
  state ^= state >> 31
  return Float(Int32(truncatingIfNeeded: state)) / 0x1p31
}

private func failAlone(_ communicator: any Communicator) throws {
  if communicator.rank == communicator.size - 1 { throw Failure(.data, "broken on purpose") }
  try communicator.barrier()
}

private func expectTooLittle(_ communicator: any Communicator) throws {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64)
  defer { bytes.deallocate() }
  let sent = communicator.rank == 1 ? [32, 0] : [0, 0]
  let expected = communicator.rank == 0 ? [0, 16] : [0, 0]
  try communicator.alltoall(
    UnsafeRawBufferPointer(rebasing: bytes[..<32]), sendCounts: sent, sendOffsets: [0, 0],
    into: UnsafeMutableRawBufferPointer(rebasing: bytes[32...]), receiveCounts: expected, receiveOffsets: [0, 0])
  try communicator.barrier()
}

private func disagree(_ communicator: any Communicator) throws {
  do {
    try communicator.agree {
      if communicator.rank == communicator.size - 1 { throw Failure(.noInput, "data.npz is missing") }
    }
  } catch let failure as Failure {
    communicator.abort(failure, alike: true)
  }
  throw Failure(.software, "the ranks agreed though one failed")
}
