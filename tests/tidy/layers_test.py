"""Tests of layers.py: a small made-up tree is sound, and every breach of a rule is caught."""

import tempfile
import unittest
from pathlib import Path

import layers

RULES = ["base:fmt", "clock:base", "wire:base,clock", "net:base,clock:kernel",
         "journal:base,fmt,systemd:kernel", "rt:base,clock,wire,net,systemd:kernel"]
SOUND = {
    "common/base/error.hpp": "#include <fmt/format.h>\n#include <string>\n",
    "common/clock/time.hpp": "#include <chrono>\n",
    "common/clock/system_clock.hpp": '#include "clock/time.hpp"\n',
    "common/clock/system_clock.cpp": '#include "clock/system_clock.hpp"\n#include <time.h>\n',
    "common/wire/codec.hpp": '#include "base/error.hpp"\n#include "clock/time.hpp"\n',
    "common/net/fd.hpp": '#include "clock/system_clock.hpp"\n#include <sys/socket.h>\n',
    "common/rt/loop.cpp": '#include "net/fd.hpp"\n#include <systemd/sd-event.h>\n'
                          "#include <thread>\n",
    "daemon/main.cpp": '#include "daemon/admission.hpp"\n#include "rt/loop.hpp"\n'
                       "#include <CLI/CLI.hpp>\n",
    "common/journal/event.hpp": '#include "base/error.hpp"\n#include <fmt/format.h>\n',
    "common/journal/sink.hpp": '#include "journal/event.hpp"\n#include <systemd/sd-journal.h>\n',
    "daemon/admission.hpp": '#include "base/error.hpp"\n#include <map>\n',
    "daemon/admission.cpp": '#include "daemon/admission.hpp"\n#include <algorithm>\n',
    "common/rt/loop.hpp": '#include "base/error.hpp"\n',
    "ctl/main.cpp": '#include "rt/loop.hpp"\n#include <unistd.h>\n',
    "tests/check.hpp": '#include "base/error.hpp"\n#include <catch2/catch.hpp>\n',
    "tests/unit/wire/codec_test.cpp": '#include "wire/codec.hpp"\n#include "check.hpp"\n'
                                      "#include <fstream>\n",
    "tests/unit/net/fd_test.cpp": '#include "net/fd.hpp"\n#include <unistd.h>\n',
    "tests/sim/world.cpp": '#include "wire/codec.hpp"\n#include "daemon/admission.hpp"\n',
    "tests/edge/net/socket_test.cpp": '#include "net/fd.hpp"\n#include <thread>\n'
                                      '#include "waiting.hpp"\n#include "loopback.hpp"\n',
    "tests/edge/waiting.hpp": "#include <chrono>\n",
    "tests/edge/net/loopback.hpp": "#include <netinet/in.h>\n",
}
EXCEPTIONS = [("common/clock/system_clock.cpp", "time.h", "reads the clocks")]
PURE_PARTS = {"common/journal/event"}
PURE_FILES = {"daemon/admission.cpp"}


class Layers(unittest.TestCase):
    def check(self, changes: dict[str, str], rules: list[str] | None = None,
              exceptions: list | None = None, pure_files: set[str] | None = None,
              pure_parts: set[str] | None = None) -> list[str]:
        """The problems of the sound tree with these files put in or added to."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in {**SOUND, **changes}:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(SOUND.get(name, "") + changes.get(name, ""), encoding="utf-8")
            tree = layers.Tree(root, layers.parse_rules(RULES if rules is None else rules),
                               set(PURE_FILES if pure_files is None else pure_files),
                               EXCEPTIONS if exceptions is None else exceptions,
                               PURE_PARTS if pure_parts is None else pure_parts)
            layers.check_tree(tree)
            return [str(problem) for problem in tree.problems]

    def assert_one(self, problems: list[str], *words: str) -> None:
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])

    def assert_caught(self, file: str, line: str, *words: str) -> None:
        """Adding `line` to `file` gives one problem, at that line, with these words."""
        at = SOUND.get(file, "").count("\n") + 1
        self.assert_one(self.check({file: line + "\n"}), f"{file}:{at}:", *words)

    def test_a_sound_tree_has_no_problem(self) -> None:
        self.assertEqual(self.check({}), [])

    def test_a_layer_may_not_reach_up_or_sideways(self) -> None:
        self.assert_caught("common/base/error.hpp", '#include "wire/codec.hpp"', "layer base",
                           "wire/codec.hpp")
        self.assert_caught("common/net/fd.hpp", '#include "wire/codec.hpp"', "layer net")

    def test_what_a_layer_uses_is_listed_and_not_inherited(self) -> None:
        rules = [*RULES[:2], "wire:base", *RULES[3:]]
        self.assert_one(self.check({}, rules), "common/wire/codec.hpp:2:", "clock/time.hpp",
                        "only base, wire")

    def test_a_library_must_be_listed(self) -> None:
        self.assert_caught("common/wire/codec.hpp", "#include <fmt/format.h>", "fmt")
        self.assert_caught("common/net/fd.hpp", "#include <spdlog/spdlog.h>", "spdlog")
        self.assert_caught("common/rt/loop.cpp", "#include <CLI/CLI.hpp>", "cli11")
        self.assert_caught("ctl/main.cpp", "#include <boost/asio.hpp>", "does not use")

    def test_a_pure_layer_may_not_include_the_kernel(self) -> None:
        for header in ("sys/socket.h", "netinet/in.h", "arpa/inet.h", "unistd.h", "time.h",
                       "fcntl.h", "poll.h", "signal.h", "pthread.h", "linux/if.h", "stdint.h"):
            with self.subTest(header):
                self.assert_caught("common/wire/codec.hpp", f"#include <{header}>", "is pure",
                                   header)

    def test_a_pure_layer_may_not_include_threads_chance_or_files(self) -> None:
        for header in ("thread", "mutex", "atomic", "condition_variable", "future", "random",
                       "iostream", "filesystem", "fstream", "ctime", "csignal", "shared_mutex"):
            with self.subTest(header):
                self.assert_caught("common/wire/codec.hpp", f"#include <{header}>",
                                   "arguments only")

    def test_chance_does_not_come_from_the_crypto_library_either(self) -> None:
        rules = [*RULES[:2], "wire:base,clock,openssl", *RULES[3:]]
        changes = {"common/wire/codec.hpp": "#include <openssl/evp.h>\n"
                                            "#include <openssl/rand.h>\n"}
        self.assert_one(self.check(changes, rules), "codec.hpp:4:", "openssl/rand.h")

    def test_a_pure_layer_may_not_name_a_clock(self) -> None:
        for clock in ("system_clock", "steady_clock", "high_resolution_clock"):
            with self.subTest(clock):
                self.assert_caught("common/clock/time.hpp",
                                   f"inline auto t() {{ return std::chrono::{clock}::now(); }}",
                                   clock, "argument")

    def test_nothing_else_of_the_product_names_a_clock_either(self) -> None:
        self.assert_caught("ctl/main.cpp", "auto t = std::chrono::steady_clock::now();",
                           "where time is read")

    def test_a_pure_layer_may_not_use_the_system_clock_of_its_neighbour(self) -> None:
        self.assert_caught("common/wire/codec.hpp", '#include "clock/system_clock.hpp"',
                           "reads the kernel's clocks")

    def test_no_part_of_the_product_locks(self) -> None:
        for file in ("common/rt/loop.cpp", "daemon/main.cpp", "ctl/main.cpp"):
            with self.subTest(file):
                self.assert_caught(file, "#include <mutex>", "mutex")

    def test_daemon_and_ctl_do_not_know_each_other(self) -> None:
        self.assert_caught("ctl/main.cpp", '#include "daemon/admission.hpp"', "daemon")
        changes = {"daemon/main.cpp": '#include "ctl/options.hpp"\n', "ctl/options.hpp": "\n"}
        self.assert_one(self.check(changes), "daemon/main.cpp:4:", "may not use ctl")

    def test_common_knows_no_process_and_nobody_knows_the_tests(self) -> None:
        self.assert_caught("common/rt/loop.cpp", '#include "daemon/admission.hpp"', "daemon")
        self.assert_caught("daemon/main.cpp", '#include "tests/check.hpp"', "tests")
        self.assert_caught("daemon/main.cpp", "#include <catch2/catch.hpp>", "catch2")

    def test_a_quoted_include_is_relative_to_common_or_the_root(self) -> None:
        self.assert_caught("common/base/error.hpp", '#include "nothing.hpp"', "not a file")
        self.assert_caught("daemon/main.cpp", '#include "admission.hpp"', "not a file")
        self.assert_caught("daemon/main.cpp", '#include "common/base/error.hpp"', "not a file")

    def test_a_pure_file_of_a_process_obeys_the_pure_rules(self) -> None:
        self.assert_caught("daemon/admission.cpp", "#include <unistd.h>", "is pure")
        self.assert_caught("daemon/admission.cpp", '#include "net/fd.hpp"', "a pure file")
        self.assert_caught("daemon/admission.cpp", "#include <systemd/sd-daemon.h>", "systemd")
        self.assert_caught("daemon/admission.hpp", "#include <mutex>", "arguments only")
        changes = {"daemon/admission.cpp": '#include "daemon/limits.hpp"\n',
                   "daemon/limits.hpp": '#include "daemon/server.hpp"\n',
                   "daemon/server.hpp": "#include <map>\n"}
        self.assertEqual(self.check(changes), [])
        changes["daemon/server.hpp"] = '#include "net/fd.hpp"\n'
        self.assert_one(self.check(changes), "daemon/server.hpp:1:", "a pure file")

    def test_a_pure_file_that_does_not_exist_is_reported(self) -> None:
        problems = self.check({}, pure_files=PURE_FILES | {"daemon/gone.cpp"})
        self.assert_one(problems, "daemon/gone.cpp:1:", "does not exist")

    def test_events_are_a_pure_part_of_a_layer_that_is_not(self) -> None:
        use = {"daemon/admission.cpp": '#include "journal/event.hpp"\n'}
        self.assertEqual(self.check(use), [])
        self.assert_caught("daemon/admission.cpp", '#include "journal/sink.hpp"', "a pure file")
        self.assert_caught("common/wire/codec.hpp", '#include "journal/event.hpp"', "layer wire")
        self.assert_caught("common/journal/event.hpp", "#include <systemd/sd-journal.h>", "systemd")
        self.assert_caught("common/journal/event.hpp", "#include <unistd.h>", "is pure")
        self.assert_caught("common/journal/event.hpp", '#include "journal/sink.hpp"', "pure part")
        self.assert_one(self.check({}, pure_parts=PURE_PARTS | {"common/journal/gone"}),
                        "common/journal/gone:1:", "does not exist")

    def test_a_unit_test_sees_what_its_layer_sees(self) -> None:
        file = "tests/unit/wire/codec_test.cpp"
        self.assert_caught(file, '#include "net/fd.hpp"', "unit test of layer wire")
        self.assert_caught(file, "#include <thread>", "not for it")
        self.assert_caught(file, "#include <random>", "not for it")
        self.assert_caught(file, "auto t = std::chrono::steady_clock::now();", "argument")

    def test_the_link_model_is_pure_and_knows_no_protocol(self) -> None:
        self.assert_caught("tests/link/queue.cpp", '#include "wire/codec.hpp"', "the link model")
        self.assert_caught("tests/link/queue.cpp", "#include <thread>", "arguments only")

    def test_a_simulation_sees_pure_layers_only(self) -> None:
        self.assert_caught("tests/sim/world.cpp", '#include "net/fd.hpp"', "a simulation")
        self.assert_caught("tests/sim/world.cpp", "#include <unistd.h>", "is pure")
        changes = {"tests/sim/world.cpp": '#include "daemon/server.hpp"\n',
                   "daemon/server.hpp": '#include "net/fd.hpp"\n'}
        self.assert_one(self.check(changes), "tests/sim/world.cpp:3:", "which is not")

    def test_an_exception_that_nothing_needs_is_reported(self) -> None:
        exceptions = [*EXCEPTIONS, ("common/wire/codec.hpp", "poll.h", "no reason any more")]
        self.assert_one(self.check({}, exceptions=exceptions), "poll.h", "not needed any more")

    def test_without_its_exception_a_file_has_no_rights(self) -> None:
        self.assert_one(self.check({}, exceptions=[]), "common/clock/system_clock.cpp:2:", "time.h")

    def test_a_folder_outside_the_table_is_reported(self) -> None:
        self.assert_one(self.check({"common/extra/thing.hpp": "\n"}), "common/extra/thing.hpp",
                        "in no layer")

    def test_the_table_is_checked_too(self) -> None:
        with_unknown = ["base:fmt,boost", *RULES[1:]]
        self.assert_one(self.check({}, with_unknown), "boost", "neither a layer nor a library")
        missing_folder = [*RULES, "ghost:base"]
        self.assert_one(self.check({}, missing_folder), "no folder common/ghost")
        pure_on_threads = ["base:fmt", "clock:base", "wire:base,clock,threads", *RULES[3:]]
        self.assert_one(self.check({}, pure_on_threads), "wire is pure and needs threads")
        pure_on_kernel = [*RULES, "late:base,net"]
        problems = self.check({"common/late/a.hpp": "\n"}, pure_on_kernel)
        self.assert_one(problems, "late is pure and uses net")
        upwards = ["base:fmt,clock", *RULES[1:]]
        self.assert_one(self.check({}, upwards), "base uses clock", "does not stand before")

    def test_comments_and_strings_do_not_include(self) -> None:
        text = ("// #include <mutex>\n/* x\n#include <thread>\n*/\n"
                'const char* s = "\\\n#include <random>\\\n";\n'
                'const char* r = R"(\n steady_clock )";\n'
                "constexpr int big = 1'000'000; // system_clock\n")
        self.assertEqual(self.check({"common/wire/codec.hpp": text}), [])

    def test_an_include_through_a_macro_is_reported(self) -> None:
        self.assert_caught("common/wire/codec.hpp", "#include HEADER", "macro")


if __name__ == "__main__":
    unittest.main()
