import Diagnostics

extension [any LayerEntry] {
  /// How deep layers may lie within others. YAML's reader goes a thousand levels deep, of which a layer has four; Python runs
  /// an exported network within a thousand calls, of which a layer has five.
  package static var mostNested: Int { 64 }

  /// How deep layers lie within these: 0 if none has layers within it.
  var nesting: Int {
    lazy.map { layer in layer.parts.map { $0.layers.nesting + 1 }.max() ?? 0 }.max() ?? 0
  }

  /// What is wrong with the list if layers lie too deep within others.
  /// - Throws: `Failure` (configuration) naming the list by its key, and its place.
  func checkNesting(key: String, place: Place? = nil) throws {
    let nesting = nesting
    guard nesting > Self.mostNested else { return }
    let message = "\(key) has layers within layers, \(nesting) deep; at most \(Self.mostNested) are possible"
    let advice = "files of deeper networks could not be read back; put layers behind each other instead"
    throw place?.failure(message, advice: advice) ?? Failure(.configuration, message, advice: advice)
  }
}
