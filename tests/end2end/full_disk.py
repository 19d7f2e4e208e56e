"""A real server on a disk of its own that is filled up and emptied again; prints what happened as JSON.

Run by test_disk_full.py in a name space of its own, where it may mount a small tmpfs:

    unshare -Urm python -m tests.end2end.full_disk FOLDER
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import protocol
from tests.end2end.harness import QUIET, IrcClient, ServerProcess
from tests.end2end.talkers import CAPS, ROOM, history

SIZE = "4m"
BEFORE, ATTEMPTS = 100, 2000
FULL = "nothing can be kept"
AGAIN = "can be kept again"


def fill(path: Path) -> None:
    """Take up all that is left."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def say(client: IrcClient, text: str) -> str:
    """Send a message; the msgid of its echo, "" when it was refused."""
    lines = client.ask(f"@label=say PRIVMSG {ROOM} :{text}")
    answers = [answer for answer in map(protocol.parse, lines) if answer.tags.get("label") == "say"]
    echo = [answer for answer in answers if answer.command == "PRIVMSG" and answer.params[1] == text]
    if echo:
        return echo[0].tags["msgid"]
    assert any(answer.command == "FAIL" for answer in answers), f"{text!r} was neither echoed nor refused: {lines}"
    return ""


def scenario(folder: Path) -> Iterator[tuple[str, object]]:
    """What there is to tell, by name."""
    with ServerProcess(folder, QUIET) as server:
        caps = (*CAPS, "standard-replies", "labeled-response", "batch")
        siti, ani = (server.connect(name, *caps) for name in ("siti", "ani"))
        for client in (siti, ani):
            client.ask(f"JOIN {ROOM}")
        texts = {say(siti, f"before {number}"): f"before {number}" for number in range(BEFORE)}
        fill(folder / "filler")
        filled = time.monotonic()
        refused = []
        for number in range(ATTEMPTS):
            text = f"full {number} " + "x" * 300
            msgid = say(siti, text)
            if msgid:
                texts[msgid] = text
            else:
                refused.append(text)
            if len(refused) == 20:
                break
        assert len(refused) == 20, "the disk was never full"
        yield "noticed_s", time.monotonic() - filled
        server.wait_for(FULL)

        heard = [protocol.parse(line) for line in ani.fence()]
        shown = {line.tags["msgid"]: line.params[1] for line in heard if line.command == "PRIVMSG"}
        assert shown == texts, "others must see what was kept and nothing else"
        page = ani.ask(f"CHATHISTORY LATEST {ROOM} * 5")
        assert sum(" PRIVMSG " in line for line in page) == 5, page
        budi = server.connect("budi", *CAPS)
        assert any(f" 366 budi {ROOM}" in line for line in budi.ask(f"JOIN {ROOM}"))
        assert any(line.partition("!")[0].endswith(":budi") and " JOIN " in line for line in siti.fence())

        (folder / "filler").unlink()
        emptied = time.monotonic()
        server.wait_for(AGAIN)
        yield "recovered_s", time.monotonic() - emptied
        texts[say(siti, "after")] = "after"
        assert "" not in texts
        server.kill()
        server.start()
        kept = history(server)
        assert dict(kept) == texts, "kept is what was echoed, and nothing else"
        assert [text for _, text in kept] == list(texts.values())
        yield "echoed", len(texts)
        yield "refused", len(refused)


def main() -> None:
    folder = Path(sys.argv[1])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    print(json.dumps(dict(scenario(folder))))


if __name__ == "__main__":
    main()
