"""What a person shows at a server's door besides the name. Pure; imports nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords, as they were typed; none of them stands in what `repr` says."""

    password: str = field(default="", repr=False)
    """The server's own (PASS)."""
    account: str = ""
    """The account to log in to (SASL), "" for one that is called like the nickname."""
    account_password: str = field(default="", repr=False)
    """Without one there is no such account."""
    in_clear: bool = False
    """The person agrees that others on the way can read the passwords."""

    @property
    def given(self) -> bool:
        """Whether there is a password that must not be read on the way."""
        return bool(self.password or self.account_password)


NOTHING = Credentials()
