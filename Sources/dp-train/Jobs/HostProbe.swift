import Foundation

/// Finds machines that do not answer, or on which ranks could not start.
struct HostProbe {
  /// The command that runs another on a machine, whose name follows.
  let agent: [String]
  /// Seconds to wait for an answer.
  var patience = 10.0
  /// The program that ranks would run, and their folder.
  var program = Bundle.main.executablePath ?? CommandLine.arguments[0]
  var folder = FileManager.default.currentDirectoryPath

  /// The machines of a list that do not answer. All are asked at once, except for this one: launchers start its ranks
  /// themselves.
  func silent(_ hosts: [String]) -> [String] {
    let questions = hosts.filter { !HostProbe.isHere($0) }.map { ($0, ask($0)) }
    let end = Date(timeIntervalSinceNow: patience)
    return questions.filter { _, process in
      guard let process else { return true }
      while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.02) }
      guard process.isRunning else { return process.terminationStatus != 0 }
      // It may wait for a machine that is gone. Nobody waits for it.
      kill(process.processIdentifier, SIGKILL)
      return true
    }.map(\.0)
  }

  /// Asks a machine whether it has the folder and the program; nil if that cannot be started.
  private func ask(_ host: String) -> Process? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let isSSH = agent.first?.split(separator: "/").last == "ssh"
    let options = isSSH ? ["-o", "BatchMode=yes", "-o", "ConnectTimeout=\(Int(patience))"] : []
    let question = "cd \(folder.shellQuoted) && test -x \(program.shellQuoted)"
    process.arguments = agent + options + [host, question]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return (try? process.run()) == nil ? nil : process
  }

  /// Whether a name or an address is that of this machine: only then can a socket have its address.
  static func isHere(_ host: String) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host.trimmingCharacters(in: ["[", "]"]), nil, &hints, &first) == 0 else { return false }
    defer { freeaddrinfo(first) }
    return sequence(first: first, next: { $0?.pointee.ai_next }).contains { entry in
      guard let address = entry?.pointee else { return false }
      let descriptor = socket(address.ai_family, address.ai_socktype, 0)
      defer { if descriptor >= 0 { close(descriptor) } }
      return descriptor >= 0 && bind(descriptor, address.ai_addr, address.ai_addrlen) == 0
    }
  }
}
