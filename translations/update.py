"""Keep the catalogues fresh: texts from the code -> `obrolan.po` -> `obrolan.mo`.

A tool for people who change the code, run as `python -m translations.update`; the programs never
import it. Needs Babel; imports nothing of ours. Two people may run it at once (a file lock).

`update` keeps every translation: one whose text left the code stays in the file as an unused line
(`#~`), and comes back to life with its text; `--prune` drops those. `--check` changes nothing and
exits with 1 when a catalogue is not what `update` would make of it, when a text is untranslated or
unused, or when a translation has other {placeholders} than its text.
"""

from __future__ import annotations

import argparse
import io
import os
import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("server.py", "start.py", "chatd", "client", "translations")
CATALOGUE = "translations/{language}/LC_MESSAGES/obrolan.po"
TRANSLATED = ("id",)
"""Languages with a catalogue; English is the language of the code."""

_KEYWORDS: dict[str, tuple[int, ...] | None] = {"tr": None, "N_": None, "ntr": (1, 2)}


def extract(root: Path) -> Catalog:
    """All texts of the code under `root`, in the order of files and lines."""
    template = Catalog(charset="utf-8")
    for source in SOURCES:
        place = root / source
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place] * place.exists():
            for _, text, _, _ in extract_from_file("python", path, keywords=_KEYWORDS):
                # The line is left out: it would change the catalogue with every edit of the code.
                template.add(text, locations=[(path.relative_to(root).as_posix(), 0)])
    return template


def merge(old: Catalog, template: Catalog) -> Catalog:
    """The old catalogue with the texts of the template, and what the template lacks as unused lines.

    Both arguments are consumed.
    """
    for message in list(old.obsolete.values()):
        if message.id not in old:
            old[message.id] = message
    old.obsolete.clear()
    old.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    return old


def render(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as the bytes of its .po and of its .mo file."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=120, include_lineno=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def problems(catalogue: Catalog) -> list[str]:
    """What a person has to mend, one sentence each."""
    found = [f"unused: {message.id!r}" for message in catalogue.obsolete.values()]
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy or not all(forms(message.string)):
            found.append(f"untranslated: {message.id!r}")
        elif any(_placeholders(form) != _wanted_placeholders(message) for form in forms(message.string)):
            found.append(f"other placeholders: {message.id!r} -> {message.string!r}")
    return found


def forms(*texts: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The singular and plural forms in Babel's fields, one after another ("" for a missing one)."""
    return [form for text in texts for form in ([text or ""] if isinstance(text, str | None) else text)]


def _wanted_placeholders(message: Message) -> set[str]:
    # The plural form is the one that names the number; "One person" need not.
    return _placeholders(forms(message.id)[-1])


def _placeholders(text: str) -> set[str]:
    try:
        return {f"{name}!{conversion}" if conversion else name for _, name, _, conversion in _parsed(text)}
    except ValueError as error:
        return {f"unreadable: {error}"}


def _parsed(text: str) -> Iterator[tuple[str, str, str, str | None]]:
    for literal, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            yield literal, name, form or "", conversion


def update(root: Path, language: str, *, prune: bool = False) -> list[str]:
    """Write the .po and .mo of one language; returns what is left for a person to mend."""
    template = extract(root)
    po = root / CATALOGUE.format(language=language)
    with _locked(po.parent):
        catalogue = merge(_read(po, language), template)
        if prune:
            catalogue.obsolete.clear()
        po_bytes, mo_bytes = render(catalogue)
        _replace(po, po_bytes)
        _replace(po.with_suffix(".mo"), mo_bytes)
    return problems(catalogue)


def check(root: Path, language: str) -> list[str]:
    """What is wrong with the catalogue of one language; writes nothing."""
    po = root / CATALOGUE.format(language=language)
    catalogue = merge(_read(po, language), extract(root))
    po_bytes, mo_bytes = render(catalogue)
    mo = po.with_suffix(".mo")
    stale = [
        f"not fresh: {path.relative_to(root).as_posix()} (run: python -m translations.update)"
        for path, wanted in ((po, po_bytes), (mo, mo_bytes))
        if not path.exists() or path.read_bytes() != wanted
    ]
    return stale + problems(catalogue)


def _read(po: Path, language: str) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=language)


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    new = path.with_suffix(f".new-{os.getpid()}")
    new.write_bytes(data)
    new.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if sys.platform == "win32":  # without flock; there, people take turns
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m translations.update", description="Keep the catalogues fresh.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="change nothing; exit with 1 when something is to do")
    choice.add_argument("--prune", action="store_true", help="drop the translations of texts that left the code")
    options = parser.parse_args(arguments)
    found: list[str] = []
    for language in TRANSLATED:
        lines = check(root, language) if options.check else update(root, language, prune=options.prune)
        found += [f"{language}: {line}" for line in lines]
    for line in found:
        print(line)
    return 1 if options.check and found else 0


if __name__ == "__main__":
    sys.exit(main())
