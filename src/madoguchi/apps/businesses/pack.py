"""How the business registry checks and loads its part of a pack: `towns.csv`, the list of towns. It may be missing.

Without it addresses stay unread; everything else works.
"""

import csv
from datetime import datetime
from pathlib import Path

from madoguchi.apps.businesses import townlist
from madoguchi.apps.businesses.models import Town
from madoguchi.core.packs import LoadReport, PackError, PackLoader

FILE = "towns.csv"
COLUMNS = ["code", "town"]
_CODE_DIGITS = 5
_MAX_NAME = 80


def _rows(folder: Path) -> tuple[list[list[str]], list[PackError]]:
    try:
        text = (folder / FILE).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return [], [PackError(FILE, "-", "-", "The file is not UTF-8.", "Save it as UTF-8.")]
    rows = list(csv.reader(text.splitlines()))
    if not rows or rows[0] != COLUMNS:
        return [], [PackError(FILE, "1", "-", "The heading is not 'code,town'.", "Write these two columns.")]
    return rows[1:], []


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `towns.csv`: columns, codes, empty or doubled names."""
    if not (folder / FILE).exists():
        return []
    rows, errors = _rows(folder)
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(rows, start=2):
        errors += [PackError(FILE, str(line), *problem) for problem in _problems(row, seen)]
        seen.add(tuple(row))
    return errors


def _problems(row: list[str], seen: set[tuple[str, ...]]) -> list[tuple[str, str, str]]:
    if len(row) != len(COLUMNS):
        return [("-", f"The row has {len(row)} cells.", "Write code and town.")]
    code, town = row
    found = []
    if not (code.isascii() and code.isdigit() and len(code) == _CODE_DIGITS):
        found.append(("code", f"{code!r} has not five digits.", "Write the code without its check digit."))
    if not town or len(town) > _MAX_NAME:
        found.append(("town", "The name is missing or too long.", "Write the official name."))
    if tuple(row) in seen:
        found.append(("town", f"{town} stands twice.", "Write each town once."))
    return found


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Make the list of towns that of the pack; the caller has checked it and opened a transaction."""
    if not (folder / FILE).exists():
        return
    rows, _ = _rows(folder)
    wanted = {(code, name) for code, name in rows}
    known = {(code, name): pk for pk, code, name in Town.objects.values_list("pk", "city_code", "name")}
    gone = [pk for key, pk in known.items() if key not in wanted]
    for start in range(0, len(gone), 500):
        Town.objects.filter(pk__in=gone[start : start + 500]).delete()
    new = [Town(city_code=code, name=name) for code, name in sorted(wanted - known.keys())]
    Town.objects.bulk_create(new, batch_size=500)
    townlist.forget()
    report.add("towns", len(wanted))


LOADER = PackLoader("businesses", 30, check, load)
