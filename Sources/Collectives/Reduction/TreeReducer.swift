import Diagnostics

/// Adds vectors over all shards of all ranks in the tree, and gives every rank the same bits.
///
/// Before `reduce()` a rank writes its tree nodes (`local.nodes`) to `nodes` and its own words to `control`; after it the
/// sum lies at `result` and all ranks' words in `controls`. All memory is allocated once, by `init`.
///
/// The ranks of a machine read each other's nodes where they lie, in memory that they share; where that is refused each
/// rank counts as a machine of its own. Between machines the vector travels in buckets, the end of it first. A rank that
/// has written the end already says so by `advance(writtenFrom:)`, and again and again as it writes the rest, and what
/// can be done meanwhile is done, by a thread of its own where messages may be moved by one.
public final class TreeReducer {
  /// The number of floats in a vector.
  public let elementCount: Int
  /// The distance between two nodes in `nodes`, in floats: `elementCount` rounded up to 16.
  public let stride: Int
  /// What this rank adds up itself, before `reduce()`.
  public let local: LocalReduction
  /// This rank's nodes: node k of `local.nodes` starts at k · `stride`. Aligned to 64 bytes. Free for writing whenever a
  /// reduction is complete.
  public let nodes: UnsafeMutablePointer<Float>
  /// This rank's own words for all ranks, such as seconds of compute or a wish to stop: its part of `controls`.
  public let control: UnsafeMutableBufferPointer<Double>
  /// The sum, `elementCount` floats, after `reduce()` and until the next one begins. Aligned to 64 bytes. All ranks of a
  /// machine may have it in one place; a single rank whose only node it is has it in `nodes`.
  public let result: UnsafePointer<Float>
  /// Every rank's control words after `reduce()`, rank by rank.
  public let controls: UnsafeBufferPointer<Double>

  /// Buckets that wait for messages of a kind that are looked at before the rest is left for the next time.
  private static let looksAtOnce = 2

  /// What rounding has left out so far, where the vector is compressed.
  public let residuals: Residuals?
  /// What this rank gets the sums of, ascending: everything, or its pieces of what is scattered and the rest.
  public let summed: [Range<Int>]

  private let plan: ReductionPlan
  private let messenger: any Messenger
  private let pending: PendingExchanges?
  private let memory: ReductionMemory?
  private let buckets: [BucketReduction]
  private let whole: WholeReduction?
  private let gathering: Gathering?
  private let place: (machine: Int, place: Int)
  private let words: UnsafeMutablePointer<Double>
  private let ownFloats: UnsafeMutablePointer<Float>
  private let peers: PeerWait
  private var number: UInt32 = 0
  private var isUnderWay = false
  private var firstOpen = 0
  private var background: BackgroundProgress?

  /// Makes the reducer of this rank; every rank makes it, with the same arguments.
  ///
  /// Throws `Failure(.usage)` where there are more ranks than shards.
  /// - Parameters:
  ///   - communicator: the ranks.
  ///   - tree: the tree over the shards of a batch.
  ///   - elementCount: the number of floats in a vector.
  ///   - controlCount: the number of control words a rank.
  ///   - wholeLimit: the longest vector, in bytes, that travels whole, so that few messages do.
  ///   - bucketBytes: the length of a stretch of the vector that travels by itself between machines, about.
  ///   - boundaries: elements from which on the vector is written at once; stretches start there where that fits.
  ///   - compression: how the vector is rounded, where the tree's parts are made and at its root; or nil.
  ///   - scatter: what of the vector's sum is divided among the ranks; or nil. There are several ranks then.
  public convenience init(
    communicator: any Communicator, tree: ReductionTree, elementCount: Int, controlCount: Int, wholeLimit: Int? = nil,
    bucketBytes: Int? = nil, boundaries: [Int] = [], compression: Compression? = nil, scatter: Scatter? = nil
  ) throws {
    func plan(_ machines: [[Int]]) throws -> ReductionPlan {
      try ReductionPlan(
        tree: tree, machines: machines, elementCount: elementCount, controlCount: controlCount, wholeLimit: wholeLimit,
        bucketBytes: bucketBytes ?? ReductionPlan.defaultBucketBytes, boundaries: boundaries, compression: compression,
        scatter: scatter)
    }
    var chosen = try plan(communicator.machines)
    var memory: SharedMemory?
    if !chosen.isSum {
      memory = try communicator.shareMemory(byteCount: ReductionMemory.byteCount(chosen, rank: communicator.rank))
      if memory == nil {
        chosen = try plan((0..<communicator.size).map { [$0] })
        memory = SharedMemory(byteCounts: [ReductionMemory.byteCount(chosen, rank: communicator.rank)])
      }
    }
    try self.init(
      plan: chosen, rank: communicator.rank, memory: memory, messenger: communicator,
      tag: communicator.takeTags(chosen.buckets.count), isOversubscribed: communicator.isOversubscribed,
      pending: communicator.pending)
  }

  /// Makes the reducer of a rank in memory that the ranks of its machine share; a single rank whose node is the sum
  /// needs none.
  ///
  /// Messages go under as many numbers as there are buckets, from `tag` on.
  package init(
    plan: ReductionPlan, rank: Int, memory shared: SharedMemory?, messenger: any Messenger, tag: Int,
    isOversubscribed: Bool, pending: PendingExchanges? = nil
  ) throws {
    self.plan = plan
    self.pending = pending
    self.messenger = messenger
    local = try plan.tree.local(rank: rank, of: plan.ranks)
    elementCount = plan.elementCount
    stride = plan.stride
    let place = plan.place(ofRank: rank)
    self.place = place
    let memory = shared.map { ReductionMemory($0, plan: plan, machine: place.machine) }
    self.memory = memory
    peers = PeerWait(messenger: messenger, isOversubscribed: isOversubscribed)

    let residuals = plan.compression.map { Residuals(elementCount: $0.count, vectorCount: plan.tree.partCount + 1) }
    self.residuals = residuals
    whole = plan.isWhole ? memory.map { WholeReduction(plan: plan, memory: $0, place: place.place) } : nil
    let shared = plan.isWhole ? nil : memory
    buckets =
      try shared.map { memory in
        try plan.buckets.indices.map {
          try BucketReduction(plan, bucket: $0, at: place, memory, messenger, tag: tag, residuals: residuals)
        }
      } ?? []
    gathering = try shared.flatMap { memory in
      plan.scatter == nil ? nil : try Gathering(plan, at: place, memory, messenger, tag: tag)
    }
    summed = plan.scattered(toRank: rank) + [(plan.scatter?.count ?? 0)..<plan.elementCount]

    // A single rank's node may be the sum; short vectors are added up by each rank for itself; others in shared memory.
    let ownCount = memory == nil ? plan.stride : plan.isWhole ? (local.nodes.count + 1) * plan.stride : 0
    ownFloats = allocateFloats(ownCount)
    if let memory, !plan.isWhole {
      nodes = memory.nodes(place.place)
      result = UnsafePointer(memory.result)
    } else {
      nodes = ownFloats
      result = UnsafePointer(memory == nil ? ownFloats : ownFloats + local.nodes.count * plan.stride)
    }
    let count = plan.controlCount
    words = .allocate(capacity: max(1, plan.ranks * count))
    words.initialize(repeating: 0, count: max(1, plan.ranks * count))
    control = UnsafeMutableBufferPointer(start: words + rank * count, count: count)
    controls = UnsafeBufferPointer(start: words, count: plan.ranks * count)
  }

  deinit {
    background?.end()
    words.deallocate()
    ownFloats.deallocate()
  }

  /// Says that this rank's nodes are written from `element` to the end; what can be done without waiting is done meanwhile.
  ///
  /// `element` may be less each time, until `reduce()`, which says so of the rest. Nothing happens on one machine, where
  /// nothing is gained by it.
  public func advance(writtenFrom element: Int) throws {
    guard plan.machines.count > 1 else { return }
    try goOn { write(from: element) }
  }

  /// Lets a thread go on with what is begun by `body`, where messages may be moved by one.
  private func goOn(after body: () throws -> Void) throws {
    guard messenger.servesAnyThread, plan.machines.count > 1 else {
      try body()
      return try advance()
    }
    let background = try background ?? makeBackground()
    self.background = background
    try background.resume(after: body)
  }

  private func makeBackground() throws -> BackgroundProgress {
    // Its thread is ended before anything of this object is.
    try BackgroundProgress { [unowned(unsafe) self] in
      try advance()
      return !isWaiting
    }
  }

  private func write(from element: Int) {
    begin()
    for bucket in buckets where bucket.stage == .writing {
      guard bucket.bucket.elements.lowerBound >= element, !bucket.bucket.carriesControls else { break }
      bucket.write(number)
    }
  }

  /// Adds the nodes of all ranks into `result` and collects `controls`. Every rank calls it; allocates nothing.
  public func reduce() throws {
    try background?.pause()
    writeAll()
    try peers.wait(until: isComplete) { spin, sleep in
      if isExchanging { return nil }
      return whole?.wait(number, spin: spin, sleep: sleep) ?? buckets[firstOpen].wait(number, spin: spin, sleep: sleep)
    }
  }

  /// Where sums are scattered: the vector that all ranks of a machine have in one place, in which each writes what it has
  /// made of its sums before it shares it. `scatter.count` floats and a cache line, zeros at first.
  public var values: UnsafeMutablePointer<Float>? { gathering.flatMap { _ in memory?.values } }

  /// What of the vector a rank gets the sums of where these are scattered: ascending, none of them empty.
  public func scattered(toRank rank: Int) -> [Range<Int>] { plan.scattered(toRank: rank) }

  /// Gives this rank's pieces of `values` to all, after a reduction; every rank calls it. They travel while the ranks go on.
  public func shareValues() throws {
    if gathering != nil { pending?.add(self) }
    try goOn(after: beginSharing)
    // Others may wait for them, in layers before one in which this rank waits for those.
    if !messenger.servesAnyThread, plan.machines.count > 1 { try awaitValues() }
  }

  /// Waits until all ranks' pieces of `values` have come as far as an element, or all of them and until this rank's are
  /// taken, as they must be before the next reduction begins. Allocates nothing.
  public func awaitValues(below element: Int? = nil) throws {
    guard let gathering else { return }
    try background?.pause()
    try peers.wait {
      try haveValuesCome(below: element)
    } neighbours: { spin, sleep in
      gathering.waitForNeighbours(spin: spin, sleep: sleep)
    }
    if gathering.isComplete { pending?.remove(self) } else { try goOn {} }
  }

  /// Says that this rank's pieces of `values` are made.
  func beginSharing() throws { try gathering?.begin() }

  /// Goes on without waiting; whether all values have come as far as an element, or all is done.
  func haveValuesCome(below element: Int? = nil) throws -> Bool {
    guard let gathering else { return true }
    func isDone() -> Bool { element.map(gathering.isHere) ?? gathering.isComplete }
    if !isDone() { try gathering.advance() }
    return isDone()
  }

  /// Says that all nodes and the control words are written.
  func writeAll() {
    guard let memory else { return }
    begin()
    isUnderWay = false
    if let words = control.baseAddress {
      memory.control(place.place, slot: slot).update(from: words, count: plan.controlCount)
    }
    whole?.write(number, nodes: nodes)
    for bucket in buckets where bucket.stage == .writing { bucket.write(number) }
  }

  /// Goes on without waiting; whether all is done.
  func isComplete() throws -> Bool {
    guard let memory else { return true }
    if let whole {
      guard whole.areAllWritten(number) else { return false }
      whole.join(number, into: UnsafeMutablePointer(mutating: result))
    } else {
      try advance()
      guard firstOpen == buckets.count else { return false }
    }
    memory.collectControls(into: words, slot: slot)
    return true
  }

  /// Which of the two slots is in use.
  private var slot: Int { Int(number & 1) }

  private func begin() {
    guard !isUnderWay else { return }
    precondition(gathering?.isComplete ?? true, "shared values are waited for before the next reduction")
    isUnderWay = true
    number &+= 1
    firstOpen = 0
    for bucket in buckets { bucket.begin() }
  }

  /// Goes on with all buckets as far as that is possible without waiting.
  ///
  /// A look at any message moves all of them, and of a kind they arrive in the order of the buckets: where the first ones are
  /// still under way the rest need not be looked at.
  private func advance() throws {
    if let gathering, !gathering.isComplete { return try gathering.advance() }
    var (sums, nodes) = (0, 0)
    for index in firstOpen..<buckets.count {
      let before = buckets[index].awaits
      if before.sums && sums >= Self.looksAtOnce || before.nodes && nodes >= Self.looksAtOnce { continue }
      try buckets[index].advance(number)
      let after = buckets[index].awaits
      sums += after.sums ? 1 : 0
      nodes += after.nodes ? 1 : 0
    }
    while firstOpen < buckets.count, buckets[firstOpen].stage == .done { firstOpen += 1 }
  }

  /// Whether others are waited for in any bucket that is written.
  private var isWaiting: Bool {
    if let gathering, !gathering.isComplete { return true }
    for index in firstOpen..<buckets.count where buckets[index].stage != .writing && buckets[index].stage != .done {
      return true
    }
    return false
  }

  private var isExchanging: Bool {
    for index in firstOpen..<buckets.count where buckets[index].stage == .exchanging { return true }
    return false
  }
}
