"""Golden packets as annotated hex: lines of `offset: bytes  # what`, the offset in decimal, the
bytes in pairs of hex digits. `00*400` stands for 400 zeros. Lines that begin with # are comments.
"""

from pathlib import Path

import protocol_model as model

BYTES_PER_LINE = 24


def parse(text: str) -> bytes:
    """The packet; refuses a line whose offset is not where the bytes before it ended."""
    raw = b""
    for number, line in enumerate(text.splitlines(), 1):
        content = line.split("#")[0].strip()
        if not content:
            continue
        offset, _, pairs = content.partition(":")
        if int(offset) != len(raw):
            raise ValueError(f"line {number}: offset {offset}, but {len(raw)} bytes stand before")
        for pair in pairs.split():
            value, _, times = pair.partition("*")
            raw += bytes.fromhex(value) * int(times or 1)
    return raw


def load(path: Path) -> bytes:
    return parse(path.read_text(encoding="ascii"))


def render(title: str, datagram: bytes) -> str:
    """The one annotation that this packet has."""
    lines = [f"# {line}" for line in title.split("\n")]
    for offset, size, what in annotations(datagram):
        for at in range(offset, offset + size, BYTES_PER_LINE):
            part = datagram[at:min(at + BYTES_PER_LINE, offset + size)]
            if offset == at and size > BYTES_PER_LINE and not any(datagram[offset:offset + size]):
                lines.append(f"{offset:4}: 00*{size}  # {what}")
                break
            lines.append(f"{at:4}: {part.hex(' ')}" + (f"  # {what}" if at == offset else ""))
    return "\n".join(lines) + "\n"


def annotations(datagram: bytes) -> list[tuple[int, int, str]]:
    """Offset, size and meaning of all that the packet consists of."""
    name = model.type_of(datagram)
    found = []
    for offset, part in model.rows(name):
        if part.name == "extensions":
            found += _extensions(datagram, offset, part.size)
            continue
        value = part.unpack(datagram[offset:offset + part.size])
        what = f"{part.name} = {_shown(part.name, value)}" if part.is_number else part.name
        found.append((offset, part.size, what))
    if name in model.FILLED:
        found += _filled(name, datagram)
    if name == "FEEDBACK":
        for i in range(datagram[28]):
            offset = model.step_offset(i)
            for part in model.STEP:
                value = part.unpack(datagram[offset:offset + part.size])
                found.append((offset, part.size,
                              f"step record {i}: {part.name} = {_shown(part.name, value)}"))
                offset += part.size
    if name in model.OPEN_ENDED:
        found.append((len(datagram) - 16, 16, "tag"))
    if name == "BULK" and len(datagram) > 40:
        found.append((40, len(datagram) - 40, "payload"))
    return found


def _filled(name: str, datagram: bytes) -> list[tuple[int, int, str]]:
    """What stands between the rows and the tag."""
    at, end = model.rows_end(name), len(datagram) - 16
    found = []
    if name == "ECHO":
        has_lengths = bool(datagram[28] & model.ECHO_FLAG_LENGTHS)
        size = model.map_bytes(len(datagram))
        found.append((at, size, f"map of {'lengths' if has_lengths else 'bits'}"))
        at += size
    if at < end:
        found.append((at, end - at, "zeros"))
    return found


def _shown(name: str, value: int) -> str:
    if name in ("lowest_delay", "last_delay"):
        return f"{value:#x}, {model.delay_of(value)} ns"
    if name in ("magic", "session", "receipt", "newest_receipt"):
        return f"{value:#x}"
    return str(value)


def _extensions(datagram: bytes, offset: int, room: int) -> list[tuple[int, int, str]]:
    used = int.from_bytes(datagram[42:44] if room == 408 else datagram[62:64], "big")
    found, at = [], offset
    for kind, value in model.read_extensions(datagram[offset:offset + room], used):
        found += [(at, 2, f"extension {kind:#x}"), (at + 2, 2, f"length = {len(value)}")]
        if value:
            found.append((at + 4, len(value), "value"))
        at += 4 + len(value)
    found.append((at, offset + room - at, "no further extensions"))
    return found
