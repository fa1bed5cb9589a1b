"""Tests of text.py: each rule catches its breach, and leaves its neighbours alone."""

import unittest

from text import check_text


class Text(unittest.TestCase):
    def assert_caught(self, path: str, text: str, *words: str) -> None:
        problems = [str(problem) for problem in check_text(path, text)]
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])

    def assert_fine(self, path: str, text: str) -> None:
        self.assertEqual([str(problem) for problem in check_text(path, text)], [])

    def test_lines_of_code_have_at_most_100_characters(self) -> None:
        self.assert_fine("common/base/a.cpp", "// " + "x" * 97 + "\n")
        self.assert_fine("common/base/a.cpp", "// " + "ü" * 97 + "\n")
        self.assert_caught("common/base/a.cpp", "\n// " + "x" * 98 + "\n", "a.cpp:2:", "101")
        self.assert_caught("tools/a.sh", "# " + "x" * 99 + "\n", "101")
        self.assert_caught("dev", "#!/bin/sh\n# " + "x" * 99 + "\n", "dev:2:")
        self.assert_fine("README.md", "x" * 200 + "\n")

    def test_blanks_at_the_end_tabs_and_a_missing_last_newline(self) -> None:
        self.assert_caught("README.md", "words \n", "README.md:1:", "blanks")
        self.assert_caught("ctl/a.hpp", "int\ta;\n", "tab")
        self.assert_caught("ctl/a.hpp", "int a;", "newline")
        self.assert_fine("man/a.8", "a\tb\n")

    def test_notes_about_unfinished_work(self) -> None:
        for note in ("TO" + "DO", "FIX" + "ME", "X" * 3):
            with self.subTest(note):
                self.assert_caught("ctl/a.cpp", f"// {note}: later\n", "unfinished")
        self.assert_fine("tools/a.sh", "mktemp /tmp/a." + "X" * 6 + "\n")

    def test_paths_of_one_machine(self) -> None:
        self.assert_caught("README.md", "see /" + "home/ann/x\n", "one machine")
        self.assert_caught("ctl/a.cpp", '#include "/' + 'work/x.hpp"\n', "one machine")
        self.assert_fine("README.md", "see /etc/wyndrvr, a/work/b and /home\n")
        self.assert_fine("README.md", "see /home/somebody/.config\n")

    def test_banned_calls_of_the_product(self) -> None:
        for call in ("strcpy(a, b)", "std::sprintf(a, b)", "gets(a)", "rand()", "::system(a)",
                     "fork()", "return fork ()"):
            with self.subTest(call):
                self.assert_caught("daemon/a.cpp", f"int a;\n{call};\n", "a.cpp:2:", "calls")
        for call in ("std::snprintf(a, 1, b)", "random.rand()", "link->system(a)", "operand(a)",
                     'say("fork()")', "// fork()"):
            with self.subTest(call):
                self.assert_fine("daemon/a.cpp", f"{call};\n")
        self.assert_fine("tests/edge/a.cpp", "fork();\n")

    def test_the_product_prints_without_iostream(self) -> None:
        self.assert_caught("ctl/a.cpp", "#include <iostream>\n", "iostream")
        self.assert_fine("tests/edge/a.cpp", "#include <iostream>\n")

    def test_tests_in_simulated_time_do_not_sleep(self) -> None:
        for call in ("sleep(1)", "::usleep(1)", "std::this_thread::sleep_for(1s)"):
            with self.subTest(call):
                self.assert_caught("tests/unit/base/a.cpp", f"{call};\n", "simulated time")
                self.assert_caught("tests/sim/a.cpp", f"{call};\n", "simulated time")
        self.assert_fine("tests/edge/a.cpp", "::usleep(1);\n")


if __name__ == "__main__":
    unittest.main()
