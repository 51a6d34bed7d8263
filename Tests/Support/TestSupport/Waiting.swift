import Foundation

/// Waits until `isDone`, at most `seconds`: a machine with other work may take long to start a process.
public func waitUntil(seconds: Double = 40, _ isDone: () throws -> Bool) rethrows {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while try !isDone(), ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.01) }
}

/// Waits until the file or folder `path` exists, at most as long as `waitUntil`.
public func waitForFile(_ path: String) {
  waitUntil { FileManager.default.fileExists(atPath: path) }
}
