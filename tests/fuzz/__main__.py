"""Try the ten readers of `targets.py` with as many inputs as there is time for (reliability B2).

    python -m tests.fuzz [TARGET ...] [--minutes 10] [--keep FOLDER]

With the package `atheris` (`pip install atheris`) inputs are led by what they reach in the code, and those that reach
something new are kept in the folder for the next time; without it what is really sent is damaged at random. It ends at
the first finding, with the input that shows it.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fuzz.damage import damaged

LONGEST = 4096
"""Bytes of an input."""
SECONDS_OF_ONE = 5
"""More than this for one input is a finding."""


def guided(target: str, seconds: float, folder: Path) -> str:
    """Have a process of its own try one target with atheris; its last words."""
    command = [sys.executable, "-m", "tests.fuzz", "--child", target, "--minutes", str(seconds / 60)]
    ended = subprocess.run([*command, "--keep", str(folder)], stderr=subprocess.PIPE, encoding="utf-8", check=False)
    if ended.returncode:
        sys.exit(f"{target}: a finding\n{ended.stderr.partition('Uncaught')[2] or ended.stderr[-3000:]}")
    runs, places = (re.findall(pattern, ended.stderr) for pattern in (r"units:\s*(\d+)", r" ft: (\d+)"))
    return f"{int(runs[-1]):,} executions, {int(places[-1]):,} ways through the code"


def child(target: str, seconds: float, folder: Path) -> None:
    """The process: libFuzzer never comes back from it."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["chatd", "protocol", "tests.fuzz"]):
        targets: Any = importlib.import_module("tests.fuzz.targets")
    for number, seed in enumerate(targets.SEEDS[target]):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds:.0f}",
        f"-max_len={LONGEST}",
        f"-timeout={SECONDS_OF_ONE}",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(folder)], targets.TARGETS[target])
    atheris.Fuzz()


def blind(target: str, seconds: float) -> str:
    """Try one target with damaged seeds."""
    targets: Any = importlib.import_module("tests.fuzz.targets")
    end, runs = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = damaged(targets.SEEDS[target], random.Random(runs))
        try:
            targets.TARGETS[target](data)
        except Exception:
            sys.stderr.write(f"{target}: {data!r} shows it\n")
            raise
        runs += 1
    return f"{runs:,} executions, blindly (pip install atheris)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="some of them; all without")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each target (default: 10)")
    parser.add_argument("--keep", type=Path, help="folder for inputs that reach something new")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.minutes * 60, options.keep)
        return
    known: Any = importlib.import_module("tests.fuzz.targets").TARGETS
    if unknown := set(options.targets) - set(known):
        parser.error(f"unknown {', '.join(unknown)}; there are {', '.join(known)}")
    with tempfile.TemporaryDirectory() as scratch:
        for target in options.targets or known:
            folder = (options.keep or Path(scratch)) / target
            folder.mkdir(parents=True, exist_ok=True)
            seconds = options.minutes * 60
            found = guided(target, seconds, folder) if importlib.util.find_spec("atheris") else blind(target, seconds)
            print(f"{target}: {found} in {seconds:.0f} s, nothing found", flush=True)


if __name__ == "__main__":
    main()
