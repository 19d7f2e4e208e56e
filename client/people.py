"""What is known of one person, in words that session and screens share.

Plain data like `changes.py`, which lies above it. No Qt, sockets or threads; imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Profile:
    """What the server tells of somebody (WHOIS, or WHOWAS of who is not here), as far as it does."""

    nickname: str
    name: str = ""
    """What screens call this person."""
    online: bool = True
    seen: float = 0.0
    """Who is not here: when they were last, 0.0 if that is unknown."""
    account: str = ""
    """ "" for a guest."""
    operator: bool = False
    """They run the server."""
    bot: bool = False
    away: bool = False
    away_text: str = ""
    idle: int = -1
    """Seconds since they last said something, -1 if unknown."""
    since: float = 0.0
    """When they came, 0.0 if unknown."""
    shown_name: str = ""
    """What they want to be called (metadata `display-name`)."""
    host: str = ""
    address: str = ""
    """Told to who runs the server, and of oneself."""
    rooms: list[str] = field(default_factory=list)
    """Keys of the channels in which both of us are."""


@dataclass(frozen=True, slots=True)
class ProfileShown:
    """The answer to `Session.ask_about`."""

    profile: Profile
