"""How long CHATHISTORY takes in a room of 100,000 messages, over the socket.

    .venv/bin/python tests/bench/history.py --messages 100000

Has a real server keep a room (which takes half a minute to fill), then asks each question
several times on an idle server. Prints one line per question: the lines that came, the middle and the longest time in
milliseconds from the request to its last line.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from protocol import parse  # noqa: E402
from tests.end2end.harness import QUIET, IrcClient, ServerProcess  # noqa: E402

CAPS = ("draft/chathistory", "draft/event-playback", "batch", "server-time", "message-tags", "echo-message")
AT_ONCE = 500
REPEATS = 15
TEXT = "pesan dengan beberapa kata di dalamnya, sepanjang yang biasa ditulis orang"


def fill(server: ServerProcess, messages: int) -> list[str]:
    """Say so many things in #lab; the id of every `AT_ONCE`-th."""
    speaker = server.connect("ani", *CAPS)
    speaker.ask("JOIN #lab")
    ids = []
    for start in range(0, messages, AT_ONCE):
        lines = speaker.ask(*[f"PRIVMSG #lab :{TEXT} {start + number}" for number in range(AT_ONCE)])
        ids.append(parse(lines[0]).tags["msgid"])
    return ids


def timed(client: IrcClient, line: str) -> tuple[int, list[float]]:
    """How many lines came, and the milliseconds of each try."""
    times, count = [], 0
    for _ in range(REPEATS):
        begin = time.perf_counter()
        client.send(f"CHATHISTORY {line}")
        client.expect("BATCH")
        count = 0
        while parse(str(client.line())).command != "BATCH":
            count += 1
        times.append((time.perf_counter() - begin) * 1000)
    return count, times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder), QUIET) as server:
        ids = fill(server, options.messages)
        reader = server.connect("bela", *CAPS)
        reader.ask("JOIN #lab")
        middle = ids[len(ids) // 2]
        questions = {
            "the latest 50": "LATEST #lab * 50",
            "the latest 1,000": "LATEST #lab * 1000",
            "50 before one in the middle": f"BEFORE #lab msgid={middle} 50",
            "50 after one in the middle": f"AFTER #lab msgid={middle} 50",
            "50 around one in the middle": f"AROUND #lab msgid={middle} 50",
            "50 after a moment long ago": "AFTER #lab timestamp=1970-01-01T00:00:00.000Z 50",
            "what is behind the last one": f"AFTER #lab msgid={ids[-1]} 1000",
        }
        for name, line in questions.items():
            count, times = timed(reader, line)
            print(f"{name:32}{count:6} lines   {statistics.median(times):7.2f} ms   longest {max(times):7.2f} ms")


if __name__ == "__main__":
    main()
