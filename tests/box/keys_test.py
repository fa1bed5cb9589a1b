"""Keys of clients: the service manager hands them to the daemon, which cannot read the file."""

import secrets

import box
from box import SERVICE, BoxTest

KEYS = "/etc/wyndrvr/keys"
CREDENTIAL = "credential:keys"
LOAD = ("-b", "10M", "-t", "0.5", "--down")


class AKey(BoxTest):

    def setUp(self):
        super().setUp()
        self.key = secrets.token_hex(32)
        self.write(KEYS, f"7 {self.key} test-client\n", 0o600)
        self.box.write("/var/tmp/right", f"7 {self.key}\n", 0o600)
        self.box.write("/var/tmp/wrong", f"7 {secrets.token_hex(32)}\n", 0o600)

    def test_is_accepted_wherever_the_sessions_run(self):
        for placement in ("single", "thread", "process"):
            with self.subTest(placement=placement):
                self.configure(key_file=CREDENTIAL, require_key=True,
                               connection_parallelism=placement, port_parallelism=placement)
                self.restart()
                before = self.now()
                self.assert_nothing_lost(self.probe(*LOAD, "--key", "/var/tmp/right"), ("down",))
                self.assertEqual(self.events("session_admitted", after=before)[0]["WYNDRVR_KEY"],
                                 "test-client")
                wrong = self.probe(*LOAD, "--key", "/var/tmp/wrong")
                self.assertEqual(wrong.reason, "not_authorised", wrong)
                without = self.probe(*LOAD)
                self.assertEqual(without.reason, "anonymous", without)

    def test_file_is_nothing_that_the_daemon_or_others_could_read(self):
        self.configure(key_file=CREDENTIAL)
        self.restart()
        for user in ("wyndrvrd", "nobody"):
            outcome = self.box.run("runuser", "-u", user, "--", "cat", KEYS)
            self.assertNotEqual(outcome.status, 0, outcome)
        pid = self.pid()
        for file in ("environ", "cmdline"):
            self.assertNotIn(self.key.encode(), self.box.path(f"/proc/{pid}/{file}").read_bytes())
        said = self.box.call("journalctl", "--no-pager", "-u", SERVICE)
        self.assertNotIn(self.key, said)

    def test_file_that_is_gone_is_missed_by_those_who_want_keys_only(self):
        self.box.path(KEYS).unlink()
        self.restart()
        self.assert_nothing_lost(self.probe(*LOAD), ("down",))
        self.configure(key_file=CREDENTIAL)
        before = self.now()
        self.assertNotEqual(self.box.run("systemctl", "restart", SERVICE).status, 0)
        said = "\n".join(entry["MESSAGE"] for entry in self.journal(after=before))
        self.assertIn("key_file: credential:keys: no key", said)


if __name__ == "__main__":
    box.main()
