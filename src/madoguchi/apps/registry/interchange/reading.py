"""Reads registry files record by record, with the line each one begins on; a broken record never hides the next one."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.apps.registry.interchange import form
from madoguchi.apps.registry.interchange.form import Finding, Level

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n,\ufeff"
_LIST = re.compile(r'\{(?:\s*"[^"]*"\s*:\s*(?:"[^"]*"|\{[^{}]*\}|[\w.-]+)\s*,)*\s*"(?:records|data|items)"\s*:\s*\[')
"""The head of an object that carries its records in a list, after a few plain fields."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One record of a file: where it begins, its text as it stands, what it says (None when it cannot be read)."""

    line: int
    text: str
    record: Mapping[str, Any] | None
    trouble: tuple[Finding, ...] = ()


def read(data: bytes, *, name: str) -> Iterator[Raw]:
    """Return the records of a `.json` or `.csv` file."""
    text, trouble = _decoded(data)
    records = _csv_records(text) if name.lower().endswith(".csv") else _json_records(text)
    for raw in records:
        yield Raw(raw.line, raw.text, raw.record, (*trouble, *raw.trouble))
        trouble = ()


def _decoded(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        warned = encoding == "cp932"
        note = Finding(Level.WARNING, "", "The file is in Shift_JIS, not UTF-8.", "It was converted; publish UTF-8.")
        return text.replace("\0", "\ufffd"), (note,) if warned else ()
    note = Finding(Level.WARNING, "", "The file is not UTF-8.", "Unreadable characters became �; send UTF-8.")
    return data.decode("utf-8", errors="replace").replace("\0", "\ufffd"), (note,)


def _json_records(text: str) -> Iterator[Raw]:
    """Walk the objects of the outermost list, wherever it stands."""
    position = _first_record(text)
    line, counted = 1, 0
    while position < len(text):
        while position < len(text) and text[position] in _BLANK:
            position += 1
        if position >= len(text) or text[position] == "]":
            return
        line, counted = line + text.count("\n", counted, position), position
        record, end, problem = _one(text, position)
        yield Raw(line, text[position:end].rstrip(_BLANK), record, problem)
        position = end


def _first_record(text: str) -> int:
    """Return where the list's first entry may stand; without a list the file is records one after the other."""
    if text.lstrip(_BLANK).startswith("["):
        return text.index("[") + 1
    named = _LIST.match(text.lstrip(_BLANK))
    return len(text) - len(text.lstrip(_BLANK)) + named.end() if named else 0


def _one(text: str, position: int) -> tuple[Mapping[str, Any] | None, int, tuple[Finding, ...]]:
    try:
        value, end = _DECODER.raw_decode(text, position)
    except (json.JSONDecodeError, RecursionError) as problem:
        end = _next_object(text, position + 1)
        message = f"The record is no valid JSON: {problem}."
        return None, end, (Finding(Level.ERROR, "", message, "Correct it and import the file again."),)
    if not isinstance(value, dict):
        message = f"{str(value)[:40]!r} is no record."
        return None, end, (Finding(Level.ERROR, "", message, "Every entry must be an object {…}."),)
    return value, end, ()


def _next_object(text: str, position: int) -> int:
    """Return where the next record begins: the next line that opens an object no deeper than the broken one."""
    before = text.rfind("\n", 0, position)
    indent = len(text[before + 1 : position - 1]) if not text[before + 1 : position - 1].strip() else 0
    while True:
        line_end = text.find("\n", position)
        if line_end < 0:
            return len(text)
        line = text[line_end + 1 : text.find("\n", line_end + 1) if text.find("\n", line_end + 1) >= 0 else len(text)]
        stripped = line.lstrip(" \t")
        if stripped.startswith(("{", "]")) and len(line) - len(stripped) <= indent:
            return line_end + 1
        position = line_end + 1


def _csv_records(text: str) -> Iterator[Raw]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=False)
    header = [name.strip() for name in next(reader, [])]
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield _csv_record(header, cells, line)
        line = reader.line_num + 1


def _csv_record(header: list[str], cells: list[str], line: int) -> Raw:
    trouble = []
    if len(cells) != len(header):
        message = f"The row has {len(cells)} cells, the heading {len(header)}."
        trouble.append(Finding(Level.ERROR, "", message, "Quote cells that hold commas or line breaks."))
    record: dict[str, Any] = {}
    for path, cell in zip(header, cells, strict=False):
        if cell != "":
            _put(record, path, _typed(path, cell))
    return Raw(line, json.dumps(dict(zip(header, cells, strict=False)), ensure_ascii=False), record, tuple(trouble))


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        record = record.setdefault(key, {})
    record[last] = value


def _typed(path: str, cell: str) -> Any:
    """Return the value of a cell; what does not fit its type stays the text that it is."""
    if path in form.NUMBERS and cell.strip().isascii() and cell.strip().isdigit():
        return int(cell)
    if path in form.FLAGS and cell.strip().lower() in ("true", "false"):
        return cell.strip().lower() == "true"
    if path in form.LISTS and cell.startswith("["):
        try:
            return json.loads(cell)
        except json.JSONDecodeError:
            return cell
    return cell
