"""People who stay in their rooms while nobody is connected (`[accounts] always_on`): what of them is kept.

An account that wants it (NickServ SET ALWAYS-ON) has a fact (`SetFact`) under its number, written anew when its person
comes to a channel, leaves one, or has another nickname. Imports `log`, `channel` and `person`; under the state lock.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from chatd.channel import PREFIXES, Channel
from chatd.log import SetFact
from chatd.person import Person

KIND = "standing"
EXPIRES_S = 90 * 86_400.0
"""Who was not connected for so long is gone after all."""

logger = logging.getLogger("obrolan.accounts")


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody as it was."""

    nickname: str = ""
    """"" for who wants to stay but was never here since."""
    user: str = ""
    host: str = ""
    realname: str = ""
    away: str = ""
    modes: str = ""
    signon: int = 0
    channels: dict[str, str] | None = None
    """Name -> channel user modes."""


def writes(person: Person, channels: Mapping[str, Channel]) -> tuple[SetFact, ...]:
    """What the log is to keep after a change; nothing for who goes with the last connection."""
    if not person.stays:
        return ()
    rooms = {channels[key].name: channels[key].members.get(person.id, "") for key in person.channels}
    standing = Standing(
        person.nickname, person.user, person.host, person.realname, person.away, person.modes, person.signon, rooms
    )
    return (SetFact(KIND, person.owner, json.dumps(asdict(standing), ensure_ascii=False)),)


def wanted(owner: str) -> SetFact:
    """This account wants to stay, though nobody of it is here now."""
    return SetFact(KIND, owner, json.dumps(asdict(Standing())))


def forgotten(owner: str) -> SetFact:
    return SetFact(KIND, owner, "")


def restored(facts: Mapping[str, str]) -> Iterator[tuple[str, Standing]]:
    """Owner and how it was; what cannot be read is left out."""
    for owner, text in facts.items():
        try:
            kept = json.loads(text)
            rooms = {
                str(name): "".join(letter for letter in PREFIXES if letter in str(modes))
                for name, modes in (kept.pop("channels") or {}).items()
            }
            signon = int(kept.pop("signon"))
            texts = {name: str(value) for name, value in kept.items()}
            yield owner, Standing(**texts, signon=signon, channels=rooms)
        except (ValueError, TypeError, KeyError, AttributeError):
            logger.error("what was kept of the account %s as always on cannot be read and is left out", owner)
