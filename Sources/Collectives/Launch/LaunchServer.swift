import Diagnostics
import Foundation

/// A launcher's server on a machine, which its ranks talk to. A process that finds it is part of a running job.
enum LaunchServer: Equatable, Sendable {
  /// A PMIx server, by its addresses: of Open MPI's mpirun, and of `srun --mpi=pmix`.
  case pmix([String])
  /// An inherited connection: of MPICH's and Intel MPI's mpiexec, and of `srun --mpi=pmi2`.
  case pmi(Int32)
  /// Slurm's own process, an ancestor of this one.
  case slurmstepd

  /// The server that the environment variables name, if any.
  init?(_ environment: [String: String]) {
    let addresses = environment.filter { $0.key.hasPrefix("PMIX_SERVER_URI") }.map(\.value)
    if !addresses.isEmpty {
      self = .pmix(addresses.sorted())
    } else if let file = environment["PMI_FD"].flatMap(Int32.init) {
      self = .pmi(file)
    } else if environment["SLURM_STEP_ID"] != nil || environment["SLURM_STEP_NUM_TASKS"] != nil {
      self = .slurmstepd
    } else {
      return nil
    }
  }

  /// Whether the server is running.
  var answers: Bool {
    switch self {
    case .pmix(let addresses): Set(addresses).contains(where: Self.listens) || Self.descends(from: "slurmstepd")
    case .pmi(let file): Self.isSocket(file)
    case .slurmstepd: Self.descends(from: "slurmstepd")
    }
  }

  /// Whether the server has certainly ended: all its addresses can be tried, and none answers.
  var isGone: Bool {
    guard case .pmix(let addresses) = self, addresses.allSatisfy({ $0.contains("tcp4://") }) else { return false }
    return !answers
  }

  /// Whether a server listens at an address such as "prterun-node-7@0.0;tcp4://127.0.0.1:48981".
  private static func listens(_ address: String) -> Bool {
    guard let place = address.components(separatedBy: "://").last, let colon = place.lastIndex(of: ":"),
      let port = UInt16(place[place.index(after: colon)...])
    else { return false }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    guard inet_pton(AF_INET, String(place[..<colon]), &target.sin_addr) == 1 else { return false }
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard file >= 0 else { return false }
    defer { close(file) }
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, size) }
    }
    if code == 0 { return true }
    guard errno == EINPROGRESS else { return false }
    // The server is on this machine, so it answers at once or never.
    var wanted = pollfd(file: file)
    guard poll(&wanted, 1, 1000) == 1 else { return false }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0
  }

  private static func isSocket(_ file: Int32) -> Bool {
    var facts = stat()
    return fstat(file, &facts) == 0 && facts.st_mode & S_IFMT == S_IFSOCK
  }

  /// Whether an ancestor of this process has this name.
  private static func descends(from name: String) -> Bool {
    var process = getppid()
    while process > 1, let record = ProcessRecord(of: process) {
      if record.name == name { return true }
      process = record.parent
    }
    return false
  }
}

extension pollfd {
  fileprivate init(file: Int32) {
    self.init(fd: file, events: Int16(POLLOUT), revents: 0)
  }
}
