import Foundation

extension Folder {
  /// Writes two classes of images to images/train and images/validation, and a recipe with all random transforms.
  func writeImageRecipe(epochs: Int, shuffle: Bool = true) throws {
    let names = [
      ["colour.jpg", "grey.png", "cmyk.jpg", "palette.png", "full-chroma.jpg", "gamma.png"],
      ["colour.png", "grey.jpg", "alpha.png", "progressive.jpg", "one-bit.png", "sixteen-bits.png"],
    ]
    for (part, copies) in [("train", 4), ("validation", 2)] {
      for (label, files) in names.enumerated() {
        try Folder(path: self["images/\(part)/class\(label)"]).create()
        for copy in 0..<copies {
          for name in files {
            try FileManager.default.copyItem(
              atPath: reference("images/\(name)"), toPath: self["images/\(part)/class\(label)/\(copy)-\(name)"])
          }
        }
      }
    }
    try write(
      """
      epochs: \(epochs)
      batch: 20
      data:
        source: image-folder
        folder: images
        validation: validation
        testShare: 0.5
        shuffle: \(shuffle)
        transforms:
          - resize: {size: [20, 22]}
          - random-crop: {size: [16, 16]}
          - random-horizontal-flip
          - random-rotation: {degrees: 20}
          - color-jitter: {brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0.1}
          - gaussian-blur: {kernelSize: 3, sigma: [0.1, 1.0]}
          - normalize: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
        evaluationTransforms:
          - resize: {size: [16, 16]}
          - normalize: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
      model:
        layers:
          - conv2d: {outputs: 24, kernel: 3, padding: 1}
          - batch-norm
          - relu
          - residual:
              body:
                - conv2d: {outputs: 24, kernel: 3, padding: 1}
                - batch-norm
          - max-pool: {kernel: 2}
          - dropout: {probability: 0.3}
          - conv2d: {outputs: 16, kernel: 3}
          - global-average-pool
          - linear: {outputs: 2}
      optimizer: {name: adam}
      schedule: {name: cosine, warmup: 10 steps}
      ema: {decay: 0.99}

      """, to: "images.yaml")
  }
}
