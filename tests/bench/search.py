"""How long a search takes in a history of 100,000 messages, and how fast the index is made.

    .venv/bin/python tests/bench/search.py --messages 100000 --rooms 50

Makes a history whose words are spread as in people's texts (a few very common, most of them rare), has the index made
from it, and asks each question several times. Prints one line per question: how many were found on the first page (50),
the middle and the longest time in milliseconds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from chatd.log import Query  # noqa: E402
from chatd.log.index import NAME  # noqa: E402
from chatd.log.search import Search  # noqa: E402
from tests.chatd.log.histories import History  # noqa: E402

VOCABULARY = 20_000
WORDS = 8
REPEATS = 9


def vocabulary(chance: random.Random) -> list[str]:
    """Words of one to four syllables."""
    return [
        "".join(chance.choice("bcdfghjklmnprstw") + chance.choice("aiueo") for _ in range(chance.randint(1, 4)))
        for _ in range(VOCABULARY)
    ]


def questions(words: list[str], rooms: list[str]) -> dict[str, Query]:
    common, second, rare = words[0], words[1], words[-1]
    return {
        "the most common word": Query(f'"{common}"', rooms),
        "the two most common words": Query(f'"{common}" "{second}"', rooms),
        "an exact phrase": Query(f'"{common} {second}"', rooms),
        "a rare word": Query(f'"{rare}"', rooms),
        "one letter, as one types": Query("k", rooms),
        "three letters": Query("kat", rooms),
        "a word nobody said": Query("zzzzzz", rooms),
        "from one person": Query(conversations=rooms, nickname="n7"),
        "with a link": Query(common, rooms, has_link=True),
        "an emoji nobody sent": Query("😀", rooms),
        "in one room, the most common word": Query(f'"{common}"', rooms[:1]),
        "in one room, a word nobody said": Query("zzzzzz", rooms[:1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rooms", type=int, default=50)
    options = parser.parse_args()
    chance = random.Random(1)
    words = vocabulary(chance)
    rooms = [f"#room{number}" for number in range(options.rooms)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history = History(folder)
        texts = chance.choices(words, [1 / (rank + 1) for rank in range(VOCABULARY)], k=options.messages * WORDS)
        history.say_all(
            (
                " ".join(texts[number * WORDS : (number + 1) * WORDS]) + " https://example.org" * (number % 100 == 0),
                f"n{number % 200}",
                rooms[number % len(rooms)],
            )
            for number in range(options.messages)
        )
        search = Search(folder, history.fetch)
        began = time.perf_counter()
        search.start()
        while search.taken < options.messages:
            time.sleep(0.01)
        made_s = time.perf_counter() - began
        sizes = [(folder / file).stat().st_size / 1e6 for file in (NAME, "history.db")]
        print(f"index of {options.messages} messages: {made_s:.1f} s, {sizes[0]:.0f} MB beside {sizes[1]:.0f} MB")
        for what, query in questions(words, rooms).items():
            ask(search, what, query)
        search.stop(10)
        history.close()
        looking = Search(folder, history.fetch, indexing=False)
        ask(looking, "without an index: a common word", questions(words, rooms)["the most common word"])
        ask(looking, "without an index: a word nobody said", questions(words, rooms)["a word nobody said"])


def ask(search: Search, what: str, query: Query) -> None:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = search.search(query)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{what:40} {len(found):3} found  {statistics.median(taken):7.1f} ms  at most {max(taken):7.1f} ms")


if __name__ == "__main__":
    main()
