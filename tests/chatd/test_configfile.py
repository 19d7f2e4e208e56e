"""`chatd/configfile.py`: where a mistake stands, the environment, and the settings written out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.config import Config, ConfigError, Extra, Features, Limits, Listen, Operator, Server
from chatd.configfile import SECTIONS, described, line_of, load, read, written
from chatd.reload import compare

EVERY_KIND = Config(
    server=Server(
        motd=("Halo\u007f".strip("\u007f"), 'a "b" \\ c'), admin=("Lab 2",), password="x" * 3, icon="https://a/b.png"
    ),
    listen=Listen(
        websocket_origins=("https://a.example",),
        extra=(Extra("udp", "::1", 5), Extra("classic", port=6, dialect="nick")),
    ),
    operators={"guru": Operator("rahasia"), "Bu Ani".replace(" ", "."): Operator("x")},
    features=Features(metadata=False),
    limits=Limits(messages_per_s=0.5, nick_length=9),
)


def write(folder: Path, text: str) -> Path:
    file = folder / "server.toml"
    file.write_text(text, encoding="utf-8")
    return file


# --- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [Config(), EVERY_KIND], ids=["defaults", "every kind"])
def test_what_is_written_reads_back_to_the_same(tmp_path: Path, config: Config) -> None:
    assert load(write(tmp_path, written(config))) == config


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=20), max_size=3))
def test_any_text_reads_back(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    config = Config(server=Server(motd=tuple(lines)))
    assert load(write(tmp_path_factory.mktemp("any"), written(config))).server.motd == tuple(lines)


def test_every_table_is_written_and_every_setting_that_needs_words_has_them() -> None:
    text = written(EVERY_KIND)
    assert all(f"\n[{name}" in "\n" + text for name in SECTIONS)
    for name, section in SECTIONS.items():
        if name not in ("operators", "classic"):
            fields = {entry for entry in dir(type(section)) if not entry.startswith("_") and entry != "days"}
            assert fields - set(described(type(section))) <= {"throttle_count", "throttle_s"}, name


def test_the_handbook_shows_the_settings_as_they_are() -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "administration.md").read_text(encoding="utf-8")
    assert handbook.partition("```toml\n")[2].partition("```")[0] == written(Config()), "python3 server.py config"


def test_it_says_where_a_value_comes_from(tmp_path: Path) -> None:
    file = write(tmp_path, '[lobby]\nname = "#kelas"\n')
    config, origins = read(file, {"OBROLAN_LISTEN_PORT": "8889", "HOME": "/"})
    assert (config.lobby.name, config.listen.port) == ("#kelas", 8889)
    assert origins == {("lobby", "name"): str(file), ("listen", "port"): "OBROLAN_LISTEN_PORT"}
    assert "# (from OBROLAN_LISTEN_PORT)\nport = 8889" in written(config, origins)


# --- where a mistake stands ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("[a]\nx = 1\n[b]\nx = 2\n", ("b", "x"), 4),
        ("  [ a ]  # x = 1\n\t'x'   =   1", ("a", "x"), 2),
        ('[b]\nx = 1\n[a]\n"x" = 1', ("a", "x"), 4),
        ("# nothing\n\na.x = 1", ("a", "x"), 3),
        ("a = {y = 1, x = 2}", ("a", "x"), 1),
        ('[a.b]\nx = 1\n[a."c"]\nx = 2', ("a", "c", "x"), 4),
        ("[[a.e]]\nx = 1\n[[a.e]]\nx = 1", ("a", "e", 1, "x"), 4),
        ("[[a.e]]\nx = 1\n[[a.e]]\nx = 1", ("a", "e", 0, "x"), 2),
        ("[[a.e]]\n[[a.e]]\n", ("a", "e", 1, "x"), 2),
        ("[a.b]\nx = 1\n[a.c]\nx = 2\n[a.b.d]", ("a", "b", "y"), 1),
        ("[a]\n", ("a", "x"), 1),
        ("", ("a", "x"), 0),
    ],
)
def test_the_line_of_a_key_is_found(text: str, where: tuple[str | int, ...], line: int) -> None:
    assert line_of(text, where) == line


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n[listn]\nport = 1", "server.toml, line 2: unknown section [listn] (did you mean listen?)"),
        ("[listen]\n\nprot = 1", "server.toml, line 3: unknown setting prot in [listen] (did you mean port?)"),
        ("[listen]\nxyzzy = 1", "server.toml, line 2: unknown setting xyzzy in [listen]"),
        ('[server]\nmotd = "x"', 'server.toml, line 2: motd in [server] must look like ["…", "…"]'),
        ("[server]\nmotd = [1]", "server.toml, line 2: motd in [server] must look like"),
        (
            '[operators.guru]\npasword = "x"',
            "server.toml, line 2: unknown setting pasword in [operators.guru] (did you",
        ),
        ("[operators]\nguru = 1", "server.toml, line 2: [operators.guru] must be a table"),
        ("[operators.guru]\npassword = 1", 'server.toml, line 2: password in [operators.guru] must look like ""'),
        ('[operators.guru]\npassword = ""', "[operators.guru] needs a name without spaces and a password"),
        ('[[listen.extra]]\nkind = "tpc"', "kind in [[listen.extra]] is one of tcp, tls, websocket, classic, udp"),
        (
            '[listen]\ntls = false\n[[listen.extra]]\nkind = "tls"',
            "tls_cert, require_tls and kind = tls in [listen] need tls",
        ),
        (
            "[listen]\ntls = false\nrequire_tls = true",
            "tls_cert, require_tls and kind = tls in [listen] need tls = true",
        ),
        ('[listen]\ntls_key = "key.pem"', "tls_key needs tls_cert"),
        (
            '[[listen.extra]]\nkind = "tcp"\n[[listen.extra]]\nprt = 1',
            "server.toml, line 4: unknown setting prt in [listen.extra] (did you mean port?)",
        ),
        ('[[listen.extra]]\nkind = "udp"\nprt = 1', "server.toml, line 3: unknown setting prt in [listen.extra]"),
        ("[limits]\nnick_length = 33", "nick_length in [limits] must be at most 32"),
        ("[history]\nchathistory_max = 0", "chathistory_max in [history] must be from 1 to 1000"),
        ('[server]\nicon = "icon.png"', "icon in [server] must be a link"),
        ("[accounts]\nnickname_grace_s = -1", "nickname_grace_s in [accounts] must be 0 or more"),
        ('[server]\nadmin = ["a", "b", "c", "d"]', "admin in [server] has at most three lines"),
        ('[server]\nmotd = ["a\\nb"]', "must be lines of at most 390 bytes"),
    ],
)
def test_a_mistake_names_file_line_and_the_nearest_right_word(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, text))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_setting_may_have_the_name_it_had_before(tmp_path: Path) -> None:
    assert load(write(tmp_path, "[accounts]\niterations = 5000")).accounts.kdf_iterations == 5000


# --- the environment ----------------------------------------------------------------------------


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[listen]\nport = 1\n[lobby]\nautojoin = true")
    environment = {
        "OBROLAN_LISTEN_PORT": "2",
        "OBROLAN_LOBBY_AUTOJOIN": "no",
        "OBROLAN_SERVER_MOTD": "a\nb",
        "OBROLAN_LIMITS_MESSAGES_PER_S": "2",
        "OBROLAN_PROFILE": "that of a window",
    }
    config, _ = read(file, environment)
    assert (config.listen.port, config.lobby.autojoin, config.server.motd) == (2, False, ("a", "b"))
    assert config.limits.messages_per_s == 2.0


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("OBROLAN_LISTEN_PROT", "1", "OBROLAN_LISTEN_PROT in the environment names no setting (did you mean port?)"),
        ("OBROLAN_LISTEN_PORT", "x", "OBROLAN_LISTEN_PORT in the environment must look like 8888"),
        ("OBROLAN_LOBBY_AUTOJOIN", "ja", "OBROLAN_LOBBY_AUTOJOIN in the environment must look like true"),
        ("OBROLAN_LISTEN_PORT", "70000", "The port must be a number"),
    ],
)
def test_a_wrong_variable_is_said_in_one_sentence(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(None, {variable: value})
    assert sentence in str(error.value)


# --- reading anew -------------------------------------------------------------------------------


def test_what_can_be_taken_up_is_and_what_cannot_is_named() -> None:
    new = Config(
        server=Server(motd=("new",), name="irc.example.org"),
        listen=Listen(port=1),
        operators={"guru": Operator("x")},
        limits=Limits(list_entries=5, io_threads=4),
    )
    found = compare(Config(), new)
    assert found.changed == ("operators", "server.motd", "limits.list_entries")
    assert found.later == ("server.name", "listen.port", "limits.io_threads")
    assert found.config == Config(
        server=Server(motd=("new",)), operators={"guru": Operator("x")}, limits=Limits(list_entries=5)
    )


def test_the_retention_of_all_counts_where_it_is_the_shorter() -> None:
    history = Config().history.__class__(retention=30, public_days=0, private_days=7)
    assert (history.days(private=False), history.days(private=True)) == (30, 7)
    assert Config().history.days(private=False) == 0
