import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test func findsWhatWasMeant() {
    let names = ["learningRate", "momentum", "weightDecay"]
    #expect(nearestName(to: "learningrate", among: names) == "learningRate")
    #expect(nearestName(to: "lerningRate", among: names) == "learningRate")
    #expect(nearestName(to: "momentums", among: names) == "momentum")
    #expect(nearestName(to: "epochs", among: names) == nil)
    #expect(nearestName(to: "x", among: [String]()) == nil)
  }
}
