"""How the cost grows with members, speakers and length: `python -m tests.bench.growth` draws docs/pictures/growth.png.

Ours and, where it is installed, InspIRCd, in turns, CPU of the server for each delivered line. Needs matplotlib, which
is no requirement of the project: `pip install matplotlib`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import modes
from tests.bench.load import allow_files
from tests.bench.servers import CONTESTANTS, ROOT, Contestant, FailedError, Running

PICTURE = ROOT / "docs" / "pictures" / "growth.png"
SECONDS = 2.0
COLOURS = {"Obrolan": "#1f6feb", "InspIRCd": "#8b949e"}
SERIES: list[tuple[str, str, list[int], dict[str, int]]] = [
    ("members", "members of the room (10 speak)", [10, 30, 100, 300, 1000, 3000, 10_000], {"publishers": 10}),
    ("publishers", "how many of 100 speak", [1, 2, 4, 8, 16, 32, 64], {"members": 100}),
    ("size", "bytes of a message (100 members)", [16, 64, 256, 1024, 4096, 8192], {"members": 100}),
]
"""What varies, how it is called, its values, and what stays."""


def measure(contestant: Contestant, **options: Any) -> modes.Figures:
    """One run of `modes.throughput` on a server of its own."""
    if options.get("size", 0) > modes.LINE_TEXT:
        options["caps"] = lambda number: modes.MULTILINE if number < 10 else ""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with Running(contestant, Path(folder)) as running:
            return modes.throughput(running, seconds=SECONDS, **options)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    import matplotlib as mpl  # an extra that nothing else needs

    mpl.use("Agg")
    from matplotlib import pyplot, ticker

    allow_files()
    contestants = [each for each in CONTESTANTS if each.name in COLOURS and each.installed]
    figure, axes = pyplot.subplots(2, len(SERIES), figsize=(12, 6.4), sharex="col", sharey="row")
    for column, (name, title, values, options) in enumerate(SERIES):
        for contestant in contestants:
            found: dict[int, modes.Figures] = {}
            for value in values:
                try:
                    found[value] = measure(contestant, **options, **{name: value})
                except (FailedError, OSError) as error:  # no multiline, or too many at once
                    print(f"{contestant.name}, {title}, {value}: {error}", flush=True)
                    continue
                told = ", ".join(f"{key} {figure:.3g}" for key, figure in found[value].items())
                print(f"{contestant.name}, {title}, {value}: {told}", flush=True)
            for row, key in enumerate(("cpu_us_per_line", "millions_per_s")):
                heights = [each[key] for each in found.values()]
                axes[row][column].plot(
                    list(found), heights, "o-", color=COLOURS[contestant.name], label=contestant.name
                )
        for row in (0, 1):
            axes[row][column].set_xscale("log")
            axes[row][column].set_yscale("log")
            axes[row][column].grid(visible=True, which="both", alpha=0.25)
            for axis in (axes[row][column].xaxis, axes[row][column].yaxis):
                axis.set_major_formatter(ticker.StrMethodFormatter("{x:,g}"))
                axis.set_minor_formatter(ticker.NullFormatter())
        axes[1][column].set_xlabel(title)
    axes[0][0].set_ylabel("server CPU, µs per delivered line")
    axes[1][0].set_ylabel("million delivered lines a second")
    axes[0][0].legend()
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=80)


if __name__ == "__main__":
    main()
