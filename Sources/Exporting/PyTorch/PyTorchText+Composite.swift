/// Layers made of others.
extension PyTorchText {
  static let residual = #"""
    class Residual(nn.Module):
        """body(x) + shortcut(x); without a shortcut it is x itself."""

        def __init__(self, body, shortcut=()):
            super().__init__()
            self.body = nn.Sequential(*body)
            self.shortcut = nn.Sequential(*shortcut)

        def forward(self, x):
            return self.body(x) + self.shortcut(x)

    """#

  static let residualWithLengths = #"""
    class Residual(nn.Module):
        """body(x) + shortcut(x); without a shortcut it is x itself."""

        def __init__(self, body, shortcut=()):
            super().__init__()
            self.body = Sequential(*body)
            self.shortcut = Sequential(*shortcut)

        def forward(self, x, lengths=None):
            return self.follow(x, lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            y, behind = self.body.follow(x, lengths)
            return y + self.shortcut.follow(x, lengths)[0], behind

    """#

  static let namedResidual = #"""
    class Residual(nn.Module):
        """body(x) + shortcut(x); without a shortcut it is x itself."""

        def __init__(self, body, shortcut=()):
            super().__init__()
            self.sides = []
            self.sides.extend([adopt(self, body, "body."), adopt(self, shortcut, "shortcut.")])

        def forward(self, x):
            body, shortcut = self.sides
            return chain(body, x) + chain(shortcut, x)

    """#

  static let namedResidualWithLengths = #"""
    class Residual(nn.Module):
        """body(x) + shortcut(x); without a shortcut it is x itself."""

        def __init__(self, body, shortcut=()):
            super().__init__()
            self.sides = []
            self.sides.extend([adopt(self, body, "body."), adopt(self, shortcut, "shortcut.")])

        def forward(self, x, lengths=None):
            return self.follow(x, lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            body, shortcut = self.sides
            y, behind = follow(body, x, lengths)
            return y + follow(shortcut, x, lengths)[0], behind

    """#

  static let branches = #"""
    def joined(outputs, join):
        """Outputs of paths, concatenated along the features, added or multiplied. One row of features goes to all rows."""
        if join == "concat":
            return torch.cat(outputs, 1 if outputs[0].dim() == 4 else -1)
        axes = max(y.dim() for y in outputs)
        shared = [y[:, :, None, None] if axes == 4 else y[:, None] for y in outputs if y.dim() < axes]
        whole = [y for y in outputs if y.dim() == axes]
        result, *others = whole + shared
        for y in others:
            result = result + y if join == "add" else result * y
        return result



    """#

  static let plainBranches = #"""
    class Branches(nn.Module):
        """Paths side by side, whose outputs are joined: "concat", "add" or "multiply"."""

        def __init__(self, join, *paths):
            super().__init__()
            self.join = join
            self.paths = nn.ModuleList(nn.Sequential(*path) for path in paths)

        def forward(self, x):
            return joined([path(x) for path in self.paths], self.join)

    """#

  static let branchesWithLengths = #"""
    class Branches(nn.Module):
        """Paths side by side, whose outputs are joined: "concat", "add" or "multiply"."""

        def __init__(self, join, *paths):
            super().__init__()
            self.join = join
            self.paths = nn.ModuleList(Sequential(*path) for path in paths)

        def forward(self, x, lengths=None):
            return self.follow(x, lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            results = [path.follow(x, lengths) for path in self.paths]
            behind = [steps for y, steps in results if steps is not None]
            y = joined([y for y, steps in results], self.join)
            return (cleared(y, behind[0]), behind[0]) if behind else (y, None)

    """#

  static let namedBranches = #"""
    class Branches(nn.Module):
        """Paths side by side, whose outputs are joined: "concat", "add" or "multiply"."""

        def __init__(self, join, *paths):
            super().__init__()
            self.join = join
            self.sides = []
            self.sides.extend(adopt(self, path, f"paths.{number}.") for number, path in enumerate(paths))

        def forward(self, x):
            return joined([chain(side, x) for side in self.sides], self.join)

    """#

  static let namedBranchesWithLengths = #"""
    class Branches(nn.Module):
        """Paths side by side, whose outputs are joined: "concat", "add" or "multiply"."""

        def __init__(self, join, *paths):
            super().__init__()
            self.join = join
            self.sides = []
            self.sides.extend(adopt(self, path, f"paths.{number}.") for number, path in enumerate(paths))

        def forward(self, x, lengths=None):
            return self.follow(x, lengths)[0]

        def follow(self, x, lengths):
            """The outputs and their numbers of valid steps."""
            results = [follow(side, x, lengths) for side in self.sides]
            behind = [steps for y, steps in results if steps is not None]
            y = joined([y for y, steps in results], self.join)
            return (cleared(y, behind[0]), behind[0]) if behind else (y, None)

    """#
}
