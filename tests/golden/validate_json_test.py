#!/usr/bin/env python3
"""Tests of validate_json.py, and of the schemas with it: a validator that accepts everything would
be easy to pass.
"""

import copy
import json
import subprocess
import sys
import unittest
from pathlib import Path

import validate_json

HERE = Path(__file__).parent
SCHEMAS = HERE.parent.parent / "ctl" / "schema"
RESULT = SCHEMAS / "wyndrvr.result-1.json"
LINES = SCHEMAS / "wyndrvr.lines-1.json"
SCHEMA = validate_json.parse(RESULT.read_text(encoding="utf-8"))
DOCUMENTS = {path.stem: validate_json.parse(path.read_text(encoding="utf-8"))
             for path in HERE.glob("result_*.json")}
_result = validate_json.validator_for(RESULT)


def problems(schema: dict, document: object, closed: bool = False) -> list[str]:
    return validate_json.Validator(schema, closed).problems(document)


class TheValidator(unittest.TestCase):
    def test_types_are_those_of_json(self):
        values = {"object": {}, "array": [], "string": "", "boolean": True, "integer": 1,
                  "null": None}
        for wanted in values:
            for kind, value in values.items():
                with self.subTest(wanted=wanted, kind=kind):
                    self.assertEqual(problems({"type": wanted}, value) == [], wanted == kind)
        self.assertEqual(problems({"type": ["integer", "null"]}, None), [])
        self.assertEqual(problems({"type": "number"}, 1e-7), [])

    def test_what_is_printed_with_a_point_is_no_integer(self):
        self.assertTrue(problems({"type": "integer"}, 1.5))
        self.assertTrue(problems({"type": "integer"}, 1.0))

    def test_true_is_not_one(self):
        self.assertTrue(problems({"const": 1}, True))
        self.assertTrue(problems({"enum": [0, 1]}, False))

    def test_a_problem_names_its_place(self):
        schema = {"properties": {"a": {"items": {"type": "string"}}}}
        found, = problems(schema, {"a": ["x", 2]})
        self.assertTrue(found.startswith("/a/1: 2 is not"), found)

    def test_an_unknown_keyword_is_a_mistake(self):
        for schema in ({"minItems": 1}, {"properties": {"a": {"minItems": 1}}},
                       {"allOf": [{"then": {"minItems": 1}}]}):
            with self.assertRaisesRegex(ValueError, "minItems"):
                problems(schema, [])

    def test_members_may_be_more_unless_the_schema_is_closed(self):
        schema = {"properties": {"a": {}, "b": {"properties": {"c": {}}}}}
        document = {"a": 1, "b": {"d": 3}, "e": 2}
        self.assertEqual(problems(schema, document), [])
        self.assertEqual(len(problems(schema, document, closed=True)), 2)

    def test_a_schema_is_found_beside_one_that_refers_to_it(self):
        other = {"$id": "https://wyndrvr.invalid/other.json", "$defs": {"n": {"type": "null"}},
                 "properties": {"inner": {"$ref": "#/$defs/n"}}}
        schema = {"$id": "https://wyndrvr.invalid/one.json",
                  "properties": {"a": {"$ref": "other.json"},
                                 "b": {"$ref": "other.json#/$defs/n"}}}
        validator = validate_json.Validator(schema, others=(other,))
        self.assertEqual(validator.problems({"a": {"inner": None}, "b": None}), [])
        self.assertEqual(len(validator.problems({"a": {"inner": 1}, "b": 2})), 2)

    def test_what_is_not_json_is_refused(self):
        for text in ("", "{", "NaN", "[Infinity]", '{"a": 1, "a": 2}', "{'a': 1}"):
            with self.subTest(text), self.assertRaises(ValueError):
                validate_json.parse(text)

    def test_the_command_says_what_is_wrong_and_with_how_many(self):
        def run(*arguments: str, text: str) -> tuple[int, str]:
            done = subprocess.run([sys.executable, str(HERE / "validate_json.py"), *arguments, "-"],
                                  input=text, capture_output=True, text=True, timeout=60)
            return done.returncode, done.stdout.splitlines()[-1]

        line = '{"event":"phase","elapsed_ns":1,"phase":"idle","planned_ns":null}\n'
        self.assertEqual(run("--lines", str(LINES), text=line * 2), (0, "2 documents, 0 problems"))
        self.assertEqual(run("--lines", str(LINES), text=line + "{}\n{\n"),
                         (1, "3 documents, 2 problems"))
        self.assertEqual(run(str(RESULT), text=json.dumps(DOCUMENTS["result_ordinary"])),
                         (0, "1 documents, 0 problems"))


class TheSchemaOfTheResult(unittest.TestCase):
    def test_every_golden_document_fits(self):
        self.assertGreaterEqual(len(DOCUMENTS), 6)
        validator = validate_json.validator_for(RESULT, closed=True)
        for name, document in DOCUMENTS.items():
            with self.subTest(name):
                self.assertEqual(validator.problems(document), [])

    def test_every_described_member_is_required(self):
        for schema in validate_json.schemas_below(SCHEMA):
            if "properties" in schema:
                self.assertEqual(list(schema["properties"]), schema["required"])

    def test_no_member_can_be_left_out(self):
        def check(document: dict, inner: dict) -> None:
            for name in list(inner):
                value = inner.pop(name)
                self.assertTrue(_result.problems(document), name)
                inner[name] = value
                if isinstance(value, dict):
                    check(document, value)

        document = copy.deepcopy(DOCUMENTS["result_losses"])
        document["verdict"]["findings"] = []  # their evidence differs
        check(document, document)

    def test_no_number_can_be_text_or_of_another_kind(self):
        signed = {"added_ns", "mean_increase_ns", "p99_increase_ns"}

        def check(document: dict, inner: dict) -> None:
            for name, value in inner.items():
                if isinstance(value, dict):
                    check(document, value)
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    wrong = [str(value), True]
                    wrong += [-1] if name not in signed else []
                    wrong += [1.5] if name.endswith("ratio") else [value + 0.5]
                    for one in wrong:
                        inner[name] = one
                        self.assertTrue(_result.problems(document), (name, one))
                    inner[name] = value

        document = copy.deepcopy(DOCUMENTS["result_losses"])
        document["verdict"]["findings"] = []
        check(document, document)

    def test_findings_are_checked_as_well(self):
        document = copy.deepcopy(DOCUMENTS["result_home_line"])
        finding = document["verdict"]["findings"][0]
        for name, wrong in (("code", "NONSENSE"), ("direction", "left"), ("level", "fine"),
                            ("confidence", 1), ("sentence", ""), ("evidence", []),
                            ("evidence", {"queue_ns": "1"}), ("advice", "")):
            right = finding[name]
            finding[name] = wrong
            with self.subTest(name, wrong=wrong):
                self.assertTrue(_result.problems(document))
            finding[name] = right
        self.assertEqual(_result.problems(document), [])

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


class TheSchemaOfLatency(unittest.TestCase):
    # Numbers, or all numbers of an object, that may be negative.
    SIGNED = {"offset_ns", "asymmetry_ns", "skew_ppb", "skew_low_ppb", "skew_high_ppb", "slew_ppb",
              "lowest_ns", "variation_ns"}

    def setUp(self):
        self.path = SCHEMAS / "wyndrvr.latency-1.json"
        self.schema = validate_json.parse(self.path.read_text(encoding="utf-8"))
        self.documents = {path.stem: validate_json.parse(path.read_text(encoding="utf-8"))
                          for path in HERE.glob("latency_*.json")}
        self.validator = validate_json.validator_for(self.path)
        self.full = copy.deepcopy(self.documents["latency_troubled"])

    def test_every_golden_document_fits(self):
        closed = validate_json.validator_for(self.path, closed=True)
        self.assertGreaterEqual(len(self.documents), 4)
        for name, document in self.documents.items():
            with self.subTest(name):
                self.assertEqual(closed.problems(document), [])

    def test_every_described_member_is_required(self):
        for schema in validate_json.schemas_below(self.schema):
            if "properties" in schema:
                self.assertEqual(list(schema["properties"]), schema["required"])

    def test_no_member_can_be_left_out(self):
        def check(inner: dict) -> None:
            for name in list(inner):
                value = inner.pop(name)
                self.assertTrue(self.validator.problems(self.full), name)
                inner[name] = value
                if isinstance(value, dict):
                    check(value)

        check(self.full)

    def test_no_number_can_be_text_or_negative(self):
        def check(inner: dict, signed: bool) -> None:
            for name, value in inner.items():
                may_be_negative = signed or name in self.SIGNED
                if isinstance(value, dict):
                    check(value, may_be_negative)
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    wrong = [str(value), True]
                    wrong += [1.5] if name.endswith("ratio") else [value + 0.5]
                    wrong += [] if may_be_negative else [-1]
                    for one in wrong:
                        inner[name] = one
                        self.assertTrue(self.validator.problems(self.full), (name, one))
                    inner[name] = value

        check(self.full, False)


class TheSchemaOfTheLines(unittest.TestCase):
    def setUp(self):
        self.validator = validate_json.validator_for(LINES, closed=True)

    def test_each_event_has_its_own_members(self):
        phase = {"event": "phase", "elapsed_ns": 1, "phase": "up", "planned_ns": None}
        self.assertEqual(self.validator.problems(phase), [])
        for wrong in ({"event": "nonsense"}, {}, {"event": "phase"}, phase | {"phase": "left"},
                      phase | {"more": 1}, phase | {"event": "interval"}):
            with self.subTest(wrong):
                self.assertTrue(self.validator.problems(wrong))

    def test_a_result_is_held_to_the_schema_of_results(self):
        for document in DOCUMENTS.values():
            self.assertEqual(self.validator.problems({"event": "result", "data": document}), [])
        self.assertTrue(self.validator.problems({"event": "result", "data": {}}))
        self.assertTrue(self.validator.problems({"event": "finding", "data": {}}))
        self.assertTrue(self.validator.problems({"event": "error", "data": None}))


if __name__ == "__main__":
    unittest.main()
