import CKernels

/// The compilers that built the program.
public enum Compilers {
  /// For example "Swift 6.3, Clang 21.0.0". Clang compiled the kernels.
  public static var description: String {
    // Clang adds its origin in brackets.
    let words = String(cString: dpt_compiler()).prefix { $0 != "(" }.split(separator: " ")
    return "\(swift), \(words.joined(separator: " "))"
  }

  private static var swift: String {
    #if compiler(>=6.5)
      "Swift 6.5 or newer"
    #elseif compiler(>=6.4)
      "Swift 6.4"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #elseif compiler(>=6.1)
      "Swift 6.1"
    #else
      "Swift 6.0"
    #endif
  }
}
