import CKernels
import Tensors

/// Where gradients are written: the whole model's of a tree node, or a part of them elsewhere.
struct GradientTarget {
  fileprivate let base: UnsafeMutablePointer<Float>
  /// The offset of the parameter whose gradient lies at the base.
  fileprivate let offset: Int

  /// The place of a parameter's gradient.
  subscript(parameter: Parameter) -> UnsafeMutablePointer<Float> { base + (parameter.offset - offset) }
}

/// The gradients of some parameters that lie side by side. Where the activations of all shards are more than caches hold, a
/// layer goes through one shard after the other for them, to the bits of going through all at once.
struct ShardSums {
  /// Bytes of the largest activations processed for all shards at once: about one core's cache.
  private static let cachedBytes = 2 << 20

  private let parameters: [Parameter]
  /// Whether a backward pass goes through more than caches hold.
  let exceedsCaches: Bool
  /// The sums below the top of the tree's stack, or nil if all shards are gone through at once.
  private let partialSums: ArenaPlan.Slot?

  /// Reserves memory for a backward pass of these parameters through `bytes` bytes of activations of all shards.
  init(_ parameters: [Parameter], _ plan: inout ArenaPlan, bytes: Int) {
    self.parameters = parameters
    exceedsCaches = bytes > ShardSums.cachedBytes
    // The stack is as deep as the number of shards has bits; its bottom is the node's gradient itself.
    let depth = Int.bitWidth - plan.shards.leadingZeroBitCount
    let stride = ShardSums.stride(parameters)
    partialSums = exceedsCaches && plan.shards > 1 ? plan.backwardScratch((depth - 1) * stride) : nil
  }

  private static func stride(_ parameters: [Parameter]) -> Int { parameters.reduce(0) { $0 + paddedToLanes($1.count) } }

  /// Has `write` go through this rank's shards, all at once or one after the other, and adds up what it writes in the tree. The
  /// program is one over `view.asRows`.
  func add(
    over view: TensorView, _ context: StepContext,
    write: (_ program: dpt_shard_program, _ samples: Range<Int>, _ target: GradientTarget) -> Void
  ) {
    let shards = context.shards
    guard let partialSums else {
      return write(shards.kernelProgram(over: view), shards.samples, GradientTarget(base: context.gradients, offset: 0))
    }
    let stride = ShardSums.stride(parameters)
    var node = 0
    func target(_ place: Int) -> GradientTarget {
      guard place > 0 else { return GradientTarget(base: context.gradients + node * context.nodeStride, offset: 0) }
      return GradientTarget(base: context.arena[partialSums] + (place - 1) * stride, offset: parameters[0].offset)
    }
    shards.reduction.fold.run { shard, place in
      write(shards.kernelProgram(ofShard: shard, over: view), shards.samples(ofShard: shard), target(place))
    } add: { _, place in
      let (left, right) = (target(place), target(place + 1))
      for parameter in parameters {
        dpt_add(left[parameter], right[parameter], left[parameter], parameter.count)
      }
    } emit: { _ in
      node += 1
    }
  }
}
