"""What the daemon may do decides nothing: it needs no capability."""

import pathlib
import re

import harness
from harness import Daemon, SystemTest

POWERLESS = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")


class APowerlessDaemon(SystemTest):

    def test_serves_clients_wherever_their_connections_run(self):
        for placement in ("single", "process"):
            with self.subTest(placement=placement), \
                    Daemon(runner=POWERLESS, connection_parallelism=placement,
                           port_parallelism=placement) as daemon:
                status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
                held = re.findall(r"Cap(?:Prm|Eff|Bnd):\s+([0-9a-f]+)", status)
                self.assertEqual([int(mask, 16) for mask in held], [0, 0, 0])
                outcome = self.probe("-b", "5M", "-t", "0.5")
                self.assert_nothing_lost(outcome)


if __name__ == "__main__":
    harness.main()
