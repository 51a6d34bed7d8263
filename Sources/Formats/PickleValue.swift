/// A value of a pickle. Containers and tensors are objects, which values name by their index: pickles may hold cycles, and
/// nested objects of any depth, which memory management by references would follow.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case text(String)
  /// A class or function that is known.
  case global(PickleGlobal)
  /// The index of an object.
  case object(Int)
  /// A number or bytes that do not matter for tensors.
  case other
}

/// A container, a storage or a tensor of a pickle.
enum PickleObject {
  case tuple([PickleValue])
  case list([PickleValue])
  case dictionary([(key: PickleValue, value: PickleValue)])
  case storage(PyTorchStorage)
  /// The index of a tensor.
  case tensor(Int)
}

/// The classes and functions that pickles of tensors need. No others are known, and none is ever run.
enum PickleGlobal: Equatable {
  /// `collections.OrderedDict`.
  case orderedDictionary
  /// `torch._utils._rebuild_tensor_v2`: a tensor of storage, offset, shape and strides.
  case tensor
  /// `torch._utils._rebuild_tensor_v3`: the same, and a type, of an untyped storage.
  case tensorOfType
  /// `torch._utils._rebuild_parameter`: a tensor, which is learned.
  case parameter
  /// `torch.FloatStorage` and others; nil for `torch.storage.UntypedStorage`, which counts bytes.
  case storage(PyTorchElement?)
  /// `torch.float32` and others.
  case type(PyTorchElement)
  /// `torch.Size`.
  case size
  /// `torch.device`.
  case device

  /// The one of this name; nil if it is not known.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .tensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .tensorOfType
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"): self = .parameter
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"), ("torch.storage", "_UntypedStorage"):
      self = .storage(nil)
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch", _):
      if let element = PyTorchElement.allCases.first(where: { $0.rawValue + "Storage" == name }) {
        self = .storage(element)
      } else if let element = PyTorchElement.allCases.first(where: { $0.types.contains(name) }) {
        self = .type(element)
      } else {
        return nil
      }
    default: return nil
    }
  }
}
