"""`deploy/obrolan.service`: the server's own files, the network, and nothing else (reliability S9)."""

from __future__ import annotations

import configparser
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chatd.startup import arguments
from server import EXIT_BAD_START, EXIT_STORAGE
from tests.end2end.harness import ROOT

UNIT = ROOT / "deploy" / "obrolan.service"
SANDBOX = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectProc": "invisible",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "LimitCORE": "0",
}
MOST_EXPOSURE = 20
"""Tenths, as systemd-analyze counts: below 2 of 10 is its best word."""


def service() -> dict[str, str]:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    unit.read_string(UNIT.read_text("utf-8"))
    return dict(unit["Service"])


@pytest.mark.parametrize("name", SANDBOX)
def test_the_server_is_shut_in(name: str) -> None:
    assert service()[name] == SANDBOX[name]


def test_it_is_an_ordinary_users_and_may_write_its_data_folder_alone() -> None:
    found = service()
    assert found["User"] not in ("root", "0")
    assert (found["StateDirectory"], found["StateDirectoryMode"]) == ("obrolan", "0700")
    assert not [name for name in found if name in ("ReadWritePaths", "BindPaths", "PermissionsStartOnly")]
    _, program, *options = found["ExecStart"].split()
    assert program.endswith("/server.py")
    assert arguments([option for option in options if option != "$OPTIONS"]).data == "%S/obrolan"


def test_it_comes_back_after_a_crash_but_not_where_somebody_has_to_look() -> None:
    found = service()
    assert found["Restart"] == "on-failure"
    assert found["RestartPreventExitStatus"].split() == [str(EXIT_BAD_START), str(EXIT_STORAGE)]
    assert int(found["LimitNOFILE"]) > 20_000, "max_clients in [limits]"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_reload_is_the_signal_by_which_the_server_reads_its_settings_anew() -> None:
    """test_configuration.py: test_sighup_takes_up_what_can_be_and_names_what_cannot."""
    assert service()["ExecReload"] == f"/bin/kill -{signal.SIGHUP.name.removeprefix('SIG')} $MAINPID"


def test_systemd_finds_no_mistake_in_it_and_little_that_is_exposed(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    here = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8")
    for name in ("ExecStart", "ExecReload"):  # their programs need not be on this computer
        text = text.replace(service()[name].split()[0], sys.executable)
    here.write_text(text, encoding="utf-8")
    verify = ["verify", "--recursive-errors=no"]
    security = ["security", "--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager"]
    for command in (verify, security):
        done = subprocess.run(["systemd-analyze", *command, here], capture_output=True, text=True, check=False)
        if "unrecognized option" in done.stderr:
            pytest.skip("this systemd-analyze knows too little to look at a single file")
        assert done.returncode == 0, done.stdout + done.stderr
        assert UNIT.name not in done.stderr, "a name that systemd does not know is only warned of"
