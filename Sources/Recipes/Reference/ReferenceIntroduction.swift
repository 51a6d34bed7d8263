extension RecipeReference {
  /// The text before the tables.
  static let introduction = #"""
    # Recipes

    A recipe says what to train, on what, and how. It is a YAML file; every key except `model.layers` has a default. This
    page lists every key; the program prints it:

        dp-train recipes --reference          this page
        dp-train recipes --schema             the JSON Schema for editors
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

    The command line can set any key as `key=value`. The key's parts are joined by dots; list entries count from 0:

        dp-train train my.yaml epochs=100 optimizer.learningRate=0.003 model.layers.0.lstm.hiddenSize=8

    - Unknown keys, wrong types and impossible values are errors that name the line, the key, and what would be right.
    - `none`, `null`, `~` and nothing after the key all mean: no value. Quoted, `"none"` is text.
    - Write numbers without quotes, `1e-3` or `0.001`. `nan`, `inf` and numbers that a 32-bit float cannot hold are refused.
    - If a key takes a section and is left out, every key in the section has its default.
    - The run folder's `recipe.yaml` has every key written out. Training it again gives the same bits.

    ## In an editor

    [recipe.schema.json](recipe.schema.json) is the schema of this version. Editors that support JSON Schema for YAML (those with
    yaml-language-server, such as Visual Studio Code, Neovim and Emacs; also those of JetBrains) use it to complete keys,
    show what they mean, and mark unknown keys, wrong types and impossible numbers. Write it next to the recipe:

        dp-train recipes --schema > recipe.schema.json

    and make this the recipe's first line

    ```yaml
    # yaml-language-server: $schema=recipe.schema.json
    ```

    Its path is relative to the recipe's folder. Or name the schema in the editor's settings for all recipes of a folder:
    `"yaml.schemas": {"./recipe.schema.json": "recipes/*.yaml"}` in Visual Studio Code. Built-in recipes have no such line,
    because a missing file is an error in the editor. Rules that concern several keys, such as `batch` and `shards`, are checked
    only by the program: `dp-train inspect my.yaml` checks them without training.

    """#
}
