import Datasets
import Testing

@Suite struct GroupPatternTests {
  @Test(arguments: [
    ("(*)_*", "cat3_left.jpg", "cat3"), ("(*)_*", "cat3_left_2.jpg", "cat3"), ("*_(*)_*", "a_b_c.png", "b"),
    ("IMG-(*).jpg", "IMG-0042.jpg", "0042"), ("(*).*", "a.b.jpg", "a"),
    ("*(patient*)-*", "x-patient7-1.png", "patient7"),
  ])
  func theGroupIsInParentheses(pattern: String, name: String, group: String) throws {
    #expect(try GroupPattern(pattern).group(of: name) == group)
  }

  @Test func namesThatDoNotFitHaveNoGroup() throws {
    #expect(try GroupPattern("(*)_*").group(of: "cat.jpg") == nil)
    #expect(try GroupPattern("IMG-(*).jpg").group(of: "IMG-1.png") == nil)
  }

  @Test(arguments: ["*_*", "(*", "*)", "(*)_(*)", ")*("])
  func aPatternHasOnePairOfParentheses(pattern: String) throws {
    #expect(
      try failure(.configuration) { try GroupPattern(pattern) }
        == "data.splitBy is \"\(pattern)\", which does not say what the group is")
  }
}
