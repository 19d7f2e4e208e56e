"""The IRCv3 capabilities we offer, as bits, and which of them change how a line is written.

Pure; imports `protocol` and the settings; imported by every room that looks at what a connection asked for.
"""

from __future__ import annotations

from enum import IntFlag

from chatd.config import Config
from protocol import VENDOR


class Cap(IntFlag):
    """One bit per capability; the name on the wire is in `NAMES`."""

    MESSAGE_TAGS = 1
    SERVER_TIME = 2
    EXTENDED_JOIN = 4
    BATCH = 8
    LABELED_RESPONSE = 16
    ECHO_MESSAGE = 32
    MULTI_PREFIX = 64
    SETNAME = 128
    AWAY_NOTIFY = 256
    USERHOST_IN_NAMES = 512
    CAP_NOTIFY = 1024
    STANDARD_REPLIES = 2048
    VERSION_302 = 4096
    """No capability of its own: CAP LS 302 was asked for, so cap-notify stays on."""
    CHATHISTORY = 8192
    EVENT_PLAYBACK = 16384
    SEARCH = 32768
    EDIT = 1 << 16
    RETRY = 1 << 17
    MULTILINE = 1 << 18
    MESSAGE_REDACTION = 1 << 19
    READ_MARKER = 1 << 20
    SASL = 1 << 21
    ACCOUNT_REGISTRATION = 1 << 22
    QUIET = 1 << 23
    ACCOUNT_NOTIFY = 1 << 24
    ACCOUNT_TAG = 1 << 25
    CHGHOST = 1 << 26
    EXTENDED_MONITOR = 1 << 27
    INVITE_NOTIFY = 1 << 28
    PRE_AWAY = 1 << 29
    NO_IMPLICIT_NAMES = 1 << 30
    EXTENDED_ISUPPORT = 1 << 31
    CHANNEL_RENAME = 1 << 32
    METADATA_2 = 1 << 33
    METADATA_3 = 1 << 34
    OPER_TAG = 1 << 35
    UNREDACT = 1 << 36


NAMES: dict[str, Cap] = {
    "account-notify": Cap.ACCOUNT_NOTIFY,
    "account-tag": Cap.ACCOUNT_TAG,
    "away-notify": Cap.AWAY_NOTIFY,
    "batch": Cap.BATCH,
    "cap-notify": Cap.CAP_NOTIFY,
    "chghost": Cap.CHGHOST,
    "draft/account-registration": Cap.ACCOUNT_REGISTRATION,
    "draft/channel-rename": Cap.CHANNEL_RENAME,
    "draft/chathistory": Cap.CHATHISTORY,
    "draft/event-playback": Cap.EVENT_PLAYBACK,
    "draft/extended-isupport": Cap.EXTENDED_ISUPPORT,
    "draft/message-redaction": Cap.MESSAGE_REDACTION,
    "draft/metadata-2": Cap.METADATA_2,
    "draft/metadata-3": Cap.METADATA_3,
    "draft/multiline": Cap.MULTILINE,
    "draft/oper-tag": Cap.OPER_TAG,
    "draft/pre-away": Cap.PRE_AWAY,
    "draft/read-marker": Cap.READ_MARKER,
    "echo-message": Cap.ECHO_MESSAGE,
    "extended-join": Cap.EXTENDED_JOIN,
    "extended-monitor": Cap.EXTENDED_MONITOR,
    "invite-notify": Cap.INVITE_NOTIFY,
    "labeled-response": Cap.LABELED_RESPONSE,
    "message-tags": Cap.MESSAGE_TAGS,
    "multi-prefix": Cap.MULTI_PREFIX,
    "no-implicit-names": Cap.NO_IMPLICIT_NAMES,
    f"{VENDOR}/edit": Cap.EDIT,
    f"{VENDOR}/quiet": Cap.QUIET,
    f"{VENDOR}/retry": Cap.RETRY,
    f"{VENDOR}/unredact": Cap.UNREDACT,
    "sasl": Cap.SASL,
    "server-time": Cap.SERVER_TIME,
    "setname": Cap.SETNAME,
    "soju.im/search": Cap.SEARCH,
    "standard-replies": Cap.STANDARD_REPLIES,
    "userhost-in-names": Cap.USERHOST_IN_NAMES,
}

METADATA = "before-connect,max-subs=50,max-keys=20,max-key-bytes=48,max-value-bytes=240"
"""The limits of `metadata`, which a test compares."""

FEATURES: dict[str, Cap] = {
    "account_registration": Cap.ACCOUNT_REGISTRATION,
    "channel_rename": Cap.CHANNEL_RENAME,
    "edit": Cap.EDIT,
    "event_playback": Cap.EVENT_PLAYBACK,
    "extended_isupport": Cap.EXTENDED_ISUPPORT,
    "message_redaction": Cap.MESSAGE_REDACTION | Cap.UNREDACT,
    "metadata": Cap.METADATA_2 | Cap.METADATA_3,
    "multiline": Cap.MULTILINE,
    "pre_away": Cap.PRE_AWAY,
    "read_marker": Cap.READ_MARKER,
    "search": Cap.SEARCH,
}
"""What a switch of `[features]` takes away."""

VALUES: dict[str, str] = {
    "draft/metadata-2": METADATA,
    "draft/metadata-3": METADATA,
    "sasl": "SCRAM-SHA-256,PLAIN",
}
"""What stands behind the `=` of a capability for those who ask with CAP LS 302."""

# Plain ints for the hot paths: an IntFlag operation costs a microsecond, an int one a tenth of that.
MESSAGE_TAGS = int(Cap.MESSAGE_TAGS)
SERVER_TIME = int(Cap.SERVER_TIME)
EXTENDED_JOIN = int(Cap.EXTENDED_JOIN)
BATCH = int(Cap.BATCH)
LABELED_RESPONSE = int(Cap.LABELED_RESPONSE)
ECHO_MESSAGE = int(Cap.ECHO_MESSAGE)
MULTI_PREFIX = int(Cap.MULTI_PREFIX)
SETNAME = int(Cap.SETNAME)
AWAY_NOTIFY = int(Cap.AWAY_NOTIFY)
USERHOST_IN_NAMES = int(Cap.USERHOST_IN_NAMES)
CAP_NOTIFY = int(Cap.CAP_NOTIFY)
STANDARD_REPLIES = int(Cap.STANDARD_REPLIES)
CHATHISTORY = int(Cap.CHATHISTORY)
EVENT_PLAYBACK = int(Cap.EVENT_PLAYBACK)
SEARCH = int(Cap.SEARCH)
EDIT = int(Cap.EDIT)
RETRY = int(Cap.RETRY)
MULTILINE = int(Cap.MULTILINE)
MESSAGE_REDACTION = int(Cap.MESSAGE_REDACTION)
READ_MARKER = int(Cap.READ_MARKER)
SASL = int(Cap.SASL)
ACCOUNT_REGISTRATION = int(Cap.ACCOUNT_REGISTRATION)
QUIET = int(Cap.QUIET)
ACCOUNT_NOTIFY = int(Cap.ACCOUNT_NOTIFY)
ACCOUNT_TAG = int(Cap.ACCOUNT_TAG)
CHGHOST = int(Cap.CHGHOST)
EXTENDED_MONITOR = int(Cap.EXTENDED_MONITOR)
INVITE_NOTIFY = int(Cap.INVITE_NOTIFY)
PRE_AWAY = int(Cap.PRE_AWAY)
NO_IMPLICIT_NAMES = int(Cap.NO_IMPLICIT_NAMES)
EXTENDED_ISUPPORT = int(Cap.EXTENDED_ISUPPORT)
CHANNEL_RENAME = int(Cap.CHANNEL_RENAME)
METADATA_2 = int(Cap.METADATA_2)
METADATA_3 = int(Cap.METADATA_3)
OPER_TAG = int(Cap.OPER_TAG)
UNREDACT = int(Cap.UNREDACT)

BATCHED_LINES = MULTILINE | BATCH
"""Who has both gets a message of several lines as one batch, others get one message for each line."""

TAGS = MESSAGE_TAGS | SERVER_TIME | ACCOUNT_TAG | OPER_TAG
"""The bits that put tags on a line."""

RENDERING = TAGS | EXTENDED_JOIN | BATCHED_LINES | EDIT
"""The bits that change a broadcast line: two connections equal in these get the same bytes."""


def offered(config: Config) -> dict[str, Cap]:
    """The capabilities of this server, by name."""
    without = Cap(0)
    for feature, bits in FEATURES.items():
        if not getattr(config.features, feature):
            without |= bits
    if not (config.accounts.enabled and config.accounts.sasl):
        without |= Cap.SASL
    if not (config.accounts.enabled and config.accounts.registration):
        without |= Cap.ACCOUNT_REGISTRATION
    if not config.accounts.quiet or without & (Cap.SASL | Cap.ACCOUNT_REGISTRATION):
        without |= Cap.QUIET
    return {name: bit for name, bit in NAMES.items() if not bit & without}


def values(config: Config) -> dict[str, str]:
    """What stands behind the `=` of a capability."""
    limits, accounts = config.limits, config.accounts
    words = [
        word
        for word, holds in (
            ("before-connect", accounts.registration_before_connect),
            ("email-required", accounts.registration_needs_email),
        )
        if holds
    ]
    return {
        **VALUES,
        "draft/multiline": f"max-bytes={limits.multiline_max_bytes},max-lines={limits.multiline_max_lines}",
        "draft/account-registration": ",".join(words),
    }
