"""The catalogues are fresh and whole, and the tool that keeps them so can be relied on."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import translations
from translations import update

PO = update.CATALOGUE.format(language="id")
HEADER = 'msgid ""\nmsgstr ""\n"Language: id\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'

SAME = {
    *("&Port", "Port", "OK", "Status", "Edit", "Emoji", "Emoji (Ctrl+E)"),
    *("online", "offline", "{n} online", "{n}%", "Server (Enter: {address}): "),
}
"""What both languages call the same."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one text and a fresh catalogue for it."""
    (tmp_path / PO).parent.mkdir(parents=True)
    (tmp_path / PO).write_text(f'{HEADER}\nmsgid "Hello {{name}}"\nmsgstr "Halo {{name}}"\n', encoding="utf-8")
    (tmp_path / "client").mkdir()
    write(tmp_path, 'tr("Hello {name}")')
    assert update.update(tmp_path, "id") == []
    return tmp_path


def write(project: Path, code: str) -> None:
    (project / "client" / "main.py").write_text(code + "\n", encoding="utf-8")


def translated(project: Path, text: str) -> str:
    with (project / PO).with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext(text)


@pytest.mark.parametrize("language", update.TRANSLATED)
def test_every_text_of_the_code_is_translated_and_the_compiled_catalogue_is_fresh(language: str) -> None:
    assert update.check(update.ROOT, language) == []


def pairs() -> list[tuple[str, str]]:
    """Each English text of the catalogue with the Indonesian one; of plural forms the one that names the number."""
    with (update.ROOT / PO).open("rb") as file:
        catalogue = read_po(file, locale="id")
    messages = [message for message in catalogue if message.id]
    return [(update.forms(message.id)[-1], text) for message in messages for text in update.forms(message.string)]


def prose(text: str) -> str:
    """The text without {placeholders}, command lines, /commands, and the code and links of Markdown."""
    code = r"```.*?```|`[^`]*`|\]\([^)]*\)|python3 \S+\.py.*?$|\{.*?\}|\B/\w+"
    return re.sub(code, " ", text, flags=re.DOTALL | re.MULTILINE)


def refused_words() -> list[str]:
    """The last column of the table in docs/translating.md."""
    page = (update.ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    return [word.strip() for row in rows[2:] for word in row[2].split(",") if word.strip()]


def refused(text: str) -> list[str]:
    words = "|".join(map(re.escape, refused_words()))
    return re.findall(rf"\b(?:{words})\b", prose(text), re.IGNORECASE)


def test_both_languages_use_the_ellipsis_and_indonesian_the_polite_form() -> None:
    assert [text for pair in pairs() for text in pair if "..." in text] == []
    assert [text for _, text in pairs() if re.search(r"\banda\b", text)] == []


def test_both_languages_put_text_in_curly_quotes() -> None:
    straight = r"[\"']\{\w+\}|\{\w+\}[\"']"
    assert [text for pair in pairs() for text in pair if re.search(straight, text)] == []
    assert [
        pair for pair in pairs() if [pair[0].count(mark) for mark in "“”"] != [pair[1].count(mark) for mark in "“”"]
    ] == []


def test_a_text_ends_begins_and_is_spaced_alike_in_both_languages() -> None:
    def ends(text: str) -> str:
        return text[-1] if text[-1] in ".?!…: " else ""

    def begins(text: str) -> str:
        letter = text.lstrip("&")[0]
        return "capital" if letter.isupper() else "small" if letter.islower() else ""

    wrong = [pair for pair in pairs() if ends(pair[0]) != ends(pair[1])]
    wrong += [pair for pair in pairs() if {begins(pair[0]), begins(pair[1])} == {"capital", "small"}]
    wrong += [pair for pair in pairs() if pair[1][0] == " " != pair[0][0] or " %" in pair[0].replace(" %s", "")]
    assert wrong == []


def test_nothing_stays_english_but_what_is_called_so_in_indonesian_too() -> None:
    assert {english for english, text in pairs() if english == text} == SAME


def test_indonesian_has_one_word_for_a_thing() -> None:
    assert len(refused_words()) > 40
    assert refused("/room NAMA: {room} punya tombol pintas") == ["tombol pintas"]
    assert {text: words for _, text in pairs() if (words := refused(text))} == {}
    assert refused((update.ROOT / "README.id.md").read_text(encoding="utf-8")) == []


def test_both_readmes_say_the_same() -> None:
    def frame(name: str) -> list[str]:
        """Its headings' depths, table rows, list items, pictures, and the programs that its boxes start."""
        text = (update.ROOT / name).read_text(encoding="utf-8")
        parts = re.findall(r"^(#+ |\| |- |!\[|```|python3 \S+(?: \w+)?)", text, re.MULTILINE)
        links = {re.sub(r"-(?:en|id)\.png$", ".png", link) for link in re.findall(r"\]\((docs/[^)]*)\)", text)}
        return [*parts, *sorted(links)]

    assert frame("README.md") == frame("README.id.md")


def test_every_language_but_english_has_a_catalogue() -> None:
    assert set(translations.LANGUAGES) == {"en", *update.TRANSLATED}


def test_a_fresh_catalogue_passes_the_check(project: Path) -> None:
    assert update.check(project, "id") == []
    assert update.main(["--check"], project) == 0
    assert translated(project, "Hello {name}") == "Halo {name}"


@pytest.mark.parametrize(
    "code",
    ['tr("Bye")', 'N_("Bye")', 'ntr("Bye", "Bye all", 2)', 'def f(n):\n    return ntr(\n        "By" "e", "Byes", n)'],
)
def test_a_new_text_fails_the_check_until_it_is_translated(project: Path, code: str) -> None:
    write(project, f'tr("Hello {{name}}")\n{code}')
    before = (project / PO).read_bytes()
    assert update.main(["--check"], project) == 1
    assert (project / PO).read_bytes() == before
    assert [line.partition(":")[0] for line in update.update(project, "id")] == ["untranslated"]
    text = (project / PO).read_text(encoding="utf-8")
    translated_text = re.sub(r'msgstr(\[0\])? ""\n$', r'msgstr\1 "Dah"\n', text.rstrip() + "\n")
    (project / PO).write_text(translated_text, encoding="utf-8")
    assert {line.partition(":")[0] for line in update.check(project, "id")} == {"not fresh"}
    assert update.update(project, "id") == []
    assert update.check(project, "id") == []


def test_a_text_that_left_the_code_is_kept_until_it_comes_back_or_is_pruned(project: Path) -> None:
    write(project, "")
    assert update.update(project, "id") == ["unused: 'Hello {name}'"]
    assert update.main(["--check"], project) == 1
    write(project, 'tr("Hello {name}")')
    assert update.update(project, "id") == []
    assert translated(project, "Hello {name}") == "Halo {name}"
    write(project, "")
    assert update.main(["--prune"], project) == 0
    assert update.check(project, "id") == []
    assert "Hello" not in (project / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["Halo", "Halo {nama}", "Halo {name} {name!r}", "Halo {name"])
def test_a_translation_with_other_placeholders_fails_the_check(project: Path, wrong: str) -> None:
    text = (project / PO).read_text(encoding="utf-8").replace('"Halo {name}"', f'"{wrong}"')
    (project / PO).write_text(text, encoding="utf-8")
    assert [line for line in update.update(project, "id") if line.startswith("other placeholders")]
    assert update.main(["--check"], project) == 1


def test_a_stale_compiled_catalogue_fails_the_check(project: Path) -> None:
    (project / PO).with_suffix(".mo").write_bytes(b"old")
    assert [line.partition(":")[0] for line in update.check(project, "id")] == ["not fresh"]


def test_two_updates_at_once_leave_a_whole_catalogue(project: Path) -> None:
    write(project, 'tr("Hello {name}")\n' + "\n".join(f'tr("Text {number}")' for number in range(200)))
    code = "import pathlib, sys; from translations import update; update.update(pathlib.Path(sys.argv[1]), 'id')"
    command = [sys.executable, "-c", code, str(project)]
    for process in [subprocess.Popen(command, cwd=update.ROOT) for _ in range(3)]:
        assert process.wait() == 0
    assert {line.partition(":")[0] for line in update.check(project, "id")} == {"untranslated"}
    assert sorted(path.name for path in (project / PO).parent.iterdir()) == ["obrolan.mo", "obrolan.po"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "in_ID"}, "id"),
        ({"LANGUAGE": "id:en", "LANG": "en_US.UTF-8"}, "id"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "id_ID.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "is_IS.UTF-8"}, "en"),
    ],
)
def test_the_systems_language_is_recognised(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(key, raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert translations.system_language() == language


def test_an_unknown_language_is_english() -> None:
    translations.set_language("fr")
    assert translations.language() == "en"
    assert translations.tr("Hello") == "Hello"
    assert translations.ntr("one", "many", 2) == "many"
