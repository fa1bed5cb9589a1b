#!/usr/bin/env python3
"""Holds JSON documents to a JSON Schema (draft 2020-12), as far as our schemas use it.

    validate_json.py [--closed] SCHEMA DOCUMENT...      "-" is standard input

A keyword that is not known here is a mistake in the schema and no reason to look away. With
--closed a member that the schema does not describe is a problem too: documents may have more than
an old reader knows, but what we print is to be written down.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description"}
# Stricter than the draft: 1.0 is no integer, because we print none.
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


class Validator:
    def __init__(self, schema: dict, closed: bool = False):
        self.root = schema
        self.closed = closed

    def problems(self, document: object) -> list[str]:
        return [f"{path or '/'}: {what}" for path, what in self.check(self.root, document, "")]

    def check(self, schema: dict, value: object, path: str) -> Iterator[tuple[str, str]]:
        for keyword, wanted in schema.items():
            if keyword in ANNOTATIONS:
                continue
            rule = getattr(self, "rule_" + keyword.lstrip("$"), None)
            if rule is None:
                raise ValueError(f"the schema has a keyword that is not known here: {keyword}")
            yield from rule(wanted, value, path)
        if self.closed and isinstance(value, dict) and "properties" in schema:
            for name in value.keys() - schema["properties"].keys():
                yield path, f"has a member that the schema does not describe: {name}"

    def rule_ref(self, wanted: str, value: object, path: str) -> Iterator[tuple[str, str]]:
        schema = self.root
        for step in wanted.removeprefix("#/").split("/"):
            schema = schema[step]
        yield from self.check(schema, value, path)

    def rule_type(self, wanted: object, value: object, path: str) -> Iterator[tuple[str, str]]:
        if not any(TYPES[name](value) for name in as_list(wanted)):
            yield path, f"is {json.dumps(value)[:40]}, not {' or '.join(as_list(wanted))}"

    def rule_const(self, wanted: object, value: object, path: str) -> Iterator[tuple[str, str]]:
        if not same(wanted, value):
            yield path, f"is {json.dumps(value)[:40]}, not {json.dumps(wanted)}"

    def rule_enum(self, wanted: list, value: object, path: str) -> Iterator[tuple[str, str]]:
        if not any(same(one, value) for one in wanted):
            yield path, f"is {json.dumps(value)[:40]}, none of {json.dumps(wanted)}"

    def rule_required(self, wanted: list, value: object, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name in wanted:
                if name not in value:
                    yield path, f"lacks {name}"

    def rule_properties(self, wanted: dict, value: object,
                        path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name, schema in wanted.items():
                if name in value:
                    yield from self.check(schema, value[name], f"{path}/{name}")

    def rule_items(self, wanted: dict, value: object, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self.check(wanted, item, f"{path}/{number}")

    def rule_pattern(self, wanted: str, value: object, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and not re.search(wanted, value):
            yield path, f"is {json.dumps(value)[:40]}, which does not match {wanted}"

    def rule_minLength(self, wanted: int, value: object, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and len(value) < wanted:
            yield path, f"is shorter than {wanted}"

    def rule_minimum(self, wanted: int, value: object, path: str) -> Iterator[tuple[str, str]]:
        if TYPES["integer"](value) and value < wanted:
            yield path, f"is {value}, less than {wanted}"

    def rule_maximum(self, wanted: int, value: object, path: str) -> Iterator[tuple[str, str]]:
        if TYPES["integer"](value) and value > wanted:
            yield path, f"is {value}, more than {wanted}"


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


def read(name: str) -> object:
    return parse(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("schema")
    parser.add_argument("documents", nargs="+")
    arguments = parser.parse_args()
    validator = Validator(read(arguments.schema), arguments.closed)
    found = 0
    for name in arguments.documents:
        try:
            problems = validator.problems(read(name))
        except ValueError as error:
            problems = [f"/: {error}"]
        for problem in problems:
            print(f"{name}: {problem}")
        found += len(problems)
    print(f"{len(arguments.documents)} documents, {found} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
