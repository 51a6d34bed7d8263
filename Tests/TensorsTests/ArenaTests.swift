import Tensors
import Testing

/// Memory for values of the plan's precision, and for floats in every plan.
@Suite struct ArenaTests {
  /// A plan with a slot of each kind that holds values, of `count` values.
  private func plan(_ precision: Precision, count: Int) -> (plan: ArenaPlan, slots: [ArenaPlan.Slot]) {
    var plan = ArenaPlan(precision: precision)
    plan.advance()
    let slots = [
      plan.persistentValues(count), plan.activationValues(count), plan.gradientValues(count),
      plan.forwardScratchValues(count), plan.backwardScratchValues(count),
    ]
    return (plan, slots)
  }

  @Test func roundedValuesTakeHalfTheMemory() throws {
    let (floats, _) = plan(.float32, count: 1 << 16)
    let (halves, slots) = plan(.bfloat16, count: 1 << 16)
    let (whole, half) = (try Arena(floats), try Arena(halves))
    #expect(half.byteCount < whole.byteCount * 51 / 100 && half.byteCount > whole.byteCount * 49 / 100)
    for slot in slots {
      #expect(slot.precision == .bfloat16 && slot.count == 1 << 16)
      #expect(half.values(slot).precision == .bfloat16)
    }
  }

  @Test func slotsDoNotOverlapAndHaveSlack() throws {
    let (plan, slots) = plan(.bfloat16, count: 17)
    let arena = try Arena(plan)
    // Scratch may share memory with what is in use at other times.
    for (index, slot) in slots.prefix(3).enumerated() {
      let values = arena.values(slot)
      for place in 0..<slot.count + 16 { values[place] = Float(index + 1) }
    }
    for (index, slot) in slots.prefix(3).enumerated() {
      let values = arena.values(slot)
      #expect((0..<slot.count + 16).allSatisfy { values[$0] == Float(index + 1) })
    }
  }

  @Test func plansHaveFloatsInEveryPrecision() throws {
    var plan = ArenaPlan(precision: .bfloat16)
    let floats = plan.activation(3)
    let inner = plan.with(precision: .float32) { $0.activationValues(3) }
    let rounded = plan.activationValues(3)
    let arena = try Arena(plan)
    #expect(plan.precision == .bfloat16 && plan.inputPrecision == .bfloat16)
    #expect(arena.values(floats).precision == .float32 && arena.values(inner).precision == .float32)
    arena[inner][2] = 1 / 3
    arena.values(rounded)[2] = 1 / 3
    #expect(arena.values(inner)[2] == 1 / 3 && arena.values(rounded)[2] == 0.333984375)
  }
}
