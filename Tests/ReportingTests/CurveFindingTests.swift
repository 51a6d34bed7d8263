import Foundation
import Recording
import Testing

@testable import Reporting

/// Curves that are made to show one thing each, or nothing.
@Suite("What the curves say")
struct CurveFindingTests {
  /// A course of 40 epochs of 25 steps: the training loss over the share of the run, 0...1, and that of evaluations.
  private struct Course {
    var training: (Double) -> Double
    var validation: ((Double) -> Double)?
    var accuracy: (Double) -> Double = { _ in .nan }
    var validationAccuracy: (Double) -> Double = { _ in .nan }
    var rate: (Double) -> Double = { _ in 0.01 }
    /// The noise of single steps, as a share of the loss.
    var noise = 0.1
    var isFinished = true
    var epochs = 40
    var perEpoch = 25
    /// The steps without a loss.
    var uncounted: Set<Int> = []

    func findings() throws -> [CurveFindings.Finding] {
      let path = NSTemporaryDirectory() + "dp-train-findings-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: path) }
      var lines: [String] = []
      let steps = epochs * perEpoch
      func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "\"\(value.isNaN ? "nan" : "inf")\"" }
      for step in 1...steps {
        let share = Double(step) / Double(steps)
        let wave = 1 + noise * (Double((step * 7919) % 101) / 50 - 1)
        let epoch = (step - 1) / perEpoch + 1
        lines.append(
          #"{"accuracy":\#(number(accuracy(share))),"epoch":\#(epoch),"event":"step","learningRate":\#(rate(share)),"#
            + #""loss":\#(uncounted.contains(step) ? "null" : number(training(share) * wave)),"step":\#(step)}"#)
        if step.isMultiple(of: perEpoch), let validation {
          lines.append(
            #"{"accuracy":\#(number(validationAccuracy(share))),"epoch":\#(epoch),"event":"evaluation","#
              + #""loss":\#(number(validation(share))),"samples":100,"split":"validation","step":\#(step)}"#)
        }
      }
      try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      return CurveFindings(try Metrics(path: path), isFinished: isFinished).findings
    }

    func kinds() throws -> [CurveFindings.Kind] { try findings().map(\.kind) }
  }

  /// Falls from 2 to 0.05 quickly, then hardly.
  private static func falling(_ share: Double) -> Double { 0.05 + 1.95 * exp(-12 * share) }

  @Test("a good training: nothing")
  func nothing() throws {
    #expect(try Course(training: Self.falling, validation: { Self.falling($0) * 1.1 + 0.05 }).kinds() == [])
    #expect(try Course(training: Self.falling).kinds() == [])
    // A loss near zero is flat, and doubles by noise.
    #expect(
      try Course(training: { 2 * exp(-20 * $0) + 1e-4 }, validation: { 2 * exp(-20 * $0) + 3e-4 }).kinds() == [])
    // The rate falls to 0, and with it the loss a last time.
    let annealed = Course(
      training: { 2 - 1.8 * $0 }, validation: { 2 - 1.7 * $0 }, accuracy: { 0.3 + 0.65 * $0 },
      rate: { 0.01 * (1.001 - $0) })
    #expect(try annealed.kinds() == [])
  }

  @Test("steps of which no label counts: nothing")
  func nothingCounts() throws {
    var course = Course(training: Self.falling, validation: { Self.falling($0) * 1.1 + 0.05 })
    course.uncounted = [30, 31, 700]
    #expect(try course.kinds() == [])
  }

  @Test("too short a run: nothing")
  func short() throws {
    var course = Course(training: { _ in 1 }, validation: { 1 + $0 })
    (course.epochs, course.perEpoch) = (4, 100)
    #expect(try course.kinds() == [])
    (course.epochs, course.perEpoch) = (10, 3)
    #expect(try course.kinds() == [])
  }

  @Test("evaluations rise while training falls: overfitting, with the best epoch")
  func overfitting() throws {
    let found = try Course(training: Self.falling, validation: { 0.8 + 2.4 * ($0 - 0.3) * ($0 - 0.3) }).findings()
    #expect(found.map(\.title) == ["Overfitting"])
    #expect(found.first?.bestEpoch == 12)
    #expect(
      found.first?.evidence.contains("validation loss was lowest at epoch 12, 0.8") == true, "\(found)")
  }

  @Test("evaluations stay far above training: overfitting")
  func gap() throws {
    let course = Course(
      training: Self.falling, validation: { 0.6 + 1.4 * exp(-12 * $0) }, accuracy: { _ in 0.99 },
      validationAccuracy: { _ in 0.8 })
    #expect(try course.findings().map(\.title) == ["Overfitting: a gap between training and validation samples"])
    // The same losses with almost the same accuracy: sure of a few mistakes.
    var alike = course
    alike.validationAccuracy = { _ in 0.97 }
    #expect(try alike.kinds() == [])
  }

  @Test("one lucky evaluation is no minimum")
  func lucky() throws {
    let course = Course(
      training: Self.falling, validation: { ($0 * 40).rounded() == 20 ? 0.05 : 0.1 + Self.falling($0) })
    #expect(try !course.kinds().contains(.overfitting) || course.findings()[0].title != "Overfitting")
  }

  @Test("a loss that stays high: underfitting, and a plateau if it is flat")
  func underfitting() throws {
    // Slowly falling, and the rate is at its end.
    let slow = Course(
      training: { 2 - 0.6 * $0 }, validation: { 2 - 0.55 * $0 }, accuracy: { 0.3 + 0.2 * $0 },
      rate: { 0.01 * (1.001 - $0) })
    let found = try slow.findings()
    #expect(found.map(\.title) == ["Underfitting"] && found[0].evidence.contains("of its start"), "\(found)")
    // The same run, not finished, has not had its time.
    var young = slow
    young.isFinished = false
    #expect(try young.kinds() == [])
    let flat = Course(training: { 1.4 + 0.6 * exp(-12 * $0) }, validation: { 1.45 + 0.6 * exp(-12 * $0) })
    #expect(try flat.kinds() == [.underfitting, .plateau])
    #expect(try flat.findings().last?.title == "Plateau")
    // Most samples are right: the loss cannot be much lower.
    var right = flat
    right.accuracy = { _ in 0.96 }
    #expect(try right.kinds() == [])
  }

  @Test("both losses still fall at the end: trained too short")
  func tooShort() throws {
    let found = try Course(training: { 2 - 1.8 * $0 }, validation: { 2 - 1.7 * $0 }).findings()
    #expect(found.map(\.title) == ["Underfitting: training ended while the loss still fell"])
    #expect(found.first?.evidence.contains("In the last quarter") == true)
  }

  @Test("a loss that never falls: a plateau from the start")
  func fromTheStart() throws {
    let found = try Course(training: { _ in 1.386 }, validation: { _ in 1.386 }, noise: 0.02).findings()
    #expect(found.contains { $0.title == "Plateau from the start" }, "\(found)")
    // Also of a run under way.
    #expect(try Course(training: { _ in 1.386 }, noise: 0.02, isFinished: false).kinds() == [.plateau])
  }

  @Test("the training loss rises, jumps, spikes or is infinite: too large a rate")
  func largeRate() throws {
    let rising = try Course(training: { 2 * exp(-8 * $0) + ($0 > 0.5 ? 4 * ($0 - 0.5) : 0) }).findings()
    #expect(rising.map(\.kind) == [.largeRate] && rising[0].evidence.contains("rose from"), "\(rising)")
    #expect(rising[0].evidence.contains("The highest learning rate was 0.01."))
    let jumping = try Course(training: { $0 > 0.01 && $0 < 0.2 ? 30 : Self.falling($0) }).findings()
    #expect(jumping.map(\.kind) == [.largeRate] && jumping[0].evidence.contains("began at"), "\(jumping)")
    let spiky = try Course(training: { Int(($0 * 1000).rounded()) % 60 == 0 ? 3 : Self.falling($0) }).findings()
    #expect(spiky.contains { $0.kind == .largeRate && $0.evidence.contains("spikes in 1,000") }, "\(spiky)")
    let infinite = try Course(training: { $0 == 0.5 ? .infinity : Self.falling($0) }).findings()
    #expect(infinite.map(\.kind) == [.largeRate] && infinite[0].evidence.contains("1 recorded step is not finite"))
    // A single spike is none.
    #expect(try Course(training: { $0 == 0.5 ? 1.5 : Self.falling($0) }).kinds() == [])
  }

  @Test("the page has the section with evidence, advice and rules, or does not have it")
  func page() throws {
    let bad = try RunFixture.make(steps: 31 * 20) { $0 > 400 ? 3 : 1.4 }
    let good = try RunFixture.make(steps: 31 * 20) { 1.4 * exp(-Double($0) / 50) }
    defer { for folder in [bad, good] { try? FileManager.default.removeItem(atPath: folder.path) } }
    let page = try Report([bad]).html()
    let structure = try PageStructure(page)
    #expect(structure.sections.contains("what-the-curves-say"))
    #expect(page.contains("Too large a learning rate") && page.contains("optimizer.learningRate=0.00033"))
    #expect(page.contains("What usually helps") && page.contains("dp-train find-rate \(bad.recipe)"))
    #expect(page.contains("Underfitting, of a finished run"))
    #expect(try !PageStructure(Report([good]).html()).sections.contains("what-the-curves-say"))
    let both = try Report([good, bad]).html()
    #expect(both.contains("\(ReportedRun.names([bad])[0]): Too large a learning rate"))
  }
}
