import CKernels
import Tensors

/// The pass of paths side by side.
struct BranchesPass: Pass {
  /// One path at work.
  private final class Path {
    let program: Program
    let shape: Shape
    /// Whether the path is the input itself.
    let isIdentity: Bool
    /// Whether its one row goes to all rows of a sample.
    let isShared: Bool
    /// The column of a concatenation where its features begin.
    let column: Int
    /// Whether its last layer writes these columns, and takes their gradient where it is.
    let writesColumns: Bool
    /// The gradient of its outputs, if that is not the join's or a part of it.
    var gradient: ArenaPlan.Slot?

    init(_ program: Program, shape: Shape, isIdentity: Bool, isShared: Bool, column: Int, writesColumns: Bool) {
      self.program = program
      self.shape = shape
      self.isIdentity = isIdentity
      self.isShared = isShared
      self.column = column
      self.writesColumns = writesColumns
    }
  }

  private let join: Branches.Join
  private let outputShape: Shape
  private let paths: [Path]
  /// The paths in the order in which they are joined: those of one row for a whole sample come last.
  private let joined: [Path]
  private let output: OutputRows
  private let wantsInputGradient: Bool

  /// Plans the paths in their order; the backward pass runs the last one first.
  init(
    _ layer: Branches, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?
  ) {
    join = layer.join
    outputShape = layer.outputShape
    self.wantsInputGradient = wantsInputGradient
    var column = 0
    var paths: [Path] = []
    var rows = output
    for (part, layers) in zip(layer.parts, layer.running) {
      let shape = part.outputShape(for: layer.inputShape)
      let writesColumns =
        BranchesPass.hasWholeGroups(column, shape, of: layer)
        && Program.writesColumns(layers, keepsOutputs: plan.keepsOutputs)
      if writesColumns, rows == nil { rows = OutputRows(&plan, shape: outputShape, batch: batch) }
      let program = Program(
        layers, input: layer.inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient,
        output: writesColumns ? rows?.columns(from: column) : nil)
      paths.append(
        Path(
          program, shape: shape, isIdentity: layers.isEmpty,
          isShared: join != .concat && shape.isOneRow && !outputShape.isOneRow, column: column,
          writesColumns: writesColumns))
      column += shape.features
    }
    plan.advance()
    self.output = rows ?? OutputRows(&plan, shape: outputShape, batch: batch)
    let usesOriginal = join == .add ? BranchesPass.lastUser(of: paths) : nil
    for path in paths {
      let needsCopy =
        switch join {
        case .concat: !path.isIdentity && !path.writesColumns
        case .add: path.isShared || !path.isIdentity && path.program.overwritesGradient && path !== usesOriginal
        case .multiply: true
        }
      if needsCopy { path.gradient = plan.gradientValues(path.shape.paddedCount(batch: batch)) }
    }
    self.paths = paths
    joined = paths.filter { !$0.isShared } + paths.filter(\.isShared)
  }

  /// Whether a path that writes whole groups of lanes at a column of a concatenation writes no other path's features.
  private static func hasWholeGroups(_ column: Int, _ shape: Shape, of layer: Branches) -> Bool {
    let end = column + shape.features
    return layer.join == .concat && column == paddedToLanes(column)
      && (end == paddedToLanes(end) || end == layer.outputShape.features)
  }

  /// The path of a sum that may overwrite the gradient, since no other reads it later; nil if there is none.
  private static func lastUser(of paths: [Path]) -> Path? {
    let users = paths.filter { !$0.isShared }
    return users.contains(where: \.isIdentity) ? nil : users.first
  }

  /// A sum's paths may overwrite the gradient, and those of a concatenation their columns of it.
  var overwritesGradient: Bool {
    join == .add || paths.contains { $0.writesColumns && $0.program.overwritesGradient }
  }

  var stateCarriers: [any StateCarrying] { paths.flatMap(\.program.stateCarriers) }

  func pack(_ context: StepContext) {
    for path in paths { path.program.pack(context) }
  }

  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    for path in paths { path.program.updateBuffers(from: sums, context) }
  }

  /// The joined outputs.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    for path in paths { _ = try path.program.forward(input, context) }
    var result: TensorView?
    var before: TensorView?
    for path in joined {
      guard let values = path.program.outputs else { continue }
      let whole = result ?? output.view(like: values, columns: outputShape.features, context)
      result = whole
      if join == .concat {
        // Nothing to copy, also if the input has the place of the outputs.
        let place = whole.base + path.column
        if path.writesColumns || values.base.address == place.address && values.stride == whole.stride { continue }
        var pass = rows(whole, columns: path.shape.features)
        set(&pass, a: values, y: whole)
        pass.y = place.address
        // What lies behind a row's features must be finite.
        pass.copied = path === paths.last ? paddedToLanes(whole.columns) - path.column : pass.columns
        dpt_join_copy(&pass)
      } else if let first = before {
        var pass = rows(whole, columns: outputShape.features)
        set(&pass, a: first, b: values, isShared: path.isShared, y: whole)
        if join == .add { dpt_join_add(&pass) } else { dpt_join_multiply(&pass) }
        before = whole
      } else {
        before = values
      }
    }
    return result ?? input
  }

  /// The sum of what the paths make of their gradients: last path first, then the paths that are the input itself.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    for path in paths { fill(path, from: gradient, context) }
    var sum: TensorView?
    for path in paths.reversed() where !path.isIdentity {
      let own = self.gradient(of: path, gradient, context)
      if let sum, try path.program.backward(own, addingTo: sum, context) { continue }
      guard let more = try path.program.backward(own, context) else { continue }
      if let sum { add(more, to: sum) } else { sum = more }
    }
    guard wantsInputGradient, let sum else { return nil }
    for path in paths where path.isIdentity { add(self.gradient(of: path, gradient, context), to: sum) }
    return sum
  }

  /// The gradient of a path's outputs: memory of its own, the join's, or some columns of that.
  private func gradient(of path: Path, _ gradient: TensorView, _ context: StepContext) -> TensorView {
    let columns = path.shape.features
    guard let slot = path.gradient else {
      return gradient.with(
        base: gradient.base + (join == .concat ? path.column : 0), columns: columns, stride: gradient.stride)
    }
    let base = context.arena.values(slot)
    return path.isShared
      ? TensorView(base: base, shape: path.shape, batch: gradient.batch) : gradient.with(base: base, columns: columns)
  }

  /// Writes a path's gradient, if it has memory of its own.
  private func fill(_ path: Path, from gradient: TensorView, _ context: StepContext) {
    guard path.gradient != nil else { return }
    let own = self.gradient(of: path, gradient, context)
    var pass = rows(gradient, columns: path.shape.features)
    set(&pass, a: gradient, y: own)
    if join == .concat { pass.a = UnsafeRawPointer((gradient.base + path.column).address) }
    var factor: Path?
    if join == .multiply { factor = paths[0] === path ? paths[1] : paths[0] }
    if let factor, let values = factor.program.outputs {
      pass.b = UnsafeRawPointer(values.base.address)
      (pass.bStride, pass.isShared) = (values.stride, factor.isShared)
    }
    if path.isShared {
      dpt_join_sums(&pass)
    } else if factor != nil {
      dpt_join_multiply(&pass)
    } else {
      pass.copied = own.stride
      dpt_join_copy(&pass)
    }
  }

  private func add(_ more: TensorView, to sum: TensorView) {
    var pass = rows(sum, columns: sum.columns)
    set(&pass, a: sum, b: more, y: sum)
    dpt_join_add(&pass)
  }

  private func rows(_ view: TensorView, columns: Int) -> dpt_join {
    var pass = dpt_join()
    pass.precision = view.base.precision.kernel
    (pass.steps, pass.batch, pass.positions) = (view.steps, view.batch, view.positions)
    (pass.starts, pass.columns) = (view.starts, columns)
    return pass
  }

  private func set(
    _ pass: inout dpt_join, a: TensorView, b: TensorView? = nil, isShared: Bool = false, y: TensorView
  ) {
    (pass.a, pass.aStride) = (UnsafeRawPointer(a.base.address), a.stride)
    if let b { (pass.b, pass.bStride, pass.isShared) = (UnsafeRawPointer(b.base.address), b.stride, isShared) }
    (pass.y, pass.yStride) = (y.base.address, y.stride)
  }
}
