import Formats

extension TarDirectory.End {
  /// Why a file that ends so may lack members; nil if it has its end.
  func fault(of path: String) -> String? {
    switch self {
    case .mark, .markWithin: nil
    case .noMark: "\(path) lacks the mark of its end, two blocks of zeros, so it may be cut"
    case .cut(let how): "\(path) is cut or damaged: \(how)"
    }
  }

  /// The notice about members behind the end; nil if there are none.
  func notice(of path: String) -> String? {
    guard self == .markWithin else { return nil }
    return "\(path) goes on after the mark of its end, and what follows is not read; to join archives, use GNU tar: "
      + "tar -A -f first.tar second.tar"
  }
}
