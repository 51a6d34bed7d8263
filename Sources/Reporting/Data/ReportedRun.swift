import Diagnostics
import Foundation
import Recipes
import Recording

/// A run as far as its folder tells of it.
struct ReportedRun {
  let folder: RunFolder
  /// How the run is called on the page: unlike all others on it.
  let name: String
  /// Which of the colours is its own, where several runs are shown.
  let colour: Int
  let recipe: Recipe
  /// The recipe as it was resolved, YAML.
  let recipeText: String
  let environment: RunEnvironment?
  let metrics: Metrics

  /// Reads a run; `name` and `colour` are what the page calls and paints it.
  /// - Throws: `Failure` (noInput, data) naming the file that is missing or damaged.
  init(_ folder: RunFolder, name: String, colour: Int) throws {
    guard folder.exists else {
      throw Failure(
        .noInput, "\(folder.path) holds no run: there is no \(folder.recipe)",
        advice: "give the folder that train printed, such as runs/temporal-order-20260101-120000")
    }
    self.folder = folder
    self.name = name
    self.colour = colour
    recipe = try Recipe.load(folder.recipe, overrides: [])
    recipeText = (try? String(contentsOfFile: folder.recipe, encoding: .utf8)) ?? ""
    environment = FileManager.default.contents(atPath: folder.environment)
      .flatMap { try? JSONDecoder().decode(RunEnvironment.self, from: $0) }
    metrics = try Metrics(path: folder.metrics)
  }

  /// Whether the run came to its end: it then wrote its weights.
  var isFinished: Bool { FileManager.default.fileExists(atPath: folder.weights) }

  /// Names for runs: their folders' last parts, or where two are alike the whole paths.
  static func names(_ folders: [RunFolder]) -> [String] {
    let short = folders.map { folder in
      folder.path.split(separator: "/").last.map(String.init) ?? folder.path
    }
    return Set(short).count == short.count ? short : folders.map(\.path)
  }
}
