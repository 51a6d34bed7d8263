"""Prints for each document the first fault that a JSON Schema finds in it, or nothing: validate_recipes.py SCHEMA DOCUMENTS

Both are JSON; the documents are a list, and so is what is printed."""

import json
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

schema, documents = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
errors = [best_match(validator.iter_errors(document)) for document in documents]
print(json.dumps([error.message if error else "" for error in errors]))
