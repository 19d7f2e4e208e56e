"""The IRC wire format, without I/O: what the server and every client of ours share.

Lines in become `Message` objects, `Message` objects become lines; names are compared, checked and
made here. Nothing in this file opens a socket, a file or a thread, so any thread may call any of it;
`LineBuffer` alone has state and belongs to whoever owns the connection.

Imports: the standard library's pure parts only (a test walks the imports and holds a short list).
Sources: "Modern IRC Client Protocol" (modern.ircdocs.horse) and the IRCv3 specifications.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

VERSION = "0.1.0"
"""Of server and clients alike; the only place where it stands."""

DEFAULT_PORT = 8888
DEFAULT_CHANNEL = "#lobby"

VENDOR = "obrolan.example"
"""Prefix of every capability and tag of our own (design: one constant, until there is a domain)."""

LINE_BYTES = 512
"""Most bytes of a line without its tags, the two of CR LF included (Modern, "Message Format")."""
TAGS_IN_BYTES = 4096
"""Most bytes of tags a client may send, `@` and the space behind them included (message-tags)."""
TAGS_OUT_BYTES = 8191
"""Most bytes of tags a server may send, `@` and space included (message-tags, "Size limit")."""
UNFINISHED_BYTES = 16 * 1024
"""A connection that sends this many bytes without a line end is cut."""

NICKNAME_CHARACTERS = 32
NICKNAME_BYTES = 64
NAME_CHARACTERS = 30
CHANNEL_BYTES = 64
TOPIC_BYTES = 390
USER_BYTES = 18
HOST_BYTES = 24

NO_TAGS: Mapping[str, str] = {}


class ProtocolError(Exception):
    """The peer sent bytes that are no IRC message.

    `code` is the word a standard reply (`FAIL * CODE`) carries; the text is meant for people.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class CommandWordError(ProtocolError):
    """Where the command stands is a word that can be none: neither letters nor three digits."""

    def __init__(self, word: str) -> None:
        super().__init__("INVALID_MESSAGE", "This line holds no IRC command")
        self.word = word


class UnfinishedLineError(ProtocolError):
    """More than `UNFINISHED_BYTES` came without a line end: nothing after it can be trusted."""

    def __init__(self) -> None:
        super().__init__("LINE_TOO_LONG", f"No line end within {UNFINISHED_BYTES} bytes")


@dataclass(slots=True)
class Message:
    """One IRC message: `@tags :source COMMAND params`.

    `tags` maps names to unescaped values (a tag without a value is `""`), `source` is without its
    colon ("" when absent), `command` stands as it was sent, the last of `params` may be anything.
    """

    command: str
    params: list[str] = field(default_factory=list)
    source: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def nickname(self) -> str:
        """The nickname in the source, or the whole source when it is a server name."""
        return self.source.partition("!")[0].partition("@")[0]


# --- tags -------------------------------------------------------------------------------------

_ESCAPES = {";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_UNESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)


def escape_tag(value: str) -> str:
    """Write a tag value so that it may stand in a line (message-tags, "Escaping values")."""
    return value.translate(_ESCAPE_TABLE)


def unescape_tag(value: str) -> str:
    """Read a tag value as sent; an unknown escape loses its backslash, a last lone one is dropped."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _UNESCAPES.get(match[1], match[1]), value)


def parse_tags(text: str) -> dict[str, str]:
    """The names and unescaped values of `a=b;c`; of a name that stands twice the last value counts."""
    tags: dict[str, str] = {}
    for item in text.split(";"):
        key, _, value = item.partition("=")
        if key:
            tags[key] = unescape_tag(value)
    return tags


_TAG_KEY = re.compile("[^\0\r\n;= ]+")


def format_tags(tags: Mapping[str, str]) -> str:
    """`@a=b;c ` with the space behind, or "" when there are none. Raises ValueError for an impossible key."""
    if not tags:
        return ""
    if not all(map(_TAG_KEY.fullmatch, tags)):
        raise ValueError(f"these cannot be the keys of tags: {list(tags)}")
    items = [f"{key}={escape_tag(value)}" if value else key for key, value in tags.items()]
    return "@" + ";".join(items) + " "


# --- messages ---------------------------------------------------------------------------------

_COMMAND = re.compile(r"[A-Za-z]+|[0-9]{3}")
_FORBIDDEN = re.compile("[\r\n\0]")


def parse(line: bytes | str) -> Message:
    """Read one line, given without its line end; linear in its length.

    Raises `ProtocolError`: INVALID_UTF8 for bytes that are no UTF-8, INVALID_MESSAGE for NUL, CR or
    LF inside the line and for a missing or impossible command.
    """
    if isinstance(line, bytes):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise ProtocolError("INVALID_UTF8", "Messages must be encoded in UTF-8") from None
    else:
        text = line
    if _FORBIDDEN.search(text):
        raise ProtocolError("INVALID_MESSAGE", "A message cannot hold NUL, CR or LF")
    tags: Mapping[str, str] = NO_TAGS
    if text.startswith("@"):
        head, _, text = text.partition(" ")
        tags = parse_tags(head[1:])
    text = text.lstrip(" ")
    source = ""
    if text.startswith(":"):
        source, _, text = text[1:].partition(" ")
        text = text.lstrip(" ")
    middle, colon, trailing = text.partition(" :")
    params = [word for word in middle.split(" ") if word]
    if not params:
        raise ProtocolError("INVALID_MESSAGE", "This line holds no IRC command")
    if not _COMMAND.fullmatch(params[0]):
        raise CommandWordError(params[0])
    command = params.pop(0)
    if colon:
        params.append(trailing)
    return Message(command, params, source, tags)


def format_line(message: Message) -> str:
    """Write a message as one line without its line end; the opposite of `parse`.

    Raises ValueError for a message that cannot be written (our own mistake, not the peer's).
    """
    parts = [format_tags(message.tags)]
    if message.source:
        if " " in message.source:
            raise ValueError(f"a source cannot hold a space: {message.source!r}")
        parts.append(f":{message.source} ")
    if not _COMMAND.fullmatch(message.command):
        raise ValueError(f"no command: {message.command!r}")
    parts.append(message.command)
    if message.params:
        *middle, last = message.params
        for word in middle:
            if not word or word.startswith(":") or " " in word:
                raise ValueError(f"only the last parameter may be {word!r}")
            parts.append(" " + word)
        parts.append(f" {trailing(last)}")
    line = "".join(parts)
    if _FORBIDDEN.search(line):
        raise ValueError("a message cannot hold NUL, CR or LF")
    return line


def trailing(param: str) -> str:
    """A last parameter, with the colon in front when it needs one."""
    return ":" + param if not param or param[0] == ":" or " " in param else param


def format_bytes(message: Message) -> bytes:
    """One whole line, CR LF included, ready for a socket."""
    return (format_line(message) + "\r\n").encode()


def line_fits(line: bytes) -> bool:
    """Whether a received line (without its end) keeps the limits for tags and for the rest."""
    if line[:1] != b"@":
        return len(line) <= LINE_BYTES - 2
    tags = line.find(b" ") + 1 or len(line)
    return tags <= TAGS_IN_BYTES and len(line) - tags <= LINE_BYTES - 2


class LineBuffer:
    """Cuts a byte stream into lines; linear in what it is fed, however small the pieces.

    A line ends at LF; one CR before it goes with it; empty lines are dropped (Modern, "Message
    Format"). Not thread-safe: it belongs to the owner of the connection.
    """

    __slots__ = ("_limit", "_rest")

    def __init__(self, limit: int = UNFINISHED_BYTES) -> None:
        self._limit = limit
        self._rest: bytearray | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Complete lines, without their ends. Raises `UnfinishedLineError` above the limit."""
        if b"\n" not in data:
            if self._rest is None:
                self._rest = bytearray()
            self._rest += data
            if len(self._rest) > self._limit:
                raise UnfinishedLineError
            return []
        if self._rest is not None:
            data = bytes(self._rest + data)
            self._rest = None
        *lines, rest = data.split(b"\n")
        # A line above the limit is refused also when its end came along: how TCP cut the stream decides nothing.
        if len(data) > self._limit and max(len(rest), *map(len, lines)) > self._limit:
            raise UnfinishedLineError
        if rest:
            self._rest = bytearray(rest)
        return [line[:-1] if line[-1] == 13 else line for line in lines if line and line != b"\r"]


# --- names ------------------------------------------------------------------------------------

_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(name: str) -> str:
    """The form in which nicknames, channels and accounts are compared (CASEMAPPING=ascii, NFC)."""
    if name.isascii():
        folded = name.lower()
        return name if folded == name else folded  # one object for both: a server keeps many
    # Composed again: J with caron is two characters, but j with caron is one.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).translate(_ASCII_LOWER))


def split_source(source: str) -> tuple[str, str, str]:
    """`nick!user@host` as its three parts, absent ones empty (the host begins at the last `@`)."""
    front, at, host = source.rpartition("@")
    if not at:
        front, host = source, ""
    nickname, _, user = front.partition("!")
    return nickname, user, host


_NICKNAME_PUNCTUATION = frozenset("_-[]\\^{}|`")
_MIXABLE = ("LATIN", "CYRILLIC", "GREEK")
_UNSEEN = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""The letters and marks nobody can see (Unicode's Default_Ignorable_Code_Point)."""


def _nickname_character(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _NICKNAME_PUNCTUATION
    category = unicodedata.category(character)
    return (category[0] in "LM" or category == "Nd") and character not in _UNSEEN


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character)[0] == "M"


def mixes_scripts(name: str) -> bool:
    """Whether Latin letters stand beside Cyrillic or Greek ones (a way to look like somebody else).

    Fullwidth and mathematical letters count as what they are variants of.
    """
    if name.isascii():  # nearly all are, and the names of characters are the largest table of a program
        return False
    scripts = {
        script
        for character in unicodedata.normalize("NFKC", name)
        if unicodedata.category(character)[0] == "L"
        for script in _MIXABLE
        if unicodedata.name(character, "").startswith(script)
    }
    return len(scripts) > 1


def valid_nickname(nickname: str) -> bool:
    """Whether the server accepts this nickname: letters, marks and digits of any script and `_-[]\\^{}|``.

    It is NFC, holds at most `NICKNAME_CHARACTERS` and `NICKNAME_BYTES`, starts with neither `-` nor a
    combining mark, and does not mix Latin with Cyrillic or Greek (design, section 2).
    """
    return (
        0 < len(nickname) <= NICKNAME_CHARACTERS
        and len(nickname.encode(errors="replace")) <= NICKNAME_BYTES
        and all(map(_nickname_character, nickname))
        and nickname[0] != "-"
        and not _is_mark(nickname[0])
        and (nickname.isascii() or unicodedata.is_normalized("NFC", nickname))
        and not mixes_scripts(nickname)
    )


def nickname_from_name(name: str) -> str:
    """The nickname for a name people typed: spaces to `_`, forbidden characters dropped, cut to fit.

    "" when nothing is left (a name of emoji only); the caller then takes `tamu`.
    """
    kept = "".join(filter(_nickname_character, "_".join(name.split())))
    kept = unicodedata.normalize("NFC", kept)  # last: what was dropped may have kept a letter and its mark apart
    start = next((i for i, first in enumerate(kept) if first != "-" and not _is_mark(first)), 0)
    nickname = cut_bytes(kept[start : start + NICKNAME_CHARACTERS], NICKNAME_BYTES)
    return nickname if any(map(str.isalnum, nickname)) else ""


def numbered_nickname(nickname: str, number: int) -> str:
    """`Siti` and 2 give `Siti2`, cut so that the number fits."""
    tail = str(number)
    head = cut_bytes(nickname[: NICKNAME_CHARACTERS - len(tail)], NICKNAME_BYTES - len(tail))
    return head + tail


_CHANNEL_FORBIDDEN = re.compile("[\0-\x20,\x07\x7f]")


def valid_channel(name: str) -> bool:
    """Whether this may be the name of a channel: `#`, then no space, comma or control character."""
    return (
        len(name) > 1
        and name[0] == "#"
        and len(name.encode(errors="replace")) <= CHANNEL_BYTES
        and not _CHANNEL_FORBIDDEN.search(name)
        and not has_hidden(name)
    )


_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def valid_hostname(host: str) -> bool:
    """Whether a server may use this as its name: dotted labels of letters, digits and inner hyphens."""
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and "." in host and all(map(_HOST_LABEL.fullmatch, labels))


def mask_matches(mask: str, text: str) -> bool:
    """Match a mask in which `*` is any run and `?` any one character, folded.

    One step for each character of either: all places the text may have reached in the mask are followed at once,
    as bits of a number, so no mask is slow (`a*a*a*b`).
    """
    place = 1
    runs = any_one = 0
    letters: dict[str, int] = {}
    for character in fold(mask):
        if character == "*":
            runs |= place
            continue
        if character == "?":
            any_one |= place
        else:
            letters[character] = letters.get(character, 0) | place
        place <<= 1
    reached = 1
    for character in fold(text):
        reached = (reached & (letters.get(character, 0) | any_one)) << 1 | reached & runs
    return reached & place != 0


# --- text -------------------------------------------------------------------------------------

_HIDDEN = re.compile(
    "[\0-\x1f\x7f-\x9f\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u3164\ud800-\udfff\ufeff\uffa0]"
)


def has_hidden(text: str) -> bool:
    """Whether control, direction or invisible characters, or halves of surrogate pairs, stand in the text."""
    return _HIDDEN.search(text) is not None


def show_hidden(text: str) -> str:
    """The text with control, direction and invisible characters written out, safe for a terminal."""
    return _HIDDEN.sub(
        lambda match: f"\\x{ord(match[0]):02x}" if match[0] < "\u0100" else f"\\u{ord(match[0]):04x}", text
    )


def cut_bytes(text: str, limit: int) -> str:
    """The longest beginning of the text that is at most `limit` bytes of UTF-8, whole characters."""
    raw = text.encode(errors="replace")
    return text if len(raw) <= limit else raw[: max(limit, 0)].decode(errors="ignore")


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` bytes of UTF-8, at spaces where there are any; linear in its length.

    Nothing is lost but the space at a cut; a piece never ends inside a character, nor before a
    combining mark or joiner if that can be helped. No piece is empty (but that of an empty text): where
    not even one character fits, it stands alone in a piece that is too long.
    """
    pieces: list[str] = []
    start = 0
    while start < len(text) or not pieces:
        end = start + max(1, len(cut_bytes(text[start : start + max(1, limit)], limit)))
        skip = 0
        if end < len(text):
            space = end if text[end] == " " else text.rfind(" ", start, end)
            if space > (start + end) // 2:
                end, skip = space, 1
            else:
                end = _before_joined(text, start, end)
        pieces.append(text[start:end])
        start = end + skip
    return pieces


def _before_joined(text: str, start: int, end: int) -> int:
    """The last place up to `end` that stands before no mark or joiner; `end` when there is none behind `start`."""
    place = end
    while place > start and _joins(text[place - 1], text[place]):
        place -= 1
    return place if place > start else end


def _joins(before: str, after: str) -> bool:
    joiners = ("\u200d", "\ufe0f")
    return before == "\u200d" or after in joiners or _is_mark(after) or "\U0001f3fb" <= after <= "\U0001f3ff"


def text_room(source: str, command: str, target: str) -> int:
    """Bytes of text that fit behind `:source COMMAND target :` in one line."""
    return LINE_BYTES - 2 - len(f":{source} {command} {target} :".encode())


def isupport(tokens: Iterable[str]) -> dict[str, str]:
    """The tokens of a 005 numeric as a mapping (`NICKLEN=32` -> `{"NICKLEN": "32"}`); `-X` is skipped."""
    found: dict[str, str] = {}
    for token in tokens:
        key, _, value = token.partition("=")
        if key and key[0] != "-":
            found[key] = _ISUPPORT_ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)
    return found


_ISUPPORT_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")


# --- numerics (Modern, "Numerics") ------------------------------------------------------------

RPL_WELCOME = "001"
RPL_YOURHOST = "002"
RPL_CREATED = "003"
RPL_MYINFO = "004"
RPL_ISUPPORT = "005"
RPL_STATSLINKINFO = "211"
RPL_STATSCOMMANDS = "212"
RPL_ENDOFSTATS = "219"
RPL_UMODEIS = "221"
RPL_STATSUPTIME = "242"
RPL_STATSOLINE = "243"
RPL_LUSERCLIENT = "251"
RPL_LUSEROP = "252"
RPL_LUSERUNKNOWN = "253"
RPL_LUSERCHANNELS = "254"
RPL_LUSERME = "255"
RPL_ADMINME = "256"
RPL_ADMINLOC1 = "257"
RPL_ADMINLOC2 = "258"
RPL_ADMINEMAIL = "259"
RPL_TRYAGAIN = "263"
RPL_LOCALUSERS = "265"
RPL_GLOBALUSERS = "266"
RPL_WHOISCERTFP = "276"
RPL_AWAY = "301"
RPL_USERHOST = "302"
RPL_ISON = "303"
RPL_UNAWAY = "305"
RPL_NOWAWAY = "306"
RPL_WHOISREGNICK = "307"
RPL_WHOISUSER = "311"
RPL_WHOISSERVER = "312"
RPL_WHOISOPERATOR = "313"
RPL_WHOWASUSER = "314"
RPL_ENDOFWHO = "315"
RPL_WHOISIDLE = "317"
RPL_ENDOFWHOIS = "318"
RPL_WHOISCHANNELS = "319"
RPL_WHOISSPECIAL = "320"
RPL_LISTSTART = "321"
RPL_LIST = "322"
RPL_LISTEND = "323"
RPL_CHANNELMODEIS = "324"
RPL_CREATIONTIME = "329"
RPL_WHOISACCOUNT = "330"
RPL_NOTOPIC = "331"
RPL_TOPIC = "332"
RPL_TOPICWHOTIME = "333"
RPL_WHOISBOT = "335"
RPL_INVITELIST = "336"
RPL_ENDOFINVITELIST = "337"
RPL_WHOISACTUALLY = "338"
RPL_USERIP = "340"
RPL_INVITING = "341"
RPL_INVEXLIST = "346"
RPL_ENDOFINVEXLIST = "347"
RPL_EXCEPTLIST = "348"
RPL_ENDOFEXCEPTLIST = "349"
RPL_VERSION = "351"
RPL_WHOREPLY = "352"
RPL_NAMREPLY = "353"
RPL_WHOSPCRPL = "354"
RPL_LINKS = "364"
RPL_ENDOFLINKS = "365"
RPL_ENDOFNAMES = "366"
RPL_BANLIST = "367"
RPL_ENDOFBANLIST = "368"
RPL_ENDOFWHOWAS = "369"
RPL_INFO = "371"
RPL_MOTD = "372"
RPL_ENDOFINFO = "374"
RPL_MOTDSTART = "375"
RPL_ENDOFMOTD = "376"
RPL_WHOISHOST = "378"
RPL_WHOISMODES = "379"
RPL_YOUREOPER = "381"
RPL_REHASHING = "382"
RPL_TIME = "391"
RPL_VISIBLEHOST = "396"
ERR_UNKNOWNERROR = "400"
ERR_NOSUCHNICK = "401"
ERR_NOSUCHSERVER = "402"
ERR_NOSUCHCHANNEL = "403"
ERR_CANNOTSENDTOCHAN = "404"
ERR_TOOMANYCHANNELS = "405"
ERR_WASNOSUCHNICK = "406"
ERR_TOOMANYTARGETS = "407"
ERR_NOORIGIN = "409"
ERR_INVALIDCAPCMD = "410"
ERR_NORECIPIENT = "411"
ERR_NOTEXTTOSEND = "412"
ERR_INPUTTOOLONG = "417"
ERR_UNKNOWNCOMMAND = "421"
ERR_NOMOTD = "422"
ERR_NOADMININFO = "423"
ERR_NONICKNAMEGIVEN = "431"
ERR_ERRONEUSNICKNAME = "432"
ERR_NICKNAMEINUSE = "433"
ERR_USERNOTINCHANNEL = "441"
ERR_NOTONCHANNEL = "442"
ERR_USERONCHANNEL = "443"
ERR_NOTREGISTERED = "451"
ERR_NEEDMOREPARAMS = "461"
ERR_ALREADYREGISTERED = "462"
ERR_PASSWDMISMATCH = "464"
ERR_YOUREBANNEDCREEP = "465"
ERR_LINKCHANNEL = "470"
ERR_CHANNELISFULL = "471"
ERR_UNKNOWNMODE = "472"
ERR_INVITEONLYCHAN = "473"
ERR_BANNEDFROMCHAN = "474"
ERR_BADCHANNELKEY = "475"
ERR_BADCHANMASK = "476"
ERR_NEEDREGGEDNICK = "477"
ERR_BANLISTFULL = "478"
ERR_NOPRIVILEGES = "481"
ERR_CHANOPRIVSNEEDED = "482"
ERR_CANTKILLSERVER = "483"
ERR_NOOPERHOST = "491"
ERR_UMODEUNKNOWNFLAG = "501"
ERR_USERSDONTMATCH = "502"
ERR_HELPNOTFOUND = "524"
ERR_INVALIDKEY = "525"
ERR_CANNOTSENDTOUSER = "531"
RPL_WHOISSECURE = "671"
ERR_INVALIDMODEPARAM = "696"
RPL_HELPSTART = "704"
RPL_HELPTXT = "705"
RPL_ENDOFHELP = "706"
RPL_KNOCK = "710"
RPL_KNOCKDLVR = "711"
ERR_TOOMANYKNOCK = "712"
ERR_CHANOPEN = "713"
ERR_KNOCKONCHAN = "714"
ERR_NOPRIVS = "723"
RPL_MONONLINE = "730"
RPL_MONOFFLINE = "731"
RPL_MONLIST = "732"
RPL_ENDOFMONLIST = "733"
ERR_MONLISTFULL = "734"
RPL_WHOISKEYVALUE = "760"
RPL_KEYVALUE = "761"
RPL_KEYNOTSET = "766"
RPL_METADATASUBOK = "770"
RPL_METADATAUNSUBOK = "771"
RPL_METADATASUBS = "772"
RPL_METADATASYNCLATER = "774"
RPL_LOGGEDIN = "900"
RPL_LOGGEDOUT = "901"
ERR_NICKLOCKED = "902"
RPL_SASLSUCCESS = "903"
ERR_SASLFAIL = "904"
ERR_SASLTOOLONG = "905"
ERR_SASLABORTED = "906"
ERR_SASLALREADY = "907"
RPL_SASLMECHS = "908"
RPL_ENDOFSPAMFILTER = "940"
RPL_SPAMFILTER = "941"
