"""Mistakes of operators: each gets one clear sentence, what and where, and the right status."""

import os
import pathlib
import socket
import tempfile

import harness
from harness import CTL, DAEMON, Daemon, Outcome, SystemTest
from network import SERVER_V4

KEY, OTHER_KEY = "11" * 32, "22" * 32
USAGE, NO_ANSWER, REFUSED = 2, 3, 4


class Mistake(SystemTest):
    """Keeps the files that a test writes."""

    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name: str, text: str, mode: int = 0o600) -> str:
        path = f"{self.directory}/{name}"
        pathlib.Path(path).write_text(text, encoding="utf-8")
        os.chmod(path, mode)
        return path

    def assert_sentences(self, outcome: Outcome, status: int, *starts: str) -> None:
        """Exactly these lines on stderr, by how they begin, and nothing on stdout."""
        self.assertEqual(outcome.status, status, outcome)
        self.assertEqual(outcome.stdout, "")
        lines = outcome.complaint.splitlines()
        self.assertEqual(len(lines), len(starts), outcome)
        for line, start in zip(lines, starts):
            self.assertTrue(line.startswith(start), f"{line!r} does not start with {start!r}")


class AConfiguration(Mistake):

    def test_with_several_mistakes_is_told_all_of_them_with_their_places(self):
        file = self.write("wyndrvrd.toml", 'bind_prot = 6711\n'
                                           'max_sessions = "many"\n'
                                           'port_ranges = ["8000-7000"]\n'
                                           'max_duration = "2h"\n')
        for action in ((), ("--check-config",), ("--print-config",)):
            with self.subTest(action=action):
                self.assert_sentences(
                    harness.run(DAEMON, "--config", file, *action), 78,
                    f"wyndrvrd: {file}:1:1: bind_prot = 6711: no such key; did you mean bind_port?",
                    f'wyndrvrd: {file}:2:16: max_sessions = "many": expected an integer from 1 to',
                    f'wyndrvrd: {file}:3:16: port_ranges: "8000-7000": expected the lower port',
                    f'wyndrvrd: {file}:4:16: max_duration = "2h": expected ')

    def test_that_contradicts_itself_is_told_which_keys_do(self):
        self.assert_sentences(
            harness.run(DAEMON, "--set", "bind_port=7500", "--check-config"), 78,
            "wyndrvrd: --set: bind_port = 7500: the listening port 7500 lies in the range "
            "7000-8000")

    def test_that_is_no_toml_or_no_file_is_told_so(self):
        broken = self.write("broken.toml", "max_sessions = [")
        self.assert_sentences(harness.run(DAEMON, "--config", broken), 78,
                              f"wyndrvrd: {broken}:1:")
        missing = f"{self.directory}/missing.toml"
        self.assert_sentences(harness.run(DAEMON, "--config", missing), 78,
                              f"wyndrvrd: {missing}: No such file or directory")

    def test_that_is_empty_is_valid(self):
        empty = self.write("empty.toml", "")
        outcome = harness.run(DAEMON, "--config", empty, "--check-config")
        self.assert_sentences(outcome, 0)

    def test_that_was_printed_reads_back_to_itself(self):
        first = harness.run(DAEMON, "--set", 'port_ranges=["9000-9100"]', "--print-config")
        self.assertEqual((first.status, first.stderr), (0, ""), first)
        file = self.write("printed.toml", first.stdout)
        again = harness.run(DAEMON, "--config", file, "--print-config")
        self.assertEqual(again.stdout, first.stdout)
        self.assertIn('port_ranges = ["9000-9100"]', first.stdout)

    def test_of_an_earlier_spelling_and_of_any_letter_case_is_understood(self):
        with Daemon(connection_parallelibility="THREAD", port_parallelability="Process") as daemon:
            state = daemon.state()
            self.assertEqual((state["connection_parallelism"], state["port_parallelism"]),
                             ("thread", "process"))


class ACommandLine(Mistake):

    def test_with_a_mistake_is_told_which_and_where_help_is(self):
        for program, arguments, start in (
                (DAEMON, ("--bogus",), "wyndrvrd: unknown option '--bogus'"),
                (DAEMON, ("--set", "nonsense"), "wyndrvrd: --set 'nonsense' is not KEY=VALUE"),
                (DAEMON, ("--listen", "nowhere:1"), "wyndrvrd: --listen: "),
                (CTL, ("probe", "--bogus"), "wyndrvrctl probe: unknown option '--bogus'"),
                (CTL, ("probe", "-b", "lots"), "wyndrvrctl probe: -b: 'lots' is not a rate"),
                (CTL, ("probe", "-t", "0"), "wyndrvrctl probe: -t "),
                (CTL, ("probe", "one", "two"), "wyndrvrctl probe: one HOST at a time"),
                (CTL, ("probe", "-4", "-6"), "wyndrvrctl probe: -4 and -6 exclude each other")):
            with self.subTest(arguments=arguments):
                outcome = harness.run(program, *arguments)
                self.assert_sentences(outcome, USAGE, start)
                self.assertIn("--help", outcome.complaint)

    def test_that_names_no_daemon_to_ask_for_its_status_is_told_where_it_looked(self):
        path = f"{self.directory}/io.wyndrvr"
        outcome = harness.run(CTL, "status", "--socket", path)
        self.assert_sentences(outcome, NO_ANSWER, f"wyndrvrctl: {path}: no such socket", "  ")


class APort(Mistake):

    def test_that_is_in_use_stops_the_second_daemon_with_one_sentence(self):
        with Daemon() as first:
            for arguments in ((), ("--listen", SERVER_V4)):
                second = harness.run(DAEMON, "--config", "/dev/null", *arguments, role="server")
                self.assert_sentences(second, 1, "wyndrvrd: cannot start: cannot open the "
                                                 "listening socket (bind_addr, bind_port): bind ")
                self.assertIn("6711: Address already in use", second.complaint)
            self.assertEqual(first.state()["listen"], "[::]:6711")

    def test_on_an_address_that_the_host_lacks_is_told_so(self):
        outcome = harness.run(DAEMON, "--config", "/dev/null", "--listen", "192.0.2.1",
                              role="server")
        self.assert_sentences(outcome, 1, "wyndrvrd: cannot start: cannot open the listening")
        self.assertIn("192.0.2.1:6711", outcome.complaint)


class AControlSocket(Mistake):

    def test_of_a_running_daemon_is_not_taken_by_a_second_one(self):
        with Daemon() as first:
            second = harness.run(DAEMON, "--config", "/dev/null", "--listen", ":6712",
                                 "--set", f'control_socket="{first.socket}"', role="server")
            self.assert_sentences(second, 1, "wyndrvrd: cannot start: cannot open control_socket: "
                                             f"{first.socket}: already in use by another daemon")
            self.assertEqual(first.sessions(), [])

    def test_that_a_dead_daemon_left_behind_is_replaced(self):
        path = f"{self.directory}/io.wyndrvr"
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(path)
        with Daemon(control_socket=path) as daemon:
            self.assertEqual(daemon.sessions(), [])
        self.assertFalse(os.path.exists(path))

    def test_in_place_of_which_there_is_a_file_leaves_the_file_alone(self):
        path = self.write("io.wyndrvr", "mine")
        outcome = harness.run(DAEMON, "--config", "/dev/null", "--set", f'control_socket="{path}"',
                              role="server")
        self.assert_sentences(outcome, 1, "wyndrvrd: cannot start: cannot open control_socket: "
                                          f"{path}: exists and is not a socket")
        self.assertEqual(pathlib.Path(path).read_text(), "mine")


class AKeyFile(Mistake):

    def _client(self, *arguments: str) -> Outcome:
        return self.probe("-b", "2M", "-t", "0.2", "--down", *arguments)

    def test_that_cannot_be_read_stops_the_daemon_and_the_client(self):
        missing = f"{self.directory}/missing"
        open_to_all = self.write("open", f"1 {KEY}\n", mode=0o644)
        wrong = self.write("wrong", f"1 {KEY}\nnot a key\n")
        for file, what in ((missing, "No such file or directory"),
                           (open_to_all, f"chmod 600 {open_to_all}"), (wrong, f"{wrong}:2:")):
            with self.subTest(file=file):
                daemon = harness.run(DAEMON, "--config", "/dev/null", "--set",
                                     f'key_file="{file}"', role="server")
                self.assert_sentences(daemon, 1, "wyndrvrd: cannot start: ")
                self.assertIn(what, daemon.stderr)
                client = self._client("--key", file)
                self.assertEqual((client.status, client.reason), (USAGE, "usage"), client)
                self.assertEqual(client.complaint.count("\n"), 1, client)
                self.assertIn(what, client.complaint)
                self.assertNotIn(KEY, daemon.stderr + client.complaint)

    def test_decides_who_is_served(self):
        keys = self.write("keys", f"1 {KEY} alice\n2 {OTHER_KEY}\n")
        right = self.write("right", f"1 {KEY}\n")
        second = self.write("second", f"2 {OTHER_KEY}\n")
        swapped = self.write("swapped", f"1 {OTHER_KEY}\n")
        unknown = self.write("unknown", f"3 {KEY}\n")
        with Daemon(key_file=keys, require_key=True) as daemon:
            for key in (right, second):
                self.assert_nothing_lost(self._client("--key", key), ("down",))
            for key in (swapped, unknown):
                refused = self._client("--key", key)
                self.assertEqual((refused.status, refused.reason), (REFUSED, "not_authorised"),
                                 refused)
                self.assertIn(key, refused.complaint)
            nobody = self._client()
            self.assertEqual((nobody.status, nobody.reason), (REFUSED, "anonymous"), nobody)
            self.assertIn("the server wants a key", nobody.complaint)
            self.assertIn("(alice) has session", daemon.stdout)
            self.assertIn("(key 2) has session", daemon.stdout)
            self.assertEqual(daemon.state()["refused_count"], {"not_authorised": 2, "anonymous": 1})


if __name__ == "__main__":
    harness.main()
