"""What the tidy tests share: finding our files, and telling code from comments and strings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CPP_SUFFIXES = {".cpp", ".hpp"}
PRODUCT_FOLDERS = ("common", "daemon", "ctl")

# A digit separator (1'000) is not the beginning of a character, hence the look behind.
_NOT_CODE = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<mark>[^(\s"\\]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'
    """, re.DOTALL | re.VERBOSE)
_INCLUDE = re.compile(r"""\s*#\s*include\b\s*(?:(?P<open>[<"])(?P<name>[^>"]*)[>"])?""")


@dataclass(frozen=True)
class Problem:
    """One line of a tidy test's report."""

    file: str  # relative to the root
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True)
class Include:
    """`#include <name>` or `#include "name"`; the name is empty when a macro stands there."""

    line: int
    name: str
    quoted: bool


def project_files(root: Path) -> Iterator[Path]:
    """Every file of the project that is not built and not Git's, in a fixed order."""
    def is_ours(path: Path) -> bool:
        return not (path.name in (".git", ".cache", "__pycache__")
                    or path.parent == root and path.name.startswith("build") and path.is_dir())

    for path in sorted(root.iterdir()):
        if not is_ours(path) or path.is_symlink():
            continue
        if path.is_dir():
            yield from (below for below in sorted(path.rglob("*"))
                        if below.is_file() and "__pycache__" not in below.parts)
        else:
            yield path


def cpp_files(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    """The C++ files of these top-level folders."""
    for path in project_files(root):
        if path.suffix in CPP_SUFFIXES and path.relative_to(root).parts[0] in folders:
            yield path


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def code_only(text: str) -> str:
    """The text with comments blanked and strings emptied; every line keeps its number."""
    def blank(match: re.Match) -> str:
        found = match.group()
        mark = "" if found.startswith(("//", "/*")) else '""'
        return mark + "\n" * found.count("\n")

    return _NOT_CODE.sub(blank, text)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def includes(text: str) -> list[Include]:
    """The includes of a C++ file; those in comments and strings do not count."""
    found = []
    lines = zip(text.split("\n"), code_only(text).split("\n"))
    for number, (line, code) in enumerate(lines, 1):
        if _INCLUDE.match(code):
            match = _INCLUDE.match(line)
            found.append(Include(number, match["name"] or "" if match else "",
                                 bool(match) and match["open"] == '"'))
    return found


def report(name: str, problems: list[Problem], looked_at: str) -> int:
    """Prints the problems and a closing line; gives the exit status."""
    for problem in sorted(problems, key=lambda p: (p.file, p.line, p.sentence)):
        print(problem)
    if problems:
        print(f"{name}: {len(problems)} problem{'s' if len(problems) > 1 else ''} in {looked_at}")
        return 1
    print(f"{name}: {looked_at}, nothing to complain about")
    return 0
