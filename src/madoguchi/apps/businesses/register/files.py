"""Reads the published files row by row: CSV in CP932 or UTF-8 (found out per file), or Parquet with columns by name.

A broken line never hides the next one. What a row means is not known here.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars

from madoguchi.apps.businesses.register.rows import COLUMNS, Row, RowFlaw, parse

_PIECE_BYTES = 1 << 20
_MAX_LINE = 100_000


class FileProblem(Exception):
    """A file that cannot be read at all: what, why, what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number from 1, its text, and the row or what is wrong."""

    line: int
    text: str
    row: Row | RowFlaw


def encoding_of(path: Path) -> str:
    """Return utf-8-sig or cp932: files of one feed differ. UTF-8 is taken when every byte of the file fits it."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp932"
    return "utf-8-sig"


def read(path: Path, *, defaults: Mapping[str, str]) -> Iterator[Line]:
    """Return the lines of a `.csv` or `.parquet` file. `defaults` fill columns that a Parquet file does not have."""
    if path.suffix.lower() == ".parquet":
        return _parquet(path, defaults)
    if path.suffix.lower() == ".csv":
        return _csv(path)
    raise FileProblem(f"{path.name} is neither .csv nor .parquet. Unpack it, or name it after its form.")


def _csv(path: Path) -> Iterator[Line]:
    with path.open(encoding=encoding_of(path), errors="surrogateescape", newline="") as file:
        for number, text in enumerate(file, start=1):
            stripped = text.rstrip("\r\n")
            if not stripped or (number == 1 and stripped.replace('"', "").startswith(COLUMNS[0])):
                continue
            yield Line(number, stripped, _parse_line(stripped))


def _parse_line(text: str) -> Row | RowFlaw:
    if len(text) > _MAX_LINE:
        return RowFlaw("row", f"The line is longer than {_MAX_LINE} characters.", "Check the line ends of the file.")
    try:
        return parse(next(csv.reader((text,), strict=True)))
    except csv.Error as problem:
        return RowFlaw("row", f"The line is no CSV: {problem}.", "Load the file as it was published.")


def _parquet(path: Path, defaults: Mapping[str, str]) -> Iterator[Line]:
    frame = polars.read_parquet(path)
    missing = {"corporateNumber", "process", "updateDate", "name", "kind"} - set(frame.columns)
    if missing:
        raise FileProblem(f"{path.name} lacks the columns {', '.join(sorted(missing))}. Name them as the source does.")
    present = set(frame.columns)
    whole = frame.select(
        polars.col(name).cast(polars.String).fill_null("")
        if name in present
        else polars.lit(defaults.get(name, "")).alias(name)
        for name in COLUMNS
    )
    for number, cells in enumerate(whole.iter_rows(), start=1):
        row = parse(cells)
        yield Line(number, "" if isinstance(row, Row) else ",".join(cells), row)
