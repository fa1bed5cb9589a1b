"""What the packages do to a service that runs: an upgrade keeps it, removing it leaves nothing."""

import pathlib
import re
import subprocess
import tempfile

import box
from box import PORT, SERVICE, SOCKET, Box, BoxTest

OLDER = "0.0.1"


def older(package: str, folder: str) -> str:
    """The same package, as one of an earlier version."""
    tree = pathlib.Path(tempfile.mkdtemp(dir=folder))
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    text = control.read_text("utf-8")
    version = re.search(r"^Version: (.*)$", text, re.MULTILINE)[1]
    # Packages of one source ask for each other in the same version.
    control.write_text(text.replace(version, OLDER), "utf-8")
    made = f"{folder}/{pathlib.Path(package).name.replace(version, OLDER)}"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, made], check=True,
                   stdout=subprocess.DEVNULL)
    return made


class UpgradedBox(Box):
    """The packages were installed, used, upgraded; all along it was noted what there was."""

    def _prepare(self) -> None:
        self.files_before = self._files()
        with tempfile.TemporaryDirectory() as folder:
            self.install(*(older(package, folder) for package in box.packages()))
        self.write("/etc/wyndrvr/wyndrvrd.toml.d/50-site.toml", "max_sessions = 17\n")
        self._command("systemctl", "enable", "--now", "wyndrvrd")
        self.noted = [self._note()]
        self.install(*box.packages())
        self.noted.append(self._note())
        self.path("/etc/wyndrvr/wyndrvrd.toml.d/50-site.toml").unlink()
        self._command("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y",
                      "purge", "wyndrvrd", "wyndrvrctl")
        self.files_after = self._files()

    def _files(self) -> set[str]:
        return set(self._command("find", "/", "-xdev", "-not", "-type", "s").splitlines())

    def _note(self) -> dict[str, str]:
        return {
            "version": self._command("dpkg-query", "-W", "-f", "${Version}", "wyndrvrd"),
            "pid": self._command("systemctl", "show", "--property", "MainPID", "--value", SERVICE),
            "active": self._command("systemctl", "is-active", SERVICE, SOCKET),
            "enabled": self._command("systemctl", "is-enabled", SERVICE, SOCKET),
            "socket": self._command("ss", "-Hulne", f"sport = :{PORT}"),
            "status": self._command(box.CTL, "status", "--json"),
        }


class AnUpgrade(BoxTest):

    def test_runs_the_new_daemon_on_the_old_socket_with_the_old_configuration(self):
        old, new = self.box.noted
        self.assertEqual(old["version"], OLDER)
        self.assertNotEqual(new["version"], OLDER)
        self.assertNotEqual(int(new["pid"]), int(old["pid"]))
        for name in ("active", "enabled"):
            self.assertEqual(new[name], old[name])
        self.assertEqual(new["active"].split(), ["active"] * 2)
        inodes = [re.search(r"\bino:(\d+)", note["socket"])[1] for note in self.box.noted]
        self.assertEqual(inodes[0], inodes[1])
        for note in self.box.noted:
            self.assertRegex(note["status"], r'"max_sessions": ?17\b')


class APurge(BoxTest):

    def test_leaves_no_file_and_no_unit(self):
        left = self.box.files_after - self.box.files_before
        # What apt keeps of any package.
        ours = [file for file in left if "wyndrvr" in file and not file.startswith(
            ("/var/cache/wyndrvr-box", "/var/lib/apt/", "/var/cache/apt/"))]
        self.assertEqual(ours, [])
        units = self.box.call("systemctl", "list-units", "--all", "--no-legend", "*wyndrvr*")
        self.assertEqual(units, "")
        self.assertEqual(self.box.call("ss", "-Hulne", f"sport = :{PORT}"), "")
        self.assertNotIn("wyndrvr", self.box.call("journalctl", "--list-catalog"))


if __name__ == "__main__":
    box.main(UpgradedBox)
