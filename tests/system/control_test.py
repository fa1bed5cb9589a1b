"""The operator's hand on the daemon: who may ask and who may act, what acts do, and that callers of
any kind and number harm nobody."""

import json
import os
import shutil
import signal
import socket
import sys
import time

import harness
from harness import CTL, Daemon, Outcome, Program, SystemTest, wait_until
from network import CLIENT_V4

SUCCESS, USAGE, NO_ANSWER, REFUSED, BUSY, PARTIAL = 0, 2, 3, 4, 5, 7
STRANGER = 65534  # nobody
LOAD = ("-b", "10M", "-t", "3", "--down")
PATIENCE = 10  # of the daemon, with a caller that says or takes nothing
MOST_OF_ROOT, MOST_OF_ONE_USER = 16, 8

# Connects so many times to a path, says how many there are, and holds them.
CROWD = """
import socket, sys, time
held = []
for _ in range(int(sys.argv[2])):
    one = socket.socket(socket.AF_UNIX)
    one.connect(sys.argv[1])
    held.append(one)
print(len(held), flush=True)
time.sleep(60)
"""


class Control(SystemTest):

    def ctl(self, daemon: Daemon, *arguments: str) -> Outcome:
        return harness.run(CTL, *arguments, "--socket", daemon.socket)

    def open_to_all(self, daemon: Daemon) -> None:
        """Everybody may connect; the test's own folders are root's otherwise."""
        os.chmod(daemon.socket, 0o666)
        os.chmod(daemon.directory, 0o755)
        os.chmod(os.path.dirname(daemon.directory), 0o711)

    def as_stranger(self, daemon: Daemon, *command: str) -> tuple[str, ...]:
        """The command as another user, who may have no way to where the programs were built."""
        copy = f"{daemon.directory}/ctl"
        if not os.path.exists(copy):
            shutil.copy(CTL, copy)
        line = [copy if word == CTL else word for word in command]
        return ("setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", *line)

    def caller(self, daemon: Daemon) -> socket.socket:
        caller = socket.socket(socket.AF_UNIX)
        self.addCleanup(caller.close)
        caller.settimeout((PATIENCE + 5) * harness.SLOWNESS)
        caller.connect(daemon.socket)
        return caller

    @staticmethod
    def messages(caller: socket.socket):
        """Each message that comes, until the daemon hangs up."""
        text = b""
        while True:
            while b"\0" in text:
                message, text = text.split(b"\0", 1)
                yield json.loads(message)
            try:
                piece = caller.recv(65536)
            except ConnectionResetError:
                return
            if not piece:
                return
            text += piece

    @staticmethod
    def descriptors(daemon: Daemon) -> int:
        return len(os.listdir(f"/proc/{daemon.pid}/fd"))


    @staticmethod
    def cpu_seconds(daemon: Daemon) -> float:
        with open(f"/proc/{daemon.pid}/stat", encoding="ascii") as text:
            fields = text.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class WhoMay(Control):

    def test_ask_is_whoever_the_file_lets_in_and_act_only_root_and_the_daemons_user(self):
        daemon = Daemon()
        self.open_to_all(daemon)
        for question in (("status",), ("sessions",), ("status", "--json")):
            with self.subTest(question):
                outcome = harness.run(*self.as_stranger(daemon, CTL, *question, "--socket",
                                                        daemon.socket))
                self.assertEqual((outcome.status, outcome.stderr), (SUCCESS, ""), outcome)
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        session = daemon.sessions()[0]["id"]
        for act in (("reload",), ("drain",), ("drain", "--undo"), ("end", session),
                    ("log-level", "error")):
            with self.subTest(act):
                outcome = harness.run(*self.as_stranger(daemon, CTL, *act, "--socket",
                                                        daemon.socket))
                self.assertEqual((outcome.status, outcome.stdout), (REFUSED, ""), outcome)
                self.assertIn("does not let this user", outcome.complaint)
        state = daemon.state()
        self.assertEqual((state["draining"], state["log_level"]), (False, "info"))
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_not_connect_is_told_who_may(self):
        daemon = Daemon()
        self.open_to_all(daemon)
        os.chmod(daemon.socket, 0o660)
        outcome = harness.run(*self.as_stranger(daemon, CTL, "status", "--socket", daemon.socket))
        self.assertEqual(outcome.status, REFUSED, outcome)
        self.assertIn("Permission denied", outcome.complaint)
        self.assertIn("group", outcome.complaint)


class AnAct(Control):

    def test_that_ends_a_session_is_told_to_its_client_and_to_the_journal(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        session = daemon.sessions()[0]["id"]
        outcome = self.ctl(daemon, "end", session[:6])
        self.assertEqual((outcome.status, outcome.stderr), (SUCCESS, ""), outcome)
        self.assertRegex(outcome.stdout, rf"^session {session} of {CLIENT_V4}:\d+ is ended\n$")
        probe = harness.outcome_of(client)
        self.assertEqual((probe.status, probe.reason), (PARTIAL, "by_operator"), probe)
        self.assertIn("ended by the server's operator", probe.complaint)
        self.assertIn("ended by the server's operator", daemon.stdout)
        wait_until(lambda: not daemon.sessions(), 3, "the session is gone")
        self.assertEqual(daemon.state()["ended_count"], {"by_operator": 1})
        gone = self.ctl(daemon, "end", session)
        self.assertEqual(gone.status, REFUSED, gone)
        self.assertIn(f"there is no session {session}", gone.complaint)

    def test_that_drains_keeps_newcomers_out_until_it_is_undone(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        drained = self.ctl(daemon, "drain")
        self.assertEqual((drained.status, drained.stdout),
                         (SUCCESS, "newcomers are refused; 1 session left\n"), drained)
        self.assertTrue(daemon.state()["draining"])
        self.assertIn("draining", self.ctl(daemon, "status").stdout.splitlines()[0])
        newcomer = self.probe(*LOAD)
        self.assertEqual((newcomer.status, newcomer.reason), (BUSY, "shutting_down"), newcomer)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))
        self.assertEqual(self.ctl(daemon, "drain", "--undo").status, SUCCESS)
        self.assertFalse(daemon.state()["draining"])
        self.assert_nothing_lost(self.probe("-b", "10M", "-t", "0.5", "--down"), ("down",))

    def test_that_waits_returns_when_the_last_session_is_gone(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        waiting = Program(CTL, "drain", "--wait", "--socket", daemon.socket)
        wait_until(lambda: "1 session left" in waiting.stdout, 5, "it drains")
        self.assertTrue(waiting.is_running())
        outcome = harness.outcome_of(waiting)
        self.assertEqual((outcome.status, outcome.stdout.splitlines()[1]),
                         (SUCCESS, "the last session is gone"), outcome)
        self.assertEqual(daemon.sessions(), [])
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_that_sets_the_level_changes_what_is_written(self):
        daemon = Daemon()
        outcome = self.ctl(daemon, "log-level", "error")
        self.assertEqual((outcome.status, outcome.stderr), (SUCCESS, ""), outcome)
        self.assertEqual(daemon.state()["log_level"], "error")
        before = daemon.stdout
        self.assertEqual(self.probe("-b", "10M", "-t", "0.2", "--down").status, SUCCESS)
        self.assertEqual(daemon.stdout, before)
        self.ctl(daemon, "log-level", "info")
        self.assertEqual(self.probe("-b", "10M", "-t", "0.2", "--down").status, SUCCESS)
        self.assertNotEqual(daemon.stdout, before)

    def test_without_a_daemon_is_told_where_it_looked(self):
        for command in (("sessions",), ("watch",), ("reload",), ("drain",), ("end", "8f"),
                        ("log-level", "info")):
            with self.subTest(command):
                outcome = harness.run(CTL, *command, "--socket", "/nowhere/io.wyndrvr")
                self.assertEqual((outcome.status, outcome.stdout), (NO_ANSWER, ""), outcome)
                self.assertIn("/nowhere/io.wyndrvr: no such socket", outcome.complaint)


class AList(Control):

    def test_of_sessions_has_each_of_them(self):
        daemon = Daemon()
        self.assertEqual(self.ctl(daemon, "sessions").stdout, "no sessions\n")
        self.assertEqual(self.ctl(daemon, "sessions", "--json").report["sessions"], [])
        client = self.start_probe("-b", "10M", "-t", "2", "--down", "-P", "3")
        daemon.wait_for_load("down", 3)
        outcome = self.ctl(daemon, "sessions", "--json")
        self.assertEqual(outcome.status, SUCCESS, outcome)
        self.assertEqual(sorted(session["id"] for session in outcome.report["sessions"]),
                         sorted(session["id"] for session in daemon.sessions()))
        self.assertEqual(len(self.ctl(daemon, "sessions").stdout.splitlines()), 1 + 3)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))


class AWatch(Control):

    def test_goes_on_until_it_is_interrupted(self):
        daemon = Daemon()
        before = daemon.holdings()
        watch = Program(CTL, "watch", "--json", "-i", "0.1", "--socket", daemon.socket)
        wait_until(lambda: watch.stdout.count("\n") >= 5, 5, "five statuses")
        watch.signal(signal.SIGINT)
        self.assertEqual((watch.wait(5), watch.stderr), (SUCCESS, ""))
        ages = []
        for line in watch.stdout.splitlines():
            harness.assert_fits(json.loads(line), "status")
            ages.append(json.loads(line)["uptime_ns"])
        self.assertEqual(ages, sorted(set(ages)))
        self.assertGreater((ages[4] - ages[0]) / 4, 0.09e9)
        self.assert_holds(daemon, before)

    def test_of_a_load_shows_its_rate(self):
        daemon = Daemon()
        watch = Program(CTL, "watch", "-i", "0.5", "--ascii", "--socket", daemon.socket)
        client = self.start_probe(*LOAD)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))
        watch.signal(signal.SIGINT)
        self.assertEqual(watch.wait(5), SUCCESS)
        pages = watch.stdout.split("\n\n")
        self.assertIn("traffic  not known yet", pages[0])
        self.assertRegex(watch.stdout, r" (9\.\d\d|1\d\.\d) Mbit/s +[0-9.]+  v ")

    def test_of_a_daemon_that_ends_says_so(self):
        daemon = Daemon()
        watch = Program(CTL, "watch", "--socket", daemon.socket)
        wait_until(lambda: "wyndrvrd" in watch.stdout, 5, "a first page")
        daemon.stop()
        outcome = harness.outcome_of(watch)
        self.assertEqual(outcome.status, NO_ANSWER, outcome)
        self.assertIn("hung up", outcome.complaint)

    def test_that_is_stopped_harms_neither_a_load_nor_other_callers(self):
        daemon = Daemon()
        before = daemon.holdings()
        watches = [Program(CTL, "watch", "--json", "-i", "0.1", "--socket", daemon.socket)
                   for _ in range(4)]
        wait_until(lambda: all(watch.stdout for watch in watches), 5, "they watch")
        for watch in watches:
            watch.signal(signal.SIGSTOP)
        probe = self.probe(*LOAD)
        self.assert_nothing_lost(probe, ("down",))
        self.assertEqual(self.ctl(daemon, "status").status, SUCCESS)
        watches[0].signal(signal.SIGCONT)
        seen = watches[0].stdout.count("\n")
        wait_until(lambda: watches[0].stdout.count("\n") > seen + 3, 5, "it goes on")
        for watch in watches:
            watch.destroy()
        self.assert_holds(daemon, before)

    def test_that_is_asked_anything_more_is_over(self):
        daemon = Daemon()
        caller = self.caller(daemon)
        caller.sendall(b'{"method":"io.wyndrvr.Daemon.Watch","more":true}\0')
        first = next(self.messages(caller))
        self.assertTrue(first["continues"])
        caller.sendall(b'{"method":"io.wyndrvr.Daemon.Status"}\0')
        self.assertLess(len(list(self.messages(caller))), 3)


class ACrowd(Control):

    def test_of_another_user_leaves_the_operator_in_and_a_load_alone(self):
        daemon = Daemon()
        self.open_to_all(daemon)
        before = daemon.holdings()
        client = self.start_probe("-b", "10M", "-t", "6", "--down")
        daemon.wait_for_load("down")
        loaded = self.descriptors(daemon)
        crowd = Program(*self.as_stranger(daemon, sys.executable, "-c", CROWD, daemon.socket,
                                          "1000"))
        wait_until(lambda: crowd.stdout == "1000\n", 20, "a thousand callers")
        began = time.monotonic()
        for command in (("status",), ("sessions",), ("log-level", "info")):
            self.assertEqual(self.ctl(daemon, *command).status, SUCCESS)
        self.assertLess(time.monotonic() - began, 3 * harness.SLOWNESS)
        # Its places are all that it holds.
        wait_until(lambda: self.descriptors(daemon) <= loaded + MOST_OF_ONE_USER, 5,
                   "those of the operator are free again")
        self.assertTrue(client.is_running())
        other = harness.run(*self.as_stranger(daemon, CTL, "status", "--socket", daemon.socket))
        self.assertEqual(other.status, BUSY, other)
        self.assertIn("too many callers", other.complaint)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))
        crowd.destroy()
        self.assert_holds(daemon, before)

    def test_of_root_takes_roots_places_and_gives_them_back(self):
        daemon = Daemon()
        before = daemon.holdings()
        callers = [self.caller(daemon) for _ in range(MOST_OF_ROOT)]
        wait_until(lambda: self.descriptors(daemon) >= before.descriptors + MOST_OF_ROOT, 5,
                   "all places are taken")
        turned_away = self.ctl(daemon, "status")
        self.assertEqual(turned_away.status, BUSY, turned_away)
        for caller in callers:
            caller.close()
        self.assert_holds(daemon, before)

    def test_that_uses_up_the_descriptors_is_waited_out_without_spinning(self):
        with Daemon() as other:
            limit = other.holdings().descriptors + 4
        daemon = Daemon(runner=("prlimit", f"--nofile={limit}:{limit}"))
        callers = [self.caller(daemon) for _ in range(8)]
        wait_until(lambda: self.descriptors(daemon) >= limit - 1, 5, "it is out of descriptors")
        began, busy = time.monotonic(), self.cpu_seconds(daemon)
        time.sleep(1)
        self.assertLess(self.cpu_seconds(daemon) - busy, 0.2 * (time.monotonic() - began))
        for caller in callers:
            caller.close()
        self.assertEqual(self.ctl(daemon, "status").status, SUCCESS)

    def test_that_comes_and_goes_leaves_nothing_behind(self):
        daemon = Daemon()
        before = daemon.holdings()
        for _ in range(1000):
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(daemon.socket)
        # Who comes behind them waits for his turn, which is soon.
        began = time.monotonic()
        wait_until(lambda: self.ctl(daemon, "status").status == SUCCESS, 5, "an answer")
        self.assertLess(time.monotonic() - began, 3 * harness.SLOWNESS)
        self.assert_holds(daemon, before)


class ACaller(Control):

    def test_that_says_too_much_at_once_is_hung_up_on(self):
        daemon = Daemon()
        before = daemon.holdings()
        caller = self.caller(daemon)
        try:
            caller.sendall(b'{"method":"io.wyndrvr.Daemon.Status","x":"' + b"x" * 70_000 + b'"}\0')
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertEqual(list(self.messages(caller)), [])
        self.assert_holds(daemon, before)

    def test_that_says_it_byte_by_byte_has_ten_seconds(self):
        daemon = Daemon()
        before = daemon.holdings()
        caller = self.caller(daemon)
        began = time.monotonic()
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() < began + 2 * PATIENCE * harness.SLOWNESS:
                caller.sendall(b" ")
                time.sleep(0.2)
        self.assertGreater(time.monotonic() - began, PATIENCE - 1)
        self.assert_holds(daemon, before)

    def test_that_takes_none_of_its_answers_has_ten_seconds(self):
        daemon = Daemon()
        before = daemon.holdings()
        caller = self.caller(daemon)
        call = json.dumps({"method": "org.varlink.service.GetInterfaceDescription",
                           "parameters": {"interface": "io.wyndrvr.Daemon"}}).encode() + b"\0"
        caller.sendall(call * 400)  # of which the answers do not fit what the kernel holds
        # Others are answered meanwhile.
        self.assertEqual(self.ctl(daemon, "status").status, SUCCESS)
        wait_until(lambda: self.descriptors(daemon) <= before.descriptors, PATIENCE + 5,
                   "it is hung up on")
        self.assert_holds(daemon, before)

    def test_that_asks_much_at_once_is_answered_in_order(self):
        daemon = Daemon()
        caller = self.caller(daemon)
        calls = (b'{"method":"io.wyndrvr.Daemon.Status"}\0'
                 b'{"method":"no.such.Method"}\0'
                 b'{"method":"io.wyndrvr.Daemon.Drain","oneway":true}\0'
                 b'{"method":"io.wyndrvr.Daemon.Sessions","more":true}\0') * 100
        caller.sendall(calls)
        caller.shutdown(socket.SHUT_WR)  # what was asked is answered all the same
        answers = list(self.messages(caller))
        self.assertEqual(len(answers), 300)
        for status, error, sessions in zip(answers[::3], answers[1::3], answers[2::3]):
            self.assertIn("schema", status["parameters"])
            self.assertEqual(error["error"], "org.varlink.service.MethodNotFound")
            self.assertEqual(sessions["parameters"], {"sessions": []})
        self.assertTrue(daemon.state()["draining"])

    def test_can_find_out_what_can_be_called(self):
        daemon = Daemon()
        info = daemon.call({"method": "org.varlink.service.GetInfo"})["parameters"]
        self.assertEqual(info["product"], "wyndrvrd")
        for interface in info["interfaces"]:
            answer = daemon.call({"method": "org.varlink.service.GetInterfaceDescription",
                                  "parameters": {"interface": interface}})
            self.assertIn(f"\ninterface {interface}\n", answer["parameters"]["description"])


if __name__ == "__main__":
    harness.main()
