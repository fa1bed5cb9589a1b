"""Reads the tables of man/wyndrvr-protocol.7, so that tests can hold code to what it says."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A field of a message."""

    offset: int
    size: int
    name: str
    text: str


@dataclass(frozen=True)
class Table:
    types: tuple[int, ...]  # empty for what is not a message
    shortest: int
    longest: int
    rows: tuple[Row, ...]


_SECTION = re.compile(r"\.Ss ((?:[A-Z0-9]+(?:, | and )?)+|Header|Step record): "
                      r"(?:types? ([0-9, ]+), )?(\d+)(?: to (\d+))? bytes$")
_ROW = re.compile(r"\.It (\d+) Ta (\d+) Ta Va (\w+) Ta (.*)$")
_REASON = re.compile(r"\.It (\d+) Ta ([\w-]+) Ta (.*)$")
_EXAMPLE = re.compile(r"^([\w .]+?) *= ([0-9a-f]{8,})$")


def _lines(page: Path) -> list[str]:
    return page.read_text(encoding="utf-8").splitlines()


def _whole_rows(lines: list[str], row: re.Pattern) -> list[list[str]]:
    """The groups of each row, with the lines that go on with it in the last one."""
    found: list[list[str]] = []
    is_open = False
    for line in lines:
        match = row.match(line)
        if match:
            found.append(list(match.groups()))
            is_open = True
        elif line.startswith((".It", ".El")):
            is_open = False
        elif is_open:
            found[-1][-1] += " " + line
    return found


def _sections(page: Path, kind: str) -> list[tuple[str, list[str]]]:
    """Heading line and lines of each section that begins with .Ss or .Sh."""
    found: list[tuple[str, list[str]]] = []
    for line in _lines(page):
        if line.startswith((".Ss", ".Sh")):
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    return [section for section in found if section[0].startswith(kind)]


def messages(page: Path) -> dict[str, Table]:
    """The table of each message by its name, of the header and of the step record."""
    found = {}
    for heading, lines in _sections(page, ".Ss"):
        match = _SECTION.match(heading)
        if not match:
            continue
        names, types, shortest, longest = match.groups()
        rows = tuple(Row(int(offset), int(size), name, text)
                     for offset, size, name, text in _whole_rows(lines, _ROW))
        numbers = tuple(int(part) for part in types.split(",")) if types else ()
        table = Table(numbers, int(shortest), int(longest or shortest), rows)
        for name, number in zip(re.split(", | and ", names), numbers or (None,)):
            found[name] = Table(() if number is None else (number,), table.shortest,
                                table.longest, rows)
    return found


def type_list(page: Path) -> dict[str, tuple[int, str]]:
    """Type and length of each message, from the list of types."""
    lines = dict(_sections(page, ".Ss"))[".Ss Types"]
    rows = [line[4:].split(" Ta ") for line in lines if line.startswith(".It ")]
    return {row[0]: (int(row[1]), row[2]) for row in rows if row[1].isdigit()}


def reasons(page: Path, heading: str) -> dict[int, tuple[str, str]]:
    """Name and meaning by number: of "Refusals", "Ends", "Limits of a rate" or
    "Verdicts on a capacity"."""
    lines = dict(_sections(page, ".Ss"))[f".Ss {heading}"]
    return {int(number): (name, text) for number, name, text in _whole_rows(lines, _REASON)}


def examples(page: Path) -> dict[str, str]:
    """The values "name = hex digits" in displays; a line of digits alone goes on."""
    found: dict[str, str] = {}
    name = None
    for line in _lines(page):
        match = _EXAMPLE.match(line)
        if match:
            name = match[1]
            found[name] = match[2]
        elif name and re.fullmatch(r" +[0-9a-f]{8,}", line):
            found[name] += line.strip()
        else:
            name = None
    return found
