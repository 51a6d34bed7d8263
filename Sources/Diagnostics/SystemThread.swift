import Foundation

/// Starts threads. Unlike Foundation's `Thread.start`, it throws if the system cannot start one.
package enum SystemThread {
  /// The default stack size, enough for all threads of the program.
  package static let usualStackSize = 8 << 20

  /// Starts a detached thread that runs `body`.
  /// - Parameters:
  ///   - name: its name in messages and debuggers, at most 15 letters.
  ///   - stackSize: bytes of its stack.
  ///   - body: its work.
  /// - Throws: `Failure` (system) if there is no memory for its stack, or no room for another thread.
  package static func start(
    _ name: String, stackSize: Int = usualStackSize, _ body: @escaping @Sendable () -> Void
  ) throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var error = pthread_attr_setstacksize(&attributes, stackSize)
    let work = Unmanaged.passRetained(Work(name, body))
    var thread = pthread_t()
    if error == 0 {
      error = pthread_create(
        &thread, &attributes,
        { context in
          guard let context else { return nil }
          let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
          Thread.current.name = work.name
          work.body()
          return nil
        }, work.toOpaque())
    }
    guard error == 0 else {
      work.release()
      let limits = ThreadLimits.own()
      throw Failure(
        .system, "the system starts no thread for \"\(name)\": \(String(cString: strerror(error)))",
        advice: limits.isEmpty
          ? "memory is short, or the system has as many threads as it can (/proc/sys/kernel/threads-max)"
          : "raise what limits this process: \(limits.joined(separator: ", "))")
    }
  }

  private final class Work {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      (self.name, self.body) = (name, body)
    }
  }
}

/// The limits that can prevent a process from starting threads.
private enum ThreadLimits {
  /// Descriptions of the limits of this process.
  static func own() -> [String] {
    var found: [String] = []
    if let bytes = limit(RLIMIT_AS) { found.append("memory, ulimit -v \(bytes >> 10)") }
    if getuid() != 0, let count = limit(__RLIMIT_NPROC) { found.append("processes, ulimit -u \(count)") }
    let membership = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    return found + groups(membership).compactMap(mostTasks)
  }

  private static func limit(_ resource: __rlimit_resource) -> UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != .max else { return nil }
    return UInt64(limit.rlim_cur)
  }

  /// The folders of this process's control groups, the inner ones first.
  private static func groups(_ membership: String) -> [String] {
    membership.split(separator: "\n").flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "pids" else { return [] }
      var names = parts[2].split(separator: "/").map(String.init)
      let root = parts[1].isEmpty ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids"
      var folders: [String] = []
      while true {
        folders.append(([root] + names).joined(separator: "/"))
        guard names.popLast() != nil else { return folders }
      }
    }
  }

  private static func mostTasks(_ folder: String) -> String? {
    let path = folder + "/pids.max"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { return nil }
    return "threads of the control group, \(count) (\(path))"
  }
}
