"""IRC programs from Debian in a terminal that nobody looks at (tmux), for the tests of docs/clients.md.

Only their screens and logs tell what they show, so waiting is looking again until a deadline; that happens in
`look_until` alone. What a screen has scrolled away stands in the logs that the programs write.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

WAIT_S = 20.0
LOOK_S = 0.05
MISSING = [name for name in ("tmux", "weechat", "irssi") if shutil.which(name) is None]


@dataclass(frozen=True)
class Login:
    """How a program gets in."""

    port: int
    nickname: str
    password: str = ""
    """"" for a guest."""
    mechanism: str = "PLAIN"


def look_until(holds: Callable[[], bool], complaint: Callable[[], str]) -> None:
    """Look again and again until this holds."""
    until = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < until, complaint()
        time.sleep(LOOK_S)


class Screen:
    """One program in a terminal of 120 columns, ended with the `with` block."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self.folder = folder
        # A socket's path may be no longer than 107 bytes, and pytest's folders are long.
        self._tmux = ["tmux", "-f", "/dev/null", "-L", f"obrolan-{folder.name}-{id(self):x}"]
        self._command = ["env", f"HOME={folder}", "LC_ALL=C.UTF-8", "TERM=screen-256color", *command]

    def __enter__(self) -> Self:
        subprocess.run([*self._tmux, "new-session", "-d", "-x", "120", "-y", "40", *self._command], check=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        subprocess.run([*self._tmux, "send-keys", "-l", "--", line], check=True)
        subprocess.run([*self._tmux, "send-keys", "Enter"], check=True)

    @property
    def text(self) -> str:
        """What the screen shows; "" once the program has ended."""
        shown = subprocess.run([*self._tmux, "capture-pane", "-p"], check=False, capture_output=True, encoding="utf-8")
        return shown.stdout

    def wait_for(self, pattern: str) -> str:
        """Look at the screen until it shows this; the screen."""
        text = ""

        def shows() -> bool:
            nonlocal text
            text = self.text
            return re.search(pattern, text) is not None

        look_until(shows, lambda: f"{pattern!r} never stood on the screen:\n{text}")
        return text

    def wait_for_end(self) -> None:
        """Look until the program has ended."""
        look_until(lambda: not self.text, lambda: f"the program does not end:\n{self.text}")


class Weechat:
    """WeeChat, which marks errors with `=!=` in its logs."""

    name = "weechat"
    mechanisms = ("PLAIN", "SCRAM-SHA-256")

    def start(self, folder: Path, login: Login) -> Screen:
        sasl = (
            f"/set irc.server.o.sasl_mechanism {login.mechanism.lower()}",
            f"/set irc.server.o.sasl_username {login.nickname}",
            f"/set irc.server.o.sasl_password {login.password}",
        )
        commands = [
            "/set logger.file.flush_delay 0",
            "/set weechat.look.paste_max_lines -1",
            "/set irc.look.server_buffer independent",
            "/set irc.server_default.anti_flood_prio_high 0",
            "/set irc.server_default.anti_flood_prio_low 0",
            f"/server add o 127.0.0.1/{login.port} -notls -nicks={login.nickname}",
            *(sasl if login.password else ()),
            "/connect o",
        ]
        return Screen(folder, ["weechat", "-d", str(folder / "config"), "-r", ";".join(commands)])

    def logs(self, folder: Path) -> str:
        """All that any of its windows ever showed."""
        return "\n".join(log.read_text(encoding="utf-8") for log in sorted(folder.glob("config/logs/*.weechatlog")))

    def errors(self, folder: Path) -> list[str]:
        return [line for line in self.logs(folder).splitlines() if "\t=!=\t" in line]


class Irssi:
    """irssi, which has no mark of its own for errors: what it says of unknown commands and numerics is looked for."""

    name = "irssi"
    mechanisms = ("PLAIN",)
    """Those that Debian's irssi (1.4) knows of ours."""

    def start(self, folder: Path, login: Login) -> Screen:
        sasl = (
            f'sasl_mechanism = "{login.mechanism}"; sasl_username = "{login.nickname}"; '
            f'sasl_password = "{login.password}";'
        )
        config = f"""
            servers = ({{ address = "127.0.0.1"; chatnet = "o"; port = "{login.port}"; autoconnect = "yes"; }});
            chatnets = {{ o = {{ type = "IRC"; {sasl if login.password else ""} }}; }};
            settings = {{
                core = {{ real_name = "Nama"; user_name = "u"; nick = "{login.nickname}"; }};
                "fe-common/core" = {{ term_charset = "UTF-8"; }};
                "fe-text" = {{ paste_verify_line_count = "0"; paste_detect_time = "0"; }};
                "irc/core" = {{ cmds_max_at_once = "100"; cmd_queue_speed = "10msec"; }};
            }};
            logs = {{ "{folder}/all.log" = {{ auto_open = "yes"; level = "ALL"; }}; }};
        """
        (folder / "config").write_text(config, encoding="utf-8")
        return Screen(folder, ["irssi", "--config", str(folder / "config"), "--home", str(folder)])

    def logs(self, folder: Path) -> str:
        return (folder / "all.log").read_text(encoding="utf-8")

    def errors(self, folder: Path) -> list[str]:
        said = [line for line in self.logs(folder).splitlines() if " -!- " in line]
        return [line for line in said if re.search(_IRSSI_ERROR, line) and not re.search(_IRSSI_NEWS, line)]


_IRSSI_ERROR = r"Irssi: |Unknown command|[Nn]ot enough parameters|[Ee]rroneous|[Cc]annot|failed|denied|No such"
_IRSSI_NEWS = (
    r"Irssi: (#\S+: Total|\d+ new messages|Starting query|Connect|Unloaded|Join to #"
    r"|Disconnecting from server \S+: \[leaving\])"
)

PROGRAMS: list[Weechat | Irssi] = [Weechat(), Irssi()]
