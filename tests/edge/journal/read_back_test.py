#!/usr/bin/env python3
"""wyndrvrctl log with journal files as a journal writes them, and the message catalog as journalctl
reads it.

    read_back_test.py WYNDRVRCTL [unittest's options]

The journal files are made by systemd-journal-remote, so nothing of this host's journal is read.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
REMOTE = next((path for path in ("/lib/systemd/systemd-journal-remote",
                                 "/usr/lib/systemd/systemd-journal-remote")
               if os.access(path, os.X_OK)), "")
IDS = dict(re.findall(r'string_view (\w+) = "([0-9a-f]{32})";',
                      (ROOT / "common/journal/catalog_ids.hpp").read_text(encoding="utf-8")))
BOOT = "f" * 31 + "1"
FIRST = 1_795_157_890  # 2026-11-20 06:58:10 UTC
OFFICE, OTHER = "8f3c000000000017", "8f3d000000000018"
program = ""


def entry(second: int, kind: str, message: str, unit: str = "wyndrvrd.service", **fields) -> str:
    """In the journal's export format, made so many seconds after the first one."""
    at = (FIRST + second) * 1_000_000 + 412_345
    lines = [f"__REALTIME_TIMESTAMP={at}", f"__MONOTONIC_TIMESTAMP={at - FIRST * 1_000_000}",
             f"_BOOT_ID={BOOT}", f"_SYSTEMD_UNIT={unit}", "PRIORITY=6", f"MESSAGE={message}",
             f"MESSAGE_ID={IDS.get(kind, kind)}"]
    lines += [f"WYNDRVR_{name}={value}" for name, value in fields.items()]
    return "\n".join(lines) + "\n\n"


def session(begin: int, name: str, client: str) -> list[str]:
    whose = {"SESSION": name, "CLIENT": client, "PORT": 41873, "KEY": "anonymous"}
    return [entry(begin, "session_admitted", "has a session", **whose, PORT_CONTROL=7811,
                  PORT_UPLOAD=7864, PORT_DOWNLOAD=7893),
            entry(begin + 1, "test_done", "a download", **whose, TEST="down",
                  DOWN_BPS=944_000_000, SENT=81_234, LOST=0, RTT_US=11_234, REASON="completed"),
            entry(begin + 2, "session_ended", "it ended", **whose, REASON="completed",
                  DURATION_US=2_000_000, TESTS=1)]


JOURNAL = [entry(0, "listening", "listening on [::]:6711 udp", LISTEN="[::]:6711"),
           *session(10, OFFICE, "198.51.100.7"),
           entry(20, "0" * 32, "something else of the same unit"),
           entry(21, "session_ended", "made up by somebody", unit="stranger.service",
                 SESSION=OFFICE, CLIENT="198.51.100.7", REASON="completed"),
           *session(30, OTHER, "2001:db8:10::23")]


class TheLog(unittest.TestCase):
    folder = ""

    @classmethod
    def setUpClass(cls):
        keeper = tempfile.TemporaryDirectory()
        cls.addClassCleanup(keeper.cleanup)
        cls.folder = keeper.name
        subprocess.run([REMOTE, "--split-mode=none", f"--output={cls.folder}/made.journal", "-"],
                       input="".join(JOURNAL), text=True, check=True, capture_output=True,
                       timeout=60)

    def _log(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([program, "log", "--directory", self.folder, *arguments],
                              env={"TZ": "UTC", "LC_ALL": "C.UTF-8"}, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, status, done)
        return done

    def _events(self, *arguments: str) -> list[dict]:
        return [json.loads(line) for line in self._log("--json", *arguments).stdout.splitlines()]

    def test_is_what_the_daemon_wrote_in_its_order(self):
        self.assertEqual([event["event"] for event in self._events()],
                         ["listening"] + ["session_admitted", "test_done", "session_ended"] * 2)

    def test_has_the_fields_of_an_event_with_their_units(self):
        done = self._events("--session", OFFICE)[1]
        self.assertEqual(done["time"], "2026-11-20T06:58:21.412Z")
        self.assertEqual(done["fields"]["down_bps"], 944_000_000)
        self.assertEqual(done["fields"]["rtt_ns"], 11_234_000)
        self.assertEqual(done["fields"]["client"], "198.51.100.7")

    def test_of_a_client_is_that_of_its_sessions(self):
        for spelled in ("2001:db8:10::23", "2001:0db8:10:0::23"):
            events = self._events("--client", spelled)
            self.assertEqual([event["fields"]["session"] for event in events], [OTHER] * 3)

    def test_finds_a_session_by_its_first_digits(self):
        self.assertEqual(len(self._events("--session", "8f3c0")), 3)
        self.assertEqual(len(self._events("--session", "8f3")), 6)
        self.assertEqual(len(self._events("--session", "8f3", "-n", "4")), 4)
        self.assertEqual(self._events("--session", "8f3c", "-n", "1")[0]["event"], "session_ended")

    def test_takes_the_newest_and_those_since_a_time(self):
        self.assertEqual([event["event"] for event in self._events("-n", "2")],
                         ["test_done", "session_ended"])
        since = ("--since", "2026-11-20 06:58:40")
        self.assertEqual(len(self._events(*since)), 3)
        self.assertEqual(len(self._events(*since, "-n", "100")), 3)
        self.assertEqual(len(self._events(*since, "-n", "1")), 1)

    def test_takes_no_event_of_another_unit(self):
        self.assertNotIn("made up", self._log("--json").stdout)
        self.assertEqual(len(self._events("--unit", "stranger.service")), 1)

    def test_is_a_page_of_lines_with_their_times(self):
        lines = self._log("--session", OFFICE).stdout.splitlines()
        self.assertEqual(lines[0], "2026-11-20")
        self.assertEqual(lines[2], "  06:58:21  8f3c0000  198.51.100.7          ↓ 944 Mbit/s, "
                                   "lost 0, RTT 11.2 ms")
        self.assertTrue(all(len(line) <= 80 for line in lines), lines)

    def test_says_so_when_nothing_fits(self):
        done = self._log("--client", "192.0.2.1")
        self.assertEqual((done.stdout, done.stderr),
                         ("", "wyndrvrctl: no event in the journal fits\n"))

    def test_says_which_directory_it_cannot_read(self):
        done = subprocess.run([program, "log", "--directory", self.folder + "/gone"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("/gone: No such file or directory", done.stderr)

    def test_follows_what_comes(self):
        with subprocess.Popen([program, "log", "--directory", self.folder, "--follow", "--json"],
                              stdout=subprocess.PIPE, text=True) as log:
            assert log.stdout is not None
            kinds = [json.loads(log.stdout.readline())["event"] for _ in range(7)]
            self.assertEqual(kinds[-1], "session_ended")
            subprocess.run([REMOTE, "--split-mode=none", f"--output={self.folder}/more.journal",
                            "-"], input=entry(60, "stopping", "stopping"), text=True, check=True,
                           capture_output=True, timeout=60)
            self.assertEqual(json.loads(log.stdout.readline())["event"], "stopping")
            log.terminate()
        os.remove(f"{self.folder}/more.journal")


class TheCatalog(unittest.TestCase):
    def test_is_what_journalctl_can_read(self):
        with tempfile.TemporaryDirectory() as folder:
            for place in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
                (Path(folder) / place).mkdir(parents=True)
            shutil.copy(ROOT / "systemd/wyndrvrd.catalog", f"{folder}/usr/lib/systemd/catalog")
            done = subprocess.run(["journalctl", f"--root={folder}", "--update-catalog"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            listed = subprocess.run(["journalctl", f"--root={folder}", "--dump-catalog"],
                                    capture_output=True, text=True, check=True, timeout=60).stdout
            for identity in IDS.values():
                self.assertIn(f"-- {identity}\n", listed)


if __name__ == "__main__":
    for tool in ("journalctl", REMOTE or "systemd-journal-remote"):
        if not shutil.which(tool):
            print(f"skipped: there is no {tool} here")
            sys.exit(77)
    program = sys.argv.pop(1)
    unittest.main()
