"""Whose server it is: the code that claims it once, and the accounts that have.

The code stands in the data folder until an account has claimed the server with it; from then on that account is an
operator of the server whenever it is logged in. Pure; imports `log` for what is kept; under the state lock.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Collection

from chatd.log import SetFact

KIND = "owner"
NAME = "owner"
"""The name for OPER, and of the operator that an owner is."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that look like others."""
LETTERS = 12
"""60 bits: more than can be tried through OPER, which waits ten seconds after a wrong one."""


def new_code() -> str:
    """`k7mp-x2qa-9fhz`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return "-".join(letters[start : start + 4] for start in range(0, LETTERS, 4))


def _bare(code: str) -> bytes:
    return code.casefold().replace("-", "").replace(" ", "").encode()


class Owners:
    """See the module."""

    def __init__(self, owners: Collection[str] = (), code: str = "") -> None:
        """`owners` are those of accounts (`Person.owner`), `code` claims the server, "" for nothing to claim."""
        self._owners = set(owners)
        self.code = code

    def __contains__(self, owner: str) -> bool:
        return owner in self._owners

    def fits(self, code: str) -> bool:
        """Whether this is the code, with or without its hyphens."""
        return bool(self.code) and hmac.compare_digest(_bare(code), _bare(self.code))

    def claim(self, owner: str, now: float) -> SetFact:
        """This account has the server now, and the code is used up; what is to be kept of it."""
        self._owners.add(owner)
        self.code = ""
        return SetFact(KIND, owner, json.dumps({"at": int(now)}))

    def forget(self, owner: str) -> tuple[SetFact, ...]:
        """The account is no more."""
        if owner not in self._owners:
            return ()
        self._owners.discard(owner)
        return (SetFact(KIND, owner, ""),)
