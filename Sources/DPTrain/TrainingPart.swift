/// What one of several trainings of a job shares with the others. Whoever starts it has locked its run folder.
struct TrainingPart {
  /// A file that ends all of them, and stays.
  let stopFile: String
  /// The command that resumes the job, if it is another than that of the run folder alone.
  var resumption: String?
}
