"""Rows of the corporate register made for tests, with valid check digits and no real business."""

from collections.abc import Iterable
from pathlib import Path

from madoguchi.apps.businesses.register.rows import COLUMNS
from madoguchi.engines.identifiers import corporate_check_digit


def number(base: int) -> str:
    """Return a well-formed corporate number made from a small number."""
    digits = f"{base:012d}"
    return f"{corporate_check_digit(digits)}{digits}"


def row(base: int = 1, **cells: str) -> list[str]:
    """Return the 30 cells of a row: an active corporation in Shinjuku unless told otherwise."""
    values = dict.fromkeys(COLUMNS, "")
    values |= {
        "sequenceNumber": "1", "corporateNumber": number(base), "process": "01", "correct": "0",
        "updateDate": "2026-08-19", "changeDate": "2026-08-17", "name": f"株式会社見本{base}", "kind": "301",
        "prefectureName": "東京都", "cityName": "新宿区", "streetNumber": "西新宿２丁目８番１号", "prefectureCode": "13",
        "cityCode": "104", "postCode": "1600023", "assignmentDate": "2015-10-05", "latest": "1", "hihyoji": "0",
    }  # fmt: skip
    values |= cells
    return [values[name] for name in COLUMNS]


def write(path: Path, rows: Iterable[list[str]], *, encoding: str = "cp932") -> Path:
    """Write a file as it is published: quoted texts, no heading."""
    lines = [",".join(f'"{cell}"' if cell and not cell.isdigit() else cell for cell in cells) for cells in rows]
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    return path
