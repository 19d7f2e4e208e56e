"""Which answer belongs to which command: IRCv3 labeled-response."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged

LABELS = ("labeled-response", "batch", "message-tags")
ACK = f"@label=x :{NAME} ACK"


def labelled(client: IrcClient, line: str, label: str = "x") -> list[str]:
    """The answer to this line sent with a label: alone, or what stood in its batch (without the batch tag)."""
    lines = client.ask(f"@label={label} {line}")
    if len(lines) == 1:
        assert lines[0].startswith(f"@label={label}")
        return lines
    start, end = parse(lines[0]), parse(lines[-1])
    assert start.command == "BATCH", lines
    assert (dict(start.tags), start.params[1:]) == ({"label": label}, ["labeled-response"])
    name = start.params[0].removeprefix("+")
    assert re.fullmatch("[A-Za-z0-9-]+", name)
    assert (end.command, end.params, dict(end.tags)) == ("BATCH", ["-" + name], {})
    inside = lines[1:-1]
    assert all(parse(line).tags["batch"] == name and "label" not in parse(line).tags for line in inside)
    return untagged(inside)


# --- no answer, one answer, many ------------------------------------------------------------------


@covers("cap:labeled-response")
@pytest.mark.parametrize(
    "line", ["PONG x", "JOIN #x", "NICK ani", "CAP END", "NOTICE nobody :x", "PRIVMSG bela :x", "NOTICE bela x"]
)
def test_servers_must_respond_with_ack_where_no_response_is_required(connect: Connect, line: str) -> None:
    """The ACK response: "Servers MUST respond with a labeled ACK ... that normally produces no response"."""
    connect("bela")
    ani = connect("ani", *LABELS)
    ani.ask("JOIN #x")
    assert ani.ask(f"@label=x {line}") == [ACK]


@covers("cap:labeled-response")
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("PING a", f"PONG {NAME} :a"),
        ("FOO", "421 ani FOO :Unknown command"),
        ("NO_SUCH_COMMAND a :b c", "421 ani NO_SUCH_COMMAND :Unknown command"),
        ("12 a", "421 ani 12 :Unknown command"),
        (":source", "400 ani * :This line holds no IRC command"),
        ("PRIVMSG ani :\0", "400 ani * :A message cannot hold NUL, CR or LF"),
        ("PRIVMSG nobody :a", "401 ani nobody :No such nick/channel"),
        ("JOIN", "461 ani JOIN :Not enough parameters"),
        ("NAMES #nowhere", "366 ani #nowhere :End of /NAMES list"),
        ("ISON ani", "303 ani :ani"),
        ("CAP LIST", "CAP ani LIST :batch labeled-response message-tags"),
        (f"PRIVMSG bela :{'x' * 600}", "417 ani :Input line was too long"),
    ],
)
def test_the_server_must_include_the_same_tag_and_value_in_any_response_required(
    connect: Connect, line: str, answer: str
) -> None:
    """Tags: "the server MUST include the same tag and value in any response required"."""
    assert connect("ani", *LABELS).ask(f"@label=x {line}") == [f"@label=x :{NAME} {answer}"]


@covers("cap:labeled-response", "token:UTF8ONLY")
def test_a_line_that_is_no_utf_8_is_refused_with_its_label(connect: Connect) -> None:
    """Tags: "the server MUST include the same tag and value ... where it is feasible to do so"."""
    ani = connect("ani", *LABELS)
    ani.send_bytes(b"@label=x PRIVMSG ani :\xff\r\n@label=\xff PRIVMSG ani :x\r\n")
    refusal = f":{NAME} FAIL PRIVMSG INVALID_UTF8 :Messages must be encoded in UTF-8"
    assert ani.fence() == [f"@label=x {refusal}", refusal], "the second label could not be read"


@covers("cap:labeled-response", "cap:batch")
@pytest.mark.parametrize(
    ("line", "numerics"),
    [
        ("WHOIS ani", ["311", "319", "312", "378", "379", "317", "318"]),
        ("WHOIS nobody", ["401", "318"]),
        ("WHO ani", ["352", "315"]),
        ("NAMES #x", ["353", "366"]),
        ("LIST #x", ["321", "322", "323"]),
        ("JOIN #y", ["JOIN", "353", "366"]),
        ("JOIN #y,#z", ["JOIN", "353", "366"] * 2),
        ("JOIN #y,nowhere", ["JOIN", "353", "366", "403"]),
        ("LUSERS", ["251", "252", "253", "254", "255", "265", "266"]),
        ("VERSION", ["351", "005", "005", "005"]),
        ("MODE #x", ["324", "329"]),
        ("JOIN 0", ["PART", "PART"]),
        ("PRIVMSG nobody,nothing :x", ["401", "401"]),
    ],
)
def test_if_a_response_is_more_than_one_message_a_batch_must_group_them(
    connect: Connect, line: str, numerics: list[str]
) -> None:
    """Tags: "a batch MUST be used to group them ... The start of the batch MUST be tagged with the label tag"."""
    ani = connect("ani", *LABELS)
    ani.ask("JOIN #x,#w")
    ani.ask("PART #w") if "WHOIS" in line else None
    assert commands(labelled(ani, line)) == numerics


@covers("cap:labeled-response", "TOPIC", "NICK", "PART")
def test_a_topic_change_nick_and_part_come_back_with_the_label(connect: Connect) -> None:
    """Tags: "in any response required"; the label is the sender's alone."""
    ani, bela = connect("ani", *LABELS), connect("bela", *LABELS)
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    assert untagged(labelled(ani, "TOPIC #x :t")) == [f":{source('ani')} TOPIC #x :t"]
    assert untagged(labelled(ani, "PART #x :bye")) == [f":{source('ani')} PART #x :bye"]
    assert untagged(labelled(ani, "NICK ani2")) == [f":{source('ani')} NICK ani2"]
    assert not [line for line in bela.fence() if "label" in line]


@covers("cap:labeled-response", "QUIT")
def test_quit_is_answered_with_the_label(connect: Connect) -> None:
    """Tags: "the same tag and value in any response required from this message"."""
    ani = connect("ani", *LABELS)
    ani.send("@label=x QUIT :bye")
    assert ani.rest() == ["@label=x ERROR :Closing link: ani (Quit)"]


@covers("cap:labeled-response")
def test_what_only_others_see_does_not_make_a_batch_of_one_answer(connect: Connect) -> None:
    """Tags: a batch is for "more than one message"."""
    connect("bela").ask("AWAY :eating")
    ani = connect("ani", *LABELS)
    assert ani.ask("@label=x AWAY :x") == [f"@label=x :{NAME} 306 ani :You have been marked as being away"]
    assert ani.ask("@label=x PRIVMSG bela :hi") == [f"@label=x :{NAME} 301 ani bela :eating"]
    assert ani.ask("@label=x PRIVMSG bela,nobody :hi")[0].startswith("@label=x ")


@covers("cap:labeled-response")
def test_several_messages_that_are_not_echoed_are_acknowledged_once(connect: Connect) -> None:
    """Tags: "Servers MUST include the tag in exactly one logical message"."""
    bela = connect("bela")
    ani = connect("ani", *LABELS)
    ani.ask("JOIN #x")
    assert ani.ask("@label=x PRIVMSG bela,#x,bela :hi") == [ACK]
    assert commands(bela.fence()) == ["PRIVMSG", "PRIVMSG"]


@covers("cap:labeled-response", "CAP")
def test_a_whole_registration_can_be_labelled(connect: Connect) -> None:
    """Tags: "For any message received from a client that includes this tag"."""
    ani = connect()
    ani.ask(f"CAP REQ :{' '.join(LABELS)}", "NICK ani", "USER u 0 * :x")
    assert commands(labelled(ani, "CAP END"))[:3] == ["001", "002", "003"]


# --- echo-message ---------------------------------------------------------------------------------


@covers("cap:labeled-response", "cap:echo-message")
@pytest.mark.parametrize("line", ["PRIVMSG #x :hi", "NOTICE #x :hi", "PRIVMSG bela :hi", "TAGMSG bela", "TAGMSG #x"])
def test_the_echo_is_the_labelled_response_and_nobody_else_sees_the_label(connect: Connect, line: str) -> None:
    """Examples: the echo carries the label; "the same tag and value in any response"."""
    ani, bela = connect("ani", *LABELS, "echo-message"), connect("bela", *LABELS)
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    (echo,) = ani.ask(f"@label=x;+a=b {line}")
    assert echo.startswith("@label=x;")
    assert untagged([echo]) == [f":{source('ani')} {line}"]
    (received,) = bela.fence()
    assert untagged([received]) == untagged([echo])
    assert "label" not in parse(received).tags
    assert parse(received).tags.get("msgid") == parse(echo).tags.get("msgid")


@covers("cap:labeled-response", "cap:echo-message")
def test_a_message_to_oneself_must_not_have_the_label_except_for_the_echo(connect: Connect) -> None:
    """Tags: "the server MUST NOT include the label tag, except for any acknowledgment sent with ... echo-message"."""
    ani = connect("ani", *LABELS, "echo-message")
    lines = ani.ask("@label=x PRIVMSG ani :note")
    assert untagged(lines) == [f":{source('ani')} PRIVMSG ani :note"] * 2
    assert ["label" in parse(line).tags for line in lines] == [False, True]
    assert len({parse(line).tags["msgid"] for line in lines}) == 1


@covers("cap:labeled-response")
def test_a_message_to_oneself_without_echo_is_acknowledged(connect: Connect) -> None:
    """The ACK response: what is delivered to oneself is no response."""
    lines = connect("ani", *LABELS).ask("@label=x PRIVMSG ani :note")
    assert [parse(line).tags.get("label") for line in lines] == [None, "x"]
    assert lines[1] == ACK


@covers("cap:labeled-response", "cap:echo-message", "cap:batch")
def test_several_targets_are_one_batch_of_echoes(connect: Connect) -> None:
    """Tags: "to group them into a single logical response"."""
    ani = connect("ani", *LABELS, "echo-message")
    connect("bela"), connect("citra")
    lines = [f":{source('ani')} PRIVMSG {target} :hi" for target in ("bela", "citra")]
    assert labelled(ani, "PRIVMSG bela,citra :hi") == lines


@covers("cap:labeled-response", "cap:server-time")
def test_the_time_stands_beside_the_label(connect: Connect) -> None:
    """message-tags: the label is one of several tags."""
    ani = connect("ani", *LABELS, "echo-message", "server-time")
    assert re.fullmatch(r"@label=x;time=[^;]+;msgid=\S+ :.*", ani.ask("@label=x NOTICE ani :hi")[-1])


# --- the label itself -----------------------------------------------------------------------------


@covers("cap:labeled-response")
@pytest.mark.parametrize("label", ["a", "0", "a=b", "x" * 64, "\\:\\s\\\\\\r\\n", "é", "+", "-1"])
def test_the_value_must_be_treated_as_an_opaque_identifier(connect: Connect, label: str) -> None:
    """Tag value: "MUST be treated as an opaque identifier"."""
    assert connect("ani", *LABELS).ask(f"@label={label} PONG") == [f"@label={label} :{NAME} ACK"]


@covers("cap:labeled-response")
@pytest.mark.parametrize("tags", ["label=", "label", "+label=x", "Label=x", "a=b"])
def test_an_empty_label_or_another_tag_is_none(connect: Connect, tags: str) -> None:
    """Tags: "which has a required value"."""
    assert connect("ani", *LABELS).ask(f"@{tags} PONG") == []


@covers("cap:labeled-response")
def test_without_the_capability_a_label_is_ignored(connect: Connect) -> None:
    """Capabilities: "Clients requesting this capability indicate that they are capable of handling the message tag"."""
    assert connect("ani", "batch", "message-tags").ask("@label=x PING a") == [f":{NAME} PONG {NAME} :a"]


@covers("cap:labeled-response")
def test_the_value_must_not_exceed_64_bytes(connect: Connect) -> None:
    """Tag value: "The value MUST NOT exceed 64 bytes"; the server sends none that does."""
    ani = connect("ani", *LABELS)
    for label in ("x" * 65, "é" * 33):
        assert ani.ask(f"@label={label} PING a", f"@label={label} PONG") == [f":{NAME} PONG {NAME} :a"]


@covers("cap:labeled-response", "cap:batch")
def test_batch_must_be_negotiated_to_use_labeled_responses(connect: Connect) -> None:
    """Dependencies: "depends on the batch capability which MUST be negotiated to use labeled responses. The order of
    capability negotiation is not significant".
    """
    ani = connect("ani", "labeled-response")
    assert commands(lines := ani.ask("@label=x PING a", "@label=x PONG", "@label=x WHO ani")) == ["PONG", "352", "315"]
    assert untagged(lines) == lines
    ani.ask("CAP REQ batch")
    assert ani.ask("@label=x PING a") == [f"@label=x :{NAME} PONG {NAME} :a"]


@covers("cap:labeled-response", "cap:batch")
def test_batches_of_different_commands_have_different_names(connect: Connect) -> None:
    """batch, "Reference tag": one batch is told from another by it."""
    ani = connect("ani", *LABELS)
    lines = ani.ask(*[f"@label={number} WHO ani" for number in range(50)])
    names = [parse(line).params[0] for line in lines if parse(line).tags.get("label")]
    assert len(set(names)) == len(names) == 50


@covers("cap:labeled-response")
def test_labels_are_answered_in_the_order_of_the_commands(connect: Connect) -> None:
    """Tags: each response has the label of its own message."""
    ani = connect("ani", *LABELS, "echo-message")
    sent = ["PRIVMSG ani :x", "PING a", "JOIN #x", "FOO", "NOTICE #x :y", "NAMES #x", "PONG"] * 10
    lines = ani.ask(*[f"@label={number} {line}" for number, line in enumerate(sent)])
    labels = [parse(line).tags["label"] for line in lines if "label" in parse(line).tags]
    assert labels == [str(number) for number in range(len(sent))]
