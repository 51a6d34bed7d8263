/// y = x · Wᵀ + b for flat parameters W, b.
func doubleLinear(_ x: [Double], parameters: [Double], inputs: Int, outputs: Int) -> [Double] {
  (0..<x.count / inputs).flatMap { row in
    (0..<outputs).map { output in
      (0..<inputs).reduce(parameters[inputs * outputs + output]) {
        $0 + parameters[output * inputs + $1] * x[row * inputs + $1]
      }
    }
  }
}
