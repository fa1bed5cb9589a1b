#!/usr/bin/env python3
"""Asks a shell what it offers for a command line, with the scripts that are made from the option
tables. Where there is no such shell it is skipped, with a line that says so.

    completions_test.py bash|zsh|fish SCRIPT... [unittest's options]
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

scripts: dict[str, str] = {}  # by file name

ASK_BASH = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p "$1"); function=${function#*-F }; function=${function%% *}
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' "${COMPREPLY[@]}"
"""

# The parts of zsh's completion that only a terminal has, replaced by what they are told.
ASK_ZSH = """
_describe() { print -rl -- "${(@P)${@[-1]}}" }
_arguments() { print -rl -- "$@" }
script=$1; shift
words=("$@") CURRENT=$# PREFIX=${words[-1]}
source $script
"""


def run(*command: str) -> str:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "some.keys").touch()
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=home,
                              env={"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"{command}: status {done.returncode}: {done.stderr}")
    return done.stdout


class Bash(unittest.TestCase):
    def offers(self, *words: str) -> list[str]:
        return run("bash", "--norc", "-c", ASK_BASH, "ask", scripts[words[0]], *words).split()

    def test_the_scripts_are_sound(self):
        for program in ("wyndrvrctl", "wyndrvrd"):
            run("bash", "-n", scripts[program])

    def test_a_command_is_completed(self):
        self.assertEqual(self.offers("wyndrvrctl", "pro"), ["probe"])
        everything = self.offers("wyndrvrctl", "")
        for command in ("probe", "latency", "status", "explain", "config"):
            self.assertIn(command, everything)

    def test_an_action_of_a_command_is_completed(self):
        self.assertEqual(self.offers("wyndrvrctl", "config", "ch"), ["check"])
        self.assertEqual(set(self.offers("wyndrvrctl", "config", "")),
                         {"check", "show", "default", "import"})

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--stai"), ["--staircase"])
        self.assertEqual(self.offers("wyndrvrctl", "latency", "--stai"), [])
        self.assertEqual(self.offers("wyndrvrctl", "host.example.net", "--stai"), ["--staircase"])
        self.assertEqual(self.offers("wyndrvrctl", "config", "show", "--c"), ["--config"])
        self.assertEqual(self.offers("wyndrvrd", "--ch"), ["--check-config"])

    def test_what_is_hidden_is_not_offered(self):
        self.assertEqual(self.offers("wyndrvrctl", "--wor"), [])
        self.assertEqual(self.offers("wyndrvrd", "--wor"), [])
        self.assertEqual(self.offers("wyndrvrd", "--option"), [])

    def test_values_are_offered_where_they_are_known(self):
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--search", ""), ["s3", "b", "c"])
        self.assertEqual(self.offers("wyndrvrctl", "latency", "--schedule", "po"), ["poisson"])
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--port-parallelism", "t"), ["thread"])
        self.assertEqual(self.offers("wyndrvrd", "--set", "max_sessions_"),
                         ["max_sessions_per_address="])
        self.assertEqual(self.offers("wyndrvrctl", "explain", "BUFFERB"), ["BUFFERBLOAT"])

    def test_a_value_behind_an_equals_sign_is_offered_too(self):
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--pacing", "=", ""),
                         ["sleep", "precise"])
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--pacing", "="), ["sleep", "precise"])
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--pacing", "=", "p"), ["precise"])

    def test_nothing_is_offered_for_a_number(self):
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--time", ""), [])
        self.assertEqual(self.offers("wyndrvrctl", "probe", "-t", ""), [])

    def test_files_are_offered_where_a_file_is_expected(self):
        self.assertEqual(self.offers("wyndrvrctl", "probe", "--key", "some"), ["some.keys"])
        self.assertEqual(self.offers("wyndrvrctl", "config", "check", "some"),
                         ["some.keys"])
        self.assertEqual(self.offers("wyndrvrd", "--config", "some"), ["some.keys"])


class Zsh(unittest.TestCase):
    def told(self, *words: str) -> str:
        return run("zsh", "-f", "-c", ASK_ZSH, "ask", scripts["_" + words[0]], *words)

    def test_the_scripts_are_sound(self):
        for name in ("_wyndrvrctl", "_wyndrvrd"):
            run("zsh", "-f", "-n", scripts[name])
            self.assertTrue(Path(scripts[name]).read_text().startswith("#compdef " + name[1:]))

    def test_commands_and_actions_are_described(self):
        self.assertRegex(self.told("wyndrvrctl", "pro"), r"(?m)^probe:latency, capacity")
        self.assertRegex(self.told("wyndrvrctl", "config", ""), r"(?m)^check:report every mistake")

    def test_options_are_those_of_the_command(self):
        self.assertIn("--staircase[", self.told("wyndrvrctl", "probe", "--s"))
        self.assertNotIn("--staircase[", self.told("wyndrvrctl", "latency", "--s"))
        self.assertIn("--config=[", self.told("wyndrvrctl", "config", "show", ""))
        self.assertIn("--search=[", self.told("wyndrvrctl", "probe", "x", ""))
        self.assertIn(":METHOD:(s3 b c)", self.told("wyndrvrctl", "probe", ""))
        self.assertIn(":FILE:_files", self.told("wyndrvrctl", "config", "check", ""))
        self.assertIn("--check-config[", self.told("wyndrvrd", ""))


class Fish(unittest.TestCase):
    def offers(self, line: str) -> set[str]:
        script = scripts[line.split()[0] + ".fish"]
        answer = run("fish", "--no-config", "-c", f'source {script}; complete -C"{line}"')
        return {offer.split("\t")[0] for offer in answer.splitlines()}

    def test_the_scripts_are_sound(self):
        for name in ("wyndrvrctl.fish", "wyndrvrd.fish"):
            run("fish", "--no-execute", scripts[name])

    def test_commands_and_actions_are_completed(self):
        self.assertEqual(self.offers("wyndrvrctl pro"), {"probe"})
        self.assertEqual(self.offers("wyndrvrctl config ch"), {"check"})

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.offers("wyndrvrctl probe --stai"), {"--staircase"})
        self.assertEqual(self.offers("wyndrvrctl latency --stai"), set())
        self.assertEqual(self.offers("wyndrvrctl host.example.net --stai"), {"--staircase"})
        self.assertEqual(self.offers("wyndrvrd --ch"), {"--check-config"})

    def test_values_and_files_are_offered(self):
        self.assertEqual(self.offers("wyndrvrctl probe --search "), {"s3", "b", "c"})
        self.assertEqual(self.offers("wyndrvrctl latency --schedule=po"), {"--schedule=poisson"})
        for line in ("wyndrvrctl config check", "wyndrvrctl probe --key", "wyndrvrd --config"):
            self.assertIn("some.keys", self.offers(f"{line} some"))
        self.assertEqual(self.offers("wyndrvrd --set max_sessions_"),
                         {"max_sessions_per_address="})


def main() -> None:
    shell = sys.argv.pop(1)
    while len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        path = Path(sys.argv.pop(1)).resolve()
        scripts[path.name] = str(path)
    if shutil.which(shell) is None:
        print(f"skipped: {shell} is not installed")
        sys.exit(77)
    unittest.main(defaultTest=shell.capitalize())


if __name__ == "__main__":
    main()
