"""The command line of the commands beside the server: `python3 server.py backup FILE` and its like. See the package."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from chatd.config import Config, ConfigError
from chatd.configfile import load
from chatd.console import HelpFormatter
from chatd.datafolder import describe_usual_folder
from chatd.log.database import sync_folder
from chatd.upkeep.account import ORDERS, account
from chatd.upkeep.backup import backup
from chatd.upkeep.check import check
from chatd.upkeep.export import FORMATS, Room
from chatd.upkeep.restore import restore
from chatd.upkeep.source import UpkeepError, history_in, open_database
from translations import ntr, tr
from translations.calling import called

EXIT_FAILED = 1


def arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line of one of `COMMANDS`."""
    parser = argparse.ArgumentParser(prog=called("server.py"), add_help=False)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str, *positional: tuple[str, str, str | None]) -> argparse._ArgumentGroup:
        added = commands.add_parser(name, description=about, add_help=False, formatter_class=HelpFormatter)
        if positional:
            group = added.add_argument_group(tr("Arguments"))
        for argument, meaning, count in positional:
            group.add_argument(argument, metavar=argument.upper(), help=meaning, nargs=count)
        options = added.add_argument_group(tr("Options"))
        options.add_argument("-h", "--help", action="help", help=tr("show this text"))
        usual = tr("the data folder (default: {folder})").format(folder=describe_usual_folder())
        options.add_argument("--data", metavar="DIR", help=usual)
        options.add_argument("--config", type=Path, metavar="FILE", help=tr("the settings that name the data folder"))
        return options

    overwrite = tr("overwrite the file if it is there")
    about = tr("Copy everything that is kept into one file; the server may be running.")
    options = command("backup", about, ("file", tr("the file to write"), None))
    options.add_argument("--force", action="store_true", help=overwrite)
    about = tr("Go back to a backup; the server must be stopped. The history of now is kept beside.")
    command("restore", about, ("file", tr("a file that backup wrote"), None))
    about = tr("Write what was said in a room; private chats are never written.")
    options = command("export", about, ("channel", tr("the room, such as #lobby"), None))
    options.add_argument("--format", choices=list(FORMATS), default="html", help=tr("what to write (default: html)"))
    options.add_argument("--output", type=Path, metavar="FILE", help=tr("the file to write (default: the terminal)"))
    options.add_argument("--force", action="store_true", help=overwrite)
    command("check", tr("See whether what is kept is whole, and what to do if not; the server may be running."))
    about = tr("Make, list, suspend and delete accounts; the server may be running. Passwords come from the terminal.")
    order = ("order", tr("one of: {orders}").format(orders=", ".join(ORDERS)), None)
    command("account", about, order, ("words", tr("the account's name; for suspend also why"), "*"))
    return parser.parse_args(argv)


def main(argv: list[str], default_folder: Path) -> int:
    """Do what the command line says; the process's exit code."""
    options = arguments(argv)
    try:
        config = load(options.config) if options.config else Config()
        folder = Path(options.data or config.server.data_dir or default_folder)
        return COMMANDS[options.command](folder, config, options)
    except (UpkeepError, ConfigError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be flushed into the closed pipe at exit.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _backup(folder: Path, _config: Config, options: argparse.Namespace) -> int:
    print(backup(folder, Path(options.file), force=options.force))
    return 0


def _restore(folder: Path, _config: Config, options: argparse.Namespace) -> int:
    print(restore(folder, Path(options.file), datetime.now().astimezone()))
    return 0


def _check(folder: Path, _config: Config, _options: argparse.Namespace) -> int:
    report = check(folder)
    print("\n".join(report.lines))
    return 0 if report.whole else EXIT_FAILED


def _export(folder: Path, _config: Config, options: argparse.Namespace) -> int:
    with closing(open_database(history_in(folder))) as connection:
        room = Room(connection, options.channel)
        pieces = FORMATS[options.format](room.key, room, None)
        if options.output is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece.encode(errors="replace"))
            sys.stdout.buffer.flush()
        else:
            _write(options.output.absolute(), pieces, options)
    if room.unreadable:
        text = ntr(
            "The history is damaged: {n} event could not be read. See: python3 server.py check",
            "The history is damaged: {n} events could not be read. See: python3 server.py check",
            room.unreadable,
        )
        print(text.format(n=room.unreadable), file=sys.stderr)
        return EXIT_FAILED
    return 0


def _write(target: Path, pieces: Iterable[str], options: argparse.Namespace) -> None:
    """A file that is there wholly or not at all."""
    if target.exists() and not options.force:
        raise UpkeepError(tr("{path} is there already. Choose another name, or add --force.").format(path=target))
    partial = target.with_name(target.name + ".part")
    # Spreadsheets take a table for what their country used before Unicode, unless it begins with this mark.
    encoding = "utf-8-sig" if options.format == "csv" else "utf-8"
    try:
        with partial.open("w", encoding=encoding, errors="replace", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise UpkeepError(tr("{path} cannot be written: {why}").format(path=target, why=error.strerror)) from error
    finally:
        partial.unlink(missing_ok=True)
    print(tr("Written: {path}").format(path=target))


COMMANDS: dict[str, Callable[[Path, Config, argparse.Namespace], int]] = {
    "backup": _backup,
    "restore": _restore,
    "export": _export,
    "check": _check,
    "account": lambda folder, config, options: account(folder, config, options.order, options.words),
}
