"""`protocol.py` against the vectors every IRC parser shares (ircdocs/parser-tests, CC0).

They are not part of this repository: where `../shared/irc-parser-tests` does not lie beside the checkout, each family
is skipped and says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import protocol

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "irc-parser-tests"


def vectors(name: str) -> list[Any]:
    """The cases of one file; a single skipped one where the file is absent."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no {path.name} in ../shared/irc-parser-tests"))]
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    assert cases
    return [pytest.param(case, id=f"{name}-{number}") for number, case in enumerate(cases)]


def atoms_of(message: protocol.Message) -> dict[str, Any]:
    """A message in the words of the vectors, absent parts left out."""
    atoms = {
        "tags": dict(message.tags),
        "source": message.source,
        "verb": message.command,
        "params": message.params,
    }
    return {key: value for key, value in atoms.items() if value}


def message_of(atoms: dict[str, Any]) -> protocol.Message:
    return protocol.Message(
        atoms["verb"],
        atoms.get("params", []),
        atoms.get("source", ""),
        {key: value or "" for key, value in atoms.get("tags", {}).items()},
    )


@pytest.mark.parametrize("case", vectors("msg-split"))
def test_a_line_is_parsed_whole_byte_by_byte_and_with_more_behind_it(case: dict[str, Any]) -> None:
    wanted = atoms_of(message_of(case["atoms"]))
    line = case["input"].encode()
    assert atoms_of(protocol.parse(case["input"])) == wanted

    whole = protocol.LineBuffer()
    assert [atoms_of(protocol.parse(found)) for found in whole.feed(line + b"\r\n")] == [wanted]

    pieces = protocol.LineBuffer()
    found = [complete for byte in line + b"\r\n" for complete in pieces.feed(bytes([byte]))]
    assert [atoms_of(protocol.parse(complete)) for complete in found] == [wanted]

    followed = protocol.LineBuffer()
    first = followed.feed(line + b"\r\n" + line[:3])
    assert [atoms_of(protocol.parse(complete)) for complete in first] == [wanted]
    assert [atoms_of(protocol.parse(complete)) for complete in followed.feed(line[3:] + b"\n")] == [wanted]


@pytest.mark.parametrize("case", vectors("msg-join"))
def test_a_message_is_written_as_one_of_the_accepted_lines(case: dict[str, Any]) -> None:
    message = message_of(case["atoms"])
    assert protocol.format_line(message) in case["matches"]
    assert all(atoms_of(protocol.parse(line)) == atoms_of(message) for line in case["matches"])


@pytest.mark.parametrize("case", vectors("userhost-split"))
def test_a_source_is_split_into_nickname_user_and_host(case: dict[str, Any]) -> None:
    nickname, user, host = (case["atoms"].get(key, "") for key in ("nick", "user", "host"))
    assert protocol.split_source(case["source"]) == (nickname, user, host)
    assert protocol.Message("PING", source=case["source"]).nickname == nickname


@pytest.mark.parametrize("case", vectors("mask-match"))
def test_a_mask_matches_what_it_should_and_nothing_else(case: dict[str, Any]) -> None:
    assert [text for text in case["matches"] if not protocol.mask_matches(case["mask"], text)] == []
    assert [text for text in case["fails"] if protocol.mask_matches(case["mask"], text)] == []


@pytest.mark.parametrize("case", vectors("validate-hostname"))
def test_a_server_name_is_accepted_or_refused(case: dict[str, Any]) -> None:
    assert protocol.valid_hostname(case["host"]) == case["valid"]
