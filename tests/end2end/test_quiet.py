"""Quiet channels (mode `U`) and words that are not wanted (mode `g`): docs/protocol.md, "Channels and their modes"."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, IrcClient, ServerProcess, commands, source


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), QUIET) as process:
        yield process
        assert process.alive


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    client = connect("op", "message-tags", "draft/chathistory", "batch")
    client.ask("JOIN #x")
    return client


@covers("chanmode:U", "PRIVMSG")
def test_in_a_quiet_channel_operators_alone_hear_who_has_no_voice(op: IrcClient, connect: Connect) -> None:
    ani, bela, citra = connect("ani", "echo-message"), connect("bela"), connect("citra")
    for client in (ani, bela, citra):
        client.ask("JOIN #x")
    op.ask("MODE #x +Uv citra")
    line = f":{source('ani')} PRIVMSG #x :siapa tahu?"
    assert ani.ask("PRIVMSG #x :siapa tahu?")[-1] == line, "nobody is told, and it is echoed"
    assert any(line in each for each in op.fence())
    assert not any("PRIVMSG" in each for each in bela.fence() + citra.fence())
    citra.ask("PRIVMSG #x :saya")
    op.ask("PRIVMSG #x :baik")
    assert [parse(each).params[-1] for each in bela.fence() if "PRIVMSG" in each] == ["saya", "baik"]
    op.ask("MODE #x -U")
    ani.ask("PRIVMSG #x :halo")
    assert any("halo" in each for each in bela.fence())
    assert not any("siapa" in each for each in op.ask("CHATHISTORY LATEST #x * 50")), "it is not kept"


@covers("chanmode:g", "404", "940", "941")
def test_words_on_the_list_are_refused_but_to_operators(op: IrcClient, connect: Connect) -> None:
    ani = connect("ani", "draft/multiline", "batch", "echo-message")
    ani.ask("JOIN #x")
    assert op.ask("MODE #x +gg Bodoh kasar")[-1].endswith(f":{source('op')} MODE #x +gg bodoh kasar")
    ani.fence()
    assert ani.ask("PRIVMSG #x :dasar BODOH!") == [
        f":{NAME} 404 ani #x :Cannot send to channel: the word bodoh is not wanted here (+g)"
    ]
    assert (
        commands(ani.ask("BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x :a", "@batch=1 PRIVMSG #x :kasar")) == []
    )
    assert commands(ani.ask("BATCH -1")) == ["404"]
    assert ani.ask("NOTICE #x :bodoh") == [], "a NOTICE gets no answer"
    assert not any("PRIVMSG" in line or "NOTICE" in line for line in op.fence())
    ani.ask("PRIVMSG #x :kebodohan")
    assert any("kebodohan" in line for line in op.fence())
    op.ask("PRIVMSG #x :bodoh")
    assert any("bodoh" in line for line in ani.fence())
    listed = op.ask("MODE #x g")
    assert commands(listed) == ["941", "941", "940"]
    assert parse(listed[0]).params[1:3] == ["#x", "bodoh"]
    assert commands(ani.ask("MODE #x g")) == ["482"], "who may not write them need not read them"
    op.ask("MODE #x -g bodoh")
    ani.ask("PRIVMSG #x :bodoh lagi")
    assert any("bodoh lagi" in line for line in op.fence())


@covers("chanmode:g", "696")
def test_a_pattern_is_no_word(op: IrcClient) -> None:
    assert commands(op.ask("MODE #x +g bo*")) == ["696"]
