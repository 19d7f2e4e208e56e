"""CAP: IRCv3 capability negotiation, version 302."""

from __future__ import annotations

import pytest

from chatd.capabilities import offered as offers
from chatd.capabilities import values
from chatd.config import Config
from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands


def offered(lines: list[str], target: str = "*") -> dict[str, str]:
    """Capabilities and their values in the lines that answer CAP LS; all but the last line must have a star."""
    heads = [f":{NAME} CAP {target} LS * :"] * (len(lines) - 1) + [f":{NAME} CAP {target} LS :"]
    assert all(line.startswith(head) for line, head in zip(lines, heads, strict=True)), lines
    words = " ".join(line.removeprefix(head) for line, head in zip(lines, heads, strict=True)).split(" ")
    assert len({word.partition("=")[0] for word in words}) == len(words)
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def listed(client: IrcClient) -> set[str]:
    """The capabilities that CAP LIST says are enabled."""
    return set(parse(client.ask("CAP LIST")[-1]).params[-1].split())


@covers("CAP")
@pytest.mark.parametrize("request_", ["CAP LS", "CAP LS 301", "CAP LS x"])
def test_ls_lists_the_capabilities_supported_in_one_line_and_without_values(connect: Connect, request_: str) -> None:
    """CAP LS Version: "If a client has not indicated support for CAP LS 302 features, the server MUST NOT send"."""
    lines = connect().ask(request_)
    assert len(lines) == 1
    shown = offered(lines)
    assert set(shown.values()) == {""}
    names = sorted(offers(Config()), key=lambda name: "/" in name)
    assert list(shown) == names[: len(shown)]
    assert len(shown) >= len([name for name in names if "/" not in name])  # no room: only for what is no standard yet


@covers("CAP")
@pytest.mark.parametrize("request_", ["CAP LS 302", "CAP LS 307", "cap ls 302", "CAP LS 1000000", "CAP LS 00302"])
def test_ls_302_adds_their_values_and_may_take_several_lines(connect: Connect, request_: str) -> None:
    """Capability Values: "the server MAY specify additional data for each capability"; "Multiline replies": "all but
    the last reply MUST have a parameter containing only an asterisk"; "MUST be treated as a number": higher is as good.
    """
    about = values(Config())
    assert offered(connect().ask(request_)) == {name: about.get(name, "") for name in offers(Config())}


@covers("CAP")
def test_the_server_must_not_complete_registration_until_cap_end_after_ls(connect: Connect) -> None:
    """Connection Registration: "MUST not complete registration until the client sends a CAP END"."""
    client = connect()
    assert set(commands(client.ask("CAP LS 302", "NICK ani", "USER u 0 * :Ani"))) == {"CAP"}
    assert commands(client.ask("CAP END"))[0] == "001"


@covers("CAP")
def test_the_server_must_not_complete_registration_until_cap_end_after_req(connect: Connect) -> None:
    """CAP REQ: "it MUST suspend registration until an END subcommand is received"."""
    client = connect()
    lines = client.ask("CAP REQ multi-prefix", "NICK ani", "USER u 0 * :Ani")
    assert lines == [f":{NAME} CAP * ACK :multi-prefix"]
    assert commands(client.ask("CAP END"))[0] == "001"


@covers("CAP")
def test_ls_between_nick_and_user_suspends_registration(connect: Connect) -> None:
    """CAP LS: "while client registration is in progress, it MUST suspend registration"."""
    client = connect()
    assert commands(client.ask("NICK ani", "CAP LS", "USER u 0 * :Ani")) == ["CAP"]
    assert commands(client.ask("CAP END"))[0] == "001"


@covers("CAP")
def test_replies_must_contain_the_client_identifier_or_an_asterisk(connect: Connect) -> None:
    """The CAP command: "must contain the client identifier name or asterisk if one is not yet available"."""
    assert "batch" in offered(connect().ask("NICK ani", "CAP LS"), "ani")
    assert "batch" in offered(connect("bela").ask("CAP LS 302"), "bela")


@covers("CAP")
def test_if_no_capabilities_are_enabled_an_empty_parameter_must_be_sent(connect: Connect) -> None:
    """CAP LIST: "If no capabilities are enabled, an empty parameter must be sent"."""
    assert connect().ask("CAP LIST") == [f":{NAME} CAP * LIST :"]


@covers("CAP")
def test_list_lists_the_capabilities_enabled_on_the_connection(connect: Connect) -> None:
    """CAP LIST: "the last parameter is a space-separated list"."""
    client = connect("ani", "batch", "server-time")
    assert client.ask("CAP LIST") == [f":{NAME} CAP ani LIST :batch server-time"]


@covers("CAP")
def test_list_names_all_of_them_also_to_who_knows_no_lines_that_go_on(connect: Connect) -> None:
    """CAP LS Version Features: that `CAP LIST` "can be split across multiple lines, with a minor syntax change" is 302;
    who did not ask for that gets lines that are whole without it: LIST is "used to list the capabilities enabled".
    """
    client = connect()
    names = set(offers(Config())) - {"draft/metadata-2"}
    for name in names:
        client.ask(f"CAP REQ {name}")
    lines = client.ask("CAP LIST")
    assert len(lines) > 1
    assert all(line.startswith(f":{NAME} CAP * LIST :") for line in lines)
    assert {name for line in lines for name in parse(line).params[-1].split()} == names


@covers("CAP")
def test_a_list_without_its_colon_is_one_too(connect: Connect) -> None:
    """CAP REQ: "The last parameter is a space-separated list"; people who type by hand forget the colon."""
    client = connect()
    assert client.ask("CAP REQ batch setname") == [f":{NAME} CAP * ACK :batch setname"]
    assert client.ask("CAP REQ -batch :foo echo-message") == [f":{NAME} CAP * NAK :-batch foo echo-message"]
    assert listed(client) == {"batch", "setname"}


@covers("CAP")
def test_a_request_is_accepted_as_a_whole_or_rejected_entirely(connect: Connect) -> None:
    """CAP REQ: "must be accepted as a whole, or rejected entirely"; NAK: "MUST NOT make any change"."""
    client = connect()
    lines = client.ask("CAP REQ :multi-prefix foo batch", "CAP LIST")
    assert lines == [f":{NAME} CAP * NAK :multi-prefix foo batch", f":{NAME} CAP * LIST :"]


@covers("CAP")
def test_capability_names_are_case_sensitive(connect: Connect) -> None:
    """Rules for naming capabilities: "Capability names are case-sensitive"."""
    assert connect().ask("CAP REQ BATCH") == [f":{NAME} CAP * NAK :BATCH"]


@covers("CAP")
def test_a_request_names_no_values(connect: Connect) -> None:
    """Capability Values: "MUST NOT specify additional data for any other CAP subcommands"."""
    assert connect().ask("CAP REQ :batch=1") == [f":{NAME} CAP * NAK :batch=1"]


@covers("CAP")
def test_a_dash_disables_and_is_acknowledged_with_it(connect: Connect) -> None:
    """CAP ACK: "prefixed with a dash (`-`), indicating that this capability has been disabled as requested"."""
    client = connect("ani", "batch", "setname")
    assert client.ask("CAP REQ :-batch") == [f":{NAME} CAP ani ACK :-batch"]
    assert listed(client) == {"setname"}


@covers("CAP")
def test_requests_are_processed_from_left_to_right(connect: Connect) -> None:
    """The CAP command: "MUST be parsed and processed from left to right"."""
    client = connect("ani")
    client.ask("CAP REQ :batch -batch", "CAP REQ :-setname setname")
    assert listed(client) == {"setname"}


@covers("CAP")
def test_asking_twice_or_disabling_what_is_off_succeeds(connect: Connect) -> None:
    """CAP REQ: "MUST continue processing ... as though handling this capability was successful"."""
    client = connect("ani", "batch")
    assert client.ask("CAP REQ batch", "CAP REQ -setname") == [
        f":{NAME} CAP ani ACK :batch",
        f":{NAME} CAP ani ACK :-setname",
    ]


@covers("CAP")
def test_a_trailing_space_is_no_capability(connect: Connect) -> None:
    """Errata: "space-separated capability lists may end with a trailing space"."""
    client = connect("ani")
    assert client.ask("CAP REQ :batch setname ")[0].startswith(f":{NAME} CAP ani ACK :batch setname")
    assert listed(client) == {"batch", "setname"}


@covers("CAP", "cap:echo-message")
def test_the_server_must_accept_cap_at_any_time_including_after_registration(connect: Connect) -> None:
    """The CAP command: "MUST accept the CAP command at any time, including after registration"."""
    client = connect("ani")
    client.ask("CAP LS 302", "CAP REQ echo-message", "CAP END")
    assert client.ask("JOIN #cap", "PRIVMSG #cap :hi")[-1].endswith("PRIVMSG #cap :hi")


@covers("CAP")
def test_end_must_be_ignored_after_registration(connect: Connect) -> None:
    """CAP END: "If the client is already registered, this command MUST be ignored by the server"."""
    assert connect("ani").ask("CAP END") == []


@covers("CAP", "410")
@pytest.mark.parametrize("subcommand", ["FOO", "ACK", "NEW", "NAK", "DEL", "ls2"])
def test_an_unknown_subcommand_is_410(connect: Connect, subcommand: str) -> None:
    """The CAP command: "a subcommand which is not in the list above or otherwise issues an invalid command"."""
    assert connect().ask(f"CAP {subcommand}") == [f":{NAME} 410 * {subcommand} :Invalid CAP command"]


@covers("CAP", "461")
def test_cap_without_subcommand_needs_more_parameters(connect: Connect) -> None:
    """The CAP command: "CAP takes a single required subcommand"."""
    assert connect().ask("CAP") == [f":{NAME} 461 * CAP :Not enough parameters"]


@covers("cap:cap-notify")
def test_ls_302_implies_cap_notify_and_it_cannot_be_disabled_then(connect: Connect) -> None:
    """cap-notify: "MUST be implicitly enabled ... MUST NOT disable ... MUST accept and CAP ACK the request without
    side effects".
    """
    client = connect("ani")
    client.ask("CAP LS 302")
    assert listed(client) == {"cap-notify"}
    assert client.ask("CAP REQ cap-notify") == [f":{NAME} CAP ani ACK :cap-notify"]
    client.ask("CAP REQ -cap-notify")
    assert listed(client) == {"cap-notify"}


@covers("CAP", "cap:cap-notify")
def test_a_client_without_302_may_enable_and_disable_cap_notify(connect: Connect) -> None:
    """cap-notify: "MAY explicitly disable the capability, and servers MUST allow these clients to do so"."""
    client = connect("ani")
    client.ask("CAP LS", "CAP REQ cap-notify")
    assert listed(client) == {"cap-notify"}
    assert client.ask("CAP REQ -cap-notify") == [f":{NAME} CAP ani ACK :-cap-notify"]
    assert listed(client) == set()


@covers("CAP")
def test_if_a_lower_version_is_sent_later_the_higher_is_kept(connect: Connect) -> None:
    """CAP LS Version: "reply consistent with the request's version, but keep storing the original"."""
    client = connect("ani")
    client.ask("CAP LS 302", "CAP LS", "CAP LS 301")
    assert listed(client) == {"cap-notify"}


@covers("CAP", "417")
def test_a_request_whose_answer_would_not_fit_in_a_line_is_refused_whole(connect: Connect) -> None:
    """CAP REQ: "not too long to be replied to with a single ACK or NAK message"."""
    client = connect("ani")
    fitting, too_long = " ".join(["batch"] * 70), " ".join(["batch"] * 83)
    assert client.ask(f"CAP REQ :{fitting}") == [f":{NAME} CAP ani ACK :{fitting}"]
    assert client.ask(f"CAP REQ :{too_long}", "CAP REQ :-batch") == [
        f":{NAME} 417 ani :Input line was too long",
        f":{NAME} CAP ani ACK :-batch",
    ]


@covers("CAP")
def test_a_thousand_requests_change_nothing_and_are_all_answered(connect: Connect) -> None:
    """CAP NAK: "The server MUST NOT make any change to any capabilities"."""
    client = connect("ani")
    assert len(client.ask(*["CAP REQ :batch nonsense"] * 1000)) == 1000
    assert listed(client) == set()


@covers("CAP", "cap:echo-message", "cap:server-time")
def test_a_request_behind_a_message_changes_neither_its_echo_nor_the_lines_before_the_ack(connect: Connect) -> None:
    """CAP ACK: "let the client know that their requested capabilities have been enabled": from there on, not before."""
    client = connect("ani", "echo-message", "server-time")
    client.ask("JOIN #x")
    lines = client.ask("PRIVMSG #x :a", "CAP REQ :-echo-message -server-time", "PRIVMSG #x :b")
    assert commands(lines) == ["PRIVMSG", "CAP"]
    assert lines[0].startswith("@time=")
    assert lines[1] == f":{NAME} CAP ani ACK :-echo-message -server-time"
