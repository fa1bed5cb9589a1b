#!/usr/bin/env python3
"""Tests of validate_json.py, and of the schema of the result with it: a validator that accepts
everything would be easy to pass.
"""

import copy
import json
import unittest
from pathlib import Path

import validate_json

HERE = Path(__file__).parent
SCHEMA = validate_json.read(str(HERE.parent.parent / "ctl" / "wyndrvr.result-1.schema.json"))
DOCUMENTS = {path.stem: validate_json.read(str(path)) for path in HERE.glob("result_*.json")}


def problems(schema: dict, document: object, closed: bool = False) -> list[str]:
    return validate_json.Validator(schema, closed).problems(document)


def schemas_below(schema: dict):
    yield schema
    for inner in (*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()):
        yield from schemas_below(inner)
    if "items" in schema:
        yield from schemas_below(schema["items"])


class TheValidator(unittest.TestCase):
    def test_types_are_those_of_json(self):
        values = {"object": {}, "array": [], "string": "", "boolean": True, "integer": 1,
                  "null": None}
        for wanted in values:
            for kind, value in values.items():
                with self.subTest(wanted=wanted, kind=kind):
                    self.assertEqual(problems({"type": wanted}, value) == [], wanted == kind)
        self.assertEqual(problems({"type": ["integer", "null"]}, None), [])
        self.assertTrue(problems({"type": "integer"}, 1.5))

    def test_true_is_not_one(self):
        self.assertTrue(problems({"const": 1}, True))
        self.assertTrue(problems({"enum": [0, 1]}, False))

    def test_a_problem_names_its_place(self):
        schema = {"properties": {"a": {"items": {"type": "string"}}}}
        self.assertEqual(problems(schema, {"a": ["x", 2]}), ["/a/1: is 2, not string"])

    def test_each_keyword_accepts_and_refuses(self):
        for schema, good, bad in (
                ({"required": ["a"]}, {"a": 1}, {"b": 1}), ({"const": "x"}, "x", "y"),
                ({"enum": ["x", None]}, None, "y"), ({"pattern": "^a+$"}, "aa", "ab"),
                ({"minLength": 2}, "ab", "a"), ({"minimum": 2}, 2, 1), ({"maximum": 2}, 2, 3),
                ({"items": {"type": "null"}}, [None], [1]),
                ({"properties": {"a": {"type": "null"}}}, {"a": None}, {"a": 1}),
                ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "null"}}}, None, 1)):
            with self.subTest(schema):
                self.assertEqual(problems(schema, good), [])
                self.assertEqual(len(problems(schema, bad)), 1)

    def test_a_keyword_is_about_its_own_type_only(self):
        for schema in ({"required": ["a"]}, {"pattern": "^a$"}, {"minLength": 3}, {"minimum": 3},
                       {"maximum": -3}, {"items": False}, {"properties": {"a": False}}):
            self.assertEqual(problems(schema, None), [])

    def test_an_unknown_keyword_is_a_mistake(self):
        with self.assertRaisesRegex(ValueError, "minItems"):
            problems({"minItems": 1}, [])

    def test_members_may_be_more_unless_the_schema_is_closed(self):
        schema = {"properties": {"a": {}}}
        self.assertEqual(problems(schema, {"a": 1, "b": 2}), [])
        self.assertEqual(len(problems(schema, {"a": 1, "b": 2}, closed=True)), 1)

    def test_what_is_not_json_is_refused(self):
        for text in ("", "{", "NaN", "[Infinity]", '{"a": 1, "a": 2}', "{'a': 1}"):
            with self.subTest(text), self.assertRaises(ValueError):
                validate_json.parse(text)


class TheSchemaOfTheResult(unittest.TestCase):
    def test_every_golden_document_fits(self):
        self.assertGreaterEqual(len(DOCUMENTS), 5)
        for name, document in DOCUMENTS.items():
            with self.subTest(name):
                self.assertEqual(problems(SCHEMA, document, closed=True), [])

    def test_every_described_member_is_required(self):
        for schema in schemas_below(SCHEMA):
            if "properties" in schema:
                self.assertEqual(list(schema["properties"]), schema["required"])

    def test_no_member_can_be_left_out(self):
        def check(document: dict, inner: dict) -> None:
            for name in list(inner):
                value = inner.pop(name)
                self.assertTrue(problems(SCHEMA, document), name)
                inner[name] = value
                if isinstance(value, dict):
                    check(document, value)

        document = copy.deepcopy(DOCUMENTS["result_losses"])
        check(document, document)

    def test_no_number_can_be_text_or_negative(self):
        def check(document: dict, inner: dict) -> None:
            for name, value in inner.items():
                if isinstance(value, dict):
                    check(document, value)
                elif isinstance(value, int) and not isinstance(value, bool):
                    for wrong in (str(value), -1, value + 0.5, True):
                        inner[name] = wrong
                        self.assertTrue(problems(SCHEMA, document), name)
                    inner[name] = value

        document = copy.deepcopy(DOCUMENTS["result_losses"])
        check(document, document)

    def test_the_ledger_adds_up_in_every_golden_document(self):
        checked = 0
        for document in DOCUMENTS.values():
            for direction in (document["up"], document["down"]):
                lost = direction and direction["packets"]["lost"]
                if not lost or lost["total"] is None:
                    continue
                self.assertEqual(direction["packets"]["sent"],
                                 direction["packets"]["received"] + lost["total"])
                self.assertEqual(lost["total"], lost["path"] + lost["sender_host"] +
                                 lost["receiver_socket"])
                checked += 1
        self.assertGreaterEqual(checked, 4)

    def test_the_schema_is_written_for_readers(self):
        text = json.dumps(SCHEMA)
        self.assertGreater(text.count('"description"'), 30)


if __name__ == "__main__":
    unittest.main()
