"""Which web pages may speak to the server, by what their browser says of them (Origin, Host).

A page of evil.example whose name is made to lead to our address (DNS rebinding) says evil.example as its host too: only
names that nobody outside can own are the server's own. Pure functions; imports the standard library only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

LOCAL_ENDINGS = (".local", ".lan", ".home.arpa", ".internal")


def may_come(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """Whether a page of this origin may connect to this Host. Programs that are no browsers say no origin."""
    if origin is None or "*" in allowed:
        return True
    if allowed:
        return origin.rstrip("/").lower() in {one.rstrip("/").lower() for one in allowed}
    name = _name_of(origin)
    return name == _name_of(f"//{host}") and _is_local(name)


def is_ours(host: str) -> bool:
    """Whether this Host is an address, or a name that exists in the local network alone."""
    return _is_local(_name_of(f"//{host}"))


def _name_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_local(name: str) -> bool:
    """Whether nobody outside can own this name: an address, `localhost`, `schoolserver`, `schoolserver.lan`."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(LOCAL_ENDINGS))
    return True
