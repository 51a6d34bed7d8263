import Foundation

/// How many files the process may have open at once.
package enum OpenFiles {
  /// More are of no use, and programs that close all files before they start another one would take long.
  private static let most: rlim_t = 1 << 20

  /// Raises the limit as far as the system allows: shells set a low one for programs that know no more than 1,024 files.
  package static func raiseLimit() {
    guard var limit = limit else { return }
    let wanted = min(limit.rlim_max, most)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    _ = setrlimit(resource, &limit)
  }

  /// Whether an error of the system says that too many files are open.
  package static func isReached(_ code: Int32) -> Bool { code == EMFILE || code == ENFILE }

  /// What helps then.
  package static var advice: String {
    let number = limit.map { "this process may have \($0.rlim_cur) files open at once" } ?? "too many files are open"
    return "\(number): raise the limit (ulimit -n, at most what ulimit -Hn prints), or put the samples into fewer files"
  }

  private static var limit: rlimit? {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? limit : nil
  }

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif
}
