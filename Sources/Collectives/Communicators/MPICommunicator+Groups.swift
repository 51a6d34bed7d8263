import CMPIShim

extension MPICommunicator {
  /// A communicator of MPI for each group; see `Communicator`.
  public func divided<T>(into group: Int, _ body: (any Communicator) throws -> T) throws -> T {
    let groups = try gather(group)
    try Self.check(dpt_mpi_enter_group(Int32(group)), "division into groups")
    let part = MPICommunicator(groups.indices.filter { groups[$0] == group }, of: self)
    let result = try body(part)
    try part.pending?.complete()
    // Names of shared memory are used once.
    sharings = part.sharings
    try Self.check(dpt_mpi_leave_group(), "end of a group")
    return result
  }
}
