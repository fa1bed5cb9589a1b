"""Links whose rate stays as it is, for measurements that are held to the truth. No search was tuned
on them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Both directions are alike, but for the rate where `up_mbit` says so."""

    mbit: float  # of IP
    rtt_ms: float  # without a queue
    buffer_ms: float  # in front of the line
    loss_percent: float = 0
    loss_behind: bool = False  # the line: what it carried is gone
    up_mbit: float | None = None

    @property
    def name(self) -> str:
        """Rate, round trip and buffer, loss."""
        rate = f"{self.mbit:g}" + (f"/{self.up_mbit:g}" if self.up_mbit else "")
        loss = f" {self.loss_percent:g} %" if self.loss_percent else ""
        return f"{rate}M {self.rtt_ms:g}/{self.buffer_ms:g} ms{loss}" + (
            " behind" if self.loss_behind else "")

    @property
    def packet_ns(self) -> float:
        """That a packet of 1500 bytes takes on the line, each way at least."""
        return 12_000e9 / max(self._line(way) for way in ("up", "down"))

    def capacity(self, way: str) -> float:
        """What it carries to its far end in the long run, in bit/s."""
        kept = 1 - self.loss_percent / 100 if self.loss_behind else 1
        return self._line(way) * kept

    def scenario(self, more: str = "") -> str:
        """As a description for the emulator; `more` are further lines of both directions."""
        loss = f"{'loss_after' if self.loss_behind else 'loss'} = {self.loss_percent / 100:g}"
        lines = [f'about = "{self.name}"', "[both]", f"delay = {500 * self.rtt_ms:.0f}", loss, more]
        for way in ("up", "down"):
            buffer = max(3000, self._line(way) * self.buffer_ms / 8000)
            lines += [f"[{way}]", f"capacity = {self.capacity(way):.0f}",
                      f"rate = {self._line(way):.0f}", f"queue = {{ bytes = {buffer:.0f} }}"]
        return "\n".join(lines) + "\n"

    def _line(self, way: str) -> float:
        return 1e6 * (self.up_mbit if way == "up" and self.up_mbit else self.mbit)


LINKS = [
    Link(1, 20, 500),
    Link(1, 300, 200),
    Link(2, 60, 100, 1),
    Link(5, 40, 500),
    Link(8, 10, 50, 3, loss_behind=True),
    Link(10, 20, 500),
    Link(20, 300, 100),
    Link(25, 50, 100, 3),
    Link(40, 20, 100, up_mbit=5),
    Link(50, 100, 50, 0.5),
    Link(60, 5, 20),
    Link(75, 1, 50),
    Link(100, 10, 50, up_mbit=10),
    Link(100, 30, 5),
    Link(100, 300, 500),
    Link(125, 80, 200, 0.1),
    Link(150, 25, 30, 1, loss_behind=True),
    Link(200, 20, 25),
    Link(200, 2, 100, 3),
    Link(250, 150, 100),
    Link(300, 40, 20, 1),
    Link(350, 20, 50),
    Link(400, 1, 10),
    Link(500, 10, 50),
    Link(500, 60, 100, 0.5),
    Link(500, 15, 30, up_mbit=50),
]
