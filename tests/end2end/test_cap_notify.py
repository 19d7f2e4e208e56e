"""What is told when the offers change: cap-notify (IRCv3 capability-negotiation), and changed tokens of 005."""

from __future__ import annotations

import signal

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, IrcClient, Launch, ServerProcess, Settings, commands, toml

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; REHASH does the same")

WITHOUT: Settings = {**QUIET, "features": {"multiline": False, "read_marker": False}}


def reread(server: ServerProcess, settings: Settings, wanted: str) -> None:
    """Have the server read these settings, and wait until it says that this one has changed."""
    (server.data.parent / "server.toml").write_text(toml(settings), encoding="utf-8")
    seen = len(server.output)
    server.process.send_signal(signal.SIGHUP)
    server.wait_for(rf"(?s).{{{seen}}}.*{wanted}")


def told(client: IrcClient) -> list[str]:
    """What it was told by the log, in front of a JOIN of its own, which goes the same way."""
    lines = client.ask("JOIN #fence")
    return lines[: commands(lines).index("JOIN")]


def listed(client: IrcClient) -> set[str]:
    return set(parse(client.ask("CAP LIST")[-1]).params[-1].split())


@covers("CAP", "cap:cap-notify")
def test_the_server_must_notify_the_client_about_what_is_no_longer_available_and_cancel_it(launch: Launch) -> None:
    """CAP DEL: "MUST cancel any capability-specific behavior for a client after sending the CAP DEL message"."""
    server = launch(QUIET)
    ani = server.connect("ani", "cap-notify", "batch", "draft/multiline", "draft/read-marker")
    reread(server, WITHOUT, "multiline")
    assert told(ani) == [f":{NAME} CAP ani DEL :draft/multiline draft/read-marker"]
    assert listed(ani) == {"batch", "cap-notify"}
    assert ani.ask("CAP REQ draft/multiline") == [f":{NAME} CAP ani NAK :draft/multiline"]


@covers("CAP", "cap:cap-notify")
def test_new_is_sent_with_values_to_clients_of_version_302_and_without_to_others(launch: Launch) -> None:
    """CAP NEW: "If the client supports CAP version 302, the capabilities SHOULD be listed with values"."""
    server = launch(WITHOUT)
    modern, older, oldest = server.connect("ani"), server.connect("bela", "cap-notify"), server.connect("citra")
    modern.ask("CAP LS 302")
    reread(server, QUIET, "multiline")
    words = "draft/multiline{} draft/read-marker"
    value = "=max-bytes=16384,max-lines=100"
    assert told(modern) == [f":{NAME} CAP ani NEW :{words.format(value)}"]
    assert told(older) == [f":{NAME} CAP bela NEW :{words.format('')}"]
    assert told(oldest) == []


@covers("CAP", "cap:cap-notify")
def test_who_did_not_ask_to_be_told_loses_it_without_a_word(launch: Launch) -> None:
    """CAP DEL: "MUST ONLY be sent to clients that have negotiated CAP version 302 or enabled ... cap-notify"."""
    server = launch(QUIET)
    ani = server.connect("ani", "batch", "draft/multiline")
    reread(server, WITHOUT, "multiline")
    assert told(ani) == []
    assert listed(ani) == {"batch"}
    assert commands(ani.ask("BATCH +1 draft/multiline #x")) == ["421"]


@covers("CAP", "cap:cap-notify")
def test_new_can_also_update_the_value_of_an_existing_capability(launch: Launch) -> None:
    """CAP NEW: "The NEW subcommand can also update the value of an existing capability"."""
    server = launch(QUIET)
    ani = server.connect("ani")
    ani.ask("CAP LS 302")
    reread(server, {**QUIET, "limits": {"flood_protection": False, "multiline_max_lines": 7}}, "max_lines")
    assert told(ani) == [f":{NAME} CAP ani NEW :draft/multiline=max-bytes=16384,max-lines=7"]


@covers("005", "cap:draft/extended-isupport")
def test_tokens_that_change_are_told_and_those_that_go_with_a_dash(launch: Launch) -> None:
    """Modern, "RPL_ISUPPORT": "-PARAMETER" negates; extended-isupport: in a batch for those who asked for that."""
    link = {"icon": "https://example.org/a.png"}
    server = launch({**QUIET, "server": link})
    ani, bela = server.connect("ani"), server.connect("bela", "batch", "draft/extended-isupport")
    reread(server, {**QUIET, "features": {"client_tags_denied": ["typing"]}}, "icon")
    assert told(ani) == [f":{NAME} 005 ani CLIENTTAGDENY=typing -draft/ICON :are supported by this server"]
    start, line, end = map(parse, told(bela))
    assert (start.command, start.params[1], end.command) == ("BATCH", "draft/isupport", "BATCH")
    assert line.params[1:-1] == ["CLIENTTAGDENY=typing", "-draft/ICON"]
