"""What people type or paste to log in: every form of an address, ports, and the rules for names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.login_fields import Address, clean_name, name_problem, read_address, read_port, write_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("lab2", Address("lab2")),
        ("  192.168.1.20 ", Address("192.168.1.20")),
        ("192.168.1.20:8888", Address("192.168.1.20", 8888)),
        ("lab2:", Address("lab2")),
        ("::1", Address("::1")),
        ("fe80::1%eth0", Address("fe80::1%eth0")),
        ("[::1]", Address("::1")),
        ("[::1]:8888", Address("::1", 8888)),
        ("[fe80::1%eth0]:99", Address("fe80::1%eth0", 99)),
        ("irc://lab2", Address("lab2", 6667)),
        ("ircs://lab2/", Address("lab2", 6697)),
        ("IRC://lab2:8888/tugas", Address("lab2", 8888, "#tugas")),
        ("irc://lab2:8888/#tugas", Address("lab2", 8888, "#tugas")),
        ("irc://lab2:8888/%23tugas", Address("lab2", 8888, "#tugas")),
        ("irc://lab2:8888/caf%C3%A9", Address("lab2", 8888, "#café")),
        ("irc://siti@[::1]:8888/tugas,needkey?x=y", Address("::1", 8888, "#tugas")),
        ("irc://lab2:8888/%20", Address("lab2", 8888)),
        ("irc://lab2:8888/%FF", Address("lab2", 8888, "#\ufffd")),
        ("http://192.168.1.20:8888/tugas", Address("192.168.1.20", 8888)),
        ("http://192.168.1.20", Address("192.168.1.20")),
    ],
)
def test_an_address_is_read_in_each_of_its_forms(text: str, address: Address) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text", ["", " ", "lab 2", "lab2:abc", "lab2:0", "lab2:65536", "irc://", "[::1", "a:b:c:zz", "/x"]
)
def test_what_is_no_address_is_not_guessed_at(text: str) -> None:
    assert read_address(text) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    address = read_address(text)
    if address is not None:
        assert address.host
        assert 0 <= address.port <= 65535


def test_an_address_is_written_as_it_is_read() -> None:
    for address in (Address("lab2", 8888), Address("::1", 9)):
        assert read_address(write_address(address.host, address.port)) == address


@pytest.mark.parametrize(("text", "port"), [("8888", 8888), (" 1 ", 1), ("65535", 65535), ("65536", None), ("0", None),
                                            ("", None), ("-1", None), ("८८८८", None), ("9" * 5000, None)])  # fmt: skip
def test_a_port_is_a_number_from_1_to_65535(text: str, port: int | None) -> None:
    assert read_port(text) == port


def test_a_name_is_trimmed_and_composed_and_its_spaces_collapsed() -> None:
    assert clean_name("  Siti \t  Rahma\u0301 ") == "Siti Rahm\u00e1"


@pytest.mark.parametrize("name", ["S", "Siti Rahmawati", "x" * 30, "Привет", "张伟", "😀", "Ма́ша 2"])
def test_names_of_every_script_are_welcome(name: str) -> None:
    assert name_problem(clean_name(name)) == ""


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "Type your name"),
        ("x" * 31, "30"),
        ("Si\u202eti", "invisible"),
        ("Si\u200bti", "invisible"),
        ("Si\x07ti", "invisible"),
        ("Sitі", "scripts"),  # the last letter is Cyrillic
    ],
)
def test_a_name_that_cannot_be_used_says_why(name: str, word: str) -> None:
    assert word in name_problem(name)
