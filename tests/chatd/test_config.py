"""`chatd/config.py`: what a settings file may say, and the sentence for what it may not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from chatd.config import Config, ConfigError, Limits, check
from chatd.configfile import load


def write(folder: Path, text: str) -> Path:
    file = folder / "server.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load(write(tmp_path, "")) == Config()


def test_the_defaults_can_be_used() -> None:
    assert check(Config()) == Config()


def test_every_setting_of_the_issue_is_known(tmp_path: Path) -> None:
    config = load(
        write(
            tmp_path,
            """
            [server]
            name = "irc.example.org"
            network = "Kelas 8"
            data_dir = "/srv/obrolan"
            [listen]
            host = "127.0.0.1"
            port = 0
            [lobby]
            name = "#kelas"
            autojoin = false
            [limits]
            flood_protection = false
            connection_throttle = false
            connections_per_ip = 0
            ping_after_s = 2  # a whole number where a fraction is possible
            """,
        )
    )
    assert (config.server.name, config.server.network, config.server.data_dir) == (
        "irc.example.org",
        "Kelas 8",
        "/srv/obrolan",
    )
    assert (config.listen.host, config.listen.port) == ("127.0.0.1", 0)
    assert (config.lobby.name, config.lobby.autojoin) == ("#kelas", False)
    assert config.limits == dataclasses.replace(
        Limits(), flood_protection=False, connection_throttle=False, connections_per_ip=0, ping_after_s=2.0
    )
    assert isinstance(config.limits.ping_after_s, float)


def test_the_limits_are_those_that_were_promised() -> None:
    limits = Limits()
    assert (limits.registration_timeout_s, limits.registration_bytes) == (30, 16 * 1024)
    assert (limits.ping_after_s, limits.ping_timeout_s, limits.probe_timeout_s) == (90, 150, 3)
    assert (limits.sendq_soft_bytes, limits.sendq_hard_bytes, limits.write_timeout_s) == (65536, 524288, 30)
    assert (limits.connections_per_ip, limits.public_connections_per_ip) == (256, 16)
    assert (limits.throttle_count, limits.throttle_s) == (32, 600)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server\n", "server.toml is not valid TOML: "),
        ('[servers]\nname = "a.b"', "unknown section [servers]"),
        ("port = 1", "unknown section [port]"),
        ("server = 1", "unknown section [server]"),
        ("[listen]\nports = 1", "unknown setting ports in [listen]"),
        ("[listen]\n__class__ = 1", "__class__ in [listen]"),
        ('[listen]\nport = "8888"', "port in [listen] must look like 8888"),
        ("[listen]\nport = true", "port in [listen] must look like 8888"),
        ("[listen]\nport = 1.5", "port in [listen] must look like 8888"),
        ("[limits]\nping_after_s = true", "ping_after_s in [limits] must look like 90.0"),
        ("[lobby]\nautojoin = 1", "autojoin in [lobby] must look like true"),
        ("[lobby]\nname = 1", 'name in [lobby] must look like "#lobby"'),
        ("[listen]\nport = 70000", "The port must be a number from 1 to 65535; usually 8888"),
        ("[listen]\nport = -1", "The port must be a number from 1 to 65535; usually 8888"),
        (
            '[server]\nname = "obrolan"',
            "The server name 'obrolan' must be letters, digits, hyphens and at least one dot",
        ),
        ('[server]\nname = "a b.c"', "The server name 'a b.c' must be letters"),
        ('[server]\nname = "a:b.c"', "The server name 'a:b.c' must be letters"),
        (f'[server]\nname = "{"a." * 32}b"', "must be letters"),
        ('[server]\nnetwork = " "', "The name people see must be 1 to 60 ordinary characters"),
        (f'[server]\nnetwork = "{"a" * 61}"', "The name people see must be 1 to 60 ordinary characters"),
        ('[server]\nnetwork = "a\\u0007"', "The name people see must be 1 to 60 ordinary characters"),
        ('[server]\nnetwork = "a\\nb"', "The name people see must be 1 to 60 ordinary characters"),
        ('[lobby]\nname = "lobby"', "The lobby 'lobby' must begin with # and hold no space or comma, like #lobby"),
        ('[lobby]\nname = "#a b"', "The lobby '#a b' must begin with #"),
        ("[history]\nprivate_days = -1", "The numbers in [history] must be 0 or more"),
        ("[history]\nreplay_lines = 1.5", "replay_lines in [history] must look like 20"),
        ("[accounts]\nquiet_days = 0", "The numbers in [accounts] must be more than 0"),
        ("[accounts]\nquiet_days = nan", "The numbers in [accounts] must be more than 0"),
        ("[accounts]\nnew_in_all = 0", "The numbers in [accounts] must be more than 0"),
        ("[accounts]\niterations = 1000", "iterations in [accounts] must be from 4096 to 10000000"),
        ('[logs]\nlevel = "loud"', "level in [logs] is one of debug, info, warning, error; format one of text, json"),
        ('[logs]\nformat = "xml"', "format one of text, json"),
        ('[logs]\nfile = "history.db"', "file in [logs] must be a name that ends in .log, like server.log"),
        ('[logs]\nfile = "a\\n.log"', "file in [logs] must be a name that ends in .log, like server.log"),
        ("[logs]\nrotate_bytes = 0", "In [logs], rotate_bytes must be more than 0 and keep_files from 1 to 1000"),
        ("[logs]\nkeep_files = 0", "In [logs], rotate_bytes must be more than 0 and keep_files from 1 to 1000"),
        ("[logs]\nkeep_files = 1001", "In [logs], rotate_bytes must be more than 0 and keep_files from 1 to 1000"),
        ("[limits]\nping_after_s = 0", "ping_after_s in [limits] must be more than 0"),
        ("[limits]\nping_after_s = -1.5", "ping_after_s in [limits] must be more than 0"),
        ("[limits]\nping_after_s = nan", "ping_after_s in [limits] must be more than 0"),
        ("[limits]\nio_threads = 0", "io_threads in [limits] must be more than 0"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, text))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("name", "sentence"), [("nowhere.toml", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=f"cannot be read: {sentence}"):
        load(tmp_path / name)


def test_a_file_that_is_no_utf8_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'[server]\nnetwork = "\xe9"')
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load(tmp_path / "latin.toml")
