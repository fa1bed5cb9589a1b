"""Probes by the real programs over an emulated path, whose every packet's fate is known, or over a
cable.

A run in which this machine carried packets late measured another path than the one described, so it
is repeated, and counted.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import paths  # before what it knows the place of
from emulated import PUNCTUAL_NS, Emulated, Truth
from network import SERVER_V4
from programs import BUILD, Failed, Program, Stage, typed
from tools import CTL, ports, read_report, start_daemon

EMULATOR = str(BUILD / "tests/emulator/emulator")
MOST_ATTEMPTS = 8
_PATIENCE = 60


class EmulatedPath(paths.Path):
    """From the description of a path, in TOML."""

    name = "emulated"
    server = SERVER_V4

    def __init__(self, scenario: str, seed: int):
        self._scenario, self._seed = scenario, seed

    def __enter__(self) -> "EmulatedPath":
        self.network = Emulated(self._scenario, self._seed, EMULATOR)
        return self

    def __exit__(self, *_) -> None:
        self.network.down()

    def command(self, role: str, *command: str) -> list[str]:
        return self.network.command(role, *command)

    def device(self, role: str) -> str:
        return self.network.devices[role]


@dataclass(frozen=True)
class Scene:
    """Both hosts are ready, the probe has not begun."""

    stage: Stage
    path: paths.Path
    daemon: Program

    def start(self, role: str, *command: str) -> Program:
        return self.stage.start(self.path.command(role, *command))

    def do(self, role: str, *command: str) -> None:
        self.start(role, *command).wait(_PATIENCE)


# What happens around a probe.
Staging = Callable[[Scene], AbstractContextManager[object]]


def in_peace(_: Scene) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass
class Probed:
    """What a probe said, and over an emulated path what was true."""

    report: dict
    truth: Truth | None
    commands: list[str]
    attempts: int = 1
    late: str = ""  # how, and then it does not count


def probe(scenario: str, *options: str, seed: int = 1, settings: tuple[str, ...] = (),
          staging: Staging = in_peace, most_late_ns: float = PUNCTUAL_NS) -> Probed:
    """The first of a few attempts in which this machine was in time, or else the last of them."""
    for attempt in range(MOST_ATTEMPTS):
        with EmulatedPath(scenario, seed + 1000 * attempt) as path:
            probed = probe_over(path, *options, settings=settings, staging=staging)
            truth = probed.truth = path.network.truth()
        probed.attempts = attempt + 1
        if truth.is_as_described(most_late_ns):
            return probed
    probed.late = _lateness_of(truth)
    return probed


def probe_over(path: paths.Path, *options: str, settings: tuple[str, ...] = (),
               staging: Staging = in_peace, wrap_daemon: tuple[str, ...] = (),
               wrap_client: tuple[str, ...] = ()) -> Probed:
    """`settings` are the daemon's; `wrap_daemon` and `wrap_client` become the programs."""
    with Stage() as stage:
        daemon, serving = start_daemon(stage, path, *settings, wrap=wrap_daemon)
        probing = [*wrap_client, CTL, "probe", f"{path.server}:{ports()}", *options, "--json",
                   "--quiet"]
        with staging(Scene(stage, path, daemon)):
            ended = stage.start(path.command("client", *probing)).wait(_PATIENCE)
    report = read_report(ended.stdout)
    if not report["complete"]:
        raise Failed(f"the probe is not complete: {json.dumps(report['error'])}")
    return Probed(report, None, [typed(serving), typed(probing)])


def _lateness_of(truth: Truth) -> str:
    if truth.dropped_before:
        return f"{truth.dropped_before} packets were dropped before the path"
    return f"the emulator was {truth.lateness_ns() / 1e6:.1f} ms late"
