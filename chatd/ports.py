"""What is said at the start when a port or an address cannot be had: who has it, and what to do.

Imports `config` and the standard library only; used by the main thread.
"""

from __future__ import annotations

import socket
from pathlib import Path

from chatd.config import Config
from translations import tr


def port_taken(config: Config) -> str:
    """Somebody else listens on the port."""
    port = config.listen.port
    user = port_user(port)
    return tr(
        "Port {port} is used by another program{user}. Start with another one: python3 server.py --port {other}"
    ).format(port=port, user=f" ({user})" if user else "", other=_free_port(config.listen.host, port))


def classic_port_taken(port: int) -> str:
    """The same for one of `[classic]`."""
    user = port_user(port)
    return tr(
        "Port {port}, for classic programs, is used by another program{user}. "
        "Stop that one, or choose other ports in [classic] (docs/administration.md); 0 leaves one closed."
    ).format(port=port, user=f" ({user})" if user else "")


def _free_port(host: str, port: int) -> int:
    """A port near the wanted one that can be had right now."""
    for other in range(port + 1, min(port + 50, 65536)):
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.bind((host, other))
                return other
        except OSError:
            continue  # taken as well: try the next one
    return 0


def address_unusable(config: Config, error: OSError) -> str:
    """Why we cannot listen there."""
    host, port = config.listen.host, config.listen.port
    if isinstance(error, PermissionError):
        return tr("Port {port} needs special rights. Ports above 1023 do not: python3 server.py --port 8888").format(
            port=port
        )
    return tr("The address {host} cannot be used here ({why}). Leave --host out to listen on all addresses.").format(
        host=host, why=error.strerror
    )


def port_user(port: int) -> str:
    """Who listens on this TCP port, as `name, pid 4711`; "" where the system does not tell (only Linux does)."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = [row.split() for row in Path(table).read_text().splitlines()[1:]]
        except OSError:
            return ""
        sockets = {
            f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port
        }
        if sockets and (user := _owner_of(sockets)):
            return user
    return ""


def _owner_of(sockets: set[str]) -> str:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()}, pid {process.name}"
        except OSError:
            continue  # another user's process, or one that has just ended
    return ""
