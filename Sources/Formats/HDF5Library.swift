#if canImport(CHDF5)
  import CHDF5
  import Diagnostics
  import Foundation

  /// The library libhdf5. It is not safe for threads: one thread at a time calls it.
  package enum HDF5Library {
    private static let lock = NSRecursiveLock()
    /// Calls the library in `body`. What it returns must not be negative; else the library's reason is thrown as `failure`
    /// words it.
    @discardableResult
    static func call<Result: SignedInteger>(
      _ failure: (_ reason: String) -> Failure, _ body: () throws -> Result
    ) throws -> Result {
      lock.lock()
      defer { lock.unlock() }
      guard dpt_hdf5_begin() == 0 else { throw Failure(.unavailable, "libhdf5 cannot be used here.") }
      let result = try body()
      guard result < 0 else { return result }
      var text = [CChar](repeating: 0, count: 401)
      dpt_hdf5_reason(&text)
      let reason = string(text)
      throw failure(reason.isEmpty ? "libhdf5 gives no reason" : reason)
    }

    /// The text that a function of the library writes to memory of some size; it gives the text's length.
    static func text(_ write: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
      let length = write(nil, 0)
      guard length > 0 else { return "" }
      var text = [CChar](repeating: 0, count: length + 1)
      _ = write(&text, length + 1)
      return string(text)
    }

    /// The text before a zero.
    static func string(_ characters: [CChar]) -> String {
      String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the library's reason is that the system opens no more files.
    static func areTooManyOpen(_ reason: String) -> Bool {
      [EMFILE, ENFILE].contains { reason.contains("errno = \($0),") }
    }

    /// Calls functions of the library that cannot fail here, such as those that close.
    package static func use<Result>(_ body: () throws -> Result) rethrows -> Result {
      lock.lock()
      defer { lock.unlock() }
      _ = dpt_hdf5_begin()
      return try body()
    }
  }
#endif
