"""Any bytes, in pieces of any size, become messages that can be written and read again, or a `ProtocolError`.

    python -m tests.fuzz.fuzz_protocol [--seconds 60] [--seed 1]

Run on demand. Real lines are damaged at random; the names, masks and texts found in them go through the rest of
`protocol.py`. It stops at the first finding with the input that shows it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import unicodedata
from collections.abc import Callable

import protocol
from tests.fuzz.damage import damaged

SEEDS = [
    b"@time=2026-01-01T00:00:00.000Z;msgid=a1;+typing=active :Siti!~siti@a1b2.lan PRIVMSG #lobby :Halo, apa kabar?\r\n",
    b"@+a=\\:\\s\\\\\\r\\n\\b;b=;c TAGMSG #lobby\r\n",
    b":obrolan.local 005 Siti NETWORK=Kantor\\x20Kita PREFIX=(ov)@+ -EXCEPTS :are supported by this server\r\n",
    b"CAP LS 302\r\nNICK Siti\r\nUSER siti 0 * :Siti Nurhaliza\r\n",
    "PRIVMSG #日本,Éva :🙂\u200d👩 e\u0301\u0301 \u202eabc\u202c\r\n".encode(),
    b"MODE #lobby +b *!*@*.lan\nJOIN #a,#b\n\n\r\nQUIT\r\n",
    b":a  b   c  :d  \r\n@a :b\r\n: \r\n@ \r\n:\r\n",
]


def cut_up(data: bytes, chance: random.Random) -> list[bytes]:
    """The same bytes in pieces."""
    pieces: list[bytes] = []
    while data:
        size = chance.choice([1, 2, 7, 100, 5000])
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def lines_of(pieces: list[bytes], limit: int) -> list[bytes] | None:
    """What a buffer makes of the pieces; None when the stream is cut."""
    buffer = protocol.LineBuffer(limit)
    try:
        return [line for piece in pieces for line in buffer.feed(piece)]
    except protocol.UnfinishedLineError:
        return None


def check_message(line: bytes) -> list[str]:
    """A line reads the same when written again, or is refused; returns the texts found in it."""
    protocol.line_fits(line)
    try:
        message = protocol.parse(line)
    except protocol.ProtocolError:
        return []
    written = protocol.format_bytes(message)
    assert protocol.parse(written[:-2]) == message
    assert not set(written[:-2]) & set(b"\r\n\0")
    protocol.isupport(message.params)
    nickname, user, host = protocol.split_source(message.source)
    assert message.source in {nickname + bang + user + at + host for bang in ("", "!") for at in ("", "@")}
    return [message.source, *message.params, *message.tags, *message.tags.values()]


def check_text(text: str, limit: int) -> None:
    """Names made of a text are accepted by the server, its pieces are whole, and what is shown hides nothing."""
    nickname = protocol.nickname_from_name(text)
    assert not nickname or protocol.valid_nickname(nickname) or protocol.mixes_scripts(nickname)
    if protocol.valid_nickname(nickname):
        assert protocol.valid_nickname(protocol.numbered_nickname(nickname, limit))
    folded = protocol.fold(text)
    assert protocol.fold(folded) == folded
    assert unicodedata.is_normalized("NFC", folded)
    assert protocol.mask_matches("*", text)
    assert not text or protocol.mask_matches(f"?*{folded[1:]}", text)
    pieces = protocol.split_text(text, limit)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert all(0 < len(piece.encode()) <= limit or len(piece) == 1 for piece in pieces) or not text
    assert not protocol.has_hidden(protocol.show_hidden(text))
    assert not (protocol.valid_channel(text) and set(text) & set(" ,\0\r\n\a"))


def check(seed: int) -> int:
    """One round; returns how many lines it saw."""
    chance = random.Random(seed)
    data = damaged(SEEDS, chance)
    limit = chance.choice([64, 600, protocol.UNFINISHED_BYTES])
    lines = lines_of([data], limit)
    assert lines == lines_of(cut_up(data, chance), limit)
    for line in lines or []:
        for text in check_message(line):
            check_text(text, chance.randint(1, 60))
    return len(lines or [])


def run(seconds: float, seed: int, clock: Callable[[], float] = time.monotonic) -> None:
    """Rounds until the time is over."""
    end = clock() + seconds
    first = seed
    lines = 0
    while clock() < end:
        try:
            lines += check(seed)
        except Exception:
            sys.stderr.write(f"--seed {seed} shows it: {damaged(SEEDS, random.Random(seed))!r}\n")
            raise
        seed += 1
    sys.stdout.write(f"{seed - first:,} rounds and {lines:,} lines in {seconds:g} s, nothing found\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    run(options.seconds, options.seed)
