#!/usr/bin/env python3
"""Writes what a shell needs to complete a command line, from the program's own option table.

    completions.py bash|zsh|fish PROGRAM > FILE

PROGRAM is run with --option-table; common/cli/option_table.hpp says what it answers. The result is
a script that runs nothing of ours: commands, options and words are written into it.
"""

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# What a value is completed with, by its name in the help; other values are not completed.
FILES = {"FILE", "PATH"}
HOSTS = {"HOST"}
# The command that is meant when none is named.
DEFAULT_COMMAND = "probe"


@dataclass
class Value:
    """What an option or a place of the command line takes."""

    name: str  # as the help shows it; empty for a flag
    words: list[str]
    is_list: bool

    @property
    def kind(self) -> str:
        if self.words:
            return "words"
        return "files" if self.name in FILES else "hosts" if self.name in HOSTS else "any"

    @property
    def goes_on(self) -> bool:
        """Whether something follows the word without a blank: KEY=."""
        return any(word.endswith("=") for word in self.words)


@dataclass
class Option:
    names: list[str]
    value: Value
    text: str


@dataclass
class Command:
    name: str
    summary: str
    options: list[Option] = field(default_factory=list)
    operands: list[Value] = field(default_factory=list)


def value_of(name: str, words: str) -> Value:
    return Value(name.removesuffix("..."), words.split(), name.endswith("..."))


def read_table(text: str) -> list[Command]:
    commands: list[Command] = []
    for line in text.splitlines():
        kind, *rest = line.split("\t")
        if kind == "command":
            commands.append(Command(*rest))
        elif kind == "option":
            names, value, words, text_of_it = rest
            commands[-1].options.append(Option(names.split(","), value_of(value, words),
                                               text_of_it))
        elif kind == "operand":
            commands[-1].operands.append(value_of(*rest))
        else:
            raise ValueError(f"not a line of an option table: {line!r}")
    return with_default(commands)


def with_default(commands: list[Command]) -> list[Command]:
    """Without a command the options of the default one are good too."""
    default = next((one for one in commands if one.name == DEFAULT_COMMAND), None)
    if default is not None:
        top = commands[0]
        known = {name for option in top.options for name in option.names}
        top.options += [option for option in default.options if not known & set(option.names)]
        top.operands += default.operands
    return commands


def actions_of(command: Command, commands: list[Command]) -> list[tuple[str, str]]:
    """The words that go on from a command's name to those of others, each with its summary."""
    prefix = command.name + " " if command.name else ""
    rest = [(one.name.removeprefix(prefix), one.summary) for one in commands
            if one.name.startswith(prefix) and one.name != command.name]
    return [(name, summary) for name, summary in rest if name and " " not in name]


# bash

BASH_FRAME = """\
# bash completion of {program}, made from its option table. -*- shell-script -*-

{function}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' offered='' kind=words
    COMPREPLY=()
    # bash cuts --option=value into three words.
    if [[ $current == = ]]; then
        current=''
    elif [[ $before == = && $COMP_CWORD -gt 2 ]]; then
        before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
{find}
    case $command in
{cases}
    esac
    case $kind in
    files)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    hosts) mapfile -t COMPREPLY < <(compgen -W "$offered" -A hostname -- "$current") ;;
    words) mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current") ;;
    esac
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}}
complete -F {function} {program}
"""


def bash_value(value: Value, indent: str) -> list[str]:
    lines = [f"{indent}kind={value.kind}"]
    if value.words:
        lines.append(f"{indent}offered={shlex.quote(' '.join(value.words))}")
    return lines


def bash_case(command: Command, commands: list[Command]) -> list[str]:
    lines = [f"    {shlex.quote(command.name)})", "        case $before in"]
    for option in command.options:
        if option.value.name:
            lines += [f"        {' | '.join(option.names)})", *bash_value(option.value, " " * 12),
                      "            ;;"]
    names = " ".join(name for option in command.options for name in option.names)
    words = [name for name, _ in actions_of(command, commands)]
    for operand in command.operands:
        words += operand.words
    kinds = {operand.kind for operand in command.operands}
    kind = next((one for one in ("files", "hosts") if one in kinds), "words")
    lines += ["        *)", "            if [[ $current == -* ]]; then",
              f"                offered={shlex.quote(names)}", "            else",
              f"                kind={kind}",
              f"                offered={shlex.quote(' '.join(words))}", "            fi",
              "            ;;", "        esac", "        ;;"]
    return lines


def bash_find(commands: list[Command]) -> str:
    """Which command the words before the current one name."""
    lines = []
    for count in (1, 2):
        names = [one.name for one in commands if one.name and one.name.count(" ") == count - 1]
        if names:
            given = " ".join(f"${{COMP_WORDS[{i}]}}" for i in range(1, count + 1))
            patterns = " | ".join(shlex.quote(name) for name in names)
            lines += [f"    if [[ $COMP_CWORD -gt {count} ]]; then",
                      f'        case "{given}" in',
                      f'        {patterns}) command="{given}" ;;']
            if count == 1 and DEFAULT_COMMAND in names:
                lines.append(f"        *) command={DEFAULT_COMMAND} ;;")
            lines += ["        esac", "    fi"]
    return "\n".join(lines)


def bash(program: str, commands: list[Command]) -> str:
    cases = [line for command in commands for line in bash_case(command, commands)]
    return BASH_FRAME.format(program=program, function=f"_{program}", find=bash_find(commands),
                             cases="\n".join(cases))


# zsh

def zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_text(text: str) -> str:
    """For a place where brackets and colons mean something."""
    return "".join("\\" + c if c in "[]:\\" else c for c in text)


def zsh_action(value: Value) -> str:
    if value.goes_on:
        return "{compadd -S \"\" -- " + " ".join(value.words) + "}"
    if value.words:
        return "(" + " ".join(value.words) + ")"
    return {"files": "_files", "hosts": "_hosts", "any": " "}[value.kind]


def zsh_option(option: Option) -> str:
    """One specification of _arguments; a pair of names excludes each other."""
    tail = f"[{zsh_text(option.text)}]"
    if option.value.name:
        tail += f":{zsh_text(option.value.name)}:{zsh_action(option.value)}"
    marks = [name + ("=" if name.startswith("--") else "+") if option.value.name else name
             for name in option.names]
    if option.value.is_list:
        return " ".join(zsh_quoted("*" + mark + tail) for mark in marks)
    if len(marks) == 1:
        return zsh_quoted(marks[0] + tail)
    together = zsh_quoted("(" + " ".join(option.names) + ")")
    return together + "{" + ",".join(marks) + "}" + zsh_quoted(tail)


def zsh_case(command: Command) -> list[str]:
    lines = [f"    {zsh_quoted(command.name)})", "      _arguments -s -S \\"]
    specs = [zsh_option(option) for option in command.options]
    for operand in command.operands:
        place = "*" if operand.is_list else "1"
        specs.append(zsh_quoted(f"{place}:{zsh_text(operand.name)}:{zsh_action(operand)}"))
    return lines + [f"        {spec} \\" for spec in specs[:-1]] + [f"        {specs[-1]}",
                                                                    "      ;;"]


def zsh_actions(command: Command, commands: list[Command]) -> list[str]:
    """Offers the words that can follow a command's name, when that is where the cursor is."""
    actions = actions_of(command, commands)
    if not actions:
        return []
    count = len(command.name.split())
    entries = " ".join(zsh_quoted(f"{name}:{summary}") for name, summary in actions)
    where = f"CURRENT == {count + 2}"
    return [f'  if [[ {where} && $PREFIX != -* && "${{words[2,{count + 1}]}}" == '
            f"{zsh_quoted(command.name)} ]]; then".replace("CURRENT ==", "$CURRENT -eq"),
            f"    actions=({entries})", "    _describe -t commands command actions && given=0",
            "  fi"]


def zsh(program: str, commands: list[Command]) -> str:
    lines = [f"#compdef {program}", f"# zsh completion of {program}, made from its option table.",
             "", f"_{program}() {{", "  local command= given=1 taken=0", "  local -a actions"]
    for command in commands:
        lines += zsh_actions(command, commands)
    for count in (1, 2):
        names = [one.name for one in commands if one.name and one.name.count(" ") == count - 1]
        if names:
            typed = f'"${{words[2,{count + 1}]}}"'
            lines += [f"  if (( CURRENT > {count + 1} )); then", f"    case {typed} in",
                      f"      ({'|'.join(zsh_quoted(name) for name in names)})",
                      f"        command={typed} taken={count} ;;"]
            if count == 1 and DEFAULT_COMMAND in names:
                lines.append(f"      (*) command={DEFAULT_COMMAND} ;;")
            lines += ["    esac", "  fi"]
    lines += ["  shift taken words", "  (( CURRENT -= taken ))", "  case $command in"]
    for command in commands:
        if command.options or command.operands:
            lines += zsh_case(command)
    return "\n".join([*lines, "  esac && given=0", "  return given", "}", "",
                      f'_{program} "$@"', ""])


# fish

def fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_value(value: Value) -> str:
    if value.words:
        return " -x -a " + fish_quoted(" ".join(value.words))
    return {"files": " -r -F", "hosts": " -x -a '(__fish_print_hostnames)'",
            "any": " -x"}[value.kind]


def fish_names(option: Option) -> str:
    return "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
                   for name in option.names)


def fish_command(program: str, command: Command, commands: list[Command]) -> list[str]:
    condition = fish_quoted(f"__{program}_in {shlex.quote(command.name)}")
    start = f"complete -c {program} -n {condition}"
    lines = [f"{start} -a {name} -d {fish_quoted(summary)}"
             for name, summary in actions_of(command, commands)]
    for option in command.options:
        value = fish_value(option.value) if option.value.name else ""
        lines.append(f"{start}{fish_names(option)}{value} -d {fish_quoted(option.text)}")
    for operand in command.operands:
        if operand.kind == "files":
            lines.append(f"{start} -F")
        elif operand.kind != "any":
            lines.append(start + fish_value(operand).replace(" -x", ""))
    return lines


FISH_FRAME = """\
# fish completion of {program}, made from its option table.

# The command that the words before the cursor name.
function __{program}_command
    set -l words (commandline -opc) '' ''
    contains -- "$words[2] $words[3]" {pairs}
    and echo "$words[2] $words[3]"
    and return
    contains -- "$words[2]" {singles}
    and echo "$words[2]"
    and return
    test -z "$words[2]"
    or echo {default}
end

function __{program}_in
    set -l now (__{program}_command)
    test "$now" = "$argv[1]"
end

complete -c {program} -f
"""


def fish(program: str, commands: list[Command]) -> str:
    names = [one.name for one in commands if one.name]
    default = DEFAULT_COMMAND if DEFAULT_COMMAND in names else "''"
    frame = FISH_FRAME.format(
        program=program, default=default,
        pairs=" ".join(fish_quoted(name) for name in names if " " in name),
        singles=" ".join(fish_quoted(name) for name in names if " " not in name))
    lines = [line for command in commands for line in fish_command(program, command, commands)]
    return frame + "\n".join(lines) + "\n"


def main() -> int:
    shells = {"bash": bash, "zsh": zsh, "fish": fish}
    if len(sys.argv) != 3 or sys.argv[1] not in shells:
        print(__doc__, file=sys.stderr)
        return 2
    run = subprocess.run([sys.argv[2], "--option-table"], capture_output=True, text=True,
                         check=True, timeout=60)
    program = Path(sys.argv[2]).name
    sys.stdout.write(shells[sys.argv[1]](program, read_table(run.stdout)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
