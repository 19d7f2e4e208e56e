"""The classic dialects: programs that send bare text over a socket, translated to IRC and back.

Each translator is a small IRC client without I/O: what the program sends goes in and IRC lines come
out, what the server says goes in and text comes out. No handler knows of them; to the server they are
ordinary connections (gateway.py joins the two). Texts are those the programs have always had
(docs/classic.md), so they are Indonesian whatever the server's language. Used by the gateway's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import protocol
from protocol import Message, fold

MOST_BYTES = 1024
"""A text to a classic program, its newline included: they read with `recv(1024)`."""
CHARACTER_BYTES = 4
SEGMENT_BYTES = 536
"""A read shorter than the smallest TCP segment was sent like that: it is not cut off in the middle of a character."""
GUEST = "tamu"
NAME_BYTES = 200
"""Of what should be a name no more than this is looked at."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of program talks."""

    prompt: bytes = b""
    """What the server says first, alone and without newline; the program compares it for equality."""
    echo: bool = False
    """Whether the program expects its own lines back."""
    ascii: bool = False
    """Whether it dies of anything but ASCII."""
    joined: str = "* {name} masuk"
    left: str = "* {name} keluar"
    renamed: str = "* {old} sekarang bernama {new}"
    welcome: str = ""
    """To the newcomer alone, after everybody read `joined`."""


NAME_FIRST = Dialect()
NICK = Dialect(
    prompt=b"NICK",
    echo=True,
    ascii=True,
    joined="{name} Bergabung!",
    left="{name} keluar!",
    renamed="{old} sekarang bernama {new}!",
    welcome="Terkoneksi dengan Server!",
)
USER = Dialect(
    prompt=b"user?",
    echo=True,
    joined="{name} Telah bergabung ke dalam chat !",
    left="{name} telah meninggalkan room chat !",
    renamed="{old} sekarang bernama {new} !",
    welcome="Kamu telah terhubung !",
)


class ClassicTranslator:
    """One classic program's side of a connection. `to_ascii` writes any text in ASCII.

    `received` takes what the program sent, `deliver` a line of the server; `take_lines` and `take_texts` give what
    came of both: IRC lines for the server, and bytes for the program, each ending in a newline.
    """

    def __init__(self, dialect: Dialect, lobby: str, to_ascii: Callable[[str], str], *, notices: bool = True) -> None:
        self._dialect = dialect
        self._lobby = lobby
        self._to_ascii = to_ascii
        self._notices = notices
        """Whether joins, leaves and renames are told in dialects that have no words of their own for them."""
        self._rest = b""
        self._early: list[str] = []
        """Lines that came before the login was through."""
        self._typed = ""
        """The name as the program sent it: it puts that before its lines."""
        self._name = ""
        self._nickname = ""
        self._tries = 1
        self._claimed = False
        self._source = ""
        self._names: dict[str, str] = {}
        self.answer_bytes: int | None = None
        """How much may be told to this program alone; None for no limit (UDP: no more than it asked with)."""
        self._lines: list[str] = []
        self._texts: list[bytes] = []
        self.finished = False
        """Whether the connection ends once the texts are sent."""
        self._handlers: dict[str, Callable[[Message], None]] = {
            "PING": lambda message: self._say(f"PONG :{message.params[-1]}"),
            "PONG": self._on_pong,
            protocol.ERR_NICKNAMEINUSE: self._on_taken,
            protocol.ERR_ERRONEUSNICKNAME: self._on_taken,
            protocol.RPL_WELCOME: self._on_welcome,
            protocol.RPL_WHOREPLY: self._on_who,
            protocol.ERR_CANNOTSENDTOCHAN: self._on_refused,
            protocol.ERR_INPUTTOOLONG: self._on_refused,
            "JOIN": self._on_join,
            "PART": self._on_part,
            "QUIT": lambda message: self._on_left(message.nickname),
            "KICK": self._on_kick,
            "NICK": self._on_nick,
            "SETNAME": self._on_setname,
            "TOPIC": self._on_topic,
            "PRIVMSG": self._on_message,
            "NOTICE": self._on_notice,
            "ERROR": self._on_error,
        }

    # --- what the program sends ----------------------------------------------------------------

    def received(self, data: bytes) -> None:
        """One read of the program's bytes: its name first, then messages."""
        lines = self._decode(data).splitlines()
        if not self._typed:
            self.enter(lines.pop(0) if lines else "")
        for line in lines:
            self.say_line(line)

    def _decode(self, data: bytes) -> str:
        """UTF-8, a character cut in two waiting for its other half; anything else is read as Latin-1."""
        data, self._rest = self._rest + data, b""
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            cut = len(data) >= SEGMENT_BYTES and error.end == len(data) and data[error.start] >= 0xC2
            if cut and len(data) - error.start < CHARACTER_BYTES:
                self._rest = data[error.start :]
                return data[: error.start].decode()
            return data.decode("latin-1")

    def enter(self, name: str) -> None:
        """Log in under this name, made unique if need be."""
        cleaned = " ".join("".join(" " if protocol.has_hidden(c) else c for c in name[:NAME_BYTES]).split())
        self._typed = cleaned or GUEST
        self._name = protocol.cut_bytes(self._typed[: protocol.NAME_CHARACTERS], protocol.NICKNAME_BYTES)
        wanted = "extended-join setname" + (" echo-message" if self._dialect.echo else "")
        self._say(f"CAP REQ :{wanted}")
        self._ask_for_name()

    def _ask_for_name(self) -> None:
        base = protocol.nickname_from_name(self._name) or GUEST
        if protocol.mixes_scripts(base):
            base = GUEST
        self._nickname = base if self._tries == 1 else protocol.numbered_nickname(base, self._tries)
        self._say(f"NICK {self._nickname}")
        self._say(f"PING try-{self._tries}")

    def say_line(self, line: str) -> None:
        """Send one line of text to the lobby, without the name that the program itself put before it."""
        line = "".join(c if c == "\t" or c >= " " else " " for c in line).lstrip()
        for name in (self._typed, self._name):
            if name and line.startswith(f"{name}: "):
                line = line[len(name) + 2 :]
                break
        line = line.strip()
        if not line:
            return
        if not self._source:
            self._early.append(line)
            return
        for piece in protocol.split_text(line, protocol.text_room(self._source, "PRIVMSG", self._lobby)):
            self._say(f"PRIVMSG {self._lobby} :{piece}")

    def leave(self, reason: str) -> None:
        """Leave the chat."""
        self._say(f"QUIT :{reason}")

    def _say(self, line: str) -> None:
        self._lines.append(line)

    def take_lines(self) -> bytes:
        """IRC lines for the server."""
        lines, self._lines = self._lines, []
        return "".join(f"{line}\r\n" for line in lines).encode(errors="replace")

    # --- what the server says ------------------------------------------------------------------

    def deliver(self, line: bytes) -> None:
        """One line of the server, without its end."""
        message = protocol.parse(line)
        handler = self._handlers.get(message.command)
        if handler is not None:
            handler(message)

    def _on_pong(self, message: Message) -> None:
        if self._claimed or message.params[-1] != f"try-{self._tries}":
            return
        # No complaint before the answer: the name is ours. The realname is what windows show, so it is unique too.
        if self._tries > 1:
            self._name = self._nickname
        self._say(f"USER classic 0 * :{self._name}")
        self._say("CAP END")
        self._claimed = True

    def _on_taken(self, _message: Message) -> None:
        if not self._claimed:
            self._tries += 1
            self._ask_for_name()

    def _on_welcome(self, message: Message) -> None:
        self._nickname = message.params[0]
        self._say(f"JOIN {self._lobby}")
        self._say(f"WHO {self._lobby}")

    def _on_who(self, message: Message) -> None:
        self._names[fold(message.params[5])] = message.params[7].partition(" ")[2]

    def _on_refused(self, message: Message) -> None:
        self._answer(f"* Pesan tidak terkirim: {message.params[-1]}")

    def _is_me(self, nickname: str) -> bool:
        return fold(nickname) == fold(self._nickname)

    def _shown(self, nickname: str) -> str:
        """The name somebody is called by: the realname if the nickname is made of it, so that nobody borrows one."""
        name = self._names.get(fold(nickname), "")
        return name if name and fold(protocol.nickname_from_name(name)) == fold(nickname) else nickname

    def _in_lobby(self, message: Message) -> bool:
        return bool(message.params) and fold(message.params[0]) == fold(self._lobby)

    def _on_join(self, message: Message) -> None:
        if not self._in_lobby(message):
            return
        nickname = message.nickname
        if len(message.params) > 2 and message.params[2].strip():
            self._names[fold(nickname)] = message.params[2]
        mine = self._is_me(nickname)
        if self._dialect.prompt or (self._notices and not mine):
            self._tell(self._dialect.joined.format(name=self._shown(nickname)))
        if mine:
            self._source = message.source
            if self._dialect.welcome:
                self._tell(self._dialect.welcome)
            if self._tries > 1:
                self._answer(f"* Nama “{self._typed}” sudah dipakai; nama Anda di sini {self._name}.")
            early, self._early = self._early, []
            for line in early:
                self.say_line(line)

    def _on_part(self, message: Message) -> None:
        if self._in_lobby(message):
            if self._is_me(message.nickname):
                self._finish("Anda keluar dari ruang ini.")
            else:
                self._on_left(message.nickname)

    def _on_left(self, nickname: str) -> None:
        if self._is_me(nickname):
            return
        if self._dialect.prompt or self._notices:
            self._tell(self._dialect.left.format(name=self._shown(nickname)))
        self._names.pop(fold(nickname), None)

    def _on_kick(self, message: Message) -> None:
        if not self._in_lobby(message) or len(message.params) < 2:
            return
        if self._is_me(message.params[1]):
            reason = message.params[2] if len(message.params) > 2 else ""
            self._finish(f"Anda dikeluarkan oleh {self._shown(message.nickname)}" + (f": {reason}" if reason else "."))
        else:
            self._on_left(message.params[1])

    def _on_nick(self, message: Message) -> None:
        old, new = message.nickname, message.params[0]
        if self._is_me(old):
            self._nickname = new
            return
        self._names[fold(new)] = self._names.pop(fold(old), "")
        if self._dialect.prompt or self._notices:
            self._tell(self._dialect.renamed.format(old=old, new=new))

    def _on_setname(self, message: Message) -> None:
        if message.params and message.params[0].strip():
            self._names[fold(message.nickname)] = message.params[0]

    def _on_topic(self, message: Message) -> None:
        if self._in_lobby(message) and len(message.params) > 1:
            self._tell(f"* {self._shown(message.nickname)} mengganti topik: {message.params[1]}")

    def _on_message(self, message: Message) -> None:
        if len(message.params) < 2:
            return
        text, name = message.params[1], self._shown(message.nickname)
        if text.startswith("\x01"):
            verb, _, words = text.strip("\x01").partition(" ")
            if verb != "ACTION":
                return
            self._tell(f"* {name} {words}")
        elif self._in_lobby(message):
            self._tell(f"{name}: {text}")
        elif self._is_me(message.params[0]):
            self._tell(f"(pribadi) {name}: {text}")

    def _on_notice(self, message: Message) -> None:
        if "!" in message.source:
            self._on_message(message)
        elif self._source and len(message.params) > 1:
            self._tell(f"* {message.params[1]}")

    def _on_error(self, message: Message) -> None:
        reason = message.params[-1].removeprefix("Closing link: ") if message.params else ""
        self.end(reason)

    def end(self, reason: str) -> None:
        """Tell the program why its connection ends; that is the last it reads."""
        self._finish(f"Sambungan ditutup server: {reason}")

    def _finish(self, text: str) -> None:
        if not self.finished:
            self._tell(f"* {text}")
            self.finished = True

    def _answer(self, text: str) -> None:
        """A text that this program alone gets, because of what it sent."""
        before = len(self._texts)
        self._tell(text)
        size = sum(map(len, self._texts[before:]))
        if self.answer_bytes is not None:
            if size > self.answer_bytes:
                del self._texts[before:]
            else:
                self.answer_bytes -= size

    def _tell(self, text: str) -> None:
        """A text to the program: one line, in its alphabet, never too long, never without its newline."""
        text = protocol.show_hidden(text)
        if self._dialect.ascii:
            text = self._to_ascii(text)
        self._texts += [piece.encode(errors="replace") + b"\n" for piece in protocol.split_text(text, MOST_BYTES - 1)]

    def take_texts(self) -> list[bytes]:
        """Texts for the program, in order."""
        texts, self._texts = self._texts, []
        return texts


def opens_classic(data: bytes) -> bool:
    """Whether these first bytes can be a name, as the "name first" dialect begins: short, printable, not SSH."""
    name = data.rstrip(b"\r\n")
    if not 0 < len(name) <= 64 or name.startswith(b"SSH-"):
        return False
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return not protocol.has_hidden(text)
