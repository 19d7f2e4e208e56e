"""NAMES (Modern IRC, "NAMES message")."""

from __future__ import annotations

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, commands


def names_of(lines: list[str]) -> list[str]:
    """The words of all 353 among these lines."""
    return [word for line in lines if " 353 " in line for word in parse(line).params[-1].split()]


@covers("NAMES", "366")
def test_names_of_no_channel_is_366_alone(connect: Connect) -> None:
    """NAMES: "one RPL_ENDOFNAMES numeric containing the given channel name should be returned"."""
    end = "End of /NAMES list"
    assert connect("ani").ask("NAMES #nowhere", "NAMES", "NAMES ::x") == [
        f":{NAME} 366 ani #nowhere :{end}",
        f":{NAME} 366 ani * :{end}",
        f":{NAME} 366 ani * :{end}",
    ]


def test_names_can_be_asked_from_outside(connect: Connect) -> None:
    """NAMES: "For each channel that exists and they are able to see the users in"."""
    connect("ani").ask("JOIN #x")
    assert names_of(connect("bela").ask("NAMES #x")) == ["@ani"]


def test_many_names_stand_in_several_353_of_full_lines(connect: Connect) -> None:
    """NAMES: "one of more RPL_NAMREPLY numerics containing the users [...] and a single RPL_ENDOFNAMES"."""
    nicknames = [f"{'orang' * 5}{number:02}" for number in range(60)]
    for nickname in nicknames:
        client = connect(nickname)
        client.ask("JOIN #crowd")
    lines = client.ask("NAMES #crowd")
    assert [name.lstrip("@") for name in names_of(lines)] == nicknames
    assert commands(lines)[-1] == "366"
    sizes = [len(line) for line in lines if " 353 " in line]
    assert len(sizes) == -(-60 // ((510 - len(f":{NAME} 353 {nicknames[0]} = #crowd :")) // 28))
    assert all(size > 480 for size in sizes[:-1])


@covers("NAMES", "token:TARGMAX", "407")
def test_a_list_of_channels_is_answered_one_by_one(connect: Connect) -> None:
    """Modern, NAMES: "The channel names are evaluated one-by-one"."""
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    assert commands(ani.ask("NAMES #a,#nowhere,,#b")) == ["353", "366", "366", "353", "366"]
    lines = ani.ask("NAMES " + ",".join(f"#{number}" for number in range(12)))
    assert commands(lines) == ["366"] * 10 + ["407"]


@covers("NAMES", "353", "chanmode:s")
def test_a_secret_channel_has_its_symbol_and_no_names_outside(connect: Connect) -> None:
    """Modern, NAMES: "If the given channel has the secret channel mode set and the user is not joined to that channel
    [366] is returned"; RPL_NAMREPLY: `@` is the symbol of a secret channel.
    """
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x", "MODE #x +s")
    assert ani.ask("NAMES #x")[0] == f":{NAME} 353 ani @ #x :@ani"
    assert bela.ask("NAMES #x") == [f":{NAME} 366 bela #x :End of /NAMES list"]


@covers("NAMES", "usermode:i")
def test_the_invisible_are_named_to_members_only(connect: Connect) -> None:
    """Modern, NAMES: "Users with the invisible user mode set are not shown in channel responses unless the requesting
    client is also joined to that channel".
    """
    ani, bela, citra = connect("ani"), connect("bela"), connect("citra")
    ani.ask("JOIN #x", "MODE ani +i")
    citra.ask("JOIN #x")
    assert names_of(bela.ask("NAMES #x")) == ["citra"]
    assert names_of(citra.ask("NAMES #x")) == ["@ani", "citra"]


@covers("NAMES", "353")
def test_names_are_those_of_now_whatever_happened_since_the_last_time(connect: Connect) -> None:
    """NAMES "at this point among the JOIN and PART lines one sees": nothing of an earlier answer is left."""
    ani, bela, citra = connect("ani", "multi-prefix"), connect("bela"), connect("citra", "userhost-in-names")
    for client in (ani, bela, citra):
        client.ask("JOIN #x,#y")

    def seen() -> list[list[str]]:
        return [[name.partition("!")[0] for name in names_of(client.ask("NAMES #x"))] for client in (ani, bela, citra)]

    assert seen() == [["@ani", "bela", "citra"]] * 3
    ani.ask("MODE #x +vv ani bela")
    assert seen() == [["@+ani", "+bela", "citra"], ["@ani", "+bela", "citra"], ["@ani", "+bela", "citra"]]
    bela.ask("NICK dewi")
    assert seen()[0] == ["@+ani", "+dewi", "citra"]
    ani.ask("MODE #x -v dewi")
    assert seen()[2] == ["@ani", "dewi", "citra"]
    bela.ask("PART #x")
    bela.ask("JOIN #x")
    assert seen()[0] == ["@+ani", "citra", "dewi"]
    eka = connect("eka")
    eka.ask("JOIN #x")
    assert seen()[0] == ["@+ani", "citra", "dewi", "eka"]
    ani.ask("KICK #x eka")
    ani.ask("RENAME #x #z")
    assert names_of(bela.fence()) == ["@ani", "citra", "dewi"], "as after a JOIN, without the capability"
    assert [names_of(client.ask("NAMES #z")) for client in (ani, bela)] == [
        ["@+ani", "citra", "dewi"],
        ["@ani", "citra", "dewi"],
    ]
    bela.leave()
    assert names_of(ani.ask("NAMES #z")) == ["@+ani", "citra"]
