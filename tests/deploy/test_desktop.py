"""What a desktop shows of Obrolan: `deploy/obrolan.desktop`, `deploy/obrolan.metainfo.xml` and the icon."""

from __future__ import annotations

import configparser
import shutil
import struct
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PyQt5.QtGui import QImage
from pytestqt.qtbot import QtBot

from client.login_fields import IRC_PORTS
from client.main import read_arguments
from tests.end2end.harness import ROOT
from tools import make_icons
from translations import LANGUAGES

DESKTOP = ROOT / "deploy" / "obrolan.desktop"
METAINFO = ROOT / "deploy" / "obrolan.metainfo.xml"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NEAR = 8
"""By so much of 255 a colour may differ between two versions of Qt."""


def entry() -> dict[str, str]:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # the names have capitals
    read.read_string(DESKTOP.read_text("utf-8"))
    return dict(read["Desktop Entry"])


def test_the_desktop_starts_the_window_and_knows_it_again() -> None:
    found = entry()
    assert (found["Type"], found["Exec"], found["Icon"], found["Terminal"]) == (
        "Application",
        "obrolan %u",
        "obrolan",
        "false",
    )
    assert found["StartupWMClass"] == "obrolan"
    assert found["Categories"] == "Network;Chat;IRCClient;"


def test_links_to_servers_open_the_window_with_that_server_filled_in() -> None:
    schemes = [kind.removeprefix("x-scheme-handler/") for kind in entry()["MimeType"].rstrip(";").split(";")]
    assert schemes == list(IRC_PORTS)
    for scheme in schemes:  # %u becomes the link
        options = read_arguments([f"{scheme}://lab2:8888/tugas"])
        assert (options.host, options.port, options.channel) == ("lab2", 8888, "#tugas")


@pytest.mark.parametrize("key", ["GenericName", "Comment", "Keywords"])
def test_the_desktop_speaks_both_languages(key: str) -> None:
    found = entry()
    assert found[key]
    assert found[f"{key}[id]"] not in ("", found[key])


def test_the_description_for_software_centres_speaks_both_languages() -> None:
    component = ET.parse(METAINFO).getroot()
    for path in ("summary", "description/p"):
        languages = [found.get(LANGUAGE, "en") for found in component.findall(path)]
        assert languages == ["en", "id"] * (len(languages) // 2)
        assert set(languages) == set(LANGUAGES)
    assert component.findtext("launchable") == DESKTOP.name
    assert component.findtext("provides/binary") == entry()["Exec"].split()[0]
    assert [found.text for found in component.findall("categories/category")] == entry()["Categories"].split(";")[:-1]


@pytest.mark.parametrize(
    ("command", "file"),
    [(["desktop-file-validate"], DESKTOP), (["appstreamcli", "validate", "--no-net"], METAINFO)],
    ids=["desktop-file-validate", "appstreamcli"],
)
def test_the_desktops_own_tools_find_no_mistake(command: list[str], file: Path) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_windows_icon_is_the_drawing(qtbot: QtBot) -> None:
    kept = QImage(str(make_icons.ICONS / "obrolan.png"))
    drawn = QImage.fromData(make_icons.png(make_icons.WINDOW_SIDE))
    assert kept.size() == drawn.size()
    for place in range(0, make_icons.WINDOW_SIDE, 4):
        pair = (kept.pixelColor(place, place).getRgb(), drawn.pixelColor(place, place).getRgb())
        assert all(abs((one or 0) - (other or 0)) <= NEAR for one, other in zip(*pair, strict=True))


def test_windows_and_macos_get_it_in_their_own_forms(qtbot: QtBot) -> None:
    ico, icns = make_icons.make_ico(), make_icons.make_icns()
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, len(make_icons.ICO_SIDES))
    *_, size, place = struct.unpack("<BBBBHHII", ico[6 + 16 * (len(make_icons.ICO_SIDES) - 1) :][:16])
    assert place + size == len(ico)
    assert QImage.fromData(ico[place:]).width() == max(make_icons.ICO_SIDES)
    assert (icns[:4], struct.unpack(">I", icns[4:8])) == (b"icns", (len(icns),))
    assert QImage.fromData(icns[16:]).width() == min(make_icons.ICNS_KINDS.values())
