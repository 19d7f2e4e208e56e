"""`python3 server.py account`: making, listing, suspending and deleting accounts, and hashing a password.

While the server runs it does the work itself (`listeners.control`); otherwise this process opens the data folder, which
nobody else can use meanwhile. Passwords come from standard input, never from the command line, which others can see.
"""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from chatd import scram
from chatd.accounts import Accounts
from chatd.commands.call import Context
from chatd.commands.stewardship import Answer, Stewardship
from chatd.config import Config
from chatd.datafolder import DataFolder, DataFolderError, FolderInUseError
from chatd.listeners import control
from chatd.log import LogError
from chatd.log.opening import open_log
from chatd.marks import ReadMarks
from chatd.metadata import KIND, Metadata
from chatd.restoring import restore_channels
from chatd.upkeep.source import UpkeepError
from translations import tr

ORDERS = ("add", "list", "password", "suspend", "unsuspend", "drop", "hash")
WITH_PASSWORD = ("add", "password")
LOG_S = 20.0
EXIT_FAILED = 1


def account(folder: Path, config: Config, order: str, words: Sequence[str]) -> int:
    """Carry out what the command line says; the process's exit code. Raises `UpkeepError`."""
    if order not in ORDERS:
        raise UpkeepError(tr("{order} is none of: {orders}").format(order=order, orders=", ".join(ORDERS)))
    if order == "hash":
        print(_hash(config))
        return 0
    if order != "list" and not words:
        raise UpkeepError(tr("Name the account: python3 server.py account {order} NAME").format(order=order))
    if order in WITH_PASSWORD and not config.accounts.enabled:
        raise UpkeepError(tr("The settings say that there are no accounts ([accounts] enabled)"))
    password = read_password() if order in WITH_PASSWORD else ""
    answer = _carry_out(folder, config, [order, *words], password)
    print("\n".join(answer.lines), file=sys.stdout if answer.done else sys.stderr)
    return 0 if answer.done else EXIT_FAILED


def read_password() -> str:
    """A line of standard input; asked for twice, unseen, on a terminal."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.removesuffix("\n").removesuffix("\r")
    password = getpass.getpass(tr("Password: "))
    if getpass.getpass(tr("Once more: ")) != password:
        raise UpkeepError(tr("The two are not the same; nothing has changed"))
    return password


def _hash(config: Config) -> str:
    """A password as settings hold it."""
    try:
        raw = scram.prepare(read_password())
    except scram.ScramError:
        raise UpkeepError(tr("This cannot be a password")) from None
    return scram.as_text(scram.make_verifier(raw, config.accounts.kdf_iterations))


def _carry_out(folder: Path, config: Config, words: list[str], password: str) -> Answer:
    try:
        opened = DataFolder(folder)
    except FolderInUseError:
        try:
            return Answer(*control.ask(folder, words, password))
        except (OSError, ValueError, KeyError) as error:
            text = tr("The running server does not answer ({why}); restart it and try again")
            raise UpkeepError(text.format(why=error)) from error
    except DataFolderError as error:
        raise UpkeepError(str(error)) from error
    with closing(opened):
        try:
            return _beside(opened, config, words, password)
        except LogError as error:
            raise UpkeepError(str(error)) from error


def _beside(folder: DataFolder, config: Config, words: list[str], password: str) -> Answer:
    """Do it without a server."""
    failures: list[str] = []
    log = open_log(config.history, folder.path, time.time, time.monotonic, failures.append)
    context = Context(
        config=config,
        log=log,
        now=time.time,
        monotonic=time.monotonic,
        host_of=folder.host_of,
        motd=list,
        version="",
        started_at=time.time(),
        accounts=Accounts(log.kept, config.accounts, folder.secret("accounts")),
        marks=ReadMarks(log.kept.markers),
        metadata=Metadata(log.kept.facts.get(KIND)),
    )
    restore_channels(context.state, log, context.accounts, config.lobby.name, time.time())
    steward = Stewardship(context)
    log.follow(steward.follow)
    log.start()
    try:
        return steward.carry_out(words, password)
    finally:
        log.stop(LOG_S)
