"""Tests of headers.py: the opening of a header, the flags it is tried with, and a real trial."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import headers

GOOD = "// What it is for.\n#pragma once\n\ninline int one() { return 1; }\n"


class Opening(unittest.TestCase):
    def assert_caught(self, text: str, *words: str) -> None:
        problems = [str(problem) for problem in headers.check_opening("a.hpp", text)]
        self.assertEqual(len(problems), len(words), problems)
        for problem, word in zip(problems, words):
            self.assertIn(word, problem)

    def test_a_sentence_and_the_guard_come_first(self) -> None:
        self.assert_caught(GOOD)
        self.assert_caught("/* What it\n   is for. */\n#pragma once\n")

    def test_a_header_without_them_is_reported(self) -> None:
        self.assert_caught("#pragma once\n// Too late.\n", "open with a comment")
        self.assert_caught("//\n#pragma once\n", "open with a comment")
        self.assert_caught("// What it is for.\nint a;\n#pragma once\n", "#pragma once")
        self.assert_caught("// #pragma once\nint a;\n", "#pragma once")
        self.assert_caught("", "open with a comment", "#pragma once")


class Compiling(unittest.TestCase):
    def test_only_flags_that_decide_how_a_header_is_read_are_kept(self) -> None:
        entry = {"file": "../a/b.cpp",
                 "command": "ccache c++ -Ia -I../a -isystem /x -Wall '-DV=\"1 2\"' -std=c++23 -O2 "
                            "-g -fsanitize=address -MD -MQ b.o -MF b.o.d -o b.o -c ../a/b.cpp"}
        self.assertEqual(headers.compile_flags(entry),
                         ["c++", "-Ia", "-I../a", "-isystem", "/x", "-Wall", '-DV="1 2"',
                          "-std=c++23"])

    def test_what_a_source_includes_first_need_not_be_tried(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for name, text in {"common/base/a.hpp": GOOD, "common/base/b.hpp": GOOD,
                               "common/base/a.cpp": '// Why.\n#include "base/a.hpp"\n'
                                                    '#include "base/b.hpp"\n',
                               "common/base/c.cpp": '#include <string>\n#include "base/b.hpp"\n',
                               "tests/edge/near.hpp": GOOD,
                               "tests/edge/x/d.cpp": '#include "near.hpp"\n'}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            first = {name: headers.first_include(root, root / name) for name in (
                "common/base/a.cpp", "common/base/c.cpp", "tests/edge/x/d.cpp")}
        self.assertEqual(first, {"common/base/a.cpp": ["common/base/a.hpp"],
                                 "common/base/c.cpp": [],
                                 "tests/edge/x/d.cpp": ["tests/edge/near.hpp"]})

    def try_headers(self, compiler: str, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            (root / "build").mkdir()
            (root / "build" / "compile_commands.json").write_text(json.dumps(
                [{"directory": str(root / "build"), "file": "../common/base/a.cpp",
                  "command": f"{compiler} -I../common -std=c++20 -c ../common/base/a.cpp"}]),
                encoding="utf-8")
            database = headers.Database(root, root / "build")
            return [str(problem) for name in files
                    for problem in headers.compile_alone(root, database, name)]

    def test_a_header_that_needs_another_one_first_is_reported(self) -> None:
        compiler = shutil.which("c++") or shutil.which("g++")
        if compiler is None:
            self.skipTest("there is no C++ compiler")
        problems = self.try_headers(compiler, {
            "common/base/good.hpp": GOOD,
            "common/wire/user.hpp": '// Uses.\n#pragma once\n#include "base/good.hpp"\n',
            "common/wire/needy.hpp": "// Needy.\n#pragma once\nstd::string a();\n"})
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("common/wire/needy.hpp:1: does not compile alone", problems[0])


if __name__ == "__main__":
    unittest.main()
