"""Tests of the script ./dev: its words, its package lists, its demo and its count of tests.

Each test runs a copy of the script in a directory of its own. The commands that it finds there are
the shell's everyday ones and stand-ins for the package managers, for Meson and ninja, and for the
programs that they would build.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVERYDAY = ("basename bash cat cp dirname env find grep head id mkdir mktemp nproc paste rm "
            "sed seq setarch setsid sleep sort tail tr true wc xargs").split()

# Stand-ins. Every package but those named in MISSING is installed; what is run is noted in $NOTES.
DPKG_QUERY = """#!/bin/bash
for missing in $MISSING; do [[ ${!#} != "$missing" ]] || exit 1; done
printf 'installed '
"""
RPM = DPKG_QUERY
PACMAN = """#!/bin/bash
if [[ $1 == -T ]]; then
    for missing in $MISSING; do echo "$missing"; done
    [[ -z $MISSING ]] || exit 127
else
    echo "pacman $*" >>"$NOTES"
fi
"""
NOTED = '#!/bin/bash\necho "$(basename "$0") $*" >>"$NOTES"\n'
SUDO = '#!/bin/bash\necho "sudo $*" >>"$NOTES"\nexec "$@"\n'
USER_ID = "#!/bin/bash\necho 1000\n"
MESON = """#!/bin/bash
case $1 in
setup)
    mkdir -p "$2/meson-info"
    echo '{"directories": {"source": "'"$PWD"'"}}' >"$2/meson-info/meson-info.json"
    : >"$2/build.ninja"
    ;;
introspect) cat "$3/tests.json" ;;
test)
    mkdir -p "$3/meson-logs"
    cp "$STANDINS/testlog.json" "$3/meson-logs/"
    cp "$STANDINS/tests.json" "$3/"
    exit "${TEST_STATUS:-0}"
    ;;
esac
"""
NINJA = """#!/bin/bash
mkdir -p build/daemon build/ctl
cp "$STANDINS/wyndrvrd" build/daemon/
cp "$STANDINS/wyndrvrctl" build/ctl/
[[ -z ${BROKEN_BUILD:-} || $2 != "$BROKEN_BUILD" ]]
"""
DAEMON = """#!/bin/bash
socket=$(sed -n 's/^control_socket = "\\(.*\\)"$/\\1/p' "$2")
cp "$2" "$NOTES.toml"
if [[ -n ${DAEMON_DIES:-} ]]; then
    echo "cannot start: bind: Address already in use"
    exit 1
fi
echo $$ >"$NOTES.daemon"
echo "listening on somewhere"
sleep 0.2
: >"$socket"
while :; do sleep 0.05; done
"""
CTL = """#!/bin/bash
if [[ $1 == status ]]; then
    [[ -e $3 ]]
    exit
fi
trap 'echo "partial result"; exit 9' INT
echo "$*"
echo started >"$NOTES.probe"
for _ in $(seq "${PROBE_TURNS:-0}"); do sleep 0.05; done
exit "${PROBE_STATUS:-0}"
"""


class DevTest(unittest.TestCase):
    """A copy of the script with stand-ins around it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="wyn-dev-test-")
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name).resolve()
        self.tree, self.commands, self.standins, self.temporary = (
            self.place / name for name in ("tree", "commands", "standins", "tmp"))
        for path in (self.tree, self.commands, self.standins, self.temporary):
            path.mkdir()
        shutil.copy(ROOT / "dev", self.tree)
        shutil.copytree(ROOT / "tools", self.tree / "tools",
                        ignore=shutil.ignore_patterns("__pycache__"))
        for command in EVERYDAY:
            found = shutil.which(command)
            self.assertIsNotNone(found, f"{command} is not installed here")
            (self.commands / command).symlink_to(found)
        (self.commands / "python3").symlink_to(sys.executable)
        self.put(self.commands, "meson", MESON)
        self.put(self.commands, "ninja", NINJA)
        self.put(self.standins, "wyndrvrd", DAEMON)
        self.put(self.standins, "wyndrvrctl", CTL)
        self.environment = {
            "PATH": str(self.commands), "HOME": str(self.place), "TMPDIR": str(self.temporary),
            "NOTES": str(self.place / "notes"), "STANDINS": str(self.standins), "MISSING": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def put(self, folder: Path, name: str, text: str) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)

    def use_apt(self) -> None:
        self.put(self.commands, "dpkg-query", DPKG_QUERY)
        self.put(self.commands, "apt-get", NOTED)
        self.put(self.commands, "id", "#!/bin/bash\necho 0\n")

    def dev(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.tree / "dev", *arguments], cwd=self.place, text=True,
                              env={**self.environment, **environment}, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)

    def notes(self, suffix: str = "") -> str:
        path = self.place / ("notes" + suffix)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def assert_status(self, run: subprocess.CompletedProcess, status: int) -> None:
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)

    def run_test(self, entries: list[dict], *arguments: str,
                 **environment: str) -> subprocess.CompletedProcess:
        """`./dev test` where every variant's `meson test` logs these entries."""
        tests = [{"name": "base", "suite": ["wyndrvr:unit"], "cmd": ["base"]},
                 {"name": "probe", "suite": ["wyndrvr:system"], "cmd": ["probe"]}]
        (self.standins / "tests.json").write_text(json.dumps(tests), encoding="utf-8")
        (self.standins / "testlog.json").write_text(
            "".join(json.dumps(e) + "\n" for e in entries), encoding="utf-8")
        return self.dev("test", *arguments, **environment)

    def assert_ends(self, run: subprocess.CompletedProcess, status: int, line: str) -> None:
        self.assert_status(run, status)
        self.assertEqual(run.stdout.splitlines()[-1], line, run.stdout)


class Words(DevTest):
    def test_help_explains_every_verb_on_one_screen(self) -> None:
        run = self.dev("help")
        self.assert_status(run, 0)
        self.assertEqual(run.stdout, self.dev().stdout)
        for verb in ("help", "demo", "build", "test", "check", "bench", "package", "fuzz",
                     "clean"):
            self.assertIn(f"\n  {verb} ", run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 80)
        self.assertLessEqual(len(run.stdout.splitlines()), 40)

    def test_a_wrong_argument_is_named_and_changes_nothing(self) -> None:
        for arguments, word in ((["biuld"], "biuld"), (["build", "fast"], "fast"),
                                (["test", "--slow"], "--slow"), (["clean", "--all"], "--all"),
                                (["test", "--suite", "unti"], "unti"), (["test", "--suite"], ""),
                                (["test", "--seeds", "many"], "many"), (["check", "-x"], "-x"),
                                (["package", "--chekc"], "--chekc"),
                                (["fuzz", "--seconds", "0"], "0"), (["fuzz", "a", "b"], "'b'")):
            with self.subTest(arguments):
                run = self.dev(*arguments)
                self.assert_status(run, 2)
                self.assertIn(f"{word}'" if "'" not in word else word, run.stderr)
                self.assertFalse((self.tree / "build").exists())

    def test_clean_removes_build_directories_only(self) -> None:
        for name in ("build", "build-asan", "bench", "tools/build"):
            (self.tree / name).mkdir()
        self.assert_status(self.dev("clean"), 0)
        left = sorted(path.name for path in self.tree.iterdir())
        self.assertEqual(left, ["bench", "dev", "tools"])
        self.assertIn("nothing", self.dev("clean").stdout)


class Packages(DevTest):
    def test_no_install_names_what_is_missing_and_stops(self) -> None:
        managers = {
            "apt": ({"dpkg-query": DPKG_QUERY, "apt-get": NOTED}, "meson libfmt-dev"),
            "dnf": ({"rpm": RPM, "dnf": NOTED}, "gcc-c++ catch-devel"),
            "pacman": ({"pacman": PACMAN}, "nlohmann-json openssl"),
        }
        for manager, (commands, missing) in managers.items():
            for name, text in commands.items():
                self.put(self.commands, name, text)
            for verb in ("demo", "build", "test"):
                with self.subTest(manager=manager, verb=verb):
                    run = self.dev(verb, "--no-install", MISSING=missing)
                    self.assert_status(run, 1)
                    for package in missing.split():
                        self.assertIn(package, run.stderr)
                    self.assertNotIn("python", run.stderr)
                    self.assertEqual(self.notes(), "")
                    self.assertFalse((self.tree / "build").exists())
            for name in commands:
                (self.commands / name).unlink()

    def test_what_is_missing_is_named_then_installed(self) -> None:
        self.use_apt()
        run = self.dev("build", MISSING="meson catch2")
        self.assert_status(run, 0)
        self.assertIn("apt-get install --yes --no-install-recommends catch2 meson", run.stdout)
        self.assertEqual(self.notes(), "apt-get update --quiet\n"
                         "apt-get install --yes --no-install-recommends catch2 meson\n")

    def test_nothing_is_refreshed_when_nothing_is_missing(self) -> None:
        self.use_apt()
        self.assert_status(self.dev("build"), 0)
        self.assertEqual(self.notes(), "")

    def test_sudo_is_used_by_ordinary_users_only(self) -> None:
        self.use_apt()
        self.put(self.commands, "sudo", SUDO)
        self.assert_status(self.dev("build", MISSING="meson"), 0)
        self.assertNotIn("sudo", self.notes())
        self.put(self.commands, "id", USER_ID)
        run = self.dev("build", MISSING="meson")
        self.assert_status(run, 0)
        self.assertIn("sudo apt-get install", run.stdout)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get install", self.notes())

    def test_without_sudo_an_ordinary_user_is_told_what_to_have_installed(self) -> None:
        self.use_apt()
        self.put(self.commands, "id", USER_ID)
        run = self.dev("build", MISSING="meson")
        self.assert_status(run, 1)
        self.assertIn("no sudo", run.stderr)
        self.assertIn("meson", run.stderr)

    def test_an_unknown_distribution_is_told_the_names_and_may_go_on(self) -> None:
        run = self.dev("build")
        self.assert_status(run, 0)
        self.assertIn("libsystemd-dev", run.stderr)


class Building(DevTest):
    def test_a_build_directory_of_another_place_is_set_up_anew(self) -> None:
        self.assertIn("Setting up build.", self.dev("build").stdout)
        self.assertNotIn("Setting up build.", self.dev("build").stdout)
        information = self.tree / "build" / "meson-info" / "meson-info.json"
        information.write_text('{"directories": {"source": "/elsewhere"}}', encoding="utf-8")
        self.assertIn("Setting up build.", self.dev("build").stdout)
        (self.tree / "build" / "build.ninja").unlink()
        self.assertIn("Setting up build.", self.dev("build").stdout)


class Demo(DevTest):
    def assert_clean(self) -> None:
        """The daemon is gone, and so is the directory it had."""
        daemon = self.notes(".daemon")
        if daemon:
            with self.assertRaises(ProcessLookupError):
                os.kill(int(daemon), 0)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_the_result_is_all_of_stdout_and_the_status_is_the_probes(self) -> None:
        run = self.dev("demo", "--no-install", "-t", "2", "--json", PROBE_STATUS="7")
        self.assert_status(run, 7)
        self.assertRegex(run.stdout, r"^probe 127\.0\.0\.1:\d+ -t 2 --json\n$")
        self.assert_clean()

    def test_the_private_daemon_listens_on_loopback_and_has_ports_of_its_own(self) -> None:
        run = self.dev("demo")
        self.assert_status(run, 0)
        port = int(run.stdout.split(":")[1])
        configuration = self.notes(".toml")
        self.assertIn('bind_addr = "127.0.0.1"\n', configuration)
        self.assertIn(f"bind_port = {port}\n", configuration)
        self.assertIn(f'port_ranges = ["{port + 1}-{port + 100}"]\n', configuration)
        self.assertIn(f'control_socket = "{self.temporary}/', configuration)

    def test_a_daemon_that_dies_is_quoted(self) -> None:
        run = self.dev("demo", DAEMON_DIES="yes")
        self.assert_status(run, 1)
        self.assertEqual(run.stdout, "")
        self.assertIn("Address already in use", run.stderr)
        self.assert_clean()

    def test_ctrl_c_ends_the_probe_and_then_the_daemon(self) -> None:
        with subprocess.Popen([self.tree / "dev", "demo"], cwd=self.place, text=True,
                              env={**self.environment, "PROBE_TURNS": "400"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as process:
            deadline = time.monotonic() + 20
            while not self.notes(".probe") and time.monotonic() < deadline:
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 9, out + err)
        self.assertTrue(out.endswith("partial result\n"), out)
        self.assert_clean()


def entry(name: str, result: str, stdout: str = "") -> dict:
    return {"name": name, "result": result, "stdout": stdout, "duration": 0.5, "returncode": 0,
            "command": [name]}


DPKG_BUILDPACKAGE = """#!/bin/bash
head -n 1 debian/changelog >>"$NOTES"
cat meson.build debian/control >>"$NOTES"
: >../wyndrvrd_1_all.deb
: >../wyndrvrd-dbgsym_1_all.deb
[[ -z ${BROKEN_BUILD:-} ]]
"""


class Packaging(DevTest):
    def setUp(self) -> None:
        super().setUp()
        self.use_apt()
        for command in "chmod git gzip ls mv tar".split():
            (self.commands / command).symlink_to(shutil.which(command))
        self.put(self.commands, "dpkg-buildpackage", DPKG_BUILDPACKAGE)
        (self.tree / "packaging" / "debian").mkdir(parents=True)
        (self.tree / "packaging" / "debian" / "control").write_text(
            "Maintainer: Somebody <somebody@example.org>\n", encoding="utf-8")
        (self.tree / "meson.build").write_text("  version: '1.2.3',\n", encoding="utf-8")
        self.git("init", "--quiet")
        self.git("add", "meson.build", "packaging")
        self.git("commit", "--quiet", "--message", "first")

    def git(self, *arguments: str) -> str:
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
               "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
               "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0200",
               "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        return subprocess.run(["git", *arguments], cwd=self.tree, check=True, text=True,
                              env={**self.environment, **who}, stdin=subprocess.DEVNULL,
                              capture_output=True).stdout.strip()

    def test_the_packages_of_the_last_commit_are_left_in_build(self) -> None:
        (self.tree / "meson.build").write_text("  version: '6.6.6',\n", encoding="utf-8")
        (self.tree / "build" / "packages").mkdir(parents=True)
        (self.tree / "build" / "packages" / "old.deb").touch()
        run = self.dev("package")
        self.assert_status(run, 0)
        built = sorted(path.name for path in (self.tree / "build" / "packages").iterdir())
        commit = self.git("rev-parse", "--short=7", "HEAD")
        version = f"1.2.3~git20260102010405.{commit}"
        self.assertEqual(built, ["tree", "wyndrvr_" + version + ".orig.tar.gz",
                                 "wyndrvrd-dbgsym_1_all.deb", "wyndrvrd_1_all.deb"])
        self.assertEqual(run.stdout.splitlines()[-1],
                         "Built: build/packages/wyndrvrd_1_all.deb")
        self.assertIn(f"wyndrvr ({version}-0wyndrvr1) unstable", self.notes())
        self.assertIn("Maintainer: Somebody", self.notes())
        self.assertNotIn("6.6.6", self.notes())
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_commit_with_the_tag_of_its_version_makes_a_release(self) -> None:
        self.git("tag", "v1.2.3")
        self.git("commit", "--quiet", "--allow-empty", "--message", "second")
        self.assert_status(self.dev("package", "--commit", "v1.2.3"), 0)
        self.assertIn("wyndrvr (1.2.3-0wyndrvr1) unstable", self.notes())

    def test_a_broken_build_leaves_the_packages_of_the_one_before(self) -> None:
        self.assert_status(self.dev("package"), 0)
        run = self.dev("package", BROKEN_BUILD="yes")
        self.assert_status(run, 1)
        self.assertIn("The build failed.", run.stderr)
        self.assertTrue((self.tree / "build" / "packages" / "wyndrvrd_1_all.deb").exists())
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_boxes_get_packages_of_the_files_as_they_are_and_only_when_those_change(
            self) -> None:
        for version, builds in (("1.2.3", 1), ("1.2.3", 1), ("6.6.6", 2), ("6.6.6", 2)):
            (self.tree / "meson.build").write_text(f"  version: '{version}',\n", encoding="utf-8")
            self.run_test([entry("base", "OK")], "--quick", "--suite", "box")
            self.assertEqual(self.notes().count("unstable"), builds)
            self.assertIn(f"version: '{version}'", self.notes())
        self.run_test([entry("base", "OK")], "--quick", "--suite", "unit")
        self.run_test([entry("base", "OK")], "--quick", "--suite", "box")
        self.assertEqual(self.notes().count("unstable"), 2)

    def test_packages_that_do_not_build_are_a_failed_test(self) -> None:
        run = self.run_test([entry("base", "OK")], "--quick", "--suite", "box", BROKEN_BUILD="yes")
        self.assert_ends(run, 1, "1 passed, 1 failed, 0 skipped")
        self.assertIn("the packages do not build", run.stdout)

    def test_what_is_no_commit_is_named(self) -> None:
        run = self.dev("package", "--commit", "yesterday")
        self.assert_status(run, 2)
        self.assertIn("'yesterday'", run.stderr)


class Counting(DevTest):
    def test_results_are_summed_over_the_variants(self) -> None:
        entries = [entry("wyndrvr:unit / base", "OK"), entry("wyndrvr:system / probe", "OK")]
        run = self.run_test(entries)
        self.assert_ends(run, 0, "6 passed, 0 failed, 0 skipped")
        for variant in ("plain", "address", "thread"):
            self.assertRegex(run.stdout, rf"(?m)^{variant} +system +1 +0 +0 +0\.5$")
        self.assert_ends(self.run_test(entries, "--quick"), 0, "2 passed, 0 failed, 0 skipped")

    def test_a_failed_test_is_named_with_its_variant(self) -> None:
        run = self.run_test([entry("base", "OK"), entry("probe", "TIMEOUT")], "--quick",
                            TEST_STATUS="1")
        self.assert_ends(run, 1, "1 passed, 1 failed, 0 skipped")
        self.assertIn("system / probe (plain): timeout", run.stdout)

    def test_a_skipped_test_gives_its_reason(self) -> None:
        skipped = [entry("base", "OK"), entry("probe", "SKIP", "x\nskipped: needs root\n")]
        run = self.run_test(skipped, "--quick")
        self.assert_ends(run, 0, "1 passed, 0 failed, 1 skipped")
        self.assertIn("system / probe (plain): skipped: needs root", run.stdout)

    def test_where_all_tests_are_required_only_a_skip_by_design_is_accepted(self) -> None:
        skipped = [entry("base", "OK"), entry("probe", "SKIP", "skipped: needs root\n")]
        line = "1 passed, 1 failed, 0 skipped"
        self.assert_ends(self.run_test(skipped, "--quick", "--require-all"), 1, line)
        self.assert_ends(self.run_test(skipped, "--quick", CI="true"), 1, line)
        by_design = [entry("base", "OK"),
                     entry("probe", "SKIP", "skipped by design: too slow here\n")]
        self.assert_ends(self.run_test(by_design, "--quick", CI="true"), 0,
                         "1 passed, 0 failed, 1 skipped")

    def test_a_variant_that_does_not_build_is_a_failure_and_the_others_run(self) -> None:
        run = self.run_test([entry("base", "OK")], BROKEN_BUILD="build-asan")
        self.assert_ends(run, 1, "2 passed, 1 failed, 0 skipped")
        self.assertIn("build-asan (address): the build failed", run.stdout)

    def test_a_run_that_breaks_off_without_a_failed_test_is_a_failure(self) -> None:
        self.assert_ends(self.run_test([entry("base", "OK")], "--quick", TEST_STATUS="2"), 1,
                         "1 passed, 1 failed, 0 skipped")

    def test_a_run_without_any_test_is_a_failure(self) -> None:
        run = self.run_test([], "--quick", "--suite", "edge")
        self.assert_ends(run, 1, "0 passed, 0 failed, 0 skipped")
        self.assertIn("No test ran", run.stdout)

    def test_tidy_tests_do_not_run_under_sanitizers(self) -> None:
        run = self.run_test([entry("base", "OK")], "--suite", "tidy")
        self.assert_ends(run, 0, "1 passed, 0 failed, 0 skipped")
        self.assertFalse((self.tree / "build-asan").exists())
        self.assertFalse((self.tree / "build-tsan").exists())

    def test_programs_with_one_thread_do_not_run_under_the_thread_sanitizer(self) -> None:
        run = self.run_test([entry("base", "OK")], "--suite", "fuzz")
        self.assert_ends(run, 0, "2 passed, 0 failed, 0 skipped")
        self.assertFalse((self.tree / "build-tsan").exists())


if __name__ == "__main__":
    unittest.main()
