"""The life of the daemon: what its service manager hands over and is told, reload, drain, stop."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import sys
import time

import harness
from harness import Daemon, SystemTest, wait_until
from network import SERVER_V4, SERVER_V6

LOAD = ("-b", "10M", "-t", "4", "--down")


class Manager:
    """A service manager for one daemon: hears its notices and keeps the sockets that come along."""

    def __init__(self, directory: str):
        self.path = f"{directory}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)
        self.notices: list[str] = []
        self.kept: dict[str, int] = {}

    def hear(self) -> list[str]:
        with contextlib.suppress(BlockingIOError):
            while True:
                text, fds, _, _ = socket.recv_fds(self._socket, 65536, 1)
                self.notices.append(text.decode())
                fields = dict(line.split("=", 1) for line in text.decode().splitlines())
                if fds:
                    self.kept[fields["FDNAME"]] = fds[0]
                elif "FDSTOREREMOVE" in fields:
                    os.close(self.kept.pop(fields["FDNAME"]))
        return self.notices

    def wait_for(self, beginning: str) -> str:
        wait_until(lambda: any(notice.startswith(beginning) for notice in self.hear()), 5,
                   f"the service manager hears {beginning}, not only {self.notices}")
        return next(notice for notice in self.notices if notice.startswith(beginning))

    def runner(self, *sockets: list, **specification) -> tuple[str, ...]:
        """A command that runs the daemon as this manager would, with these sockets."""
        wanted = {"sockets": sockets, "environment": {"NOTIFY_SOCKET": self.path}} | specification
        return (sys.executable, str(pathlib.Path(__file__).with_name("activate.py")),
                json.dumps(wanted))

    def close(self) -> None:
        """Gives back what it has kept: nobody else could use those ports."""
        self.hear()
        self._socket.close()
        for fd in self.kept.values():
            os.close(fd)

    def last_kept(self) -> list:
        wait_until(lambda: self.hear() and self.kept, 5, "the manager keeps a socket")
        return ["kept", "kept", [os.getpid(), self.kept["kept"]]]


class ServiceTest(SystemTest):

    def manager(self) -> Manager:
        made = Manager(harness.scratch_directory())
        self.addCleanup(made.close)
        return made


class TheLife(ServiceTest):

    def _write(self, daemon: Daemon, text: str) -> None:
        pathlib.Path(f"{daemon.directory}/wyndrvrd.toml").write_text(text, "utf-8")

    def test_of_a_service_is_told_to_its_manager(self):
        manager = self.manager()
        daemon = Daemon(runner=manager.runner(), drain_time="5s")
        manager.wait_for("READY=1")
        self.assertEqual(manager.wait_for("STATUS="), "STATUS=no sessions")
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        manager.wait_for("STATUS=1 session; up 0 bit/s, down ")
        daemon.signal(signal.SIGTERM)
        self.assertEqual(manager.wait_for("STOPPING=1"),
                         "STOPPING=1\nEXTEND_TIMEOUT_USEC=6000000")
        manager.wait_for("STATUS=stopping; 1 session")
        self.assertEqual(harness.outcome_of(client).status, 0)
        self.assertEqual(daemon.wait(3), 0)

    def test_goes_on_at_the_socket_that_the_manager_kept(self):
        manager = self.manager()
        first = Daemon(runner=manager.runner())
        kept = manager.last_kept()
        first.stop()
        # Nobody listens now, and what comes waits in the socket.
        client = self.start_probe(*LOAD)
        time.sleep(0.3)
        second = Daemon(runner=manager.runner(kept))
        self.assertEqual(harness.outcome_of(client).status, 0)
        second.stop()
        # A configuration that wants it elsewhere is not ignored.
        third = Daemon("--listen", ":6712", runner=manager.runner(kept))
        manager.wait_for("FDSTOREREMOVE=1\nFDNAME=kept")
        self.assertIn(":6712 udp", third.stdout)

    def test_stops_only_when_sessions_had_time_to_end(self):
        daemon = Daemon(drain_time="20s")
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        daemon.signal(signal.SIGTERM)
        wait_until(lambda: "stopping, 1 session may go on for 20.0 s" in daemon.stdout, 3,
                   f"it says so, not only {daemon.stdout}")
        late = self.probe("-t", "1", "--down")
        self.assertEqual(late.reason, "shutting_down", late)
        self.assertIn("again in", late.complaint)
        outcome = harness.outcome_of(client)
        self.assert_nothing_lost(outcome, ("down",))
        self.assertEqual(daemon.wait(3), 0)

    def test_stops_when_their_time_is_over(self):
        daemon = Daemon(drain_time="1s")
        client = self.start_probe("-b", "10M", "-t", "20", "--down")
        daemon.wait_for_load("down")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(4), 0)
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.assertEqual(harness.outcome_of(client).reason, "shutting_down")

    def test_stops_now_when_asked_twice_or_interrupted(self):
        for numbers in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGINT,)):
            daemon = Daemon(drain_time="60s")
            client = self.start_probe("-b", "10M", "-t", "20", "--down")
            daemon.wait_for_load("down")
            for number in numbers:
                daemon.signal(number)
                time.sleep(0.1)
            self.assertEqual(daemon.wait(3), 0)
            self.assertEqual(harness.outcome_of(client).reason, "shutting_down")

    def test_goes_on_with_a_new_configuration(self):
        manager = self.manager()
        daemon = Daemon(runner=manager.runner(), max_sessions=5, port_ranges=["7000-7100"])
        manager.wait_for("READY=1")
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        manager.notices.clear()
        socket_line = f"control_socket = {json.dumps(daemon.socket)}\n"
        self._write(daemon, socket_line + 'max_sessions = 7\nport_ranges = ["7200-7300"]\n')
        daemon.signal(signal.SIGHUP)
        manager.wait_for("RELOADING=1\nMONOTONIC_USEC=")
        manager.wait_for("READY=1")
        state = daemon.state()
        self.assertEqual(state["limits"]["max_sessions"], 7)
        self.assertEqual(state["ports"]["total_count"], 101)  # until a restart
        self.assertIn("in effect now: max_sessions", daemon.stdout)
        self.assertIn("not before a restart: port_ranges", daemon.stdout)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_goes_on_with_the_old_configuration_when_the_new_one_is_broken(self):
        daemon = Daemon(max_sessions=5)
        self._write(daemon, "max_sessions = 0\nnonsense = 1\n")
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "has 2 mistakes, " in daemon.stdout, 5,
                   f"it says so, not only {daemon.stdout}")
        for words in ("wyndrvrd.toml:1:", "wyndrvrd.toml:2:", "nonsense"):
            self.assertIn(words, daemon.stdout)
        self.assertEqual(daemon.state()["limits"]["max_sessions"], 5)

    def test_admits_with_new_keys_after_a_reload(self):
        daemon = Daemon(require_key=False)
        key_file = pathlib.Path(f"{daemon.directory}/keys")
        key_file.touch(0o600)
        key_file.write_text(f"1 {'ab' * 32} office\n")
        self._write(daemon, f"control_socket = {json.dumps(daemon.socket)}\n"
                            f"key_file = {json.dumps(str(key_file))}\nrequire_key = true\n")
        self.assertEqual(self.probe("-b", "1M", "-t", "1", "--down").status, 0)
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "in effect now: key_file, require_key" in daemon.stdout, 5, "reloaded")
        self.assertEqual(self.probe("-b", "1M", "-t", "1", "--down").reason, "anonymous")
        known = self.probe("-b", "1M", "-t", "1", "--down", "--key", str(key_file))
        self.assertEqual(known.status, 0, known)

    def test_with_a_manager_that_is_stopped_harms_no_measurement(self):
        manager = self.manager()  # which hears nothing, until its queue is full
        daemon = Daemon(runner=manager.runner())
        for _ in range(100):
            daemon.signal(signal.SIGHUP)
            daemon.state()
        outcome = self.probe(*LOAD)
        self.assert_nothing_lost(outcome, ("down",))
        self.assertEqual(outcome.status, 0, outcome)
        manager.wait_for("READY=1")


class TheSockets(ServiceTest):
    """Those of the service manager, as socket units make them."""

    LISTEN = ["listen", "udp", 6711]
    PORTS = [["port", "udp", port] for port in range(7000, 7009)]

    def _daemon(self, *sockets: list, specification: dict | None = None, **settings) -> Daemon:
        return Daemon(runner=self.manager().runner(*sockets, **(specification or {})), **settings)

    def test_that_listen_are_taken_over(self):
        path = f"{harness.scratch_directory()}/control"
        daemon = self._daemon(self.LISTEN, ["control", "unix", path], bind_port=9,
                              control_socket="")
        self.assertIn("listening on [::]:6711 udp", daemon.stdout)
        wait_until(lambda: "bind_port = 9 has no effect" in daemon.stdout, 3, "it says so")
        daemon.socket = path
        self.assertEqual(daemon.state()["listen"], "[::]:6711")
        for host in (SERVER_V4, SERVER_V6):
            self.assert_nothing_lost(self.probe("-b", "10M", "-t", "1", host=host), ("down", "up"))
        daemon.stop()
        self.assertTrue(os.path.exists(path))  # it is the manager's

    def test_without_names_are_known_by_what_they_are(self):
        path = f"{harness.scratch_directory()}/control"
        daemon = self._daemon(["wyndrvrd.socket", "udp", 6711], ["wyndrvrd.socket", "unix", path])
        daemon.socket = path
        self.assertEqual(daemon.state()["listen"], "[::]:6711")

    def test_that_make_no_sense_keep_it_from_starting(self):
        with self.assertRaisesRegex(AssertionError, "named 'listen' that is no UDP socket"):
            self._daemon(["listen", "unix", f"{harness.scratch_directory()}/x"])
        with self.assertRaisesRegex(AssertionError, "is the second of its kind"):
            self._daemon(self.LISTEN, ["listen", "udp", 6712])

    def test_of_clients_too_serve_a_daemon_without_a_network(self):
        path = f"{harness.scratch_directory()}/control"
        for placement in ("single", "process"):
            daemon = self._daemon(self.LISTEN, ["control", "unix", path], *self.PORTS,
                                  specification={"alone": True}, port_parallelism=placement,
                                  port_ranges=["8000-8010"])
            daemon.socket = path
            self.assertEqual(daemon.state()["ports"]["total_count"], len(self.PORTS))
            # More sessions one after the other than there are ports: they are lent again.
            for host in (SERVER_V4, SERVER_V6, SERVER_V4, SERVER_V6):
                outcome = self.probe("-b", "10M", "-t", "1", host=host)
                self.assertEqual(outcome.status, 0, outcome)
                self.assert_nothing_lost(outcome, ("down", "up"))
            daemon.stop()
            os.unlink(path)


if __name__ == "__main__":
    harness.main()
