"""One row of the corporate register's published files: its 30 columns, what must hold, its canonical form.

Columns and codes: 国税庁 法人番号公表サイト, リソース定義書 (30 columns, no header).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from madoguchi.engines.identifiers import IdentifierError, corporate_number

COLUMNS = (
    "sequenceNumber", "corporateNumber", "process", "correct", "updateDate", "changeDate", "name", "nameImageId", "kind",
    "prefectureName", "cityName", "streetNumber", "addressImageId", "prefectureCode", "cityCode", "postCode",
    "addressOutside", "addressOutsideImageId", "closeDate", "closeCause", "successorCorporateNumber", "changeCause",
    "assignmentDate", "latest", "enName", "enPrefectureName", "enCityName", "enAddressOutside", "furigana", "hihyoji",
)  # fmt: skip
POSITION: Mapping[str, int] = {name: place for place, name in enumerate(COLUMNS)}
PROCESSES = frozenset({"01", "11", "12", "13", "21", "22", "71", "72", "81", "99"})
KINDS = frozenset({"101", "201", "301", "302", "303", "304", "305", "399", "401", "499"})
CLOSE_CAUSES = frozenset({"", "01", "11", "21", "31"})
MERGED_CAUSE = "11"
DELETED_PROCESS = "99"
LATEST, UNSTATED, SUPERSEDED = 2, 1, 0
_LATEST = {"1": LATEST, "": UNSTATED, "0": SUPERSEDED}
_DATE = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class RowFlaw:
    """Why a row cannot be taken in."""

    field: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be taken in: its cells by column, its digest and canonical text."""

    number: str
    published_on: str
    """ISO date of the file that published it (更新年月日)."""
    changed_on: str
    latest: int
    digest: str
    content: str
    cells: Sequence[str]

    def __getitem__(self, column: str) -> str:
        return self.cells[POSITION[column]]

    def rank(self) -> tuple[bool, str, int, str, str]:
        """Return what orders the statements of one number: the greatest one is its current state.

        A statement that its source calls superseded never wins over another; then the day of publication, then what the
        source says, then the day of the change. The digest makes the order total, so that order of arrival never counts.
        """
        return (self.latest != SUPERSEDED, self.published_on, self.latest, self.changed_on, self.digest)


@lru_cache(maxsize=16_384)
def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def parse(cells: Sequence[str]) -> Row | RowFlaw:
    """Return the row of 30 cells, or the first thing that is wrong with it."""
    flaw = _flaw(cells)
    if flaw is not None:
        return flaw
    kept = {name: cell for name, cell in zip(COLUMNS, cells, strict=True) if cell and name != "sequenceNumber"}
    content = _encode(kept)
    digest = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    latest = _LATEST[cells[23]]
    return Row(cells[1], cells[4], cells[5], latest, digest, content, cells)


def restore(content: str) -> Row:
    """Return the row that was stored as this canonical text."""
    stored: dict[str, str] = json.loads(content)
    cells = [stored.get(name, "") for name in COLUMNS]
    digest = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    return Row(cells[1], cells[4], cells[5], _LATEST[cells[23]], digest, content, cells)


def _flaw(cells: Sequence[str]) -> RowFlaw | None:
    if len(cells) != len(COLUMNS):
        reason = f"The row has {len(cells)} cells instead of {len(COLUMNS)}."
        return RowFlaw("row", reason, "Load the file as it was published, without editing it.")
    try:
        if corporate_number(cells[1]) != cells[1]:
            return RowFlaw("corporateNumber", "The number is not 13 plain digits.", "Correct it at the source.")
    except IdentifierError as problem:
        return RowFlaw("corporateNumber", str(problem)[:290], "Correct it at the source.")
    for column, allowed in _CODES:
        if cells[POSITION[column]] not in allowed:
            reason = f"{cells[POSITION[column]][:20]!r} is no known code."
            return RowFlaw(
                column, reason, "Compare it with the definition of the file; a new code needs a new version."
            )
    for column, optional in _DATES:
        text = cells[POSITION[column]]
        if not (optional and not text) and not _is_date(text):
            return RowFlaw(column, f"{text[:20]!r} is no date.", "Write it as YYYY-MM-DD.")
    return _text_flaw(cells)


def _text_flaw(cells: Sequence[str]) -> RowFlaw | None:
    if not cells[6] and cells[2] not in ("81", DELETED_PROCESS):
        return RowFlaw("name", "The name is missing.", "Take the row from the published file again.")
    for column, limit in _LENGTHS:
        if len(cells[POSITION[column]]) > limit:
            return RowFlaw(column, f"The text is longer than {limit} characters.", "Check that cells did not shift.")
    for column, digits in _DIGITS:
        cell = cells[POSITION[column]]
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) == digits):
            return RowFlaw(column, f"{cell[:20]!r} does not have {digits} digits.", "Correct it at the source.")
    joined = "".join(cells)
    if not joined.isprintable() and any(character < " " or "\ud800" <= character <= "\udfff" for character in joined):
        reason = "The row holds characters that cannot be read."
        return RowFlaw("row", reason, "Take the file from the publisher again.")
    return None


_FLAGS = frozenset({"", "0", "1"})
_CODES = (
    ("process", PROCESSES), ("correct", _FLAGS), ("kind", KINDS), ("closeCause", CLOSE_CAUSES), ("latest", _FLAGS),
    ("hihyoji", _FLAGS),
)  # fmt: skip
_DATES = (("updateDate", False), ("changeDate", True), ("closeDate", True), ("assignmentDate", True))
_LENGTHS = (
    ("name", 300), ("furigana", 600), ("enName", 600), ("streetNumber", 600), ("addressOutside", 600),
    ("prefectureName", 10), ("cityName", 40),
)  # fmt: skip
_DIGITS = (("prefectureCode", 2), ("cityCode", 3), ("postCode", 7), ("successorCorporateNumber", 13))
