"""The permission table, cell by cell: in each state somebody tries each action on a real server, and what comes back is
what stands in `chatd/permissions.toml` (S4 of the security tests).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from chatd.commands import COMMANDS
from chatd.commands.serving import REFUSALS as REFUSALS_IN_WORDS
from chatd.permissions import ALLOWED, SERVICES, SILENCE, TABLE, Actor
from protocol import parse
from tests.end2end.accounts import CHEAP, PASSWORD
from tests.end2end.harness import IrcClient, ServerProcess, commands

CAPS = (
    "batch",
    "echo-message",
    "message-tags",
    "standard-replies",
    "draft/chathistory",
    "draft/message-redaction",
    "draft/metadata-2",
)
LETTERS = {Actor.VOICE: "v", Actor.HALFOP: "h", Actor.OPERATOR: "o", Actor.ADMIN: "a", Actor.FOUNDER: "q"}
INSIDE = {Actor.MEMBER, *LETTERS, Actor.BANNED, Actor.SERVER_OPERATOR}
REFUSALS = {cell for row in TABLE.values() for cell in row.values()} - {ALLOWED, SILENCE}


@dataclass(frozen=True)
class Trial:
    """How an action is tried: `{c}` is the channel, `{me}` who acts, `{other}` a member, `{outside}` one who is not."""

    says: str
    """The lines, between them `|`."""
    proof: str = ""
    """What the actor reads when it may; "" where that is nothing or many things."""
    modes: str = "-n"
    """How the channel is set before."""
    from_outside: frozenset[Actor] = frozenset()
    """Who is outside of the channel for this, though it usually is in it."""
    harmless: bool = True
    """Whether it can be tried by who may."""


COMING = frozenset({Actor.BANNED, Actor.SERVER_OPERATOR})
TRIALS = {
    "CAP LS": Trial("CAP LS", "CAP"),
    "PING": Trial("PING x", "PONG"),
    "NICK": Trial("NICK {me}2|NICK {me}"),
    "USER": Trial("USER x 0 * :x"),
    "PASS": Trial("PASS x"),
    "JOIN": Trial("JOIN {c}", "JOIN", from_outside=COMING),
    "JOIN +i": Trial("JOIN {c}", "JOIN", "+i", COMING),
    "JOIN +k": Trial("JOIN {c}", "JOIN", "+k x", COMING),
    "JOIN +l": Trial("JOIN {c}", "JOIN", "+l 1", COMING),
    "JOIN +R": Trial("JOIN {c}", "JOIN", "+R", COMING),
    "PART": Trial("PART {c}", "PART"),
    "TOPIC": Trial("TOPIC {c}", "331"),
    "TOPIC +t": Trial("TOPIC {c} :x", "TOPIC"),
    "TOPIC -t": Trial("TOPIC {c} :x", "TOPIC", "-t"),
    "NAMES": Trial("NAMES {c}", "366"),
    "LIST": Trial("LIST {c}", "323"),
    "INVITE": Trial("INVITE {outside} {c}", "341"),
    "INVITE +i": Trial("INVITE {outside} {c}", "341", "+i"),
    "KICK": Trial("KICK {c} {other}", "KICK"),
    "KNOCK": Trial("KNOCK {c}", "711", "+i", frozenset({Actor.BANNED})),
    "RENAME": Trial("RENAME {c} {c}-new", "JOIN"),
    "MODE": Trial("MODE {c}", "324"),
    "MODE b": Trial("MODE {c} b", "368"),
    "MODE e": Trial("MODE {c} e", "349"),
    "MODE I": Trial("MODE {c} I", "347"),
    "MODE g": Trial("MODE {c} g", "940"),
    "MODE +g": Trial("MODE {c} +g kata", "MODE"),
    "TBAN": Trial("TBAN {c} 10m x!*@*", "MODE"),
    **{f"MODE +{letter}": Trial(f"MODE {{c}} +{letter} x!*@*", "MODE") for letter in "beI"},
    **{f"MODE +{letter}": Trial(f"MODE {{c}} +{letter} {{other}}", "MODE") for letter in "qaohv"},
    **{f"MODE +{letter}": Trial(f"MODE {{c}} +{letter} 7", "MODE") for letter in "klS"},
    **{f"MODE +{letter}": Trial(f"MODE {{c}} +{letter}", "MODE", "-nt") for letter in "CMRPUimnst"},
    "PRIVMSG": Trial("PRIVMSG {c} :x", "PRIVMSG"),
    "PRIVMSG +n": Trial("PRIVMSG {c} :x", "PRIVMSG", "+n"),
    "PRIVMSG +m": Trial("PRIVMSG {c} :x", "PRIVMSG", "-n+m"),
    "PRIVMSG +M": Trial("PRIVMSG {c} :x", "PRIVMSG", "-n+M"),
    "PRIVMSG +C": Trial("PRIVMSG {c} :\x01VERSION\x01", "PRIVMSG", "-n+C"),
    "PRIVMSG +S": Trial("PRIVMSG {c} :x|PRIVMSG {c} :y", "PRIVMSG", "-n+S 3600"),
    "PRIVMSG +U": Trial("PRIVMSG {c} :x", "PRIVMSG", "-n+U"),
    "PRIVMSG +g": Trial("PRIVMSG {c} :kata", "PRIVMSG", "-n+g kata"),
    "NOTICE +n": Trial("NOTICE {c} :x", "NOTICE", "+n"),
    "TAGMSG +n": Trial("@+typing=active TAGMSG {c}", "TAGMSG", "+n"),
    "REDACT": Trial("REDACT {c} {id}", "REDACT"),
    "UNREDACT": Trial("UNREDACT {c} {id}"),
    "CHATHISTORY": Trial("CHATHISTORY LATEST {c} * 5", "BATCH"),
    "METADATA person": Trial("METADATA {other} SET color :#ff0000"),
    "METADATA channel": Trial("METADATA {c} SET color :#ff0000"),
    "AWAY": Trial("AWAY :x|AWAY", "306"),
    "SETNAME": Trial("SETNAME :x"),
    "WHO": Trial("WHO {me}", "315"),
    "WHOIS": Trial("WHOIS {other}", "318"),
    "ISON": Trial("ISON {other}", "303"),
    "USERHOST": Trial("USERHOST {other}", "302"),
    "USERIP": Trial("USERIP {other}", "340"),
    "WHOWAS": Trial("WHOWAS nobody", "369"),
    "MONITOR": Trial("MONITOR + {other}", "730"),
    "AUDIT": Trial("AUDIT", "NOTICE"),
    "AUDIT channel": Trial("AUDIT {c}", "NOTICE"),
    "KLINE": Trial("KLINE", "NOTICE"),
    "UNKLINE": Trial("UNKLINE nobody!*@*"),
    "KILL": Trial("KILL {other} :x", harmless=False),
    "WALLOPS": Trial("WALLOPS :x"),
    "CHGHOST": Trial("CHGHOST {other} other.example"),
    "RESTART": Trial("RESTART", harmless=False),
    "CONNECT": Trial("CONNECT x"),
    "SQUIT": Trial("SQUIT x :x"),
}
"""Those lines of the table that are tried by more than their own words (`MOTD`, `STATS u`)."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**CHEAP, "history": {"replay_lines": 0}, "operators.guru": {"password": "sangat rahasia"}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


class Scene:
    """One client for each state, and those around them."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self.guru = self._operator("guru")
        self.other, self.outside = server.connect("other"), server.connect("outside")
        self._clients: dict[Actor, IrcClient] = {
            actor: server.connect(actor.replace("-", ""), *CAPS)
            for actor in Actor
            if actor not in {Actor.UNREGISTERED, Actor.SERVER_OPERATOR}
        }
        self._clients[Actor.SERVER_OPERATOR] = self._operator("serveroperator")
        self._clients[Actor.ACCOUNT].ask(f"REGISTER * * {PASSWORD}")

    def _operator(self, nickname: str) -> IrcClient:
        client = self._server.connect(nickname, *CAPS)
        if "OPER" in COMMANDS:
            assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
        return client

    def _stranger(self) -> IrcClient:
        client = self._server.connect()
        client.ask(f"CAP REQ :{' '.join(CAPS)}")
        return client

    def outcome(self, trial: Trial, actor: Actor) -> list[str]:
        """Have it tried in a channel of its own; the commands, numerics and codes that come back."""
        client = self._stranger() if actor is Actor.UNREGISTERED else self._clients[actor]
        channel = f"#{next(self._numbers)}"
        self.guru.ask(f"JOIN {channel}")
        self.other.ask(f"JOIN {channel}")
        if actor in INSIDE - trial.from_outside:
            client.ask(f"JOIN {channel}")
        if actor in LETTERS:
            self.guru.ask(f"MODE {channel} +{LETTERS[actor]} {client.nickname}")
        if actor is Actor.BANNED:
            self.guru.ask(f"MODE {channel} +b {client.nickname}")
        self.guru.ask(f"MODE {channel} {trial.modes}")
        said = self.guru.ask(f"PRIVMSG {channel} :said") if "{id}" in trial.says else []
        names = {
            "c": channel,
            "me": client.nickname or "me",
            "other": self.other.nickname,
            "outside": self.outside.nickname,
            "id": parse(said[-1]).tags["msgid"] if said else "",
        }
        client.fence()
        lines = [line.format(**names) for line in trial.says.split("|")]
        messages = [parse(line) for line in client.ask(*lines)]
        for each in (self.guru, self.other, *([client] if actor in INSIDE else [])):
            each.ask(f"PART {channel}")
        if not client.nickname:
            client.close()
        return [message.params[1] if message.command == "FAIL" else message.command for message in messages]


@pytest.fixture(scope="module")
def scene(server: ServerProcess) -> Scene:
    return Scene(server)


@pytest.mark.parametrize("action", TABLE)
def test_every_cell_of_the_table_is_what_the_server_does(scene: Scene, action: str) -> None:
    trial = TRIALS.get(action, Trial(action))
    found = {}
    for actor, cell in TABLE[action].items():
        if cell == ALLOWED and not trial.harmless:
            found[actor] = cell
            continue
        came = scene.outcome(trial, actor)
        refused = [each for each in came if each in REFUSALS]
        found[actor] = refused[-1] if refused else ALLOWED
        if cell == SILENCE and not came:
            found[actor] = SILENCE
        elif cell == ALLOWED and trial.proof:
            nothing_to_do = trial.proof == "JOIN" and actor in INSIDE - trial.from_outside and action != "RENAME"
            assert trial.proof in came or nothing_to_do, (actor, came)
        else:
            assert not trial.proof or trial.proof not in came or action == "PRIVMSG +S", (actor, came)
    assert found == TABLE[action]


ANYBODYS = sorted(set(COMMANDS) - {action.partition(" ")[0] for action in TABLE} - {"QUIT", "ERROR"})
"""Commands without a line in the table; the two left out end the connection."""


@pytest.mark.parametrize("name", ANYBODYS)
def test_a_command_without_a_line_is_for_everybody_who_is_registered(server: ServerProcess, name: str) -> None:
    line = " ".join([name, *["x"] * COMMANDS[name].min_params])
    stranger = commands(server.connect().ask("CAP LS", line))
    assert "451" in stranger or COMMANDS[name].before_registration
    anybody = server.connect("anybody")
    assert not {"451", "481", "482"} & set(commands(anybody.ask(line)))
    anybody.leave()


# --- services -----------------------------------------------------------------------------------

ASKED = {
    "NickServ REGISTER": "abc",
    "NickServ IDENTIFY": "wrong",
    "NickServ PASSWD": "wrong other-one",
    "NickServ DROP": "wrong",
    "NickServ REGAIN": "nobody",
    "NickServ GHOST": "nobody",
    "NickServ SAREGISTER": "#x abc",
    "NickServ SAPASSWD": "nobody abc",
    "NickServ SADROP": "nobody",
    "NickServ SUSPEND": "nobody",
    "NickServ UNSUSPEND": "nobody",
    "ChanServ OP": "#cs nobody",
    "ChanServ DEOP": "#cs nobody",
    "ChanServ VOICE": "#cs nobody",
    "ChanServ DEVOICE": "#cs nobody",
    "ChanServ TRANSFER": "#cs nobody",
}
"""What is said behind the order, so that it does no harm where it is allowed; else nothing, or the channel."""


@pytest.fixture(scope="module")
def askers(server: ServerProcess) -> dict[Actor, IrcClient]:
    """One client for each state, by its account's rank in `#cs`, where none of them is but the founder."""
    ranks = {Actor.VOICE: "VOICE", Actor.HALFOP: "HALFOP", Actor.OPERATOR: "OP", Actor.ADMIN: "ADMIN"}
    clients = {actor: server.connect(f"cs{actor.replace('-', '')}") for actor in SERVICES["ChanServ OP"]}
    for actor, client in clients.items():
        if actor is not Actor.GUEST and actor is not Actor.SERVER_OPERATOR:
            assert "900" in commands(client.ask(f"NS REGISTER {PASSWORD}"))
    founder = clients[Actor.FOUNDER]
    founder.ask("JOIN #cs", "CS REGISTER #cs")
    for actor, rank in ranks.items():
        founder.ask(f"CS ACCESS #cs ADD {clients[actor].nickname} {rank}")
    assert "381" in commands(clients[Actor.SERVER_OPERATOR].ask("OPER guru :sangat rahasia"))
    return clients


@pytest.mark.parametrize("action", SERVICES)
def test_every_cell_of_the_services_table_is_what_they_do(askers: dict[Actor, IrcClient], action: str) -> None:
    service, order = action.split()
    words = ASKED.get(action, "#cs" if service == "ChanServ" else "")
    numerics = {text: numeric for numeric, text in REFUSALS_IN_WORDS.items()}
    found = {}
    for actor, client in askers.items():
        answers = [parse(line) for line in client.ask(f"PRIVMSG {service} :{order} {words}")]
        texts = [message.params[-1] for message in answers if message.command == "NOTICE"]
        assert texts, f"no answer to {actor}"
        found[actor] = numerics.get(texts[0], ALLOWED)
        if action == "NickServ LOGOUT" and actor not in (Actor.GUEST, Actor.SERVER_OPERATOR):
            client.ask(f"NS IDENTIFY {client.nickname} {PASSWORD}", f"NICK {client.nickname}")
    assert found == SERVICES[action]
