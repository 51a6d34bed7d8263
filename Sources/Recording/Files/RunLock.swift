import Foundation

/// Keeps other trainings out of a run's folder, until it is released or the process ends.
public final class RunLock {
  private let descriptor: Int32
  private let claim: FolderClaim?

  /// A lock that an open file holds, or a claim on file systems without locks.
  init(descriptor: Int32, claim: FolderClaim?) {
    self.descriptor = descriptor
    self.claim = claim
  }

  /// Lets other trainings into the folder. It is called at most once, after everything is written.
  public func release() {
    claim?.release()
    close(descriptor)
  }
}
