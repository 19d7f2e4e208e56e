"""Settings from a TOML file and the environment, and the whole of them written out again with what each means.

A mistake is one sentence that names file, line and the nearest right word. Imports `config` only; used by the main
thread, at the start and when the settings are read anew.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import itertools
import json
import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chatd import config as settings
from chatd.config import Config, ConfigError, Extra, Operator, check
from translations import tr

ENVIRONMENT = "OBROLAN_"
"""OBROLAN_LISTEN_PORT=8889 is `port` in `[listen]`."""
RENAMED = {("accounts", "iterations"): "kdf_iterations"}
"""Names that settings had before."""
WIDTH = 96

SECTIONS: dict[str, Any] = {
    entry.name: entry.default_factory()
    for entry in dataclasses.fields(Config)
    if entry.default_factory is not dataclasses.MISSING
}
"""Table -> its defaults."""

Where = tuple[str | int, ...]
"""Tables and a key; a number behind the name of an array of tables."""
Origins = dict[tuple[str, str], str]
"""Where the value of a setting (table, key) comes from, for those that are not the default."""


def load(path: Path) -> Config:
    """Read a TOML file. Raises `ConfigError` for what cannot be read, is unknown or cannot be used."""
    return read(path)[0]


def read(path: Path | None, environment: Mapping[str, str] | None = None) -> tuple[Config, Origins]:
    """The settings of a file (if any) and of the environment, which comes first; and which is from where."""
    config, origins = Config(), Origins()
    if path is not None:
        text, table = _parse(path)
        reader = _Reader(str(path), text)
        for name, values in table.items():
            config = reader.section(config, name, values, origins)
    for variable, value in sorted((environment or {}).items()):
        config = _from_environment(config, variable, value, origins)
    return check(config), origins


def _parse(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise ConfigError(tr("{path} cannot be read: {why}").format(path=path, why=error.strerror)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(tr("{path} is not valid TOML: {why}").format(path=path, why=error)) from error


class _Reader:
    """One file: its values as settings, its mistakes as sentences."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def section(self, config: Config, name: str, values: Any, origins: Origins) -> Config:
        """The settings with those of one table."""
        if name not in SECTIONS or not isinstance(values, dict):
            raise self._unknown(tr("unknown section [{name}]"), (name,), name, SECTIONS)
        if name == "operators":
            operators = {key: self._record((name, key), Operator(), value) for key, value in values.items()}
            origins.update({(name, key): self._path for key in operators})
            return dataclasses.replace(config, operators=operators)
        section = getattr(config, name)
        for key, value in values.items():
            today = RENAMED.get((name, key)) or key
            section = self._set(section, (name, key), today, value)
            origins[name, today] = self._path
        return dataclasses.replace(config, **{name: section})

    def _record(self, where: Where, record: Any, values: Any) -> Any:
        if not isinstance(values, dict):
            raise self._error(where, tr("[{name}] must be a table").format(name=".".join(map(str, where))))
        for key, value in values.items():
            record = self._set(record, (*where, key), key, value)
        return record

    def _set(self, record: Any, where: Where, key: str, value: Any) -> Any:
        defaults = {entry.name: getattr(record, entry.name) for entry in dataclasses.fields(record)}
        table = ".".join(word for word in where[:-1] if isinstance(word, str))
        if key not in defaults:
            text = tr("unknown setting {key} in [{name}]").format(key=where[-1], name=table)
            raise self._unknown(text, where, key, defaults)
        default = defaults[key]
        if isinstance(default, float) and type(value) is int:
            value = float(value)
        if isinstance(record, settings.Listen) and key == "extra" and isinstance(value, list):
            extra = tuple(self._record((*where, number), Extra(), item) for number, item in enumerate(value))
            return dataclasses.replace(record, extra=extra)
        if isinstance(default, tuple) and isinstance(value, list) and all(type(item) is str for item in value):
            value = tuple(value)
        if type(value) is not type(default):
            text = tr("{key} in [{name}] must look like {example}")
            raise self._error(where, text.format(key=where[-1], name=table, example=example(key, default)))
        return dataclasses.replace(record, **{key: value})

    def _unknown(self, text: str, where: Where, word: str, known: Iterable[str]) -> ConfigError:
        return self._error(where, text.format(name=word) + nearest(word, known))

    def _error(self, where: Where, text: str) -> ConfigError:
        line = line_of(self._text, where)
        place = tr("{path}, line {line}").format(path=self._path, line=line) if line else self._path
        return ConfigError(f"{place}: {text}")


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` for a word that is nearly one of these."""
    close = difflib.get_close_matches(word, known, 1)
    return " " + tr("(did you mean {word}?)").format(word=close[0]) if close else ""


def example(key: str, default: object) -> str:
    """How the value of this kind is written."""
    if isinstance(default, tuple):
        return '["…", "…"]' if key != "extra" else "[[listen.extra]]"
    return _toml(default)


# --- where something stands ---------------------------------------------------------------------

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_NAME})[ \t]*\]\]?")
_KEY = re.compile(rf"[ \t]*({_NAME})[ \t]*=")
_PARTS = re.compile(_PART)


def line_of(text: str, where: Where) -> int:
    """The number of the line in which a key (its tables in front) of a valid TOML text is set, 0 if it is not found.

    A table of an array is its name and its number. What stands inside an inline table or a text of several lines is not
    looked at: then it is the line of the table. Of lines that lead equally far the first counts.
    """
    best, depth = 0, 0
    table: Where = ()
    counts: dict[Where, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            name = _split(header[2])
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                name = (*name, counts[name])
            path = table = name
        elif key:
            path = (*table, *_split(key[1]))
        else:
            continue
        common = len(path) if path == where[: len(path)] else 0
        if common > depth:
            best, depth = number, common
    return best


def _split(name: str) -> Where:
    return tuple(part.strip("\"'") for part in _PARTS.findall(name))


# --- the environment ----------------------------------------------------------------------------


def _from_environment(config: Config, variable: str, value: str, origins: Origins) -> Config:
    """The settings with that of one variable; those of other programs are left alone."""
    name, _, key = variable.removeprefix(ENVIRONMENT).lower().partition("_")
    if not variable.startswith(ENVIRONMENT) or name not in SECTIONS or name == "operators":
        return config
    section: Any = getattr(config, name)
    defaults: dict[str, object] = {entry.name: getattr(section, entry.name) for entry in dataclasses.fields(section)}
    default = defaults.get(key)
    if default is None or key == "extra":
        text = tr("{variable} in the environment names no setting").format(variable=variable)
        raise ConfigError(text + nearest(key, defaults))
    try:
        changed: dict[str, Any] = {name: dataclasses.replace(section, **{key: _read_as(default, value)})}
    except ValueError:
        text = tr("{variable} in the environment must look like {example}")
        raise ConfigError(text.format(variable=variable, example=_plain(default))) from None
    origins[name, key] = variable
    return dataclasses.replace(config, **changed)


def _read_as(default: object, value: str) -> object:
    if isinstance(default, bool):
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ValueError(value)
        return value.lower() in ("true", "1", "yes")
    if isinstance(default, tuple):
        return tuple(value.splitlines())
    return type(default)(value)  # type: ignore[call-arg]  # an int, a float or a str, each made of a text


def _plain(default: object) -> str:
    return default if isinstance(default, str) else _toml(default)


# --- writing ------------------------------------------------------------------------------------


def written(config: Config, origins: Origins | None = None) -> str:
    """All settings as a TOML file that reads back to the same, each with what it means; secrets as they are."""
    blocks = [_section_text(name, getattr(config, name), origins or {}) for name in SECTIONS if name != "operators"]
    operators = [
        f"[operators.{_key(name)}]\npassword = {_toml(one.password)}\n" for name, one in config.operators.items()
    ]
    blocks += ["# " + (inspect.getdoc(Operator) or "") + "\n" + "\n".join(operators)]
    extra = [_extra_text(one) for one in config.listen.extra]
    return "\n".join([*blocks, *extra])


def _section_text(name: str, section: Any, origins: Origins) -> str:
    lines = [f"[{name}]"]
    about = described(type(section))
    for entry in dataclasses.fields(section):
        value = getattr(section, entry.name)
        meaning = about.get(entry.name, "")
        if entry.name == "extra":
            lines += _comment(meaning)
            continue
        origin = origins.get((name, entry.name), "")
        lines += _comment(meaning)
        lines += _comment(f"({tr('from {origin}').format(origin=origin)})") if origin else []
        lines.append(f"{entry.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _extra_text(extra: Extra) -> str:
    rows = [f"{entry.name} = {_toml(getattr(extra, entry.name))}" for entry in dataclasses.fields(extra)]
    return "\n".join(["[[listen.extra]]", *rows, ""])


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def described(kind: type) -> dict[str, str]:
    """What the source says behind each field of a table of settings."""
    found: dict[str, str] = {}
    [node] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = node.body if isinstance(node, ast.ClassDef) else []
    for field, text in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # JSON escapes what TOML must escape, but for the one character DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)
