"""`deploy/Dockerfile`: what it copies is all that a server needs, and its check of health notices one that is gone.

No image is built: the files are put together as it says, and run.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import protocol
from tests.end2end.harness import QUIET, ROOT, WAIT_S, ServerProcess

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
OURS = {"chatd", "checkwords", "protocol", "server", "translations"}


def instructions(name: str) -> list[str]:
    """What stands behind each instruction of this name."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [rest.strip() for word, _, rest in (line.partition(" ") for line in text.splitlines()) if word == name]


def copies() -> list[tuple[str, str]]:
    """Each file or folder that is copied, and where to."""
    lines = [line.split() for line in instructions("COPY")]
    return [(source, target) for *sources, target in lines for source in sources]


def health(port: int) -> int:
    """The exit code of the check of health, with the port of a server that runs here."""
    (check,) = instructions("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert str(protocol.DEFAULT_PORT) in command[-1]
    command = [sys.executable, *command[1:-1], command[-1].replace(str(protocol.DEFAULT_PORT), str(port))]
    return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=WAIT_S, check=False).returncode


def test_a_server_of_what_it_copies_starts_answers_and_is_healthy_until_it_ends(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    for source, target in copies():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, app / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, app / target)
    assert instructions("ENTRYPOINT") == ['["python3", "server.py"]']
    with ServerProcess(tmp_path, QUIET, program=app / "server.py", language="id") as server:
        assert "siap" in server.output, "its catalogue is there"
        assert server.connect("ani").fence() == []
        assert health(server.port) == 0
        assert server.terminate() == 0
        assert health(server.port) != 0


def test_where_tls_is_required_a_server_is_healthy_too(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, {**QUIET, "listen": {"require_tls": True}}) as server:
        assert health(server.port) == 0


def test_what_it_copies_and_nothing_else_is_given_to_docker() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "first of all nothing"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {source for source, _ in copies()}
    assert rules[-1] == "**/__pycache__"


def test_it_installs_what_the_server_uses_if_it_is_there_as_it_is_pinned() -> None:
    (install,) = [line for line in instructions("RUN") if line.startswith("pip install")]
    assert "--constraint requirements.txt" in install
    names = {name.replace("-", "_") for name in install.partition("requirements.txt ")[2].split()}
    used = {
        name.partition(".")[0]
        for path in [ROOT / "server.py", *(ROOT / "chatd").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
        + ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
    }
    assert names == used - OURS - sys.stdlib_module_names - {"_typeshed"}, "but for what only says types"
    pinned = (ROOT / "requirements.txt").read_text("utf-8").replace("-", "_")
    assert [name for name in names if f"\n{name}==" not in pinned] == []


def test_it_runs_as_an_ordinary_user_and_keeps_its_data_outside_of_the_image() -> None:
    (user,) = instructions("USER")
    assert f"-o {user} " in "".join(instructions("RUN")), "the data folder is that user's"
    assert user not in ("root", "0")
    assert instructions("VOLUME") == ["/data"]
    assert instructions("ENV") == ["OBROLAN_SERVER_DATA_DIR=/data"]
    assert instructions("EXPOSE") == [str(protocol.DEFAULT_PORT)]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
