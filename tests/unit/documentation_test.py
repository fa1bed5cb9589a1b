#!/usr/bin/env python3
"""Holds the manual pages to lists of the code: the option tables of the programs, the exit statuses
and every list of reasons. What is in one and not in the other fails.

    documentation_test.py WYNDRVRCTL WYNDRVRD [unittest's options]
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
programs: dict[str, str] = {}


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def page(name: str) -> str:
    return (ROOT / "man" / name).read_text(encoding="ascii")


def section(text: str, heading: str) -> str:
    """From a heading to the next one of its kind."""
    begin = text.index(f"{heading}\n")
    ends = r"^\.Sh " if heading.startswith(".Sh") else r"^\.S[hs] "
    end = re.search(ends, text[begin + 1:], re.MULTILINE)
    return text[begin:begin + 1 + end.start()] if end else text[begin:]


def option_table(program: str) -> dict[str, set[str]]:
    """The names of the options of each command; that of no command is ""."""
    run = subprocess.run([programs[program], "--option-table"], capture_output=True, text=True,
                         check=True, timeout=60)
    table: dict[str, set[str]] = {}
    for line in run.stdout.splitlines():
        kind, name, *_ = line.split("\t")
        if kind == "command":
            options = table.setdefault(name, set())
        elif kind == "option":
            options |= set(name.split(","))
    return table


def documented_options(text: str) -> set[str]:
    entries = re.findall(r"^\.It (Fl .*)$", text, re.MULTILINE)
    return {"-" + name for entry in entries for name in re.findall(r"\bFl (\S+)", entry)}


def enumerators(header: str, name: str) -> dict[str, int]:
    """The names of an enumeration and their numbers, which it gives or which count from 0."""
    body = re.search(rf"enum class {name} : [\w:]+ {{(.*?)\n}};", source(header), re.DOTALL)[1]
    found: dict[str, int] = {}
    for word, number in re.findall(r"^\s+(\w+)(?: = (\d+))?,", body, re.MULTILINE):
        found[word] = int(number) if number else len(found)
    return found


def listed(text: str) -> list[str]:
    """The first column of a table."""
    return re.findall(r"^\.It (\w+) Ta", text, re.MULTILINE)


class TheOptions(unittest.TestCase):
    def test_every_command_has_its_section_with_its_options_and_no_other(self):
        client = page("wyndrvrctl.1")
        table = option_table("wyndrvrctl")
        self.assertGreater(len(table), 8)
        for command in {name.split()[0] for name in table if name}:
            options = set().union(*(of for name, of in table.items()
                                    if name.split()[:1] == [command]))
            with self.subTest(command):
                self.assertEqual(documented_options(section(client, f".Ss {command}")), options)

    def test_no_section_is_of_a_command_that_does_not_exist(self):
        sections = re.findall(r"^\.Ss (.+)$", section(page("wyndrvrctl.1"), ".Sh DESCRIPTION"),
                              re.MULTILINE)
        commands = [name for name in option_table("wyndrvrctl") if name and " " not in name]
        self.assertEqual(set(sections), {*commands, "Without a command"})

    def test_every_command_is_in_the_synopsis(self):
        text = section(page("wyndrvrctl.1"), ".Sh SYNOPSIS")
        table = option_table("wyndrvrctl")
        shown = set(re.findall(r"^\.(?:Op )?Cm ([a-z][a-z -]*)", text, re.MULTILINE))
        parents = {name.split()[0] for name in table if " " in name}
        self.assertEqual({name.strip() for name in shown}, set(table) - parents - {""})

    def test_the_options_without_a_command_are_told(self):
        text = section(page("wyndrvrctl.1"), ".Ss Without a command")
        self.assertEqual(documented_options(text), option_table("wyndrvrctl")[""])

    def test_the_options_of_the_daemon_are_told_and_no_other(self):
        text = section(page("wyndrvrd.8"), ".Sh DESCRIPTION")
        self.assertEqual(documented_options(text), option_table("wyndrvrd")[""])


class TheExitStatuses(unittest.TestCase):
    def told(self, name: str) -> list[int]:
        text = section(page(name), ".Sh EXIT STATUS")
        return [int(number) for number in re.findall(r"^\.It (\d+)$", text, re.MULTILINE)]

    def test_those_of_the_client_are_told_and_no_other(self):
        codes = enumerators("ctl/report.hpp", "ExitCode")
        self.assertGreater(len(codes), 7)
        self.assertEqual(self.told("wyndrvrctl.1"), sorted(codes.values()))

    def test_those_of_the_daemon_are_told_and_no_other(self):
        promised = re.search(r"Exit status: (.*?)\.\n", source("daemon/options.cpp"), re.DOTALL)[1]
        self.assertEqual(self.told("wyndrvrd.8"),
                         [int(number) for number in re.findall(r"(\d+) ", promised)])


class TheReasons(unittest.TestCase):
    def test_drops_are_told_in_their_order_and_no_other(self):
        self.assertEqual(listed(section(page("wyndrvr-protocol.7"), ".Ss Drops")),
                         list(enumerators("common/wire/reason.hpp", "Drop")))

    def test_refusals_and_ends_are_told_with_their_numbers_and_no_other(self):
        for heading, name in (("Refusals", "Refusal"), ("Ends", "End")):
            text = section(page("wyndrvr-protocol.7"), f".Ss {heading}")
            told = re.findall(r"^\.It (\d+) Ta (\w+) Ta", text, re.MULTILINE)
            with self.subTest(heading):
                self.assertEqual({word: int(number) for number, word in told},
                                 enumerators("common/wire/reason.hpp", name))

    def test_the_clients_own_reasons_are_told_and_no_other(self):
        used: set[str] = set()
        for file in sorted((ROOT / "ctl").glob("*.cpp")):
            text = file.read_text(encoding="utf-8")
            for place in re.findall(r'\.reason = [^,]+,|\bsilent\(\s*"[^,]+,', text):
                used |= set(re.findall(r'"([a-z_]+)"', place))
        told = re.findall(r"^\.It Ql (\w+)$", section(page("wyndrvr-json.7"), ".Sh REASONS"),
                          re.MULTILINE)
        of_sessions = set(enumerators("common/wire/reason.hpp", "End"))
        self.assertEqual(set(told), used - of_sessions)
        self.assertEqual(len(told), len(set(told)))


if __name__ == "__main__":
    programs = {"wyndrvrctl": sys.argv.pop(1), "wyndrvrd": sys.argv.pop(1)}
    unittest.main()
