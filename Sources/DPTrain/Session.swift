import Foundation

/// Runs the work of a program on several ranks: `dp-train`, or your own program.
public enum Session {
  /// Opens the communicator, prepares on all ranks, checks that all prepared the same, works, and ends communication.
  /// If anything fails, the whole job ends with the failure's exit code.
  ///
  /// If `prepare` fails on any rank, rank 0 prints the one message. If `work` fails, the rank that failed prints it. An
  /// error that is no `Failure` counts as a fault of the program (`ExitCode.software`).
  ///
  /// If there are more ranks than processors, some only sleep: their processes end here when the others are done, and run
  /// neither the closures nor the code after this call. `DPTRAIN_OVERSUBSCRIBE=1` lets all compute.
  /// - Parameters:
  ///   - oversubscribes: whether all ranks compute, even if they have to take turns.
  ///   - prepare: reads files and reserves memory. It may communicate only if all ranks do so in the same way.
  ///   - description: describes the work as a text, which must be the same on all ranks. A stale recipe or data file on
  ///     one machine would otherwise give wrong weights, or a hang.
  ///   - work: does the work with the prepared value.
  public static func run<T>(
    oversubscribes: Bool = false, prepare: (any Communicator) throws -> T, description: (T) -> String = { _ in "" },
    work: (any Communicator, T) throws -> Void
  ) {
    surviveFullFiles()
    let communicator = open(oversubscribes: oversubscribes)
    if communicator.isRoot, communicator.size < communicator.startedRanks { warn(ofWaitingIn: communicator) }
    let prepared: T
    do {
      prepared = try agree(communicator, description) {
        try InstructionSet.selectByEnvironment()
        return try prepare(communicator)
      }
    } catch {
      communicator.abort(error.asFailure, alike: true)
    }
    do {
      try work(communicator, prepared)
      try communicator.close()
    } catch let common as CommonFailure {
      communicator.abort(common.failure, alike: true)
    } catch {
      communicator.abort(error.asFailure)
    }
  }

  /// Prepares a value on all ranks, and checks that its description is the same on all. If this fails on any rank, it throws the
  /// same `Failure` on all.
  static func agree<T>(
    _ communicator: any Communicator, _ description: (T) -> String, _ prepare: () throws -> T
  ) throws -> T {
    let prepared = try communicator.agree(prepare)
    let own = description(prepared)
    let first = try communicator.text(own, from: 0)
    try communicator.agree { try compare(own, with: first) }
    return prepared
  }

  /// Ends the job for a failure before any work: on all ranks, or on one while the others are at the agreement in `run`.
  /// All ranks end together, so that none ends the job before rank 0 has printed the message.
  public static func refuse(_ failure: Failure) -> Never {
    let communicator = open()
    var agreed = failure
    do {
      try communicator.agree { throw failure }
    } catch {
      agreed = error.asFailure
    }
    communicator.abort(agreed, alike: true)
  }

  /// Ends this process for a failure if only rank 0 works, or if the ranks cannot connect. Only a process that `launch` says
  /// speaks prints the message. Read `launch` before MPI starts, since MPI may change the environment.
  public static func end(_ failure: Failure, launch: Launch) -> Never {
    if launch.speaks { SoloCommunicator().abort(failure) }
    Foundation.exit(failure.exitCode.rawValue)
  }

  /// A text of purpose, recipe and data that must be the same on all ranks.
  public static func describe(_ purpose: String, _ recipe: Recipe, _ experiment: Experiment) -> String {
    let data = experiment.data.all.map { split, samples in
      "\(samples.count) \(split.rawValue) samples of \(samples.inputShape), classes \(samples.classNames)"
        + (samples.facts.alphabet.map { ", alphabet \"\($0)\"" } ?? "")
    }
    return ([purpose, recipe.resolvedYAML()] + data).joined(separator: "\n")
  }

  private static func open(oversubscribes: Bool = false) -> any Communicator {
    let launch = Launch()
    do {
      return try Launch.openCommunicator(oversubscribes: oversubscribes)
    } catch {
      end(error.asFailure, launch: launch)
    }
  }

  private static func warn(ofWaitingIn communicator: any Communicator) {
    let (all, computing) = (communicator.startedRanks, communicator.size)
    let text =
      "dp-train: \(all) ranks on fewer processors: \(computing) \(computing == 1 ? "computes" : "compute"), "
      + "\(all - computing) wait (\(MPICommunicator.oversubscribeKey)=1 lets all compute)"
    complain(text)
  }

  private static func compare(_ own: String, with first: String) throws {
    guard own != first else { return }
    let lines = (own.split(separator: "\n"), first.split(separator: "\n"))
    let differing = zip(lines.0, lines.1).first { $0 != $1 }
    throw Failure(
      .configuration,
      "this rank's recipe or data differ from rank 0's: "
        + (differing.map { "\"\($0.0.trimmed)\" here, \"\($0.1.trimmed)\" there" } ?? "one says more than the other"),
      advice: "the same recipe, command line and data files must be on every machine")
  }
}

extension InstructionSet {
  /// Selects the set that the environment variable names, if it is set.
  /// - Throws: as `select`.
  public static func selectByEnvironment() throws {
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else { return }
    try select(name)
  }
}

extension Communicator {
  /// Returns the text of rank `root` on every rank.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func text(_ own: String, from root: Int) throws -> String {
    String(decoding: try broadcast(Array(own.utf8), from: root), as: UTF8.self)
  }
}

extension Error {
  /// The failure itself; other errors become a fault of the program.
  fileprivate var asFailure: Failure { self as? Failure ?? Failure(.software, "\(self)") }
}

extension Substring {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
