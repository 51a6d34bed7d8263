import Layers
import Tensors

/// Cross-correlation in double precision, straight from the formula: images [samples, height, width, channels], weight
/// [outputs, channels / groups, taps], then the bias, flat one after the other.
func doubleConvolution(
  _ x: [Double], input: Shape, output: Shape, parameters: [Double], window: Window, groups: Int
) -> [Double] {
  func size(_ shape: Shape) -> (height: Int, width: Int) { (shape.extents[0], shape.isSequence ? 1 : shape.extents[1]) }
  let (inSize, outSize) = (size(input), size(output))
  let (channels, outputs) = (input.features / groups, output.features / groups)
  let taps = window.taps
  let bias = output.features * channels * taps
  var result: [Double] = []
  for sample in 0..<x.count / input.count {
    for oh in 0..<outSize.height {
      for ow in 0..<outSize.width {
        for o in 0..<output.features {
          var sum = bias < parameters.count ? parameters[bias + o] : 0
          for tap in 0..<taps {
            let ih =
              oh * window.stride.height - window.padding.before.height
              + tap / window.kernel.width * window.dilation.height
            let iw =
              ow * window.stride.width - window.padding.before.width + tap % window.kernel.width * window.dilation.width
            guard (0..<inSize.height).contains(ih), (0..<inSize.width).contains(iw) else { continue }
            for c in 0..<channels {
              let pixel = (sample * inSize.height + ih) * inSize.width + iw
              sum +=
                x[pixel * input.features + o / outputs * channels + c] * parameters[(o * channels + c) * taps + tap]
            }
          }
          result.append(sum)
        }
      }
    }
  }
  return result
}

/// Outputs and gradients of a convolution without bias in double precision; shapes as in `doubleConvolution`, one group.
func doubleConvolutionGradients(
  x: [Float], weight: [Float], upstream: [Float], input: Shape, output: Shape, window: Window
) -> (outputs: [Double], input: [Double], weight: [Double]) {
  let (channels, features, taps) = (input.features, output.features, window.taps)
  func width(_ shape: Shape) -> Int { shape.isSequence ? 1 : shape.extents[1] }
  var (y, dx, dw) = (
    [Double](repeating: 0, count: upstream.count), [Double](repeating: 0, count: x.count),
    [Double](repeating: 0, count: weight.count)
  )
  // [tap][o][c], so that the innermost loop goes through neighbours.
  var (byTap, gradientByTap) = (dw, dw)
  func place(_ tap: Int, _ o: Int, _ c: Int) -> Int { (tap * features + o) * channels + c }
  for o in 0..<features {
    for c in 0..<channels {
      for tap in 0..<taps { byTap[place(tap, o, c)] = Double(weight[(o * channels + c) * taps + tap]) }
    }
  }
  let wide = x.map(Double.init)
  for pixel in 0..<upstream.count / features {
    let (sample, at) = pixel.quotientAndRemainder(dividingBy: output.count / features)
    let (oh, ow) = at.quotientAndRemainder(dividingBy: width(output))
    for tap in 0..<taps {
      let ih =
        oh * window.stride.height - window.padding.before.height + tap / window.kernel.width * window.dilation.height
      let iw =
        ow * window.stride.width - window.padding.before.width + tap % window.kernel.width * window.dilation.width
      guard (0..<input.extents[0]).contains(ih), (0..<width(input)).contains(iw) else { continue }
      let from = ((sample * input.extents[0] + ih) * width(input) + iw) * channels
      for o in 0..<features {
        let (row, gradient) = (place(tap, o, 0), Double(upstream[pixel * features + o]))
        var sum = 0.0
        for c in 0..<channels {
          sum += wide[from + c] * byTap[row + c]
          dx[from + c] += gradient * byTap[row + c]
          gradientByTap[row + c] += gradient * wide[from + c]
        }
        y[pixel * features + o] += sum
      }
    }
  }
  for o in 0..<features {
    for c in 0..<channels {
      for tap in 0..<taps { dw[(o * channels + c) * taps + tap] = gradientByTap[place(tap, o, c)] }
    }
  }
  return (y, dx, dw)
}
