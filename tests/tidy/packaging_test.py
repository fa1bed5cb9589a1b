"""Tests of what is installed beside the programs: that units, firewall profiles and packages say
the same as the configuration, the build files and each other."""

import fnmatch
import re
import subprocess
import unittest
import xml.etree.ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def default_of(key: str) -> str:
    """As systemd/wyndrvrd.toml shows it."""
    return re.search(rf"^#{key} = (.*)$", text_of("systemd/wyndrvrd.toml"), re.MULTILINE)[1]


def values_of(setting: str, unit: str) -> list[str]:
    return re.findall(rf"^{setting}=(.*)$", unit, re.MULTILINE)


def ports_socket(*ranges: str) -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / "systemd/ports-socket", *ranges], text=True, timeout=20,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


class Ports(unittest.TestCase):
    def setUp(self) -> None:
        self.listen = default_of("bind_port")
        port_ranges = re.fullmatch(r'\["(\d+)-(\d+)"\]', default_of("port_ranges"))
        self.first, self.last = port_ranges.groups()

    def test_the_socket_unit_listens_on_the_default_port(self) -> None:
        unit = text_of("systemd/wyndrvrd.socket")
        self.assertEqual(values_of("ListenDatagram", unit), [self.listen])

    def test_the_control_socket_lies_where_the_tool_looks_for_it(self) -> None:
        path = default_of("control_socket").strip('"')
        unit = text_of("systemd/wyndrvrd-control.socket")
        self.assertEqual(values_of("ListenStream", unit), [path])
        self.assertIn(f'"{path}"', text_of("common/net/runtime_directory.cpp"))
        self.assertIn(f" --socket {path}\n", text_of("systemd/wyndrvrd.service.in"))

    def test_the_inherited_ports_are_the_default_range(self) -> None:
        run = ports_socket()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(values_of("ListenDatagram", run.stdout),
                         [str(port) for port in range(int(self.first), int(self.last) + 1)])

    def test_firewalls_open_the_listening_port_and_the_range(self) -> None:
        service = xml.etree.ElementTree.parse(ROOT / "packaging/firewalld/wyndrvrd.xml")
        ports = [(port.get("protocol"), port.get("port")) for port in service.iter("port")]
        self.assertEqual(ports, [("udp", self.listen), ("udp", f"{self.first}-{self.last}")])
        self.assertIn(f"\nports={self.listen}/udp|{self.first}:{self.last}/udp\n",
                      text_of("packaging/ufw/wyndrvrd"))


class PortsSocket(unittest.TestCase):
    def test_takes_several_ranges_and_single_ports(self) -> None:
        run = ports_socket("7000-7002", "7200")
        self.assertEqual(values_of("ListenDatagram", run.stdout), ["7000", "7001", "7002", "7200"])
        self.assertIn("7000-7002 7200", run.stdout.splitlines()[0])

    def test_says_what_is_wrong_with_a_range_and_prints_no_unit(self) -> None:
        for wrong in ("", "x", "-", "7-", "-7", "9-7", "0-7", "7-65536", "1-2-3", "7 8",
                      "99999999999999999999"):
            with self.subTest(wrong):
                run = ports_socket("7000", wrong)
                self.assertEqual((run.returncode, run.stdout), (2, ""))
                self.assertIn(f"'{wrong}'", run.stderr)


class Packages(unittest.TestCase):
    def test_spec_file_and_pkgbuild_are_of_this_version(self) -> None:
        version = re.search(r"^  version: '(.*)',$", text_of("meson.build"), re.MULTILINE)[1]
        self.assertRegex(text_of("packaging/rpm/wyndrvr.spec"), rf"\nVersion: +{version}\n")
        self.assertIn(f"\npkgver={version}\n", text_of("packaging/arch/PKGBUILD"))

    def test_each_man_page_is_installed_by_one_package(self) -> None:
        packages = ("wyndrvrd", "wyndrvrctl")
        patterns = {name: text_of(f"packaging/debian/{name}.install").split() for name in packages}
        spec = text_of("packaging/rpm/wyndrvr.spec")
        for page in sorted((ROOT / "man").glob("*.[1-8]")):
            with self.subTest(page.name):
                folder = f"usr/share/man/man{page.suffix[1:]}"
                owners = [name for name in packages
                          if any(fnmatch.fnmatch(f"{folder}/{page.name}", pattern)
                                 or pattern == folder for pattern in patterns[name])]
                self.assertEqual(len(owners), 1, owners)
                self.assertIn(f"'{page.name}'", text_of("man/meson.build"))
                self.assertIn(f"%{{_mandir}}/man{page.suffix[1:]}/{page.name}*\n", spec)

    def test_the_daemon_is_restarted_by_an_upgrade_and_its_sockets_are_not(self) -> None:
        rules = text_of("packaging/debian/rules").replace("\\\n\t\t", "")
        sockets = re.findall(r"\n\tdh_installsystemd (.*\.socket.*)", rules)
        self.assertEqual(len(sockets), 1)
        self.assertIn("--no-stop-on-upgrade", sockets[0])
        # Else debhelper restarts what Also= in the unit names.
        self.assertIn("\n\tdh_installsystemd -pwyndrvrd --no-enable --no-also "
                      "wyndrvrd.service\n", rules)
        for unit in (ROOT / "systemd").glob("*.socket"):
            self.assertIn(unit.name, sockets[0])
        restarted = re.findall(r"%systemd_postun_with_restart (.*)",
                               text_of("packaging/rpm/wyndrvr.spec"))
        self.assertEqual(restarted, ["wyndrvrd.service"])


if __name__ == "__main__":
    unittest.main()
