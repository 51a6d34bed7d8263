import Diagnostics
import Testing

@testable import Recipes

@Suite struct HDF5EntryTests {
  @Test func filesAreOneOrSeveral() throws {
    func entry(_ keys: String) throws -> HDF5Entry {
      try #require(try read("data: {source: hdf5, \(keys)}\n").data as? HDF5Entry)
    }
    #expect(try entry("train: a.h5").train == ["a.h5"])
    let several = try entry("train: [a.h5, \"b-*.h5\"], test: [c.h5, d.h5], y: label")
    #expect(several.train == ["a.h5", "b-*.h5"] && several.test == ["c.h5", "d.h5"] && several.validation == nil)
    #expect(several.path(of: .test) == "{c.h5,d.h5}" && several.classSource == "{a.h5,b-*.h5}: label")
    #expect(try read("data: a.h5\n") == read("data: {source: hdf5, train: a.h5}\n"))
    #expect(
      try failure(of: "data: {source: hdf5, train: {a: b}}\n")
        == wrong("recipe.yaml:5: data.train must be text or a list, not a mapping"))
  }
}
