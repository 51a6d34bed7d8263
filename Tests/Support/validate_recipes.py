"""Validates documents with a JSON Schema: validate_recipes.py SCHEMA DOCUMENTS

Both are JSON; the documents are a list. Prints a JSON list with the first fault of each document, or an empty string."""

import json
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

schema, documents = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
errors = [best_match(validator.iter_errors(document)) for document in documents]
print(json.dumps([error.message if error else "" for error in errors]))
