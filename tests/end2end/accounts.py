"""Logging in and registering from a raw client, for the end-to-end tests of accounts and sessions."""

from __future__ import annotations

import base64
import itertools

from chatd.sasl import chunks
from protocol import parse
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, Settings, commands, untagged
from tests.scram import ScramClient

CHEAP: Settings = {
    "lobby": {"autojoin": False},
    "limits": {"flood_protection": False},
    "accounts": {"kdf_iterations": 4096, "new_in_all": 10_000},
}
"""Nobody is joined to anything, and hashing takes no time worth mentioning."""
PASSWORD = "rahasia"

_numbers = itertools.count(1)


def fresh(stem: str) -> str:
    """A name that begins with this and that no test had before."""
    return f"{stem}{next(_numbers)}"


def notices(service: str, lines: list[str]) -> list[str]:
    """The texts of the notices of NickServ or ChanServ."""
    head = f":{service}!{service}@{NAME} NOTICE "
    return [parse(line).params[-1] for line in untagged(lines) if line.startswith(head)]


def send(client: IrcClient, message: str) -> None:
    """One whole SASL message, in as many lines as it takes."""
    client.send(*(f"AUTHENTICATE {chunk}" for chunk in chunks(message.encode())))


def plain(client: IrcClient, name: str, password: str = PASSWORD) -> list[str]:
    """Log in by PLAIN; all that the server said to it."""
    client.send("AUTHENTICATE PLAIN")
    send(client, f"\0{name}\0{password}")
    return client.fence()


def scram(client: IrcClient, name: str, password: str = PASSWORD) -> list[str]:
    """Log in by SCRAM-SHA-256; all that the server said after its first message."""
    login = ScramClient(name, password)
    client.send("AUTHENTICATE SCRAM-SHA-256")
    send(client, login.first)
    assert client.expect("AUTHENTICATE").params == ["+"]
    challenge = base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode()
    send(client, login.final(challenge))
    answer = client.fence()
    if commands(answer)[:1] != ["AUTHENTICATE"]:
        return answer
    assert login.proven(base64.b64decode(parse(answer[0]).params[0]).decode())
    client.send("AUTHENTICATE +")
    return client.fence()


def register(server: ServerProcess, name: str, password: str = PASSWORD) -> None:
    """Make an account; nobody is logged in to it afterwards."""
    client = server.connect(name)
    assert commands(client.ask(f"REGISTER * * {password}")) == ["REGISTER", "900"]
    client.leave()


def ready(connect: Connect, *caps: str) -> IrcClient:
    """A connection that may authenticate."""
    client = connect()
    client.ask("CAP LS 302", f"CAP REQ :{' '.join(['sasl', *caps])}")
    return client


def login(server: ServerProcess, nickname: str, *caps: str, account: str = "", password: str = PASSWORD) -> IrcClient:
    """A session of an account, by default of the one with the nickname's name."""
    client = server.connect()
    client.ask("CAP LS 302", f"CAP REQ :{' '.join(['sasl', *caps])}")
    assert commands(plain(client, account or nickname, password))[-2:] == ["900", "903"]
    client.nickname = nickname
    return client


def enter(client: IrcClient) -> list[str]:
    """Complete the registration of a client from `login`; its welcome and what came with it."""
    lines = client.ask(f"NICK {client.nickname}", "USER u 0 * :Name", "CAP END")
    assert commands(lines)[:1] == ["001"], lines
    return lines


def session(server: ServerProcess, nickname: str, *caps: str, account: str = "") -> IrcClient:
    """A registered session of an account."""
    client = login(server, nickname, *caps, account=account)
    enter(client)
    return client
