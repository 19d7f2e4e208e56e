"""The server's settings: their names, defaults and limits, and how a TOML file sets them.

May import `protocol` only. Made once by the main thread before any other thread starts; frozen after.
The numbers are those of docs/administration.md ("Limits").
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import protocol
from translations import tr

SERVER_NAME_BYTES = 63
"""It stands in front of every numeric, and those must fit in a line."""
FEWEST_ITERATIONS, MOST_ITERATIONS = 4096, 10_000_000
"""RFC 7677 asks for the first; the second is what one login may cost."""


class ConfigError(Exception):
    """A setting cannot be used; the text says which, why and what would do."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str = "obrolan.local"
    """The source of the server's own lines: a host name, `[A-Za-z0-9.-]` with a dot."""
    network: str = "Obrolan"
    """What people see (ISUPPORT NETWORK)."""
    data_dir: str = ""
    """Where keys and history live; "" is `data` beside server.py."""


@dataclass(frozen=True, slots=True)
class Listen:
    host: str = "0.0.0.0"  # noqa: S104 - a chat server is there for the whole network
    port: int = protocol.DEFAULT_PORT
    """0 takes any free port (tests)."""


@dataclass(frozen=True, slots=True)
class Lobby:
    name: str = protocol.DEFAULT_CHANNEL
    autojoin: bool = True


@dataclass(frozen=True, slots=True)
class Classic:
    """Ports for programs that send bare text (docs/classic.md); a port of 0 stays closed."""

    enabled: bool = False
    """Whether the ports below are open (--classic)."""
    notices: bool = True
    """Whether "name first" and UDP programs are told who comes, goes and is renamed."""
    name_first_port: int = 5555
    nick_port: int = 9090
    nick_second_port: int = 5001
    user_port: int = 59000
    udp_port: int = 5005
    udp_public: bool = False
    """Whether addresses outside private networks may use UDP (they can be forged)."""
    udp_silence_s: float = 300.0
    """Silence after which a UDP address has left."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names that belong to somebody (docs/protocol.md, "Accounts")."""

    quiet: bool = True
    """Whether our clients may register their name by themselves, with a secret nobody sees."""
    quiet_days: float = 30.0
    """Days without use after which such an account lapses; others never do."""
    iterations: int = 600_000
    """PBKDF2 rounds of a new SCRAM-SHA-256 verifier; an older one is renewed at the next login with the password."""
    new_per_address: int = 3
    """New accounts in an hour from one address; this computer has no limit."""
    new_in_all: int = 30
    """New accounts in ten minutes from everywhere."""


@dataclass(frozen=True, slots=True)
class History:
    """What is kept of what was said (docs/administration.md, "History")."""

    enabled: bool = True
    """Whether it is kept on disk; otherwise nothing said survives the process (--no-history)."""
    replay_lines: int = 20
    """Lines of a room that a program without history of its own is shown when it joins; 0 for none."""
    public_days: int = 0
    """Days after which what was said in rooms is deleted; 0 for never."""
    private_days: int = 90
    """The same for private messages."""


@dataclass(frozen=True, slots=True)
class Limits:
    flood_protection: bool = True
    """Slow down who sends more than `messages_burst` lines at once and `messages_per_s` after."""
    messages_burst: int = 20
    messages_per_s: float = 4.0
    connection_throttle: bool = True
    """At most `throttle_count` connections in `throttle_s` from one public address."""
    throttle_count: int = 32
    throttle_s: float = 600.0
    connections_per_ip: int = 256
    """At once from one address (16 from a public one), 0 for no limit; loopback has none."""
    public_connections_per_ip: int = 16
    max_clients: int = 20_000
    """Connections in all; one more is told that the server is full."""
    registration_timeout_s: float = 30.0
    """From the first byte that could come to the end of NICK/USER/CAP."""
    first_bytes_quiet_s: float = 1.0
    """Quiet after which a beginning that could still be two things is a name ("name first" programs)."""
    registration_bytes: int = 16 * 1024
    """Most bytes before registration is complete."""
    ping_after_s: float = 90.0
    """Silence after which the server asks."""
    ping_timeout_s: float = 150.0
    """Silence after which it cuts."""
    probe_timeout_s: float = 3.0
    """Silence, after somebody asked for the name this connection holds, after which it is cut."""
    write_timeout_s: float = 30.0
    """A reader that takes nothing for so long is cut."""
    sendq_soft_bytes: int = 64 * 1024
    """Above it the server stops reading from this connection."""
    sendq_hard_bytes: int = 512 * 1024
    """Above it the connection is cut."""
    io_threads: int = 2


@dataclass(frozen=True, slots=True)
class Config:
    server: Server = field(default_factory=Server)
    listen: Listen = field(default_factory=Listen)
    lobby: Lobby = field(default_factory=Lobby)
    classic: Classic = field(default_factory=Classic)
    accounts: Accounts = field(default_factory=Accounts)
    history: History = field(default_factory=History)
    limits: Limits = field(default_factory=Limits)


def load(path: Path) -> Config:
    """Read a TOML file. Raises `ConfigError` for what cannot be read, is unknown or has a wrong type."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(tr("{path} cannot be read: {why}").format(path=path, why=error.strerror)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(tr("{path} is not valid TOML: {why}").format(path=path, why=error)) from error
    sections: dict[str, Any] = {}
    known = {entry.name: entry.default_factory for entry in dataclasses.fields(Config)}
    for name, values in table.items():
        section = known.get(name)
        if section is None or section is dataclasses.MISSING or not isinstance(values, dict):
            raise ConfigError(tr("{path}: unknown section [{name}]").format(path=path, name=name))
        sections[name] = _section(path, name, section(), values)
    return check(Config(**sections))


def _section(path: Path, section: str, defaults: Any, values: dict[str, Any]) -> Any:
    for key, value in values.items():
        default = getattr(defaults, key, None)
        if default is None:
            raise ConfigError(tr("{path}: unknown setting {key} in [{name}]").format(path=path, key=key, name=section))
        if isinstance(default, float) and type(value) is int:
            value = float(value)
        if type(value) is not type(default):
            raise ConfigError(
                tr("{path}: {key} in [{name}] must look like {example}").format(
                    path=path, key=key, name=section, example=_toml(default)
                )
            )
        defaults = dataclasses.replace(defaults, **{key: value})
    return defaults


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def check(config: Config) -> Config:
    """The configuration itself when every value can be used, otherwise `ConfigError`."""
    if not protocol.valid_hostname(config.server.name) or len(config.server.name) > SERVER_NAME_BYTES:
        raise ConfigError(
            tr(
                "The server name {name!r} must be letters, digits, hyphens and at least one dot, like obrolan.local"
            ).format(name=config.server.name)
        )
    if (
        not config.server.network.strip()
        or protocol.has_hidden(config.server.network)
        or len(config.server.network) > 60
    ):
        raise ConfigError(tr("The name people see must be 1 to 60 ordinary characters"))
    classic = config.classic
    ports = [classic.name_first_port, classic.nick_port, classic.nick_second_port, classic.user_port, classic.udp_port]
    if not all(0 <= port <= 65535 for port in [config.listen.port, *ports]):
        raise ConfigError(tr("The port must be a number from 1 to 65535; usually 8888"))
    if not protocol.valid_channel(config.lobby.name):
        raise ConfigError(
            tr("The lobby {name!r} must begin with # and hold no space or comma, like #lobby").format(
                name=config.lobby.name
            )
        )
    accounts = config.accounts
    if not accounts.quiet_days > 0 or accounts.new_per_address < 1 or accounts.new_in_all < 1:
        raise ConfigError(tr("The numbers in [accounts] must be more than 0"))
    if not FEWEST_ITERATIONS <= accounts.iterations <= MOST_ITERATIONS:
        raise ConfigError(
            tr("iterations in [accounts] must be from {least} to {most}").format(
                least=FEWEST_ITERATIONS, most=MOST_ITERATIONS
            )
        )
    history = config.history
    if history.replay_lines < 0 or history.public_days < 0 or history.private_days < 0:
        raise ConfigError(tr("The numbers in [history] must be 0 or more"))
    limits = config.limits
    for entry in dataclasses.fields(limits):
        value = getattr(limits, entry.name)
        # Asked for this way round a TOML `nan` is refused too.
        if not isinstance(value, bool) and not (value > 0 or (value == 0 and entry.name == "connections_per_ip")):
            raise ConfigError(tr("{key} in [limits] must be more than 0").format(key=entry.name))
    return config
