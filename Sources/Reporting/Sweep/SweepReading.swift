import Diagnostics
import Recipes
import Recording

extension SweepPlan {
  /// Reads the plan of a sweep's folder.
  /// - Throws: `Failure` (noInput, data) naming the file.
  package init(of folder: SweepFolder) throws {
    guard let plan = SweepPlan(json: try folder.readPlan()) else {
      throw Failure(.data, "\(folder.plan) is damaged", advice: "it holds JSON, as dp-train sweep wrote it")
    }
    self = plan
  }
}

extension SweepState {
  /// Reads how far the sweep in a folder is.
  /// - Throws: `Failure` (noInput, data) naming the file that is missing or damaged.
  package init(of folder: SweepFolder) throws {
    self.init(try SweepPlan(of: folder))
    var known: Set<String> = []
    take(try folder.readResults(besides: &known))
  }
}
