#!/usr/bin/env python3
"""Holds JSON documents to one of our JSON Schemas (draft 2020-12).

    validate_json.py [--closed] [--lines] SCHEMA DOCUMENT...      "-" is standard input

With --lines each line of a document is one. With --closed a member that the schema does not
describe is a problem too: documents may have more than an old reader knows, but what we print is to
be written down. The validator itself is python3-jsonschema; it is held to more than the draft asks
for: 1.0 is no integer, because we print none, and a keyword that is not known is a mistake in the
schema.
"""

import argparse
import copy
import json
import sys
from pathlib import Path

import jsonschema

KEYWORDS = set("""$schema $id $defs $ref title description type const enum required properties
    additionalProperties items pattern minLength minimum maximum allOf if then""".split())
# Of names that the schema makes up, or of values: no schemas of their own.
NAMED_SCHEMAS = {"properties", "$defs"}
LISTS_OF_SCHEMAS = {"allOf"}
SCHEMAS = {"items", "additionalProperties", "if", "then"}


def is_integer(_checker: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


Draft = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer))


def schemas_below(schema: object):
    """A schema and all that are written inside of it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for keyword, value in schema.items():
        inner = (list(value.values()) if keyword in NAMED_SCHEMAS else
                 value if keyword in LISTS_OF_SCHEMAS else
                 [value] if keyword in SCHEMAS else [])
        for one in inner:
            yield from schemas_below(one)


def check_keywords(schema: dict) -> None:
    for inner in schemas_below(schema):
        for keyword in inner.keys() - KEYWORDS:
            raise ValueError(f"the schema has a keyword that is not known here: {keyword}")


def close(schema: dict) -> dict:
    """The same schema, whose objects have no members but those that are described."""
    closed = copy.deepcopy(schema)
    conditions = [inner["if"] for inner in schemas_below(closed) if "if" in inner]
    # The root of the lines' schema is closed by what its event refers to.
    open_ones = [*conditions, closed] if "allOf" in closed else conditions
    for inner in schemas_below(closed):
        if "properties" in inner and not any(inner is one for one in open_ones):
            inner.setdefault("additionalProperties", False)
    return closed


class Validator:
    """`others` are schemas that this one refers to, by their $id."""

    def __init__(self, schema: dict, closed: bool = False, others: tuple[dict, ...] = ()):
        for one in (schema, *others):
            check_keywords(one)
            Draft.check_schema(one)
        wanted = close if closed else copy.deepcopy
        whole = wanted(schema)
        for other in others:  # a compound document (section 9.3): every version resolves into it
            whole.setdefault("$defs", {})[other["$id"]] = wanted(other)
        self._validator = Draft(whole)

    def problems(self, document: object) -> list[str]:
        return [f"{'/' + '/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                for error in self._validator.iter_errors(document)]


def parse(text: str) -> object:
    """JSON as RFC 8259 has it: no NaN, no member twice."""
    def members(pairs: list) -> dict:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("an object has a member twice")
        return found

    def reject(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, object_pairs_hook=members, parse_constant=reject)


def validator_for(schema: Path, closed: bool = False) -> Validator:
    """With the schemas of the same folder to refer to."""
    others = [parse(path.read_text(encoding="utf-8"))
              for path in sorted(schema.parent.glob("*.json")) if path.name != schema.name]
    return Validator(parse(schema.read_text(encoding="utf-8")), closed, tuple(others))


def documents_of(name: str, by_line: bool) -> list[str]:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    return text.splitlines() if by_line else [text]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("schema", type=Path)
    parser.add_argument("documents", nargs="+")
    arguments = parser.parse_args()
    validator = validator_for(arguments.schema, arguments.closed)
    count = found = 0
    for name in arguments.documents:
        for text in documents_of(name, arguments.lines):
            count += 1
            try:
                problems = validator.problems(parse(text))
            except ValueError as error:
                problems = [f"/: {error}"]
            for problem in problems:
                print(f"{name}: {problem}")
            found += len(problems)
    print(f"{count} documents, {found} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
