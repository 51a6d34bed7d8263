/// Layers one after the other.
extension PyTorchText {
  static let lengths = #"""
    def present(x, lengths):
        """Which steps of sequences [batch, steps, ...] are valid: bool [batch, steps]."""
        return torch.arange(x.shape[1], device=x.device) < lengths.to(x.device)[:, None]


    def cleared(x, lengths):
        """Sequences with zeros after each sample's length."""
        return torch.where(present(x, lengths).reshape(x.shape[:2] + (1,) * (x.dim() - 2)), x, 0)



    """#

  static let sequentialWithLengths = #"""
    class Sequential(nn.Sequential):
        """nn.Sequential that tells layers how many steps of each sample are there, the first ones.

        What is behind them does not matter, and is zeros in the outputs.
        """

        def forward(self, x, lengths=None):
            if lengths is None:
                return self.follow(x, None)[0]
            if not ((lengths >= 1) & (lengths <= x.shape[1])).all():
                raise ValueError(f"lengths must be from 1 to {x.shape[1]}, the steps of x, not {lengths.tolist()}")
            return self.follow(cleared(x, lengths), lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            return follow(self, x, lengths)

    """#

  static let adopting = #"""
    def adopt(parent, layers, prefix=""):
        """Makes layers children of a module, and returns them in their order.

        A pair (name, layer) is the child of that name, or leaves its own children to the module if the name is empty. Other
        layers are numbered behind `prefix`.
        """
        named = [item for item in layers if isinstance(item, tuple)]
        numbered = [(f"{prefix}{number}", item) for number, item in enumerate(layers) if not isinstance(item, tuple)]
        for name, layer in named + numbered:
            for path, child in [(name, layer)] if name else list(layer._modules.items()):
                place(parent, path, child)
        return [item[1] if isinstance(item, tuple) else item for item in layers]


    def place(parent, name, child):
        """Makes a layer a child of a module, or of one within it.

        The name may be any, also one of nn.Module's own methods. If two modules share it, one has the children of both.
        """
        children = parent._modules
        first, _, rest = name.partition(".")
        before = children.get(first)
        if rest:
            place(children.setdefault(first, nn.Module()), rest, child)
        elif before is None:
            children[first] = child
        elif type(before) is nn.Module or child._parameters or child._buffers:
            children[first] = child
            merge(parent, first, before)
        else:
            merge(parent, first, child)


    def merge(parent, name, module):
        """Gives a module's child also the children of another module, or puts that module beside it if it has none."""
        for key, inner in module._modules.items():
            place(parent._modules[name], key, inner)
        if not module._modules and type(module) is not nn.Module:
            # A layer without parameters, whose name does not matter.
            while name in parent._modules:
                name += "_"
            parent._modules[name] = module


    def chain(layers, x):
        """The outputs of layers, one after the other."""
        for layer in layers:
            x = layer(x)
        return x

    """#

  static let namedSequential = #"""
    class Sequential(nn.Module):
        """Layers one after the other, some of which have names."""

        def __init__(self, *layers):
            super().__init__()
            self.order = []
            self.order.extend(adopt(self, layers))

        def forward(self, x):
            return chain(self.order, x)

    """#

  static let namedSequentialWithLengths = #"""
    class Sequential(nn.Module):
        """Layers one after the other, some of which have names.

        It tells layers how many steps of each sample are there, the first ones. What is behind them does not matter, and is
        zeros in the outputs.
        """

        def __init__(self, *layers):
            super().__init__()
            self.order = []
            self.order.extend(adopt(self, layers))

        def forward(self, x, lengths=None):
            if lengths is None:
                return self.follow(x, None)[0]
            if not ((lengths >= 1) & (lengths <= x.shape[1])).all():
                raise ValueError(f"lengths must be from 1 to {x.shape[1]}, the steps of x, not {lengths.tolist()}")
            return self.follow(cleared(x, lengths), lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            return follow(self.order, x, lengths)

    """#

  static let following = #"""
    def follow(layers, x, lengths):
        """The outputs of layers, one after the other, and their numbers of valid steps."""
        for layer in layers:
            if lengths is None:
                x = layer(x)
            elif hasattr(type(layer), "follow"):
                x, lengths = layer.follow(x, lengths)
            else:
                x = layer(x, lengths) if hasattr(type(layer), "takes_lengths") else layer(x)
                lengths = layer.output_lengths(lengths) if hasattr(type(layer), "output_lengths") else lengths
                lengths = lengths if x.dim() > 2 else None
                x = x if lengths is None else cleared(x, lengths)
        return x, lengths

    """#
}
