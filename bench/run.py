"""./dev bench: measures wyndrvr against the project's yardstick and against other tools.

Each verb prints tables and leaves a JSON document with every single value beside them.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import signal
import sys
import textwrap

import accuracy
import latency
import pacing
import placements
import scale
import search
import tags
import throughput
import verdicts
from contest import WIDTH
from paths import Unavailable
from programs import BUILD
from tools import versions

VERBS = {"throughput": throughput, "pacing": pacing, "latency": latency, "search": search,
         "accuracy": accuracy, "verdicts": verdicts, "tags": tags, "scale": scale,
         "placements": placements}
RESULTS = BUILD / "results"
_NEED_ROOT = {"throughput": "network namespaces and full socket buffers",
              "pacing": "a packet socket",
              "latency": "packet sockets and network namespaces",
              "accuracy": "network namespaces and TUN devices",
              "verdicts": "network namespaces and TUN devices"}
_ROUNDS = 8


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("verbs", nargs="*", metavar="VERB", help=f"{', '.join(VERBS)}; default all")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help=f"rounds ({_ROUNDS}; accuracy {accuracy.DEFAULT_ROUNDS}, verdicts "
                             f"{verdicts.DEFAULT_ROUNDS})")
    parser.add_argument("--seconds", type=float, metavar="S",
                        help="of each run (throughput, pacing, placements 2; latency 3; scale 5; "
                             "tags 0.2; accuracy 1 at a fixed rate; searches take their time)")
    parser.add_argument("--json", action="store_true", help="print the JSON and no tables")
    parser.add_argument("--peers", action="store_true",
                        help="install the other tools, and run those of them that take long")
    parser.add_argument("--only", metavar="WORDS",
                        help="only contests with these words in their title, and of others only "
                             "the contestants with them in their name")
    arguments = parser.parse_args()
    for verb in arguments.verbs:
        if verb not in VERBS:
            parser.error(f"there is no verb '{verb}'; there are: {', '.join(VERBS)}")
    if (arguments.rounds is not None and arguments.rounds < 1) or (
            arguments.seconds is not None and not 0.1 <= arguments.seconds <= 60):
        parser.error("--rounds takes 1 or more, --seconds 0.1 to 60")
    return arguments


def host() -> dict:
    """What the figures are of."""
    model = [line.partition(":")[2].strip() for line in
             pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return {"kernel": platform.release(), "cpu": model[0] if model else platform.machine(),
            "cpus": os.cpu_count(), "load_average": os.getloadavg()[0]}


def tell(line: str) -> None:
    """Where we are, on one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def hold(verb: str, arguments: argparse.Namespace) -> dict:
    """All contests of a verb; prints each when it is over, and returns the document."""
    module = VERBS[verb]
    seconds = arguments.seconds or module.DEFAULT_SECONDS
    rounds = arguments.rounds or getattr(module, "DEFAULT_ROUNDS", _ROUNDS)
    more = {"with_peers": arguments.peers} if verb == "scale" else {}
    document = {"schema": "wyndrvr.bench/1", "verb": verb,
                "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                "host": host(), "versions": versions(), "rounds": rounds,
                "seconds": seconds, "contests": [], "left_out": []}
    commands: dict[str, None] = {}
    show = (lambda text: None) if arguments.json else (lambda text: print(text, flush=True))
    show(heading(document))
    for path, contest in module.contests(seconds, **more):
        contest = contest.only(arguments.only or "")
        if not contest.contestants:
            continue
        try:
            with path:
                contest.hold(rounds, tell)
        except Unavailable as reason:
            document["left_out"].append(f"{contest.title}: {reason}")
            show(f"Left out: {contest.title}: {reason}\n")
            continue
        tell("")
        document["contests"].append(contest.as_json())
        commands |= dict.fromkeys(contest.commands())
        show(contest.as_text())
    show(listing(commands))
    return document


def heading(document: dict) -> str:
    there = [version for version in document["versions"].values() if version]
    absent = [name for name, version in document["versions"].items() if not version]
    machine = document["host"]
    each = "" if document["seconds"] is None else f"{document['seconds']:g} s each, "
    lines = [f"== {document['verb']}: {document['rounds']} rounds, {each}{document['date']}",
             f"{machine['cpus']} x {machine['cpu']}, Linux {machine['kernel']}, "
             f"load {machine['load_average']:.1f} before",
             "; ".join(there)]
    if absent:
        lines.append(f"Not installed, so left out: {', '.join(absent)} (./dev bench --peers).")
    return "\n".join(lines) + "\n"


def listing(commands: dict[str, None]) -> str:
    """For whoever wants to run them too."""
    lines = ["What was run, each once:"]
    for command in commands:
        lines += textwrap.wrap(command, WIDTH, initial_indent="  ", subsequent_indent="      ",
                               break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def main() -> int:
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    RESULTS.mkdir(parents=True, exist_ok=True)
    invalid = 0
    for verb in arguments.verbs or VERBS:
        if verb in _NEED_ROOT and os.geteuid() != 0:
            print(f"Left out: {verb} needs root, for {_NEED_ROOT[verb]}.", file=sys.stderr)
            continue
        document = hold(verb, arguments)
        file = RESULTS / f"{verb}.json"
        file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        if arguments.json:
            print(json.dumps(document))
        else:
            print(f"All values: {os.path.relpath(file)}\n")
        invalid += sum(len(contest["invalid"]) for contest in document["contests"])
    if invalid:
        print(f"{invalid} runs are INVALID and not counted; each is named above.", file=sys.stderr)
    return 1 if invalid else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:  # as in ./dev bench | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
