"""Holds every include to the table of layers in common/meson.build.

A layer may include itself, the layers that its rule lists, the libraries that its rule lists and
the C++ standard library. A pure layer takes time and chance as arguments and touches no kernel, so
it may not include the headers that give them. daemon and ctl may use all of common and never each
other; unit tests see what their layer sees; simulations see pure layers only, and the link model
the lowest of them.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from source import (PRODUCT_FOLDERS, Include, Problem, code_only, cpp_files, includes, line_of,
                    read, report)

# (file, header or clock, why it is allowed). An entry that nothing needs any more is reported.
EXCEPTIONS = [
    ("common/clock/system_clock.cpp", "time.h", "the one file that reads the kernel's clocks"),
    ("common/clock/system_clock.cpp", "sys/timex.h", "adjtimex(), which it reads"),
    ("common/dgram/address.cpp", "arpa/inet.h", "conversion of text only; no call of it touches "
                                                "the kernel"),
]

# Headers of pure layers that open the door to the kernel all the same.
KERNEL_DOORS = {"common/clock/system_clock.hpp": "reads the kernel's clocks"}

# Parts of layers that touch the kernel, which do not do so themselves: values that pure code makes
# and an edge writes out. They obey the pure rules, and pure files of the processes may use them.
PURE_PARTS = {"common/journal/" + name for name in
              ("catalog_ids", "event", "fields", "native_entry", "own_events", "rate_limit",
               "record")}

LIBRARY_OF_PREFIX = {
    "fmt/": "fmt", "openssl/": "openssl", "toml++/": "toml", "nlohmann/": "json",
    "systemd/": "systemd", "spdlog/": "spdlog", "CLI/": "cli11", "catch2/": "catch2",
    "rapidcheck": "rapidcheck", "benchmark/": "benchmark",
}
WORLD = {"fmt", "openssl", "toml", "json", "systemd", "spdlog", "threads", "cli11"}
# What a layer that lists one of these gets from it is the kernel's or a thread's.
IMPURE_LIBRARIES = {"systemd", "spdlog", "threads"}
TEST_LIBRARIES = {"catch2", "rapidcheck", "benchmark"}

STANDARD = set("""
    algorithm any array barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
    cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
    exception execution expected filesystem flat_map flat_set format forward_list fstream functional
    future generator initializer_list iomanip ios iosfwd iostream istream iterator latch limits list
    locale map mdspan memory memory_resource mutex new numbers numeric optional ostream print queue
    random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span
    spanstream sstream stack stacktrace stdexcept stdfloat stop_token streambuf string string_view
    strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility valarray variant vector version
""".split())
THREADS = set("atomic barrier condition_variable future latch mutex semaphore shared_mutex "
              "stop_token thread".split())
STANDARD |= THREADS
FILES_AND_STREAMS = set("filesystem fstream iostream print syncstream".split())
CLOCKS_AND_CHANCE = set("csignal ctime random openssl/rand.h".split())
PURE_FORBIDS = THREADS | FILES_AND_STREAMS | CLOCKS_AND_CHANCE
# Tests of pure code may read files (golden packets) and print, but live in the test's own time.
PURE_TEST_FORBIDS = THREADS | CLOCKS_AND_CHANCE
# What the model of a link, which whoever has a time drives, may see of the layers.
LINK_MODEL_USES = frozenset({"base", "clock", "config"})
# Nothing is shared, so nothing is locked: parts of the program send each other messages.
PRODUCT_FORBIDS = set("condition_variable future mutex semaphore shared_mutex".split())

CLOCK_NAME = re.compile(r"\b(?:std::chrono::)?((?:system|steady|high_resolution)_clock)\b")


@dataclass(frozen=True)
class Rule:
    """One layer: what it may use of ours and of the world, and whether it may touch the kernel."""

    name: str
    uses: frozenset[str]
    needs: frozenset[str]
    kernel: bool


@dataclass
class Tree:
    """A source tree and everything that its includes are held to."""

    root: Path
    rules: dict[str, Rule]
    pure_files: set[str] = field(default_factory=set)  # outside common, relative to the root
    exceptions: list[tuple[str, str, str]] = field(default_factory=list)
    pure_parts: set[str] = field(default_factory=set)  # without suffix, as PURE_PARTS
    used_exceptions: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, file: str, line: int, sentence: str) -> None:
        self.problems.append(Problem(file, line, sentence))

    def is_pure_part(self, file: str) -> bool:
        return Path(file).with_suffix("").as_posix() in self.pure_parts

    def is_excepted(self, file: str, header: str) -> bool:
        if any((file, header) == exception[:2] for exception in self.exceptions):
            self.used_exceptions.add((file, header))
            return True
        return False


@dataclass(frozen=True)
class Rights:
    """What one file may include; `who` names it in sentences."""

    who: str
    layers: frozenset[str]
    libraries: frozenset[str]
    folders: frozenset[str]  # top-level folders other than common
    pure: bool  # known standard headers only, no kernel door, no named clock
    forbidden: frozenset[str]  # headers


def parse_rule(text: str, layers: set[str]) -> Rule:
    """`name:dependency,dependency[:kernel]`."""
    name, dependencies, *rest = text.split(":")
    listed = {word for word in dependencies.split(",") if word}
    return Rule(name, frozenset(listed & layers), frozenset(listed - layers), rest == ["kernel"])


def parse_rules(texts: list[str]) -> dict[str, Rule]:
    names = [text.split(":")[0] for text in texts]
    return {rule.name: rule for rule in (parse_rule(text, set(names)) for text in texts)}


def check_table(tree: Tree) -> None:
    """The table itself: known names, built upwards, pure on pure, one entry per folder."""
    table = "common/meson.build"
    below: set[str] = set()
    for rule in tree.rules.values():
        for name in sorted(rule.needs - WORLD):
            tree.complain(table, 1, f"layer {rule.name} lists '{name}', which is neither a layer "
                                    "nor a library")
        for name in sorted(rule.uses - below):
            tree.complain(table, 1, f"layer {rule.name} uses {name}, which does not stand before "
                                    "it")
        if not rule.kernel:
            for name in sorted(rule.uses):
                if tree.rules[name].kernel:
                    tree.complain(table, 1, f"layer {rule.name} is pure and uses {name}, which "
                                            "touches the kernel")
            for name in sorted(rule.needs & IMPURE_LIBRARIES):
                tree.complain(table, 1, f"layer {rule.name} is pure and needs {name}")
        below.add(rule.name)
    for rule in tree.rules.values():
        if not (tree.root / "common" / rule.name).is_dir():
            tree.complain(table, 1, f"layer {rule.name} has no folder common/{rule.name}")


def pure_layers(tree: Tree) -> frozenset[str]:
    return frozenset(name for name, rule in tree.rules.items() if not rule.kernel)


def rights_of_test(tree: Tree, parts: tuple[str, ...]) -> Rights:
    everything = frozenset(tree.rules)
    libraries = frozenset(WORLD | TEST_LIBRARIES)
    folders = frozenset({"daemon", "ctl", "tests", "bench"})
    if parts[:2] == ("tests", "link"):
        return Rights("the link model", LINK_MODEL_USES, frozenset({"fmt"}), frozenset({"tests"}),
                      True, frozenset(PURE_TEST_FORBIDS))
    if parts[:2] == ("tests", "sim"):
        return Rights("a simulation", pure_layers(tree), libraries, folders, True,
                      frozenset(PURE_TEST_FORBIDS))
    if parts[:2] == ("tests", "unit") and len(parts) > 3 and parts[2] in tree.rules:
        rule = tree.rules[parts[2]]
        return Rights(f"a unit test of layer {rule.name}", rule.uses | {rule.name}, libraries,
                      frozenset({"tests"}), not rule.kernel,
                      frozenset() if rule.kernel else frozenset(PURE_TEST_FORBIDS))
    return Rights("a test", everything, libraries, folders, False, frozenset())


def rights_of(tree: Tree, file: str) -> Rights | None:
    """None for a file of common that is in no layer."""
    parts = Path(file).parts
    if parts[0] == "common":
        rule = tree.rules.get(parts[1]) if len(parts) > 2 else None
        if rule is None:
            return None
        if rule.kernel and tree.is_pure_part(file):
            return Rights(f"{file}, a pure part of layer {rule.name},",
                          frozenset(rule.uses & pure_layers(tree)), rule.needs - IMPURE_LIBRARIES,
                          frozenset(), True, frozenset(PURE_FORBIDS))
        return Rights(f"layer {rule.name}", rule.uses | {rule.name}, rule.needs, frozenset(),
                      not rule.kernel,
                      frozenset(PRODUCT_FORBIDS if rule.kernel else PURE_FORBIDS))
    if parts[0] in ("tests", "bench"):
        return rights_of_test(tree, parts)
    if file in tree.pure_files:
        return Rights(f"{file}, a pure file,", pure_layers(tree),
                      frozenset(WORLD - IMPURE_LIBRARIES), frozenset({parts[0]}), True,
                      frozenset(PURE_FORBIDS))
    return Rights(parts[0], frozenset(tree.rules), frozenset(WORLD), frozenset({parts[0]}), False,
                  frozenset(PRODUCT_FORBIDS))


def resolve(tree: Tree, file: str, name: str) -> str | None:
    """The path below the root that a quoted include means, or None when there is no such file."""
    folders = ["common", ""]
    if file.startswith("tests/"):  # below tests/, the suite's folder, or beside the including file
        folders += ["tests", "/".join(Path(file).parts[:2]), Path(file).parent.as_posix()]
    for folder in folders:
        place = (Path(folder) / name).as_posix()
        if (tree.root / place).is_file() and not name.startswith("common/"):
            return place
    return None


def may_use_pure_part(file: str, target: str) -> bool:
    """Pure files outside common, and other parts of the same layer."""
    return not file.startswith("common/") or Path(file).parent == Path(target).parent


def check_own(tree: Tree, file: str, include: Include, rights: Rights) -> None:
    """An include of one of our own headers."""
    def complain(why: str) -> None:
        if not tree.is_excepted(file, include.name):
            tree.complain(file, include.line, why)

    target = resolve(tree, file, include.name)
    if target is None:
        complain(f'"{include.name}" is not a file below common/ or the root; includes are written '
                 "relative to those")
        return
    folder, *rest = Path(target).parts
    if folder == "common":
        if rights.pure and tree.is_pure_part(target) and may_use_pure_part(file, target):
            return
        if rest[0] not in rights.layers:
            allowed = ", ".join(sorted(rights.layers)) or "no layer"
            complain(f'{rights.who} includes "{include.name}", but may use only {allowed}')
        elif (rights.pure and target in KERNEL_DOORS
              and Path(file).with_suffix("") != Path(target).with_suffix("")):
            complain(f'{rights.who} is pure and includes "{include.name}", which '
                     f"{KERNEL_DOORS[target]}")
    elif folder not in rights.folders:
        complain(f'{rights.who} includes "{include.name}", but may not use {folder}')
    elif (rights.pure and folder in PRODUCT_FOLDERS and target not in tree.pure_files):
        complain(f'{rights.who} is pure and includes "{include.name}", which is not')


def check_foreign(tree: Tree, file: str, include: Include, rights: Rights) -> None:
    """An include in angle brackets: a library, the standard library or the system."""
    name = include.name
    library = next((library for prefix, library in LIBRARY_OF_PREFIX.items()
                    if name.startswith(prefix)), None)
    why = None
    if name in rights.forbidden:
        why = f"{rights.who} includes <{name}>, which is not for it"
        if name in PURE_FORBIDS and rights.pure:
            why += ": time, chance, threads and files reach it as arguments only"
    elif library is not None:
        if library not in rights.libraries:
            why = f"{rights.who} includes <{name}>, but does not list {library}"
    elif name not in STANDARD and rights.pure:
        why = (f"{rights.who} is pure and includes <{name}>, which is not of the C++ standard "
               "library")
    elif name not in STANDARD and not name.endswith(".h"):
        why = f"<{name}> is of a library that the project does not use"
    if why is not None and not tree.is_excepted(file, name):
        tree.complain(file, include.line, why)


def check_file(tree: Tree, path: Path) -> int:
    """Checks one file; gives the number of its includes."""
    file = path.relative_to(tree.root).as_posix()
    rights = rights_of(tree, file)
    if rights is None:
        tree.complain(file, 1, "lies in no layer of the table in common/meson.build")
        return 0
    text = read(path)
    found = includes(text)
    for include in found:
        if not include.name:
            tree.complain(file, include.line, "includes through a macro, which hides what it is")
        elif include.quoted:
            check_own(tree, file, include, rights)
        else:
            check_foreign(tree, file, include, rights)
    if rights.pure or file.startswith(PRODUCT_FOLDERS):
        check_clock_names(tree, file, code_only(text), rights)
    return len(found)


def check_clock_names(tree: Tree, file: str, code: str, rights: Rights) -> None:
    """Time has one owner: nothing but clock/system_clock.cpp reads a clock."""
    for match in CLOCK_NAME.finditer(code):
        if not tree.is_excepted(file, match[1]):
            tree.complain(file, line_of(code, match.start()),
                          f"{rights.who} names {match[1]}; "
                          + ("the time is an argument" if rights.pure
                             else "clock/system_clock.hpp is where time is read"))


def check_pure_files(tree: Tree) -> None:
    """Pure files and parts exist; headers of its process that a pure file includes are pure too."""
    for part in sorted(tree.pure_parts):
        if not any((tree.root / (part + suffix)).is_file() for suffix in (".hpp", ".cpp")):
            tree.complain(part, 1, "is listed as a pure part in tests/tidy/layers.py and does not "
                                   "exist")
    for file in sorted(tree.pure_files):
        if not (tree.root / file).is_file():
            tree.complain(file, 1, "is listed as pure and does not exist")
    unseen = sorted(tree.pure_files)
    while unseen:
        file = unseen.pop()
        used = [Path(file).with_suffix(".hpp").as_posix()]
        if (tree.root / file).is_file():
            used += [resolve(tree, file, include.name) or ""
                     for include in includes(read(tree.root / file)) if include.quoted]
        for header in used:
            if (header.split("/")[0] == file.split("/")[0] and header not in tree.pure_files
                    and (tree.root / header).is_file()):
                tree.pure_files.add(header)
                unseen.append(header)


def check_tree(tree: Tree) -> tuple[int, int]:
    """Fills tree.problems; gives the numbers of files and includes."""
    check_table(tree)
    check_pure_files(tree)
    files = count = 0
    for path in cpp_files(tree.root, (*PRODUCT_FOLDERS, "tests", "bench")):
        files += 1
        count += check_file(tree, path)
    for file, header, _ in tree.exceptions:
        if (file, header) not in tree.used_exceptions:
            tree.complain(file, 1, f"the exception for <{header}> in tests/tidy/layers.py is not "
                                   "needed any more")
    return files, count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--pure-files", default="", metavar="A.cpp,B.cpp",
                        help="files outside common that obey the rules of pure layers")
    parser.add_argument("rules", nargs="+", metavar="NAME:DEPENDENCY,...[:kernel]")
    options = parser.parse_args()
    pure_files = {file for file in options.pure_files.split(",") if file}
    tree = Tree(options.root, parse_rules(options.rules), pure_files, EXCEPTIONS, PURE_PARTS)
    files, count = check_tree(tree)
    return report("layers", tree.problems, f"{count} includes of {files} files")


if __name__ == "__main__":
    sys.exit(main())
