"""What the server says it can do (numeric 005, ISUPPORT), reduced to what the client uses.

Pure. Unknown tokens are not kept, so a hostile server cannot fill memory with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from protocol import VENDOR, fold, isupport

BOOT = f"{VENDOR}/BOOT"
ANY_NUMBER = 1_000_000
_PREFIX = re.compile(r"\(([A-Za-z]{0,32})\)([^A-Za-z0-9\s]{0,32})")
_RFC1459 = str.maketrans("{}|^", "[]\\~")
_RFC1459_STRICT = str.maketrans("{}|", "[]\\")


class Features:
    """The tokens that matter here, with the values the RFC gives while the server is silent."""

    def __init__(self) -> None:
        self.network = ""
        self.boot = ""
        """Changes whenever our server starts with an empty log; "" for servers that do not tell."""
        self.channel_types = "#&"
        self.status_prefixes = ""
        """STATUSMSG: what may stand before a channel to address only its operators, say."""
        self.prefix_modes = "ov"
        self.prefixes = "@+"
        """The signs for `prefix_modes`, highest first."""
        self.modes_with_value = "beIk"
        """CHANMODES A and B: these take a value when set and when removed."""
        self.list_modes = "beI"
        """CHANMODES A: lists."""
        self.modes_set_with_value = "l"
        """CHANMODES C: a value only when set."""
        self.extban = ("", "")
        """EXTBAN: the sign in front of an extended ban, and its letters."""
        self.flag_modes = "imnpst"
        """CHANMODES D: no value."""
        self.whox = False
        self.knock = False
        """Whether one can ask to be let into a channel (our own server does not say so, but can)."""
        self.history_limit = 0
        """CHATHISTORY: most messages of one answer, 0 for no limit."""
        self.monitor = 0
        """MONITOR: most nicknames that may be watched, 0 for none at all."""
        self._folding: dict[int, int] | None = None

    def take(self, tokens: Iterable[str], *, may_refold: bool = True) -> None:
        """Learn from the tokens of one 005; the way names are compared only changes if it `may_refold`."""
        found = isupport(tokens)
        self.network = found.get("NETWORK", self.network)
        self.boot = found.get(BOOT, self.boot)
        self.channel_types = found.get("CHANTYPES", self.channel_types)
        self.status_prefixes = found.get("STATUSMSG", self.status_prefixes)
        if "EXTBAN" in found:
            sign, _, letters = found["EXTBAN"].partition(",")
            self.extban = (sign[:1], letters[:64])
        self.whox = self.whox or "WHOX" in found
        self.knock = self.knock or "KNOCK" in found
        if (limit := found.get("CHATHISTORY", "")).isascii() and limit.isdecimal():
            self.history_limit = int(limit[:9])
        if "MONITOR" in found:
            limit = found["MONITOR"]
            self.monitor = int(limit[:9]) if limit.isascii() and limit.isdecimal() else ANY_NUMBER
        if match := _PREFIX.fullmatch(found.get("PREFIX", "")):
            size = min(len(match[1]), len(match[2]))
            self.prefix_modes, self.prefixes = match[1][:size], match[2][:size]
        groups = found.get("CHANMODES", "").split(",")
        if len(groups) >= 4:
            self.list_modes, self.modes_set_with_value = groups[0], groups[2]
            self.modes_with_value = groups[0] + groups[1]
            self.flag_modes = groups[3]
        mapping = found.get("CASEMAPPING")
        if mapping is not None and may_refold:
            self._folding = {"rfc1459": _RFC1459, "rfc1459-strict": _RFC1459_STRICT}.get(mapping)

    def fold(self, name: str) -> str:
        """The form in which nicknames and channels of this server are compared."""
        folded = fold(name)
        return folded if self._folding is None else folded.translate(self._folding)

    def limited(self, wanted: int) -> int:
        """So many messages of the past can be asked for at once."""
        return min(wanted, self.history_limit or wanted)

    def is_channel(self, target: str) -> bool:
        """Whether this is the name of a channel."""
        return target[:1] in self.channel_types and target != ""

    def split_prefixes(self, text: str) -> tuple[str, str]:
        """`@+siti` as prefixes (only known ones) and the rest."""
        rest = text.lstrip(self.prefixes)
        return text[: len(text) - len(rest)], rest

    def sorted_prefixes(self, prefixes: Iterable[str]) -> str:
        """Prefix signs once each, highest first."""
        present = set(prefixes)
        return "".join(sign for sign in self.prefixes if sign in present)

    def mode_changes(self, modes: str, values: Iterable[str]) -> list[tuple[str, bool, str]]:
        """A mode change (`+o-v`, values) as (letter, added, value), the value "" where the letter takes none."""
        found: list[tuple[str, bool, str]] = []
        adding = True
        rest = iter(values)
        for mode in modes:
            if mode in "+-":
                adding = mode == "+"
                continue
            if not (mode.isascii() and mode.isalpha()):
                continue  # no letter of any server; and so no more than 52 modes are ever kept
            always = mode in self.prefix_modes or mode in self.modes_with_value
            takes = always or (adding and mode in self.modes_set_with_value)
            found.append((mode, adding, next(rest, "") if takes else ""))
        return found

    def changed_prefixes(self, modes: str, values: Iterable[str]) -> list[tuple[str, bool, str]]:
        """Of a mode change, what concerns members: (prefix sign, added, nickname)."""
        changes = self.mode_changes(modes, values)
        signs = dict(zip(self.prefix_modes, self.prefixes, strict=True))
        return [(signs[mode], adding, value) for mode, adding, value in changes if mode in signs]
