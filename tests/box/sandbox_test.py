"""What the unit keeps the daemon from, tried out: each attempt works without its sandbox."""

import platform
import re

import box
import harness
from box import BoxTest, wait_until

# Settings of the unit that are about the daemon and not about what it may do. The attempts are made
# by root, so that it is the sandbox that fails them and not the want of a user's rights.
NOT_THE_SANDBOX = re.compile(
    "(Description|Documentation|Requires|After|Before|Type|NotifyAccess|Sockets|Exec[A-Za-z]+|"
    "WatchdogSec|Restart[A-Za-z]*|KillMode|Timeout[A-Za-z]+|FileDescriptorStoreMax|User|Group|"
    "WantedBy|Also)=")
MMAP = {"x86_64": 9, "aarch64": 222}.get(platform.machine())
ATTEMPTS = {
    "to write to /etc": "touch /etc/trial",
    "to write to /usr": "touch /usr/trial",
    "to write to /var": "touch /var/trial",
    "to see what is in /home": "ls -A /home | grep -q .",
    "to see what others have in /tmp": "test -e /tmp/of-others",
    "to see devices": "test -e /dev/net/tun",
    "to write kernel settings": "echo 64 >/proc/sys/net/ipv4/ip_default_ttl",
    "to see its control group as something to write": "mkdir /sys/fs/cgroup/trial",
    "to make a user namespace": "unshare --user true",
    "to make a mount namespace": "unshare --mount true",
    "to mount": "mount -t tmpfs none /mnt",
    "to become a real-time process": "chrt --fifo 1 true",
    "to change its priority": "renice -n 1 $$",
    "to set the SUID bit": "cp /bin/true /tmp/trial && chmod u+s /tmp/trial",
    "to give a file away": "touch /tmp/mine && chown daemon /tmp/mine",
    "to change the name of the host": "hostname trial",
    "to change its personality": "setarch --addr-no-randomize true",
    "to open a packet socket": "perl -e 'socket(S, 17, 3, 0) or exit 1'",
}
if MMAP:
    ATTEMPTS["to have memory that is writable and executable"] = (
        f"perl -e 'exit(syscall({MMAP}, 0, 4096, 7, 0x22, -1, 0) == -1)'")


class TheSandbox(BoxTest):

    def _succeeded(self, settings: str) -> set[str]:
        """The attempts that succeed in a unit with these settings."""
        lines = [f"if ( {command} ) >/dev/null 2>&1; then echo 'could: {name}'; fi"
                 for name, command in ATTEMPTS.items()]
        self.box.write("/etc/trial.sh", "\n".join([*lines, "echo over", ""]))
        self.box.write("/run/systemd/system/trial.service",
                       f"{settings}\n[Service]\nType=oneshot\nExecStart=/bin/sh /etc/trial.sh\n"
                       "StandardOutput=truncate:/run/trial.out\n")
        self.box.shell("mkdir -p /home/somebody; touch /tmp/of-others")
        self.box.call("systemctl", "daemon-reload")
        self.box.call("systemctl", "start", "trial.service")
        said = self.box.path("/run/trial.out").read_text().splitlines()
        self.assertEqual(said[-1], "over")
        return {line.removeprefix("could: ") for line in said if line.startswith("could: ")}

    def test_fails_what_a_daemon_could_do_without_it(self):
        self.addCleanup(self.box.shell, "rm -f /etc/trial /usr/trial /var/trial; "
                        "umount /mnt; rmdir /sys/fs/cgroup/trial")
        self.assertEqual(self._succeeded("[Service]"), set(ATTEMPTS))
        unit = self.box.path(self.box.show("FragmentPath")).read_text()
        sandbox = "\n".join(line for line in unit.splitlines() if not NOT_THE_SANDBOX.match(line))
        self.assertEqual(self._succeeded(sandbox), set())

    def test_hides_the_processes_of_others_from_the_daemon(self):
        seen = self.box.call("nsenter", "--target", str(self.pid()), "--mount", "--", "setpriv",
                             "--reuid", "wyndrvrd", "--regid", "wyndrvrd", "--clear-groups",
                             "ls", "/proc").split()
        self.assertEqual(sum(name.isdigit() for name in seen), 1)  # the one that looks

    def test_holds_the_daemon_and_the_processes_of_its_workers(self):
        self.configure(connection_parallelism="process", port_parallelism="process")
        self.restart()
        client = self.start_probe("-b", "10M", "-t", "3", "--down")
        wait_until(lambda: any(session["running"] == "down" for session in
                               self.state()["sessions"]), 10, "a load runs")
        group = self.box.show("ControlGroup")
        pids = self.box.call("cat", f"/sys/fs/cgroup{group}/cgroup.procs").split()
        self.assertIn(str(self.pid()), pids)
        self.assertGreaterEqual(len(pids), 5)  # the daemon, a connection, three ports
        for pid in pids:
            with self.subTest(pid=pid):
                for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
                    self.assertEqual(int(self.process_status(pid, f"Cap{kind}"), 16), 0)
                self.assertEqual(self.process_status(pid, "NoNewPrivs"), "1")
                self.assertEqual(self.process_status(pid, "Seccomp"), "2")  # a filter
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_leaves_an_exposure_of_1_1(self):
        self.assert_exposure(1.1)


if __name__ == "__main__":
    box.main()
