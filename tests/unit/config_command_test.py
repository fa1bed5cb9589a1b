#!/usr/bin/env python3
"""wyndrvrctl config as it is called: what it prints where, and how it ends.

    config_command_test.py WYNDRVRCTL [unittest's options]
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"
program = ""


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def run_config(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([program, "config", *arguments], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_a_sound_file_is_said_to_be_so(self):
        sound = self.write("a.toml", "max_sessions = 3\n")
        done = self.run_config("check", sound)
        self.assertEqual(done.stdout, f"No mistakes in {sound}.\n")
        self.assertEqual(done.stderr, "")

    def test_every_mistake_of_every_file_is_told_at_once(self):
        first = self.write("a.toml", "max_sessions = 0\nno_such_key = 1\n")
        second = self.write("b.toml", "max_sessions = 3\nbind_port = wrong\n")
        missing = str(self.folder / "missing.toml")
        done = self.run_config("check", first, second, missing, status=2)
        self.assertEqual(done.stdout, "")
        for place in (f"{first}:1:16: ", f"{first}:2:1: ", f"{second}:2:13: ", f"{missing}: "):
            self.assertIn(f"wyndrvrctl: {place}", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 4)

    def test_what_is_shown_says_where_it_comes_from(self):
        file = self.write("a.toml", "\nmax_sessions = 3\n")
        lines = self.run_config("show", "--config", file).stdout.splitlines()
        self.assertEqual([line.split() for line in lines if line.startswith("max_sessions =")],
                         [["max_sessions", "=", "3", "#", f"{file}:2"]])
        self.run_config("show", "--config", self.write("b.toml", "max_sessions = 0"), status=2)

    def test_the_default_is_the_installed_file(self):
        installed = (ROOT / "systemd" / "wyndrvrd.toml").read_text()
        self.assertEqual(self.run_config("default").stdout, installed)

    def test_a_default_with_a_key_set_has_this_key_in_force(self):
        done = self.run_config("default", "--set", "max_sessions=3", "--set", 'key_file="/k"')
        in_force = [line for line in done.stdout.splitlines() if line and line[0] != "#"]
        self.assertEqual(in_force, ['key_file = "/k"', "max_sessions = 3"])
        done = self.run_config("default", "--set", "max_sessions=0", "--set", "log_level=debug",
                               status=2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 2)

    def test_an_imported_file_checks(self):
        done = self.run_config("import", str(GOLDEN / "import_every_key.conf"))
        golden = (GOLDEN / "import_every_key.toml").read_text()
        self.assertEqual(done.stdout.splitlines()[1:], golden.splitlines()[1:])
        self.assertRegex(done.stderr, r"^wyndrvrctl: .*:19: colour = red: no such key.*\n$")
        self.run_config("check", self.write("new.toml", done.stdout))

    def test_what_cannot_be_imported_prints_nothing_on_stdout(self):
        done = self.run_config("import", self.write("old.conf", "bind_port=1\nwhat\n"), status=2)
        self.assertEqual(done.stdout, "")
        self.assertIn("old.conf:2: 'what': expected key=value", done.stderr)
        self.run_config("import", str(self.folder / "missing.conf"), status=2)
        self.run_config("import", str(self.folder), status=2)


if __name__ == "__main__":
    program = sys.argv.pop(1)
    unittest.main()
