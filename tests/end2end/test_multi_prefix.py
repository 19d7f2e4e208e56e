"""All ranks of a member at once: IRCv3 multi-prefix."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient


@pytest.fixture
def ani(connect: Connect) -> IrcClient:
    """A member of #x with three ranks, given from the lowest to the highest."""
    oki, client = connect("oki"), connect("ani")
    oki.ask("JOIN #x")
    client.ask("JOIN #x")
    oki.ask("MODE #x +vho ani ani ani")
    client.fence()
    return client


@covers("token:PREFIX", "353", "prefix:o", "prefix:h", "prefix:v", "cap:multi-prefix")
def test_names_has_all_possible_prefixes_in_order_of_rank(ani: IrcClient, connect: Connect) -> None:
    """Description: "all possible prefixes which apply to a user ... in order of 'rank', from highest to lowest"."""
    seer = connect("seer", "multi-prefix")
    assert parse(seer.ask("NAMES #x")[0]).params[-1] == "@oki @%+ani"
    assert parse(ani.ask("NAMES #x")[0]).params[-1] == "@oki @ani"
    assert f":{NAME} 353 seer = #x :@oki @%+ani seer" in seer.ask("JOIN #x")
    assert any(re.search(r" PREFIX=\(\w+\)\S*@%\+ ", line) for line in seer.ask("VERSION")), "the ranks in this order"


@covers("352", "354", "cap:multi-prefix")
def test_who_and_whox_have_them_too(ani: IrcClient, connect: Connect) -> None:
    """Description: "in NAMES, WHO and WHOIS output"."""
    seer, plain = connect("seer", "multi-prefix"), connect("plain")
    for client, flags in ((seer, "H@%+"), (plain, "H@")):
        client.ask("JOIN #x")
        rows = {parse(line).params[5]: parse(line).params[6] for line in client.ask("WHO #x") if " 352 " in line}
        assert rows["ani"] == flags
        (row, _end) = client.ask("WHO ani %f")
        assert parse(row).params[1:] == [flags]


@covers("319", "cap:multi-prefix")
def test_whois_has_them_too(ani: IrcClient, connect: Connect) -> None:
    """Errata: "all possible prefixes which apply to users be also sent in WHOIS output"."""
    seer, plain = connect("seer", "multi-prefix"), connect("plain")
    assert f":{NAME} 319 seer ani :@%+#x" in seer.ask("WHOIS ani")
    assert f":{NAME} 319 plain ani :@#x" in plain.ask("WHOIS ani")


@covers("CAP", "cap:multi-prefix")
def test_who_gives_the_capability_up_sees_the_highest_alone(ani: IrcClient, connect: Connect) -> None:
    """Description: "When requested"."""
    seer = connect("seer", "multi-prefix")
    seer.ask("CAP REQ -multi-prefix")
    assert parse(seer.ask("NAMES #x")[0]).params[-1] == "@oki @ani"
