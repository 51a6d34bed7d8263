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
              oh * window.stride.height - window.padding.height
              + tap / window.kernel.width * window.dilation.height
            let iw =
              ow * window.stride.width - window.padding.width + tap % window.kernel.width * window.dilation.width
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
