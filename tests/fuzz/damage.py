"""What is really sent, damaged at random: for fuzzing without a guide."""

from __future__ import annotations

import random
from collections.abc import Sequence

SPICE = [bytes([each]) for each in b'\r\n\0 :@;=\\*?-+_["\xff']
SPICE += [b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xcc\x81", b"\xe3\x85\xa4", b"\xe2\x80\x8d"]
SPICE += [b"\xf0\x9f\x99\x82", b"\xd0\xb5", b"x" * 600]
"""What readers stumble over: signs of the grammar, broken UTF-8, what is not seen, what looks like something else."""


def damaged(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Some of the seeds with bytes changed, put in, cut out or said again."""
    data = bytearray(b"".join(chance.choices(seeds, k=chance.randint(1, 4))))
    for _ in range(chance.randint(0, 12)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randint(0, 8))
        data[start:end] = chance.choice([b"", chance.choice(SPICE), chance.randbytes(3), bytes(data[start:end]) * 2])
    return bytes(data)
