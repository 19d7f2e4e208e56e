"""User mode B, and how it is shown (IRCv3 bot-mode)."""

from __future__ import annotations

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, source


@covers("usermode:B", "335", "token:BOT")
def test_whois_of_a_bot_has_335(connect: Connect) -> None:
    """bot-mode, "335": "This numeric is returned as part of a bot's WHOIS reply"."""
    bot, ani = connect("robo"), connect("ani")
    assert " BOT=B " in " ".join(ani.ask("VERSION"))
    assert bot.ask("MODE robo +B") == [f":{source('robo')} MODE robo +B"]
    assert f":{NAME} 335 ani robo :is a bot on Obrolan" in ani.ask("WHOIS robo")
    bot.ask("MODE robo -B")
    assert not any(" 335 " in line for line in ani.ask("WHOIS robo"))


@covers("usermode:B", "352", "354")
def test_the_who_flags_of_a_bot_hold_the_character(connect: Connect) -> None:
    """bot-mode, "The WHO bot flag": "the character used as the value of the ISUPPORT BOT token is returned"."""
    connect("robo").ask("MODE robo +B")
    ani = connect("ani")
    assert parse(ani.ask("WHO robo")[0]).params[6] == "HB"
    assert parse(ani.ask("WHO robo %f")[0]).params[1] == "HB"


@covers("tag:bot", "cap:message-tags")
def test_the_tag_is_added_to_what_a_bot_sends_for_those_with_message_tags(connect: Connect) -> None:
    """bot-mode, "The bot tag": "SHOULD be added to all commands sent by a bot", without a value."""
    bot, ani, plain = connect("robo"), connect("ani", "message-tags"), connect("plain")
    for client in (ani, plain):
        client.ask("JOIN #x")
    ani.fence()
    bot.ask("MODE robo +B", "JOIN #x", "PRIVMSG #x :hello", "NOTICE #x :ho", "TOPIC #x :t", "NICK robo2", "PART #x")
    seen = [parse(line) for line in ani.fence()]
    assert {"JOIN", "PRIVMSG", "NOTICE", "NICK", "PART"} <= {message.command for message in seen}
    assert all(message.tags.get("bot") == "" for message in seen)
    assert not any(line.startswith("@") for line in plain.fence())
    ani.ask("PRIVMSG #x :I am none")
    assert "bot" not in bot.ask("PRIVMSG ani :x")
