"""The server's settings: their names, meaning, defaults, and what they may be.

The sentence behind each is what `python3 server.py config` and docs/administration.md say of it; `configfile.py` reads
and writes them as TOML. May import `protocol` only. Frozen: a reload makes a new `Config`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import protocol
from translations import tr

SERVER_NAME_BYTES = 63
"""It stands in front of every numeric, and those must fit in a line."""
TEXT_BYTES = 390
TOKEN_BYTES = 300
"""Most of a setting that becomes a token of numeric 005, which must fit in a line."""
_TAG = re.compile(r"-?[A-Za-z0-9./-]+")
_METRICS_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,200}={0,2}")
"""What may stand behind Bearer (RFC 6750, 2.1), too long to be guessed."""
ADMIN_LINES = 3
MOST_HISTORY = 1000
KINDS = ("tcp", "tls", "websocket", "classic", "udp")
DIALECTS = ("name-first", "nick", "user")
LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
MOST_LOG_FILES = 1000
FEWEST_ITERATIONS, MOST_ITERATIONS = 4096, 10_000_000
"""RFC 7677 asks for the first; the second is what one login may cost."""


class ConfigError(Exception):
    """A setting cannot be used; the text says which, why and what would do."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str = "obrolan.local"
    """The source of the server's own lines: a host name, `[A-Za-z0-9.-]` with a dot."""
    network: str = "Obrolan"
    """The name people see (--name)."""
    description: str = ""
    """A few words about the server (WHOIS, LINKS, INFO); "" repeats the name people see."""
    data_dir: str = ""
    """Where keys and history live; "" is data/ beside server.py, or the user's own folder if installed (--data)."""
    motd: tuple[str, ...] = ()
    """Lines of the message of the day; without any, those of motd.txt in the data folder."""
    password: str = ""
    """What everybody has to know to come in (PASS), itself or as `server.py account hash` prints it; "" for none."""
    admin: tuple[str, ...] = ()
    """Who runs the server (ADMIN): up to three lines: where it is, who that is, how to reach them."""
    icon: str = ""
    """Link to a picture of the network (ISUPPORT draft/ICON)."""
    operators_need_tls: bool = True
    """Whether operators log in over TLS only, where there is TLS; this computer itself is exempt."""


@dataclass(frozen=True, slots=True)
class Extra:
    """One more port: `[[listen.extra]]`."""

    kind: str = "tcp"
    """tcp (IRC, WebSocket and TLS), tls (nothing else), websocket, classic or udp."""
    host: str = ""
    """"" is the host of [listen]."""
    port: int = 0
    dialect: str = "name-first"
    """Of kind classic: name-first, nick or user."""


@dataclass(frozen=True, slots=True)
class Listen:
    host: str = "0.0.0.0"  # noqa: S104 - a chat server is there for the whole network
    """The address to listen on; 0.0.0.0 is all of them (--host)."""
    port: int = protocol.DEFAULT_PORT
    """For IRC, WebSocket and programs that send their name first (--port); 0 takes any free one."""
    tls: bool = True
    """Whether TLS is spoken on the port above, by a certificate of the server's own making unless one is named here."""
    tls_cert: str = ""
    """File of a certificate with its chain (PEM), of a known authority for instance."""
    tls_key: str = ""
    """File of its key (PEM, without password); "" is the same file."""
    require_tls: bool = False
    """Whether nobody comes in without TLS: no IRC in clear, and no classic programs."""
    websocket_host: str = ""
    """The address for websocket_port; "" is the host above."""
    websocket_port: int = 0
    """A port for WebSocket alone; 0 for none, as the port above speaks it too."""
    websocket_origins: tuple[str, ...] = ()
    """Web pages that may connect, such as "https://chat.example"; none: those of this host only; "*": all."""
    metrics_token: str = ""
    """What programs on other computers show to read /health and /metrics, 16 letters or more; "" for none of them."""
    extra: tuple[Extra, ...] = ()
    """More ports: tables [[listen.extra]] with kind (tcp, tls, websocket, classic, udp), host, port and dialect."""


@dataclass(frozen=True, slots=True)
class Lobby:
    name: str = protocol.DEFAULT_CHANNEL
    """The room everybody is in (--lobby)."""
    autojoin: bool = True
    """Whether the server puts everybody into it."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who may run the server from within (OPER): `[operators.NAME]`."""

    password: str = ""
    """Itself, or as `server.py account hash` prints it."""


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

    enabled: bool = True
    """Whether there are accounts at all."""
    sasl: bool = True
    """Whether one may log in by SASL."""
    registration: bool = True
    """Whether people may make accounts (REGISTER); `server.py account add` always may."""
    registration_before_connect: bool = True
    """Whether they may while they are still connecting."""
    registration_needs_email: bool = False
    """Whether an e-mail address must be given; it is only kept."""
    quiet: bool = True
    """Whether our clients may register their name by themselves, with a secret nobody sees."""
    quiet_days: float = 30.0
    """Days without use after which such an account lapses; others never do."""
    always_on: bool = False
    """Whether accounts may stay in their rooms while nobody is connected (/NS SET ALWAYS-ON ON)."""
    nickname_grace_s: float = 0.0
    """Seconds for which somebody else may keep a name that is an account's before being renamed; 0 refuses at once."""
    kdf_iterations: int = 600_000
    """Rounds of hashing for a new password; a login with the password renews an older one."""
    new_per_address: int = 3
    """New accounts in an hour from one address; this computer has no limit."""
    new_in_all: int = 30
    """New accounts in ten minutes from everywhere."""


@dataclass(frozen=True, slots=True)
class History:
    """What is kept of what was said (docs/administration.md, "History")."""

    enabled: bool = True
    """Whether it is kept on disk; otherwise nothing said survives the process (--no-history)."""
    chathistory_max: int = 200
    """Most messages of one answer to CHATHISTORY."""
    replay_lines: int = 20
    """Lines that a program without history of its own is shown on joining or logging in; 0 for none."""
    retention: int = 0
    """Days after which all that was said is deleted, wherever the next two allow more; 0 for never."""
    public_days: int = 0
    """Days after which what was said in rooms is deleted; 0 for never."""
    private_days: int = 90
    """The same for private messages."""
    persist_client_tags: tuple[str, ...] = ()
    """TAGMSG with one of these tags are kept too, such as "+example/poll"; reactions always are."""

    def days(self, *, private: bool) -> int:
        """Days after which what was said is deleted, in private or in rooms; 0 for never."""
        limits = [days for days in (self.retention, self.private_days if private else self.public_days) if days]
        return min(limits, default=0)


@dataclass(frozen=True, slots=True)
class Logs:
    """What the server says of its own doings (docs/administration.md, "Logs")."""

    level: str = "info"
    """How much (--log-level): error, warning, info (who comes and goes) or debug (what is said in rooms too)."""
    file: str = ""
    """A file for it too: a name that ends in .log, in the data folder unless it is a whole path; "" for none."""
    format: str = "text"
    """How the file is written: text, or json (one object a line)."""
    rotate_bytes: int = 10 * 1024 * 1024
    """The size at which a new one is begun."""
    keep_files: int = 5
    """How many of the full ones are kept, the latest as NAME.log.1."""


@dataclass(frozen=True, slots=True)
class Features:
    """Drafts and extensions that can be switched off."""

    account_registration: bool = True
    """draft/account-registration."""
    channel_rename: bool = True
    """draft/channel-rename."""
    edit: bool = True
    """Editing what one said (obrolan.example/edit)."""
    event_playback: bool = True
    """draft/event-playback."""
    extended_isupport: bool = True
    """draft/extended-isupport."""
    message_redaction: bool = True
    """draft/message-redaction."""
    metadata: bool = True
    """draft/metadata-2 and draft/metadata-3."""
    multiline: bool = True
    """draft/multiline."""
    pre_away: bool = True
    """draft/pre-away."""
    read_marker: bool = True
    """draft/read-marker."""
    search: bool = True
    """soju.im/search."""
    services: bool = True
    """NickServ and ChanServ."""
    websocket: bool = True
    """WebSocket."""
    client_tags_denied: tuple[str, ...] = ()
    """Tags of clients that are not passed on, such as "typing"; "*" is all, but for those with "-" in front."""


@dataclass(frozen=True, slots=True)
class Limits:
    flood_protection: bool = True
    """Slow down who sends more than the next two allow."""
    messages_burst: int = 20
    """Lines at once."""
    messages_per_s: float = 4.0
    """And after that; a line of more than 512 bytes counts as several."""
    flood_cut_s: float = 60.0
    """Who sends more than that for so long, without a pause and without waiting for answers, is cut."""
    connection_throttle: bool = True
    """At most throttle_count connections in throttle_s from one public address."""
    throttle_count: int = 32
    throttle_s: float = 600.0
    connections_per_ip: int = 256
    """At once from one address, 0 for no limit; this computer itself has none."""
    public_connections_per_ip: int = 16
    """The same for addresses outside private networks."""
    unregistered_per_ip: int = 8
    """Of these, those that have not said yet who they are."""
    login_throttle: bool = True
    """At most ten failed logins in ten minutes from one address; after twenty in an hour to one account, one."""
    max_clients: int = 20_000
    """Connections in all; one more is told that the server is full."""
    registration_timeout_s: float = 30.0
    """From the first byte that could come to the end of NICK, USER and CAP."""
    tls_handshake_s: float = 10.0
    """From the first byte that could come to the end of TLS's handshake."""
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
    nick_length: int = protocol.NICKNAME_CHARACTERS
    """Most characters of a nickname; 32 is the most."""
    channel_length: int = protocol.CHANNEL_BYTES
    """Most bytes of a room's name; 64 is the most."""
    topic_length: int = protocol.TOPIC_BYTES
    """Most bytes of a topic; 390 is the most."""
    channels_per_client: int = 100
    """Rooms one person may be in."""
    list_entries: int = 100
    """Masks in all the lists of a room together."""
    monitor_entries: int = 100
    """Nicknames one connection may watch (MONITOR)."""
    multiline_max_bytes: int = 16_384
    """Of one message of several lines, its line ends included."""
    multiline_max_lines: int = 100
    """The same in lines."""
    io_threads: int = 1
    """Threads that read and write."""


@dataclass(frozen=True, slots=True)
class Config:
    server: Server = field(default_factory=Server)
    listen: Listen = field(default_factory=Listen)
    lobby: Lobby = field(default_factory=Lobby)
    operators: Mapping[str, Operator] = field(default_factory=dict)
    """By name."""
    accounts: Accounts = field(default_factory=Accounts)
    history: History = field(default_factory=History)
    logs: Logs = field(default_factory=Logs)
    features: Features = field(default_factory=Features)
    classic: Classic = field(default_factory=Classic)
    limits: Limits = field(default_factory=Limits)


MOST = {
    "nick_length": protocol.NICKNAME_CHARACTERS,
    "channel_length": protocol.CHANNEL_BYTES,
    "topic_length": protocol.TOPIC_BYTES,
}
"""Lengths that the settings may only lower: lines are laid out for them."""


def check(config: Config) -> Config:
    """The configuration itself when every value can be used, otherwise `ConfigError`."""
    _check_server(config.server)
    _check_denied(config.features.client_tags_denied)
    _check_listen(config)
    _check_accounts(config)
    _check_logs(config.logs)
    history = config.history
    days = (history.replay_lines, history.public_days, history.private_days, history.retention)
    if min(days) < 0:
        raise ConfigError(tr("The numbers in [history] must be 0 or more"))
    if not 1 <= history.chathistory_max <= MOST_HISTORY:
        raise ConfigError(tr("chathistory_max in [history] must be from 1 to {most}").format(most=MOST_HISTORY))
    limits = config.limits
    for entry in dataclasses.fields(limits):
        value = getattr(limits, entry.name)
        # Asked for this way round a TOML `nan` is refused too.
        if not isinstance(value, bool) and not (value > 0 or (value == 0 and entry.name == "connections_per_ip")):
            raise ConfigError(tr("{key} in [limits] must be more than 0").format(key=entry.name))
    for key, most in MOST.items():
        if getattr(limits, key) > most:
            raise ConfigError(tr("{key} in [limits] must be at most {most}").format(key=key, most=most))
    return config


def _check_server(server: Server) -> None:
    if not protocol.valid_hostname(server.name) or len(server.name) > SERVER_NAME_BYTES:
        raise ConfigError(
            tr(
                "The server name {name!r} must be letters, digits, hyphens and at least one dot, like obrolan.local"
            ).format(name=server.name)
        )
    if not server.network.strip() or protocol.has_hidden(server.network) or len(server.network) > 60:
        raise ConfigError(tr("The name people see must be 1 to 60 ordinary characters"))
    lines = [server.description, *server.motd, *server.admin]
    if any(protocol.has_hidden(line) or len(line.encode(errors="replace")) > TEXT_BYTES for line in lines):
        text = tr("description, motd and admin in [server] must be lines of at most {most} bytes")
        raise ConfigError(text.format(most=TEXT_BYTES))
    if len(server.admin) > ADMIN_LINES:
        raise ConfigError(tr("admin in [server] has at most three lines"))
    icon = server.icon
    link = icon.startswith(("https://", "http://")) and " " not in icon and not protocol.has_hidden(icon)
    if icon and not (link and len(icon.encode()) <= TOKEN_BYTES):
        raise ConfigError(tr("icon in [server] must be a link of at most {most} bytes").format(most=TOKEN_BYTES))


def _check_denied(denied: tuple[str, ...]) -> None:
    names = denied[1:] if denied[:1] == ("*",) else denied
    if not all(_TAG.fullmatch(name) for name in names) or len(",".join(denied)) > TOKEN_BYTES:
        raise ConfigError(tr('client_tags_denied in [features] must hold names of tags without the plus, or first "*"'))


def _check_listen(config: Config) -> None:
    classic, listen = config.classic, config.listen
    ports = [classic.name_first_port, classic.nick_port, classic.nick_second_port, classic.user_port, classic.udp_port]
    ports += [listen.websocket_port, *(extra.port for extra in listen.extra)]
    if not all(0 <= port <= 65535 for port in [listen.port, *ports]):
        raise ConfigError(tr("The port must be a number from 1 to 65535; usually 8888"))
    if not protocol.valid_channel(config.lobby.name):
        raise ConfigError(
            tr("The lobby {name!r} must begin with # and hold no space or comma, like #lobby").format(
                name=config.lobby.name
            )
        )
    asks = listen.tls_cert or listen.require_tls or any(extra.kind == "tls" for extra in listen.extra)
    if (asks and not listen.tls) or (listen.tls_key and not listen.tls_cert):
        raise ConfigError(
            tr("tls_cert, require_tls and kind = tls in [listen] need tls = true; tls_key needs tls_cert")
        )
    if listen.metrics_token and not _METRICS_TOKEN.fullmatch(listen.metrics_token):
        raise ConfigError(tr("metrics_token in [listen] must be 16 to 200 letters and digits"))
    for extra in listen.extra:
        if extra.kind not in KINDS or extra.dialect not in DIALECTS:
            text = tr("kind in [[listen.extra]] is one of {kinds}; dialect one of {dialects}")
            raise ConfigError(text.format(kinds=", ".join(KINDS), dialects=", ".join(DIALECTS)))


def _check_accounts(config: Config) -> None:
    accounts = config.accounts
    if not accounts.quiet_days > 0 or accounts.new_per_address < 1 or accounts.new_in_all < 1:
        raise ConfigError(tr("The numbers in [accounts] must be more than 0"))
    if not accounts.nickname_grace_s >= 0:
        raise ConfigError(tr("nickname_grace_s in [accounts] must be 0 or more"))
    if not FEWEST_ITERATIONS <= accounts.kdf_iterations <= MOST_ITERATIONS:
        raise ConfigError(
            tr("kdf_iterations in [accounts] must be from {least} to {most}").format(
                least=FEWEST_ITERATIONS, most=MOST_ITERATIONS
            )
        )
    for name, operator in config.operators.items():
        if not operator.password or " " in name or protocol.has_hidden(name):
            raise ConfigError(tr("[operators.{name}] needs a name without spaces and a password").format(name=name))


def _check_logs(logs: Logs) -> None:
    if logs.level not in LEVELS or logs.format not in LOG_FORMATS:
        text = tr("level in [logs] is one of {levels}; format one of {formats}")
        raise ConfigError(text.format(levels=", ".join(LEVELS), formats=", ".join(LOG_FORMATS)))
    # Another ending could be that of the history, which lies in the same folder.
    if logs.file and (not logs.file.endswith(".log") or protocol.has_hidden(logs.file)):
        raise ConfigError(tr("file in [logs] must be a name that ends in .log, like server.log"))
    if logs.rotate_bytes < 1 or not 1 <= logs.keep_files <= MOST_LOG_FILES:
        text = tr("In [logs], rotate_bytes must be more than 0 and keep_files from 1 to {most}")
        raise ConfigError(text.format(most=MOST_LOG_FILES))
