import Testing

/// Every test that starts the program, one after the other: ranks that share their cores with other tests are slow.
@Suite(.serialized)
enum EndToEndTests {}
