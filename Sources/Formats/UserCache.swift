import Foundation

/// The folder for files that can be made again, in the user's cache: that of `$XDG_CACHE_HOME`, or else `~/.cache`. Nil if there
/// is none.
package var userCacheFolder: String? {
  let environment = ProcessInfo.processInfo.environment
  func folder(_ variable: String) -> String? { environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } }
  return (folder("XDG_CACHE_HOME") ?? folder("HOME").map { "\($0)/.cache" }).map { "\($0)/dp-train" }
}
