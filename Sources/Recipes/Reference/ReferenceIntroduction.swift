extension RecipeReference {
  /// What stands before the tables.
  static let introduction = #"""
    # Recipes

    A recipe says what to train, on what, and how. It is a YAML file; every key but `model.layers` has a default. This page
    has every key, and is printed by the program itself:

        dp-train recipes --reference          this page
        dp-train recipes --schema             the same for editors, as a JSON Schema
        dp-train recipes                      lists the built-in recipes
        dp-train recipes temporal-order       prints one, ready to copy and edit
        dp-train recipes my.yaml --resolved   prints one with every default written out

    A whole recipe:

    ```yaml
    name: first
    epochs: 20
    batch: 32
    shards: 8
    data: {source: temporal-order, level: easy}
    model:
      layers:
        - lstm: {hiddenSize: 4}
        - linear: {outputs: 4}
    loss: cross-entropy
    optimizer: {name: adam, learningRate: 0.01, clipNorm: 1}
    schedule: {name: cosine, warmup: 1 epoch}
    ```

    On the command line any key can be set as `key=value`, its parts joined by dots and the entries of lists counted from 0:

        dp-train train my.yaml epochs=100 optimizer.learningRate=0.003 model.layers.0.lstm.hiddenSize=8

    - An unknown key, a wrong type and an impossible value are errors that name the line, the key, and what would be right.
    - `none`, `null`, `~` and nothing after the key are the same: no value. Quoted, `"none"` is text.
    - Numbers stand without quotes, `1e-3` or `0.001`; `nan`, `inf` and numbers that 32 bits cannot hold are refused.
    - Where a key takes a section, leaving it out leaves every key in it at its default.
    - The run folder's `recipe.yaml` has every key written out. Training it again gives the same bits.

    ## In an editor

    [recipe.schema.json](recipe.schema.json) is the schema of this version. Editors that speak JSON Schema for YAML (those with
    yaml-language-server, such as Visual Studio Code, Neovim and Emacs; also the JetBrains ones) complete keys with it,
    show what they mean, and mark unknown keys, wrong types and impossible numbers. It has to be where the editor can reach it:

        dp-train recipes --schema > recipe.schema.json

    beside the recipe, and as the recipe's first line

    ```yaml
    # yaml-language-server: $schema=recipe.schema.json
    ```

    whose path starts from the recipe's folder; or, for all recipes of a folder, in the editor's settings
    (`"yaml.schemas": {"./recipe.schema.json": "recipes/*.yaml"}` in Visual Studio Code). Built-in recipes have no such line,
    since a path that leads nowhere is an error in the editor. What several keys have to agree on, such as `batch` and `shards`,
    only the program checks: `dp-train inspect my.yaml` does, without training.

    """#
}
