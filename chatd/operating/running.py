"""Orders about the server: config, log, audit, stats, backup, owner, stop. See the package.

Each is a function of a `Desk` and the words behind it, as in `people`. What needs the disk (audit, backup, settings
read anew) is done without the state's lock. Entered by the thread `prompt`.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import protocol
from chatd import logfiles, spans
from chatd.commands import audit as auditing
from chatd.commands.stewardship import OrderError
from chatd.config import LEVELS, ConfigError
from chatd.configfile import SECTIONS
from chatd.listeners.metrics import resident_bytes
from chatd.log import LogError
from chatd.operating.desk import Desk, is_room
from chatd.operating.layout import texts
from chatd.upkeep.backup import backup as copy_all
from chatd.upkeep.source import UpkeepError, size_text
from translations import ntr, tr

FORCE = "--force"
REASON_BYTES = 200


def config(desk: Desk, words: list[str]) -> list[str]:
    """The settings, all or a section; `reload` reads them anew."""
    wanted = words[0].strip("[]").lower() if words else ""
    if wanted == "reload":
        desk.note("REHASH")
        try:
            return desk.context.reload()
        except ConfigError as error:
            raise OrderError(tr("the settings stay as they are: %s") % error) from error
    if wanted and wanted not in SECTIONS:
        raise OrderError(
            tr("There is no section {name}; there are {names}").format(name=wanted, names=", ".join(SECTIONS))
        )
    sections = re.split(r"^(?=\[)", desk.means.settings(), flags=re.MULTILINE)
    chosen = [each for each in sections if re.match(rf"\[+{re.escape(wanted)}\b", each)] if wanted else sections
    return "".join(chosen).rstrip().splitlines() or [tr("There is nothing in it")]


def log(_desk: Desk, words: list[str]) -> list[str]:
    """How much is shown here."""
    if words:
        level = words[0].lower()
        if level not in LEVELS:
            raise OrderError(tr("There are {names}").format(names=", ".join(LEVELS)))
        logfiles.set_level(level)
        _desk.note(f"LOG {level}")
    return [tr("Shown from here on: {level}").format(level=logging.getLevelName(logfiles.root.level).lower())]


def audit(desk: Desk, words: list[str]) -> list[str]:
    """Who did what, the latest; a room's alone."""
    room = words.pop(0) if words and is_room(words[0]) else ""
    number = words[0] if words else str(auditing.SHOWN)
    if not (number.isascii() and number.isdecimal() and 0 < int(number[:9]) <= auditing.MOST):
        raise OrderError(tr("Say how many, from 1 to {n}").format(n=auditing.MOST))
    try:
        notes = auditing.read(desk.context, int(number), room)
    except LogError as error:
        raise OrderError(tr("The history cannot be read now: {why}").format(why=error)) from error
    return [*notes, tr("Times are UTC")] if notes else [tr("Nothing was done yet")]


def stats(desk: Desk, _words: list[str]) -> list[str]:
    """Figures."""
    context, state = desk.context, desk.context.state
    with state.lock:
        people, most, rooms = state.people, state.most_people, len(state.channels)
    used = context.usage.totals()
    memory = resident_bytes()
    rows = [
        [tr("People"), tr("{n}, {most} at most since the start").format(n=people, most=most)],
        [tr("Connections"), str(desk.means.connections())],
        [tr("Rooms"), str(rooms)],
        [tr("Messages"), tr("{n} since the start").format(n=used.get("PRIVMSG", 0) + used.get("NOTICE", 0))],
        [tr("Memory"), size_text(memory) if memory is not None else "-"],
        [tr("Waiting for the disk"), str(context.log.waiting())],
        [tr("Running for"), spans.written(context.now() - context.started_at)],
    ]
    if trouble := context.log.trouble():
        rows.append([tr("Nothing is kept"), trouble])
    return texts(rows, desk.width)


def backup(desk: Desk, words: list[str]) -> list[str]:
    """Copy everything that is kept into one file."""
    force = words[-1] == FORCE
    name = " ".join(words[:-1] if force else words)
    if not name:
        raise OrderError(tr("Say where to: the name of a file"))
    target = Path(name).expanduser()
    try:
        told = copy_all(desk.means.folder, target, force=force, ending=desk.means.ending)
    except UpkeepError as error:
        raise OrderError(str(error)) from error
    desk.note(f"BACKUP {target.name}")
    return told.splitlines()


def owner(desk: Desk, _words: list[str]) -> list[str]:
    """Whose server it is."""
    context = desk.context
    with context.state.lock:
        code = context.owners.code
        names = sorted(each.name for each in context.accounts if str(each.id) in context.owners)
    if code:
        return [tr("The server is nobody's yet: type /owner {code} in your window").format(code=code)]
    if not names:
        return [tr("The server is nobody's; its operators stand in the settings")]
    return [
        ntr("It belongs to the account {names}", "It belongs to the accounts {names}", len(names)).format(
            names=", ".join(names)
        )
    ]


def stop(desk: Desk, words: list[str]) -> list[str]:
    """End the server; everybody reads why."""
    reason = protocol.cut_bytes(" ".join(words), REASON_BYTES)
    desk.note(f"STOP: {reason or 'no reason'}")
    desk.means.stop(reason)
    return []
