"""The command line of the server, and the settings that follow from it, from the file and from the environment.

Imports `config`, `configfile` and `console`; the main thread's, at the start and when the settings are read anew.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path
from typing import Any

import protocol
from chatd import console
from chatd.config import LEVELS, Config, check
from chatd.configfile import Origins, read
from chatd.datafolder import describe_usual_folder
from translations import tr
from translations.calling import called

VERSION = f"obrolan-{protocol.VERSION}"


def arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog=called("server.py"),
        formatter_class=console.HelpFormatter,
        add_help=False,
        description=tr("Start a chat server that everybody on this network can join."),
        epilog=tr(
            "Examples:\n"
            "  python3 server.py                        everybody joins at this computer's address, port 8888\n"
            '  python3 server.py --name "Lab 2"         the name people see\n'
            "  python3 server.py --port 8889            when 8888 is taken\n"
            "  python3 server.py --host 127.0.0.1       only this computer can join\n"
            "  python3 server.py --config server.toml   settings from a file (docs/administration.md)\n"
            "\n"
            "Commands, while it runs or not (COMMAND --help says more):\n"
            "  python3 server.py backup FILE            everything that is kept, in one file\n"
            "  python3 server.py restore FILE           go back to that (the server stopped)\n"
            "  python3 server.py export lobby           what was said in a room, as html, jsonl or csv\n"
            "  python3 server.py check                  whether what is kept is whole\n"
            "  python3 server.py account add NAME       make an account (list, password, suspend, drop)\n"
            "  python3 server.py config                 the settings as they are, with comments\n"
            "\n"
            "Ctrl+C stops the server and tells everybody. Any IRC program can join too."
        ),
    )
    options = parser.add_argument_group(tr("Options"))
    options.add_argument("-h", "--help", action="help", help=tr("show this text"))
    options.add_argument("--host", metavar="ADDRESS", help=tr("listen on this address only (default: all, 0.0.0.0)"))
    options.add_argument(
        "--port", type=int, metavar="N", help=tr("listen on this port (default: 8888; 0 takes a free one)")
    )
    options.add_argument(
        "--data",
        metavar="DIR",
        help=tr("folder for keys and history (default: {folder})").format(folder=describe_usual_folder()),
    )
    options.add_argument(
        "--config", type=Path, metavar="FILE", help=tr("read settings from this TOML file; options here come first")
    )
    options.add_argument(
        "--no-history", action="store_true", help=tr("keep nothing of what is said on disk (accounts are kept)")
    )
    options.add_argument("--lobby", metavar="NAME", help=tr("the room everybody is in (default: #lobby)"))
    options.add_argument("--name", metavar="TEXT", help=tr("the name people see, such as “Lab 2” (default: Obrolan)"))
    options.add_argument(
        "--classic",
        action="store_true",
        help=tr("also open the ports of classic chat programs: 5555, 9090, 5001, 59000, UDP 5005 (docs/classic.md)"),
    )
    options.add_argument(
        "--log-level",
        choices=LEVELS,
        help=tr("how much is shown: info shows who comes and goes, debug every message too (default: info)"),
    )
    options.add_argument("--version", action="version", version=VERSION, help=tr("show the version"))
    return parser.parse_args(argv)


def configure(options: argparse.Namespace, origins: Origins | None = None) -> Config:
    """The settings of file, environment and command line together, each before the other. Raises `ConfigError`.

    `origins` is told which are from where.
    """
    config, found = read(options.config, os.environ)
    given: dict[tuple[str, str], object] = {
        ("server", "network"): options.name and options.name.strip(),
        ("server", "data_dir"): options.data,
        ("listen", "host"): options.host,
        ("listen", "port"): options.port,
        ("lobby", "name"): options.lobby and "#" + options.lobby.removeprefix("#"),
        ("classic", "enabled"): options.classic or None,
        ("history", "enabled"): False if options.no_history else None,
        ("logs", "level"): options.log_level,
    }
    for (table, key), value in given.items():
        if value is not None:
            changed: dict[str, Any] = {table: dataclasses.replace(getattr(config, table), **{key: value})}
            config = dataclasses.replace(config, **changed)
            found[table, key] = tr("the command line")
    (origins if origins is not None else {}).update(found)
    return check(config)
