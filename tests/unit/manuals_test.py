#!/usr/bin/env python3
"""Holds the manual pages of the programs to what the programs say: every option of a --help is in
its page, every option in a page exists, and every member of the JSON result is explained.

    manuals_test.py WYNDRVRCTL WYNDRVRD [unittest's options]
"""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "ctl" / "schema"
CLIENT_PAGE = (ROOT / "man" / "wyndrvrctl.1").read_text(encoding="ascii")
JSON_PAGE = (ROOT / "man" / "wyndrvr-json.7").read_text(encoding="ascii")
DAEMON_PAGE = (ROOT / "man" / "wyndrvrd.8").read_text(encoding="ascii")
programs: dict[str, str] = {}


def help_of(program: str, *command: str) -> str:
    run = subprocess.run([programs[program], *command, "--help"], capture_output=True, text=True,
                         check=True, timeout=60)
    return run.stdout


def helped(text: str) -> dict[str, set[str]]:
    """Each line of options in a help page: "-t, --time SECONDS" as {"-t", "--time"}."""
    entries = {}
    for line in text.splitlines():
        if match := re.match(r" {2}(-\w|--[a-z][a-z-]*)(?:, (--[a-z][a-z-]*))?(?= |$)", line):
            names = {name for name in match.groups() if name}
            entries[max(names, key=len)] = names
    return entries


def commands() -> list[str]:
    """Of the client, in the order of its help."""
    lists = re.findall(r"^Commands.*:\n((?:  .*\n)+)", help_of("wyndrvrctl"), re.MULTILINE)
    return [line.split()[0] for lines in lists for line in lines.splitlines()]


def documented(section: str) -> dict[str, set[str]]:
    """The same of a manual page: ".It Fl t Ar seconds , Fl -time Ar seconds"."""
    entries = {}
    for line in section.splitlines():
        if line.startswith(".It Fl "):
            names = {"-" + name for name in re.findall(r"\bFl (\S+)", line)}
            entries[max(names, key=len)] = names
    return entries


def section(page: str, macro: str, title: str) -> str:
    begin = page.index(f".{macro} {title}\n")
    end = re.search(r"^\.S[hs] " if macro == "Ss" else r"^\.Sh ", page[begin + 1:], re.MULTILINE)
    return page[begin:begin + 1 + end.start()] if end else page[begin:]


# Members of the results that are explained once for all that is below them.
EXPLAINED_AS_ONE = {
    "up.loaded_rtt_ns", "loss", "rtt_ns.confidence", "rtt_ns.with_losses", "up.queueing_ns",
    "hosts.schedule_lag_ns", "hosts.stack_time_ns", "hosts.read_lag_ns",
    "hosts.server_stack_time_ns"}


def paths_of(schema: dict, whole: dict, at: str = "") -> set[str]:
    """The dotted names of all members that have none below them, in one of the two directions."""
    if "$ref" in schema:
        inner = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            inner = inner[step]
        return paths_of(inner, whole, at)
    members = schema.get("properties")
    if not members or at in EXPLAINED_AS_ONE:
        return {at}
    found = set()
    for name, inner in members.items():
        if name != "down" or at:  # as up
            found |= paths_of(inner, whole, f"{at}.{name}" if at else name)
    return found


class TheClientsPage(unittest.TestCase):
    def test_the_options_of_probe_are_those_of_its_help(self):
        options = helped(help_of("wyndrvrctl", "probe"))
        self.assertGreater(len(options), 15)
        self.assertEqual(documented(section(CLIENT_PAGE, "Ss", "probe")), options)

    def test_the_options_of_latency_are_those_of_its_help(self):
        options = helped(help_of("wyndrvrctl", "latency"))
        self.assertGreater(len(options), 15)
        self.assertEqual(documented(section(CLIENT_PAGE, "Ss", "latency")), options)

    def test_the_options_without_a_command_exist(self):
        text = help_of("wyndrvrctl")
        for names in documented(section(CLIENT_PAGE, "Ss", "Without a command")).values():
            for name in names - {"-h"}:
                self.assertIn(name, text)

    def test_every_command_of_the_help_has_its_section(self):
        for command in commands():
            section(CLIENT_PAGE, "Ss", command)

    def test_defaults_of_the_help_are_those_of_the_page(self):
        page = section(CLIENT_PAGE, "Ss", "probe")
        for option, default in (("--time", "10"), ("--timeout", "5"), ("--port", "6711")):
            line = next(line for line in help_of("wyndrvrctl", "probe").splitlines()
                        if re.search(rf"{option} ", line))
            self.assertTrue(line.endswith(f"({default})"), line)
            entry = page.split(f"Fl {option[1:]} Ar")[1].split("\n.It ")[0]
            self.assertIn(f"Default: {default}.", entry)

    def test_every_exit_status_of_the_help_is_explained(self):
        promised = re.search(r"Exit status: (.*?)\n\n", help_of("wyndrvrctl", "probe"), re.DOTALL)
        explained = section(CLIENT_PAGE, "Sh", "EXIT STATUS")
        numbers = re.findall(r"(?:^|, |,\n)(\d) ", promised[1])
        self.assertEqual(numbers, re.findall(r"^\.It (\d)$", explained, re.MULTILINE))

    def test_every_member_of_a_result_is_explained_and_no_other(self):
        for kind, title in (("result", "THE RESULT"), ("latency", "THE RESULT OF LATENCY")):
            schema = json.loads((SCHEMAS / f"wyndrvr.{kind}-1.json").read_text())
            explained = set()
            for line in section(JSON_PAGE, "Sh", title).splitlines():
                if line.startswith(".It Va "):
                    explained |= set(line.removeprefix(".It Va ").split(" , "))
            with self.subTest(kind):
                self.assertEqual(explained - {"up", "down"}, paths_of(schema, schema))

    def test_every_member_of_a_status_is_explained_and_no_other(self):
        schema = json.loads((SCHEMAS / "wyndrvr.status-1.json").read_text())
        of_session = paths_of(schema["$defs"]["session"], schema)
        explained = []
        for part in section(JSON_PAGE, "Sh", "THE STATUS").split("The members of a session:"):
            explained.append({name for line in re.findall(r"^\.It Va (.*)$", part, re.MULTILINE)
                              for name in line.split(" , ")})
        self.assertEqual(explained, [paths_of(schema, schema), of_session])

    def test_every_method_of_the_control_socket_is_explained(self):
        source = (ROOT / "common" / "status" / "call.hpp").read_text(encoding="utf-8")
        methods = re.findall(r'"io\.wyndrvr\.Daemon\.(\w+)"', source)
        explained = re.findall(r"^\.It Li (\w+)",
                               section(DAEMON_PAGE, "Ss", "Control socket"), re.MULTILINE)
        self.assertEqual(explained, methods)
    def test_every_member_of_a_line_of_the_log_is_explained_and_no_other(self):
        schema = json.loads((SCHEMAS / "wyndrvr.log-1.json").read_text())
        members = schema["properties"]
        explained = re.findall(r"^\.It Va (.*)$", section(JSON_PAGE, "Sh", "THE LINES OF LOG"),
                               re.MULTILINE)
        self.assertEqual(set(name for line in explained for name in line.split(" , ")),
                         set(members) | set(members["fields"]["properties"]))

    def test_every_event_is_explained_and_no_other(self):
        for kind, title in (("lines", "THE LINES"), ("latency-lines", "THE LINES OF LATENCY")):
            schema = json.loads((SCHEMAS / f"wyndrvr.{kind}-1.json").read_text())
            explained = section(JSON_PAGE, "Sh", title)
            self.assertEqual(re.findall(r"^\.It Ql (\w+)$", explained, re.MULTILINE),
                             schema["properties"]["event"]["enum"])
            for event, inner in schema["$defs"].items():
                for member in inner.get("properties", {}):
                    self.assertRegex(explained, rf"\b{member}\b", event)

    def test_the_page_of_a_result_is_one_that_is_printed(self):
        page = section(CLIENT_PAGE, "Sh", "OUTPUT OF PROBE")
        shown = page.split(".Bd -literal\n")[1].split("\n.Ed")[0]
        golden = (ROOT / "tests" / "golden" / "report_home_line_ascii.txt").read_text("ascii")
        self.assertEqual(shown + "\n", golden)
        page = section(CLIENT_PAGE, "Sh", "OUTPUT OF LATENCY")
        shown = page.split(".Bd -literal\n")[1].split("\n.Ed")[0]
        golden = (ROOT / "tests" / "golden" / "latency_quiet_ascii.txt").read_text("ascii")
        self.assertEqual(shown + "\n", golden)


class TheDaemonsPage(unittest.TestCase):
    def test_its_options_are_those_of_the_help(self):
        options = helped(help_of("wyndrvrd"))
        self.assertGreater(len(options), 5)
        self.assertEqual(documented(section(DAEMON_PAGE, "Sh", "DESCRIPTION")), options)

    def test_every_event_of_the_journal_is_told_and_no_other(self):
        source = (ROOT / "common" / "journal" / "catalog_ids.hpp").read_text(encoding="utf-8")
        events = section(DAEMON_PAGE, "Ss", "Messages").split("What the fields say:")[0]
        told = []
        for line in re.findall(r"^\.It Li (.*?) , No ", events, re.MULTILINE):
            told += line.split(" , ")
        self.assertEqual(sorted(told), sorted(re.findall(r'\{id::(\w+), ', source)))

    def test_every_field_of_the_journal_is_named_and_explained_and_no_other(self):
        source = (ROOT / "common" / "journal" / "fields.hpp").read_text(encoding="utf-8")
        written = set(re.findall(r'^    \{"([A-Z_]+)", "', source, re.MULTILINE))
        self.assertGreater(len(written), 25)
        messages = section(DAEMON_PAGE, "Ss", "Messages")
        events, explained = messages.split("in front of its name:")[1].split(
            "What the fields say:")
        self.assertEqual(set(re.findall(r"\b[A-Z][A-Z_]{2,}\b", events)), written)
        names = set()
        for line in re.findall(r"^\.It Li (.*)$", explained, re.MULTILINE):
            names |= set(line.split(" , "))
        self.assertEqual(names, written)


class BothPages(unittest.TestCase):
    def test_no_option_is_mentioned_that_does_not_exist(self):
        known = set()
        for text in (help_of("wyndrvrctl"), help_of("wyndrvrd"),
                     *(help_of("wyndrvrctl", command) for command in commands())):
            known |= set(re.findall(r"(?<!\S)(--[a-z][a-z-]*)", text))
        for page in (CLIENT_PAGE, DAEMON_PAGE, JSON_PAGE):
            page = re.sub(r"systemctl .*", "", page)  # has options of its own
            mentioned = {"-" + name for name in re.findall(r"\bFl (-[a-z-]+)", page)}
            mentioned |= set(re.findall(r"(?<!\S)(--[a-z][a-z-]*)", page))
            self.assertEqual(mentioned - known, set())

    def test_hidden_options_are_not_told(self):
        for text in (CLIENT_PAGE, DAEMON_PAGE):
            self.assertNotIn("-worker", text)


if __name__ == "__main__":
    programs = {"wyndrvrctl": sys.argv.pop(1), "wyndrvrd": sys.argv.pop(1)}
    unittest.main()
