"""Reloading: new values hold when `systemctl reload` returns, and a mistake changes nothing."""

import box
import harness
from box import SERVICE, BoxTest, wait_until

LOAD = ("-b", "10M", "-t", "2", "--down")
FILE = "/etc/wyndrvr/wyndrvrd.toml.d/90-test.toml"


class AReload(BoxTest):

    def _reload(self):
        return self.box.run("systemctl", "reload", SERVICE)

    def _most_sessions(self) -> int:
        return self.state()["limits"]["max_sessions"]

    def test_is_over_when_systemctl_returns(self):
        pid = self.pid()
        for most in (7, 9, 11):
            self.configure(max_sessions=most)
            outcome = self._reload()
            self.assertEqual(outcome.status, 0, outcome)
            self.assertEqual(self._most_sessions(), most)
        self.assertEqual(self.pid(), pid)
        self.assertEqual(self.box.show("ActiveState"), "active")

    def test_follows_a_signal_too(self):
        self.configure(max_sessions=13)
        self.box.call("systemctl", "kill", "--signal", "HUP", "--kill-whom", "main", SERVICE)
        wait_until(lambda: self._most_sessions() == 13, 2, "the new value holds")

    def test_does_not_touch_a_running_session(self):
        client = self._loaded_client()
        for most in (3, 5):
            self.configure(max_sessions=most)
            self.assertEqual(self._reload().status, 0)
        self.assertEqual(len(self.state()["sessions"]), 1)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def test_of_a_broken_file_fails_and_names_all_mistakes_and_leaves_the_old_values(self):
        self.configure(max_sessions=15)
        self.assertEqual(self._reload().status, 0)
        client = self._loaded_client()
        before = self.now()
        self.box.write(FILE, 'max_sessions = 0\nmax_duraton = 3\nlog_level = "loud"\n')
        outcome = self._reload()
        self.assertNotEqual(outcome.status, 0, outcome)
        said = "\n".join(entry["MESSAGE"] for entry in self.journal(after=before))
        for place in (f"{FILE}:1:", f"{FILE}:2:", f"{FILE}:3:"):
            self.assertIn(place, said)
        for key in ("max_sessions", "max_duraton", "log_level"):
            self.assertIn(key, said)
        self.assertEqual(self._most_sessions(), 15)
        self.assertEqual(self.box.show("ActiveState"), "active")
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))

    def _loaded_client(self):
        client = self.start_probe(*LOAD)
        wait_until(lambda: any(session["running"] == "down" for session in
                               self.state()["sessions"]), 10, "a load runs")
        return client


if __name__ == "__main__":
    box.main()
