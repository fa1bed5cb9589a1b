"""Rules about the text of our files that neither the compiler nor clang-format looks at."""

import argparse
import re
import sys
from pathlib import Path

from source import (CPP_SUFFIXES, PRODUCT_FOLDERS, Problem, code_only, line_of, project_files, read,
                    report)

LONGEST_LINE = 100
# Inputs of the fuzz targets are bytes, not text; a licence is not ours to format.
NOT_OURS = ("tests/fuzz/corpus/", "LICENSE")

BANNED_CALLS = {
    "strcpy": "it knows no bound", "strcat": "it knows no bound", "sprintf": "it knows no bound",
    "vsprintf": "it knows no bound", "gets": "it knows no bound",
    "rand": "chance is an argument (base/random.hpp)",
    "srand": "chance is an argument (base/random.hpp)",
    "system": "no shell is run", "popen": "no shell is run",
    "fork": "a threaded process may only be spawned", "vfork": "a threaded process may only be "
    "spawned",
}
SLEEPS = {name: "a test lives in simulated time" for name in
          ("sleep", "usleep", "nanosleep", "clock_nanosleep", "sleep_for", "sleep_until")}
NOTE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
# An example may live in /home/somebody.
HOME_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/(?!somebody\b)[A-Za-z_.]")


def call_pattern(names: dict[str, str]) -> re.Pattern:
    # Not a member function of the same name, and not the end of a longer word.
    return re.compile(r"(?<![\w.])(?<!->)(" + "|".join(names) + r")\s*\(")


BANNED_CALL = call_pattern(BANNED_CALLS)
SLEEP_CALL = call_pattern(SLEEPS)
IOSTREAM = re.compile(r"#\s*include\s*<iostream>")


def is_script(path: str, text: str) -> bool:
    return path.endswith((".py", ".sh")) or text.startswith("#!")


def check_lines(path: str, text: str, is_code: bool) -> list[Problem]:
    """Rules about single lines of any text file; some are for C++, Python and shell only."""
    problems = []
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            problems.append(Problem(path, number, "ends in blanks"))
        if is_code and len(line) > LONGEST_LINE:
            problems.append(Problem(path, number, f"is {len(line)} characters long, more than "
                                                  f"{LONGEST_LINE}"))
        if Path(path).suffix in CPP_SUFFIXES and "\t" in line:
            problems.append(Problem(path, number, "has a tab"))
        if is_code and NOTE.search(line):
            problems.append(Problem(path, number, "has a note about unfinished work"))
        if HOME_PATH.search(line):
            problems.append(Problem(path, number, "has a path that only one machine has"))
    if text and not text.endswith("\n"):
        problems.append(Problem(path, text.count("\n") + 1, "has no newline at the end"))
    return problems


def check_calls(path: str, text: str) -> list[Problem]:
    """Functions that C++ files of the product, or of tests in simulated time, may not call."""
    problems = []
    code = code_only(text)

    def look_for(pattern: re.Pattern, reasons: dict[str, str]) -> None:
        for match in pattern.finditer(code):
            problems.append(Problem(path, line_of(code, match.start(1)),
                                    f"calls {match[1]}(): {reasons[match[1]]}"))

    if path.startswith(tuple(folder + "/" for folder in PRODUCT_FOLDERS)):
        look_for(BANNED_CALL, BANNED_CALLS)
        for match in IOSTREAM.finditer(code):
            problems.append(Problem(path, line_of(code, match.start()),
                                    "includes <iostream>; print with fmt or std::fputs"))
    if path.startswith(("tests/unit/", "tests/sim/", "tests/link/")):
        look_for(SLEEP_CALL, SLEEPS)
    return problems


def check_text(path: str, text: str) -> list[Problem]:
    """All problems of one file, whose path is relative to the root."""
    is_cpp = Path(path).suffix in CPP_SUFFIXES
    problems = check_lines(path, text, is_cpp or is_script(path, text))
    if is_cpp:
        problems += check_calls(path, text)
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True)
    root = parser.parse_args().root
    problems: list[Problem] = []
    files = 0
    for path in project_files(root):
        relative = path.relative_to(root).as_posix()
        if relative.startswith(NOT_OURS) or b"\0" in path.read_bytes():
            continue
        files += 1
        problems += check_text(relative, read(path))
    return report("text", problems, f"{files} files")


if __name__ == "__main__":
    sys.exit(main())
