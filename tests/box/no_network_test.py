"""The service without a network of its own: it serves with the sockets that it inherits."""

import re

import box
from box import PORT, SERVICE, BoxTest, InstalledBox, wait_until
from network import SERVER_V4, SERVER_V6

EXAMPLES = "/usr/share/doc/wyndrvrd/examples"


class SealedBox(InstalledBox):
    """The drop-in is in place, as its first lines say it is put there."""

    def _prepare(self) -> None:
        super()._prepare()
        drop_in = self.path(f"{EXAMPLES}/no-network.conf").read_text()
        for command in re.findall(r"^#   (.*)$", drop_in, re.MULTILINE):
            self.said = self._command("sh", "-c", f"cd {EXAMPLES} && {command}")


class TheSealedService(BoxTest):

    def test_has_an_exposure_of_0_6(self):
        self.assert_exposure(0.6)

    def test_is_in_a_network_with_nothing_but_loopback(self):
        self.assertEqual(self.box.show("ActiveState"), "active")
        pid = str(self.pid())
        devices = self.box.call("nsenter", "--target", pid, "--net", "ip", "-brief", "link")
        self.assertEqual([line.split()[0] for line in devices.splitlines()], ["lo"])
        # All its UDP sockets belong to the units, in the network of the box.
        self.assertEqual(self.box.call("nsenter", "--target", pid, "--net", "ss", "-Huan"), "")
        self.assertIn(f":{PORT}", self.box.call("ss", "-Huan"))

    def test_serves_over_ipv4_and_ipv6(self):
        for server in (SERVER_V4, SERVER_V6):
            with self.subTest(server=server):
                outcome = self.probe("-b", "20M", "-t", "1", host=server)
                self.assert_nothing_lost(outcome)
                self.assertAlmostEqual(outcome.report["down"]["rate_bps"]["payload"], 20e6,
                                       delta=1e6)

    def test_searches_and_gives_its_ports_back(self):
        total = self.state()["ports"]["total_count"]
        outcome = self.probe("-t", "2", "--down")
        self.assertEqual(outcome.status, 0, outcome)
        wait_until(lambda: self.state()["ports"]["free_count"] == total, 5, "all ports are free")

    def test_restarts_and_serves_again(self):
        self.restart()
        self.assert_nothing_lost(self.probe("-b", "10M", "-t", "0.5"))
        self.assertEqual(self.box.show("Result", SERVICE), "success")


if __name__ == "__main__":
    box.main(SealedBox)
