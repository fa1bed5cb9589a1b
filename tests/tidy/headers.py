"""Every header compiles alone, is guarded by #pragma once, and opens with what it is for.

A header that a source file includes before anything else is compiled alone by every build; only the
others are tried here.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from source import Problem, code_only, cpp_files, includes, read, report

FOLDERS = ("common", "daemon", "ctl", "tests", "bench")
AT_ONCE = 2
OPENING_COMMENT = re.compile(r"\s*(?://[^\n]*\w|/\*.*?\w.*?\*/)", re.DOTALL)
PRAGMA_ONCE = re.compile(r"^#pragma once$", re.MULTILINE)
FIRST_CODE = re.compile(r"\S")


def check_opening(file: str, text: str) -> list[Problem]:
    """The rules that need no compiler."""
    problems = []
    if not OPENING_COMMENT.match(text):
        problems.append(Problem(file, 1, "does not open with a comment that says what it is for"))
    code = code_only(text)
    first = FIRST_CODE.search(code)
    if first is None or not PRAGMA_ONCE.match(code, first.start()):
        problems.append(Problem(file, 1, "does not begin with #pragma once"))
    return problems


def compile_flags(entry: dict) -> list[str]:
    """The compiler and the flags of one compile command that decide how a header is read."""
    words = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
    if Path(words[0]).name in ("ccache", "sccache", "distcc"):
        words = words[1:]
    flags = [words[0]]
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ", "-MT"):
            skip = True
        elif not (word in ("-c", "-MD", "-MMD", "-MP") or word == entry["file"]
                  or word.startswith(("-O", "-g", "-fsanitize"))):
            flags.append(word)
    return flags


def include_places(root: Path, file: str) -> list[Path]:
    """Where quoted includes of this file are looked for."""
    places = [root / "common", root]
    if file.startswith("tests/"):
        places += [root / "tests", root / "tests" / Path(file).parts[1], (root / file).parent]
    return places


def first_include(root: Path, source: Path) -> list[str]:
    """The header of ours that a source file includes before anything else, if it does."""
    found = includes(read(source)) if source.is_file() else []
    if not found or not found[0].quoted:
        return []
    file = source.relative_to(root).as_posix()
    headers = [place / found[0].name for place in include_places(root, file)]
    return [path.relative_to(root).as_posix() for path in headers if path.is_file()][:1]


class Database:
    """The compile commands of a build directory, searched by folder."""

    def __init__(self, root: Path, build: Path) -> None:
        with open(build / "compile_commands.json", encoding="utf-8") as file:
            entries = json.load(file)
        self.by_folder: dict[str, dict] = {}
        self.proven: set[str] = set()  # headers that a source file includes first
        for entry in entries:
            source = Path(os.path.realpath(Path(entry["directory"]) / entry["file"]))
            if not source.is_relative_to(root):
                continue
            folder = source.relative_to(root).parent
            for place in (folder, *folder.parents):
                self.by_folder.setdefault(place.as_posix(), entry)
            self.proven.update(first_include(root, source))

    def entry_for(self, file: str) -> dict | None:
        """The command of a source beside the header, or of one in the nearest folder above."""
        for place in Path(file).parents:
            if place.as_posix() in self.by_folder:
                return self.by_folder[place.as_posix()]
        return None


def compile_alone(root: Path, database: Database, file: str) -> list[Problem]:
    entry = database.entry_for(file)
    if entry is None:
        return [Problem(file, 1, "nothing is compiled in this build, so it cannot be tried")]
    command = [*compile_flags(entry), *(f"-I{place}" for place in include_places(root, file)),
               "-Werror",
               "-U_FORTIFY_SOURCE", "-fdiagnostics-color=never", "-fsyntax-only", "-x", "c++", "-"]
    run = subprocess.run(command, cwd=entry["directory"], text=True, capture_output=True,
                         input=f'#include "{root / file}"\n', check=False)
    if run.returncode == 0:
        return []
    errors = [line for line in run.stderr.splitlines() if "error" in line]
    said = errors[0] if errors else run.stderr.strip() or f"exit status {run.returncode}"
    return [Problem(file, 1, f"does not compile alone: {said}")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    options = parser.parse_args()
    root = options.root.resolve()
    headers = [path.relative_to(root).as_posix() for path in cpp_files(root, FOLDERS)
               if path.suffix == ".hpp"]
    problems = [problem for file in headers
                for problem in check_opening(file, read(root / file))]
    database = Database(root, options.build)
    unproven = [file for file in headers if file not in database.proven]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(lambda file: compile_alone(root, database, file), unproven):
            problems += found
    return report("headers", problems, f"{len(headers)} headers, {len(unproven)} tried alone")


if __name__ == "__main__":
    sys.exit(main())
