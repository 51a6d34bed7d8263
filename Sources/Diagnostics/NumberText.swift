extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The shortest text that is read as this number. NaN is "nan", whatever its sign: interpolation and C's formats write
  /// "-nan" for some, and the sign differs between processors.
  package var text: String { isNaN ? "nan" : description }
}
