import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test func theIntendedNameIsFound() {
    let names = ["learningRate", "momentum", "weightDecay"]
    #expect(nearestName(to: "learningrate", among: names) == "learningRate")
    #expect(nearestName(to: "lerningRate", among: names) == "learningRate")
    #expect(nearestName(to: "momentums", among: names) == "momentum")
    // Two swapped letters are one mistake.
    #expect(nearestName(to: "trian", among: ["watch", "train"]) == "train")
    #expect(nearestName(to: "tariin", among: ["train"]) == "train")
    #expect(nearestName(to: "ab", among: ["ba"]) == "ba")
    #expect(nearestName(to: "Y", among: ["x", "y"]) == "y")
    #expect(nearestName(to: "x", among: ["y", "xs"]) == nil)
    #expect(nearestName(to: "lr", among: ["ls", "l"]) == nil)
    #expect(nearestName(to: "tarni", among: ["train"]) == nil)
    #expect(nearestName(to: "epochs", among: names) == nil)
    #expect(nearestName(to: "x", among: [String]()) == nil)
  }
}
