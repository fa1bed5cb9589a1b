"""What one datagram costs beside the kernel: its tag above all, made and checked in trains."""

import subprocess

from contest import Column, Comparison, Contest, Contestant, Run
from paths import Loopback
from programs import BUILD, Stage, typed
from tools import read_document

DEFAULT_SECONDS = 0.2
PER_DATAGRAM = str(BUILD / "bench/per_datagram")
_PATIENCE = 60
_YARDSTICK = "encrypt_a_block_each"


def contests(seconds: float):
    path = Loopback()  # it is not used
    names = subprocess.run([PER_DATAGRAM, "--benchmark_list_tests"], capture_output=True, text=True,
                           timeout=10, stdin=subprocess.DEVNULL, check=True).stdout.split()
    contestants = [_contestant(name, seconds) for name in names]
    comparisons = [Comparison(name, yardstick, ("ns",)) for name in names
                   if name.startswith(("tag", "verify"))
                   for yardstick in names
                   if yardstick == f"{_YARDSTICK}/{name.partition('/')[2]}"]
    yield path, Contest("one datagram, in trains of /N", [Column("ns", "ns", has_spread=True)],
                        contestants, comparisons)


def _contestant(name: str, seconds: float) -> Contestant:
    def run(_: dict[str, Run]) -> Run:
        command = [PER_DATAGRAM, f"--benchmark_filter=^{name}$",
                   f"--benchmark_min_time={seconds:g}", "--benchmark_format=json"]
        with Stage() as stage:
            ended = stage.start(command).wait(_PATIENCE)
        measured = read_document(ended.stdout)["benchmarks"][0]
        return Run({"ns": 1e9 / measured["items_per_second"]}, [typed(command)])

    return Contestant(name, run)
