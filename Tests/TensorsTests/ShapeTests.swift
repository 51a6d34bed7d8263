import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func shapesAreEqualIfTheirExtentsAre() {
    let flat = Shape.image(height: 2, width: 3, channels: 4).flattened
    #expect(flat.flattenedFrom == [2, 3, 4])
    #expect(flat == .vector(24) && Set([flat, .vector(24)]).count == 1)
    #expect(flat != .vector(12) && Shape.vector(24) != .sequence(steps: 1, features: 24))
  }

  @Test func flattenedTwiceIsFlattenedOnce() {
    let flat = Shape.image(height: 2, width: 3, channels: 4).flattened
    #expect(flat.flattened.flattenedFrom == [2, 3, 4] && flat.flattened == flat)
    #expect(flat.with(features: 5).flattened.flattenedFrom == nil)
  }

  @Test func oneChannelOrOnePixelHasOneOrder() {
    for shape in [Shape([1, 1, 9]), Shape([4, 5, 1]), .sequence(steps: 4, features: 5), .vector(3)] {
      #expect(shape.flattened.flattenedFrom == nil && shape.flattened.count == shape.count)
    }
  }
}
