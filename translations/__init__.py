"""What people read, in their language: gettext catalogues and the functions that use them.

The texts in the code are English; `<language>/LC_MESSAGES/obrolan.mo` turns them into another
language, so English needs no catalogue. Server, window and terminal client share this room; it
imports only the standard library. `set_language` is called from the main thread, `tr` and `ntr`
from any.

    tr("Log in")                                   the translated text
    tr("No server at {host}.").format(host=...)    values are put in after translating
    ntr("{n} person", "{n} people", n).format(n=n) the form that fits a number
    N_("Log in")                                   marks a text that is translated later by tr()
"""

from __future__ import annotations

import gettext
import locale
import os
from pathlib import Path

from translations.calling import called

LANGUAGES = ("id", "en")
_FOLDER = Path(__file__).parent
_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def language() -> str:
    """The code of the language in use, one of `LANGUAGES`."""
    return _language


def system_language() -> str:
    """The language the system asks for: `id` (also under its old code `in`), otherwise `en`."""
    wanted = [os.environ.get(key, "") for key in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((value for value in wanted if value), "") or (locale.getlocale()[0] or "")
    return "id" if name.lower().startswith(("id", "in_", "in.", "indonesian")) or name.lower() == "in" else "en"


def set_language(code: str) -> None:
    """Use this language from now on; a missing catalogue leaves the English texts."""
    global _catalogue, _language
    _language = code if code in LANGUAGES else "en"
    _catalogue = gettext.translation("obrolan", _FOLDER, languages=[_language], fallback=True)


def tr(text: str) -> str:
    """The text in the language in use."""
    return called(_catalogue.gettext(text))


def ntr(one: str, many: str, number: int) -> str:
    """The form of the text that fits the number, in the language in use."""
    return called(_catalogue.ngettext(one, many, number))


def N_(text: str) -> str:  # noqa: N802 - gettext's own customary name for "translate later"
    """Mark a text for the catalogue without translating it here."""
    return text
