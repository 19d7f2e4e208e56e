"""Switching the language of the running window, Qt's own texts included.

`translations` holds the texts; this room tells Qt that they changed: installing the translator
makes Qt send `LanguageChange` to every widget, which then sets its texts in `retranslate()`.
GUI thread only; imports Qt's core and `translations`.
"""

from __future__ import annotations

from PyQt5.QtCore import QCoreApplication, QLocale, QTranslator

import translations
from translations import N_, tr

_LOCALES = {"id": "id_ID", "en": "en_GB"}

_QT_TEXTS = {
    "&Undo": N_("&Undo"),
    "&Redo": N_("&Redo"),
    "Cu&t": N_("Cu&t"),
    "&Copy": N_("&Copy"),
    "&Paste": N_("&Paste"),
    "Delete": N_("Delete"),
    "Select All": N_("Select All"),
    "Copy &Link Location": N_("Copy &Link Location"),
    "OK": N_("OK"),
    "&OK": N_("OK"),
    "Cancel": N_("Cancel"),
    "&Cancel": N_("Cancel"),
    "Open": N_("Open"),
    "&Open": N_("Open"),
    "Save": N_("Save"),
    "&Save": N_("Save"),
    "Close": N_("Close"),
}
"""What Qt itself says in our windows (it brings no Indonesian), and our text for it."""


class _QtTexts(QTranslator):
    """Gives Qt our texts for its own; None for all others (an empty string would erase them)."""

    def translate(  # type: ignore[override]  # PyQt's stub lacks the None that means "not mine"
        self, _context: str, source_text: str, _disambiguation: str | None = None, _n: int = -1
    ) -> str | None:
        ours = _QT_TEXTS.get(source_text)
        return tr(ours) if ours is not None else None

    def isEmpty(self) -> bool:
        return False


_installed: _QtTexts | None = None


def switch(code: str) -> None:
    """Show every text in this language from now on (`id` or `en`), dates and numbers too."""
    global _installed
    translations.set_language(code)
    QLocale.setDefault(QLocale(_LOCALES[translations.language()]))
    if _installed is not None:
        QCoreApplication.removeTranslator(_installed)
    _installed = _QtTexts()
    QCoreApplication.installTranslator(_installed)
