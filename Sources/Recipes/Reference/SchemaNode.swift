/// One JSON Schema, with the keywords that recipes need. Nil keywords are left out.
struct SchemaNode: Encodable {
  var schema: String?
  var title: String?
  var description: String?
  var standard: SchemaValue?
  var reference: String?
  var types: [String]?
  var choices: [SchemaValue]?
  var minimum, exclusiveMinimum, maximum, exclusiveMaximum: Double?
  var minLength: Int?
  var pattern: String?
  /// The schema of all entries; an array, because a struct cannot contain itself directly.
  var items: [SchemaNode]?
  var minItems, maxItems: Int?
  var properties: [String: SchemaNode]?
  var required: [String]?
  var additionalProperties: Bool?
  var minProperties, maxProperties: Int?
  var anyOf, allOf: [SchemaNode]?
  /// The schemas of `if` and `then`; they are written only together.
  var condition: [SchemaNode]?
  var definitions: [String: SchemaNode]?

  /// Accepts values of these types, numbers only within a range.
  init(types: [String]? = nil, range: ValueRange? = nil) {
    self.types = types
    if let lower = range?.lower {
      if lower.isIncluded { minimum = lower.value } else { exclusiveMinimum = lower.value }
    }
    if let upper = range?.upper {
      if upper.isIncluded { maximum = upper.value } else { exclusiveMaximum = upper.value }
    }
  }

  /// Accepts these words.
  init(choices: [String]) {
    self.choices = choices.map(SchemaValue.text)
  }

  /// Accepts what at least one of the schemas accepts.
  init(anyOf: [SchemaNode]) {
    self.anyOf = anyOf
  }

  /// Accepts mappings that have a key.
  init(required key: String) {
    required = [key]
  }

  /// Accepts what the definition accepts.
  init(reference: String) {
    self.reference = reference
  }

  /// If `if` accepts a value, so must `then`.
  init(if condition: SchemaNode, then consequence: SchemaNode) {
    self.condition = [condition, consequence]
  }

  private enum Keyword: String, CodingKey {
    case schema = "$schema"
    case reference = "$ref"
    case definitions = "$defs"
    case standard = "default"
    case choices = "enum"
    case type, `if`, then, items
    case title, description, minimum, exclusiveMinimum, maximum, exclusiveMaximum, minLength, pattern
    case minItems, maxItems, properties, required, additionalProperties, minProperties, maxProperties, anyOf, allOf
  }

  /// Writes the keywords that are set.
  func encode(to encoder: any Encoder) throws {
    var keywords = encoder.container(keyedBy: Keyword.self)
    try keywords.encodeIfPresent(schema, forKey: .schema)
    try keywords.encodeIfPresent(title, forKey: .title)
    try keywords.encodeIfPresent(description, forKey: .description)
    try keywords.encodeIfPresent(standard, forKey: .standard)
    try keywords.encodeIfPresent(reference, forKey: .reference)
    if let types, types.count == 1 {
      try keywords.encode(types[0], forKey: .type)
    } else {
      try keywords.encodeIfPresent(types, forKey: .type)
    }
    try keywords.encodeIfPresent(choices, forKey: .choices)
    try keywords.encodeIfPresent(minimum, forKey: .minimum)
    try keywords.encodeIfPresent(exclusiveMinimum, forKey: .exclusiveMinimum)
    try keywords.encodeIfPresent(maximum, forKey: .maximum)
    try keywords.encodeIfPresent(exclusiveMaximum, forKey: .exclusiveMaximum)
    try keywords.encodeIfPresent(minLength, forKey: .minLength)
    try keywords.encodeIfPresent(pattern, forKey: .pattern)
    try keywords.encodeIfPresent(items?.first, forKey: .items)
    try keywords.encodeIfPresent(minItems, forKey: .minItems)
    try keywords.encodeIfPresent(maxItems, forKey: .maxItems)
    try keywords.encodeIfPresent(properties, forKey: .properties)
    try keywords.encodeIfPresent(required, forKey: .required)
    try keywords.encodeIfPresent(additionalProperties, forKey: .additionalProperties)
    try keywords.encodeIfPresent(minProperties, forKey: .minProperties)
    try keywords.encodeIfPresent(maxProperties, forKey: .maxProperties)
    try keywords.encodeIfPresent(anyOf, forKey: .anyOf)
    try keywords.encodeIfPresent(allOf, forKey: .allOf)
    try keywords.encodeIfPresent(condition?[0], forKey: .if)
    try keywords.encodeIfPresent(condition?[1], forKey: .then)
    try keywords.encodeIfPresent(definitions, forKey: .definitions)
  }
}
