"""AES-128, encryption of single blocks (FIPS 197), and CMAC (RFC 4493), for the protocol's tags.

Slow and not safe against timing, which is no harm in a test. It exists so that the model of the
protocol needs nothing but Python's standard library.
"""


def _sbox() -> list[int]:
    """The substitution of FIPS 197, section 5.1.1: inverse in GF(2^8), then an affine map."""
    box = [0x63] * 256
    p = q = 1
    while True:
        p ^= (p << 1) ^ (0x11B if p & 0x80 else 0)  # times 3
        p &= 0xFF
        for shift in (1, 2, 4):  # divided by 3
            q ^= q << shift
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rotated = (q << shift | q >> 8 - shift for shift in range(5))
        box[p] = 0x63
        for value in rotated:
            box[p] ^= value & 0xFF
        if p == 1:
            return box


_SBOX = _sbox()
# What a byte in the first row contributes to its column: MixColumns after SubBytes.
_MIXED = [_s2 << 24 | _s << 16 | _s << 8 | _s2 ^ _s
          for _s in _SBOX for _s2 in [(_s << 1 ^ (0x11B if _s & 0x80 else 0)) & 0xFF]]


def _rotate(word: int, bits: int) -> int:
    return (word >> bits | word << 32 - bits) & 0xFFFFFFFF


def _substitute(word: int) -> int:
    return int.from_bytes(bytes(_SBOX[byte] for byte in word.to_bytes(4, "big")), "big")


class Aes128:
    """One key, expanded once."""

    def __init__(self, key: bytes):
        assert len(key) == 16
        words = [int.from_bytes(key[i:i + 4], "big") for i in range(0, 16, 4)]
        constant = 1
        for i in range(4, 44):
            word = words[i - 1]
            if i % 4 == 0:
                word = _substitute(_rotate(word, 24)) ^ constant << 24
                constant = (constant << 1 ^ (0x11B if constant & 0x80 else 0)) & 0xFF
            words.append(words[i - 4] ^ word)
        self._words = words

    def encrypt(self, block: bytes) -> bytes:
        assert len(block) == 16
        words = self._words
        state = [int.from_bytes(block[4 * c:4 * c + 4], "big") ^ words[c] for c in range(4)]
        for turn in range(1, 10):
            state = [_MIXED[state[c] >> 24]
                     ^ _rotate(_MIXED[state[(c + 1) % 4] >> 16 & 0xFF], 8)
                     ^ _rotate(_MIXED[state[(c + 2) % 4] >> 8 & 0xFF], 16)
                     ^ _rotate(_MIXED[state[(c + 3) % 4] & 0xFF], 24)
                     ^ words[4 * turn + c] for c in range(4)]
        last = [_SBOX[state[c] >> 24] << 24
                | _SBOX[state[(c + 1) % 4] >> 16 & 0xFF] << 16
                | _SBOX[state[(c + 2) % 4] >> 8 & 0xFF] << 8
                | _SBOX[state[(c + 3) % 4] & 0xFF] for c in range(4)]
        return b"".join((last[c] ^ words[40 + c]).to_bytes(4, "big") for c in range(4))


def _doubled(value: int) -> int:
    return (value << 1 ^ (0x87 if value >> 127 else 0)) & (1 << 128) - 1


class Cmac:
    """One key, with its two subkeys (RFC 4493, section 2.3)."""

    def __init__(self, key: bytes):
        self._cipher = Aes128(key)
        self._whole = _doubled(int.from_bytes(self._cipher.encrypt(bytes(16)), "big"))
        self._padded = _doubled(self._whole)

    def tag(self, message: bytes) -> bytes:
        last = max(len(message) - 1, 0) // 16 * 16
        subkey = self._whole
        if len(message) - last < 16:
            message = (message + b"\x80").ljust(last + 16, b"\0")
            subkey = self._padded
        chained = 0
        for at in range(0, len(message), 16):
            chained ^= int.from_bytes(message[at:at + 16], "big") ^ (subkey if at == last else 0)
            chained = int.from_bytes(self._cipher.encrypt(chained.to_bytes(16, "big")), "big")
        return chained.to_bytes(16, "big")
