"""What people and programs see of a probe: on a terminal, without one, and line by line."""

import json
import os
import pty
import re
import subprocess
import unittest

import harness
from harness import CTL, Daemon, SystemTest

LOAD = ("-b", "20M", "-t", "0.6")


class TheLines(SystemTest):

    def _lines(self, *arguments: str) -> list[dict]:
        program = harness.Program(CTL, "probe", harness.SERVER_V4, "--json-lines", "--quiet",
                                  *arguments, role="client")
        self.status = program.wait(40)
        lines = [json.loads(line) for line in program.stdout.splitlines()]
        for line in lines:
            harness.assert_fits(line, "lines")
        return lines

    def test_of_a_whole_probe_begin_with_hello_and_end_with_the_result(self):
        with Daemon():
            lines = self._lines(*LOAD)
        self.assertEqual(self.status, 0)
        events = [line["event"] for line in lines]
        self.assertEqual(events[0], "hello")
        self.assertEqual(events[-1], "result")
        self.assertEqual(events.count("result"), 1)
        self.assertNotIn("error", events)
        phases = [line["phase"] for line in lines if line["event"] == "phase"]
        self.assertEqual([phase for phase in phases if phase in ("idle", "down", "up")],
                         ["idle", "down", "up"])
        for phase in ("idle", "down", "up"):
            self.assertGreater(sum(line["event"] == "interval" and line["phase"] == phase
                                   for line in lines), 3, phase)
        times = [line["elapsed_ns"] for line in lines if "elapsed_ns" in line]
        self.assertEqual(times, sorted(times))
        findings = [line["data"] for line in lines if line["event"] == "finding"]
        self.assertEqual(findings, lines[-1]["data"]["verdict"]["findings"])
        self.assertEqual(lines[0]["id"], lines[-1]["data"]["id"])

    def test_of_a_probe_without_a_server_are_an_error_and_the_result(self):
        lines = self._lines("--timeout", "0.5")
        self.assertEqual([line["event"] for line in lines], ["error", "result"])
        self.assertEqual(lines[0]["data"], lines[1]["data"]["error"])
        self.assertEqual(self.status, lines[0]["data"]["code"])


class ThePage(SystemTest):

    def _on_a_terminal(self, **environment: str) -> str:
        """What a probe prints on a terminal of 80 columns."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
                harness.network.command("client", CTL, "probe", harness.SERVER_V4, "-q", *LOAD),
                stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}
                | environment) as program:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError:  # the other end is closed
                pass
            self.assertEqual(program.wait(40), 0)
        os.close(ours)
        return text.decode("utf-8").replace("\r\n", "\n")

    def test_has_colour_on_a_terminal_unless_it_is_not_wanted(self):
        with Daemon():
            coloured = self._on_a_terminal()
            self.assertIn("\x1b[1m", coloured)
            for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                with self.subTest(environment):
                    self.assertNotIn("\x1b", self._on_a_terminal(**environment))

    def test_is_ascii_where_the_locale_is(self):
        with Daemon():
            self.assertTrue(self._on_a_terminal(LC_ALL="C").isascii())
            self.assertFalse(self._on_a_terminal().isascii())

    def test_fits_80_columns_and_ends_with_a_sentence(self):
        with Daemon():
            page = re.sub(r"\x1b\[\d+m", "", self._on_a_terminal())
        for line in page.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertTrue(page.endswith(".\n"), page)
        self.assertIn("IP rate", page)


class Explanations(unittest.TestCase):

    def test_need_no_network(self):
        listed = harness.run(CTL, "explain")
        self.assertEqual(listed.status, 0)
        self.assertIn("BUFFERBLOAT", listed.stdout)
        told = harness.run(CTL, "explain", "bufferbloat")
        self.assertTrue(told.stdout.startswith("BUFFERBLOAT: "))
        mistaken = harness.run(CTL, "explain", "bufferblot")
        self.assertEqual((mistaken.status, mistaken.stdout), (2, ""))
        self.assertIn("did you mean BUFFERBLOAT?", mistaken.stderr)


if __name__ == "__main__":
    harness.main()
