import ArgumentParser
import DPTrain
import Foundation

/// The program: `dp-train SUBCOMMAND`; without one, `train`.
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dp-train",
    abstract:
      "Data-parallel training of convolutional and recurrent networks on CPU clusters, the same bits on any number of ranks.",
    discussion: """
      Run it alone, or on many cores and machines with mpirun: mpirun -np 8 dp-train train temporal-order
      Without a subcommand it trains; without a recipe, temporal-order.

      Environment: \(InstructionSet.variable)=avx512-bf16|avx512|avx2|neon|baseline chooses the kernels (all give the same bits);
      \(MPICommunicator.oversubscribeKey)=1 lets all ranks compute even if there are fewer processors.
      Exit codes are those of sysexits.h: 64 command line, 65 data, 66 missing input, 68 no machine answers, 69 unavailable,
      70 a fault of the program, 71 the system refused, 73 output, 74 reading or writing, 75 asked to stop, and saved, 78 recipe.
      """,
    version: version,
    subcommands: [
      TrainCommand.self, SweepCommand.self, WatchCommand.self, RecipesCommand.self, DataCommand.self,
      InspectCommand.self, EvaluateCommand.self, PredictCommand.self, ReportCommand.self, CompareCommand.self,
      FindRateCommand.self,
      ExportCommand.self, ImportCommand.self, VerifyCommand.self, DoctorCommand.self, LaunchCommand.self,
      BenchmarkCommand.self, PlanCommand.self, ManualCommand.self, LauncherCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  private static var version: String {
    // An invalid name is reported later, by the command that computes.
    try? InstructionSet.selectByEnvironment()
    return """
      dp-train \(dpTrainVersion)
      compilers: \(Compilers.description)
      MPI: \(Launch.describe)
      instruction set: \(InstructionSet.active), of \(InstructionSet.supported.joined(separator: ", "))
      """
  }

  /// Parses the command line and runs the subcommand. A failure ends the process with its exit code; only rank 0 prints
  /// the message.
  static func start() {
    surviveFullFiles()
    OpenFiles.raiseLimit()
    let launch = Launch()
    do {
      var command = try readCommand()
      guard command is any UsesRanks || launch.runsAlone(name(of: command)) else { return }
      try LongWork.shown(on: launch.speaks ? WorkLine.onTerminal : nil) { try command.run() }
    } catch let failure as Failure {
      Session.end(failure, launch: launch)
    } catch {
      let code = exitCode(for: error).rawValue
      guard launch.speaks else { Foundation.exit(code) }
      let text = fullMessage(for: error)
      if code == 0 { Terminal.write(text + "\n") } else if !text.isEmpty { complain(text) }
      Foundation.exit(code)
    }
  }

  /// A subcommand's name; nil for the parser's own help command.
  private static func name(of command: any ParsableCommand) -> String? {
    configuration.subcommands.first { $0 == type(of: command) }?.configuration.commandName
  }

  /// A failure with advice if the message is about an unknown option that names a recipe's key or the number of ranks;
  /// otherwise nil.
  private static func optionThatIsKey(_ message: String) -> Failure? {
    guard let option = message.firstMatch(of: /Unknown option '--([A-Za-z][A-Za-z._-]*)/)?.1.lowercased() else {
      return nil
    }
    let arguments = CommandLine.arguments
    guard
      let place = arguments.firstIndex(where: {
        $0.lowercased() == "--\(option)" || $0.lowercased().hasPrefix("--\(option)=")
      })
    else { return nil }
    let name = arguments[place].dropFirst(2).prefix { $0 != "=" }
    let next = arguments.dropFirst(place + 1).first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    let value = arguments[place].contains("=") ? String(arguments[place].dropFirst(name.count + 3)) : next ?? "VALUE"
    if ["ranks", "np", "n"].contains(option) {
      return Failure(
        .usage, "Unknown option '--\(name)'",
        advice: "mpirun starts the ranks: mpirun -np \(value) dp-train train RECIPE")
    }
    guard let key = Recipe.key(called: String(name)) else { return nil }
    return Failure(
      .usage, "Unknown option '--\(name)'", advice: "a recipe's key is set without dashes: \(key)=\(value)")
  }

  /// Parses the subcommand, and selects the instruction set that the environment names.
  private static func readCommand() throws -> any ParsableCommand {
    do {
      let command = try parseAsRoot()
      try InstructionSet.selectByEnvironment()
      return command
    } catch {
      // `--help` and `--version` are thrown too, with exit code 0.
      guard exitCode(for: error) != .success else { throw error }
      Session.refuse(
        error as? Failure ?? optionThatIsKey(fullMessage(for: error)) ?? Failure(.usage, fullMessage(for: error)))
    }
  }
}
