"""From the packages to the first result: installing, enabling and asking the service."""

import json
import re

import box
import harness
from box import CONTROL, CTL, PORT, SERVICE, SOCKET, Box, BoxTest, wait_until
from network import CLIENT_V4, CLIENT_V6, SERVER_GLOBAL, SERVER_V4, SERVER_V6

UNITS = (SERVICE, SOCKET, "wyndrvrd-control.socket")
LOAD = ("-b", "10M", "-t", "1")
EVENTS = box.event_ids()


class FreshBox(Box):
    """Notes what the packages alone have changed; then the service is enabled."""

    def _prepare(self) -> None:
        self.install(*box.packages())
        self.enabled_by_packages = self._each("is-enabled")
        self.active_by_packages = self._each("is-active")
        self.listening_by_packages = self._command("ss", "-Hulnp")
        self._command("systemctl", "enable", "--now", "wyndrvrd")
        self._command("useradd", "--groups", "wyndrvrd", "member")
        self._command("useradd", "stranger")

    def _each(self, question: str) -> list[str]:
        return self._command("systemctl", question, *UNITS).split()


class TheInstallation(BoxTest):

    def test_enables_and_starts_nothing_by_itself(self):
        self.assertEqual(self.box.enabled_by_packages, ["disabled"] * len(UNITS))
        self.assertEqual(self.box.active_by_packages, ["inactive"] * len(UNITS))
        self.assertNotIn(f":{PORT}", self.box.listening_by_packages)

    def test_is_active_and_enabled_after_one_command(self):
        for unit in UNITS:
            with self.subTest(unit=unit):
                self.assertEqual(self.box.show("ActiveState", unit), "active")
                self.assertEqual(self.box.show("UnitFileState", unit), "enabled")
        self.assertEqual(self.box.show("NRestarts"), "0")
        self.assertEqual(self.box.call("systemctl", "--failed", "--no-legend"), "")

    def test_gives_the_daemon_a_user_without_a_shell_or_a_home(self):
        home, shell = self.box.call("getent", "passwd", "wyndrvrd").strip().split(":")[5:]
        self.assertEqual(home, "/")
        self.assertIn("nologin", shell)
        user = self.box.call("id", "-u", "wyndrvrd").strip()
        self.assertEqual(self.process_status(self.pid(), "Uid").split(), [user] * 4)

    def test_satisfies_those_who_check_units(self):
        said = self.box.run("systemd-analyze", "verify", "--man=no", *UNITS)
        self.assertEqual((said.status, said.stdout, said.stderr), (0, "", ""), said)

    def test_says_what_it_does_in_its_status_line(self):
        self.assertRegex(self.box.show("StatusText"), "session")


class AClient(BoxTest):
    """Of another host."""

    def test_gets_a_result_over_ipv4_and_ipv6_and_the_journal_tells_it(self):
        for server, client in ((SERVER_V4, CLIENT_V4), (SERVER_V6, CLIENT_V6)):
            with self.subTest(server=server):
                before = self.now()
                outcome = self.probe(*LOAD, host=server)
                self.assert_nothing_lost(outcome)
                self._assert_told(outcome.report, client, before)

    def _assert_told(self, report: dict, client: str, before: str) -> None:
        ended = wait_until(lambda: self.events("session_ended", after=before), 5,
                           "the end of the session is in the journal")
        admitted, = self.events("session_admitted", after=before)
        tests = self.events("test_done", after=before)
        for entry in (admitted, *tests, *ended):
            self.assertEqual(entry["WYNDRVR_CLIENT"], client)
            self.assertEqual(entry["WYNDRVR_SESSION"], report["id"][:16])
            self.assertEqual(entry["WYNDRVR_KEY"], "anonymous")
            self.assertEqual(entry["_SYSTEMD_UNIT"], SERVICE)
        for port in ("CONTROL", "UPLOAD", "DOWNLOAD"):
            self.assertIn(int(admitted[f"WYNDRVR_PORT_{port}"]), range(7000, 8001))
        self.assertEqual(sorted(entry["WYNDRVR_TEST"] for entry in tests), ["down", "up"])
        for entry in tests:
            way = entry["WYNDRVR_TEST"]
            told = report[way]
            self.assertEqual(int(entry["WYNDRVR_SENT"]), told["packets"]["sent"])
            self.assertEqual(entry["WYNDRVR_LOST"], "0")
            self.assertAlmostEqual(int(entry[f"WYNDRVR_{way.upper()}_BPS"]),
                                   told["rate_bps"]["payload"], delta=1e6)
        self.assertEqual(ended[0]["WYNDRVR_REASON"], "completed")

    def test_can_be_looked_up_with_all_its_entries(self):
        self.assert_nothing_lost(self.probe(*LOAD))
        wait_until(lambda: not self.state()["sessions"], 5, "the session is gone")
        found = self.journal(f"WYNDRVR_CLIENT={CLIENT_V4}")
        self.assertLessEqual({"session_admitted", "test_done", "session_ended"},
                             {EVENTS.get(entry["MESSAGE_ID"]) for entry in found})
        self.assertEqual({entry["WYNDRVR_CLIENT"] for entry in found}, {CLIENT_V4})

    def test_is_told_apart_by_its_session_in_wyndrvrctl_log(self):
        outcome = self.probe(*LOAD)
        session = outcome.report["id"][:16]
        wait_until(lambda: not self.state()["sessions"], 5, "the session is gone")
        said = self.box.call(CTL, "log", "--session", session, "--json")
        entries = [json.loads(line) for line in said.splitlines()]
        self.assertGreaterEqual(len(entries), 3)
        self.assertEqual({entry["schema"] for entry in entries}, {"wyndrvr.log/1"})
        self.assertEqual({entry["fields"]["session"] for entry in entries}, {session})

    def test_of_a_global_address_is_refused_with_a_reason_that_the_journal_has_too(self):
        before = self.now()
        outcome = self.probe(*LOAD, host=SERVER_GLOBAL)
        self.assertEqual(outcome.reason, "anonymous", outcome)
        refused = wait_until(lambda: self.events("client_refused", after=before), 5,
                             "the refusal is in the journal")[0]
        self.assertEqual(refused["WYNDRVR_REASON"], "anonymous")
        self.assertEqual(refused["PRIORITY"], "5")
        self.assertIn("max_total_rate", refused["MESSAGE"])

    def test_can_read_in_the_catalog_what_an_entry_means(self):
        self.assert_nothing_lost(self.probe(*LOAD))
        wait_until(lambda: not self.state()["sessions"], 5, "the session is gone")
        catalog = self.box.call("journalctl", "--list-catalog")
        for identity, event in EVENTS.items():
            with self.subTest(event=event):
                self.assertIn(identity, catalog)
        said = self.box.call("journalctl", "-x", "--no-pager", "-u", SERVICE,
                             f"WYNDRVR_CLIENT={CLIENT_V4}")
        self.assertIn("░░ Subject: ", said)
        # Fields are put in: no placeholder is left.
        self.assertNotRegex(said, "@[A-Z_]+@")
        self.assertTrue(re.search(f"░░.*{CLIENT_V4}", said), said)


class TheStatus(BoxTest):

    def _ask(self, user: str, *arguments: str):
        return self.box.run("runuser", "-u", user, "--", CTL, *arguments)

    def test_is_for_root_and_members_of_the_group_and_not_for_strangers(self):
        socket = self.box.path(CONTROL).stat()
        self.assertEqual(socket.st_mode & 0o777, 0o660)
        for user in ("root", "member"):
            with self.subTest(user=user):
                outcome = self._ask(user, "status", "--json")
                self.assertEqual(outcome.status, 0, outcome)
                self.assertEqual(json.loads(outcome.stdout)["schema"], "wyndrvr.status/1")
        stranger = self._ask("stranger", "status")
        self.assertNotEqual(stranger.status, 0, stranger)
        self.assertIn("member of the group", stranger.complaint)

    def test_shows_a_probe_while_it_runs(self):
        client = self.start_probe("-b", "10M", "-t", "2", "--down")
        session = wait_until(lambda: [session for session in self.state()["sessions"]
                                      if session["running"] == "down"], 10, "a load runs")[0]
        self.assertTrue(session["client"].startswith(f"{CLIENT_V4}:"))
        self.assertIn(CLIENT_V4, self.box.call(CTL, "status"))
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_is_changed_by_root_only(self):
        refused = self._ask("member", "reload")
        self.assertNotEqual(refused.status, 0, refused)
        self.assertIn("Root", refused.complaint)
        self.assertEqual(self._ask("root", "reload").status, 0)


if __name__ == "__main__":
    box.main(FreshBox)
