#!/usr/bin/env python3
"""Holds every JSON text that the unit tests of the client make to its schema.

    documents_test.py UNIT_CTL [unittest's options]
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import validate_json

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "ctl" / "schema"
program = ""


class EveryDocument(unittest.TestCase):
    def test_fits_its_schema(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program], env=os.environ | {"WYN_KEEP_JSON": folder}, check=True,
                           capture_output=True, timeout=100)
            for schema, least in (("result", 50), ("lines", 20), ("latency", 20),
                                  ("latency-lines", 1000), ("status", 3), ("sessions", 1),
                                  ("log", 8)):
                validator = validate_json.validator_for(SCHEMAS / f"wyndrvr.{schema}-1.json", True)
                paths = sorted(Path(folder).glob(schema + "-[0-9]*"))
                self.assertGreater(len(paths), least)
                for path in paths:
                    text = path.read_text(encoding="utf-8")
                    with self.subTest(text[:2000]):
                        self.assertEqual(validator.problems(validate_json.parse(text)), [])


if __name__ == "__main__":
    program = sys.argv.pop(1)
    unittest.main()
