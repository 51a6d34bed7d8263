import Foundation

/// What every program that computes on several ranks does around its work: `dp-train` and programs of one's own.
public enum Session {
  /// Opens the communicator, prepares on all ranks, makes sure that all prepared the same, then works, and ends
  /// communication. Where anything fails, the process ends, and with it the whole job, with the failure's exit code.
  ///
  /// A failure in `prepare` on any rank ends the job on all with one message, from rank 0; one in `work` is printed by
  /// the rank that met it, and ends the job on all. An error that is no `Failure` counts as one of the program
  /// (`ExitCode.software`).
  ///
  /// Where there are more ranks than processors, some of them sleep: their processes end here when the others are done,
  /// and run neither of the closures nor what follows. `DPTRAIN_OVERSUBSCRIBE=1` lets all compute.
  /// - Parameters:
  ///   - oversubscribes: whether all ranks shall compute, also where they have to take turns.
  ///   - prepare: reads what is needed and reserves memory. It may itself communicate only if all ranks do so alike.
  ///   - description: what a rank is about to do, of what was prepared; must be the same text on all ranks. A stale
  ///     recipe or data file on one machine would otherwise give wrong weights, or a hang.
  ///   - work: what is done with what was prepared.
  public static func run<T>(
    oversubscribes: Bool = false, prepare: (any Communicator) throws -> T, description: (T) -> String = { _ in "" },
    work: (any Communicator, T) throws -> Void
  ) {
    surviveFullFiles()
    let communicator = open(oversubscribes: oversubscribes)
    if communicator.isRoot, communicator.size < communicator.startedRanks { warn(ofWaitingIn: communicator) }
    let prepared: T
    do {
      prepared = try communicator.agree {
        try InstructionSet.selectByEnvironment()
        return try prepare(communicator)
      }
      let own = description(prepared)
      let first = try communicator.text(own, from: 0)
      try communicator.agree { try compare(own, with: first) }
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

  /// Ends the job for a failure that comes before any work: on all ranks alike, or on one, where the others are at
  /// the agreement in `run`. Ranks that ended on their own might be gone before rank 0 has said why.
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

  /// Ends this process for a failure where only rank 0 works, or no rank finds the others; rank 0 says why, or every process
  /// if the launcher that the environment tells of is not there.
  /// `launch` tells how the process was started, as it was before MPI was: MPI may change the environment.
  public static func end(_ failure: Failure, launch: Launch) -> Never {
    if launch.speaks { SoloCommunicator().abort(failure) }
    Foundation.exit(failure.exitCode.rawValue)
  }

  /// What all ranks must have alike before they work together on a recipe.
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
  /// Chooses the set that the environment asks for, if it does.
  /// - Throws: as `select`.
  public static func selectByEnvironment() throws {
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else { return }
    try select(name)
  }
}

extension Communicator {
  /// One rank's text, on every rank.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public func text(_ own: String, from root: Int) throws -> String {
    String(decoding: try broadcast(Array(own.utf8), from: root), as: UTF8.self)
  }
}

extension Error {
  /// The failure itself, or one of the program.
  fileprivate var asFailure: Failure { self as? Failure ?? Failure(.software, "\(self)") }
}

extension Substring {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
