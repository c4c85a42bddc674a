"""Measures the business registry: loading, daily files, search, addresses, linkage. Prints one line per figure.

    python -m benchmarks.businesses FOLDER [--only linkage] [--records 20000]

FOLDER holds `*_608k.parquet` and daily files `nta_diff_*.csv` of the corporate register; the database is the one of the
settings (DATABASE_URL), which must be migrated, hold a pack, and have no businesses when loading is measured.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django
import polars

SEED = 20261124
_CONFUSED = (
    "ーｰ一",
    "ソンン",
    "シツミ",
    "口ロ",
    "ニ二",
    "工エ",
    "カ力",
    "夕タ",
    "ハ八",
    "崎﨑",
    "高髙",
    "斉齋斎",
    "沢澤",
    "辺邊邉",
)
_TYPED = "アイウカキクサシスタチツナニマミラリルンabcdeoinst山田中村木本川大小"


def main() -> None:
    """Run the chosen measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=["load", "search", "addresses", "linkage"])
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    django.setup()
    parts: dict[str, Callable[[], None]] = {
        "load": lambda: measure_loading(options.folder),
        "search": measure_search,
        "addresses": lambda: measure_addresses(options.folder),
        "linkage": lambda: measure_linkage(options.folder, options.records),
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


def measure_loading(folder: Path) -> None:
    """Time the first load, each daily file, and all of them once more; the state must stay the same."""
    from django.utils import timezone

    from madoguchi.apps.businesses.register.fingerprint import fingerprint
    from madoguchi.apps.businesses.register.loading import load_file

    files = [*sorted(folder.glob("*_608k.parquet")), *sorted(folder.glob("nta_diff_*.csv"))]
    for path in files:
        start = time.perf_counter()
        report = load_file(path, now=timezone.now())
        print(f"load {path.name}: {time.perf_counter() - start:.1f} s, {report.read:,} rows, changes {report.changes}")
    before = fingerprint()
    for path in reversed(files):
        start = time.perf_counter()
        load_file(path, now=timezone.now())
        print(f"again {path.name}: {time.perf_counter() - start:.1f} s")
    print(f"state after the second time in reverse order is the same: {fingerprint() == before}; {before}")


def measure_search(queries: int = 600) -> None:
    """Time searches by whole names, parts, readings, places, numbers, with a typing error in every third."""
    from madoguchi.apps.businesses.models import Business
    from madoguchi.apps.businesses.searching import Filters, search

    random.seed(SEED)
    listed = Business.objects.filter(withheld=False, status="active").exclude(corporate_number=None)
    numbers = list(listed.order_by("corporate_number").values_list("pk", flat=True))
    rows = list(Business.objects.filter(pk__in=random.sample(numbers, queries)).order_by("town", "pk"))
    found_typo, typos, times = 0, 0, []
    for place, row in enumerate(rows):
        text = _query(row, place)
        start = time.perf_counter()
        page = search(text, Filters(), limit=20)
        times.append((time.perf_counter() - start) * 1_000)
        if place % 6 in (1, 4):
            typos += 1
            found_typo += any(hit.name == row.name for hit in page.hits)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"search: {len(times)} queries, p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, max {max(times):.0f} ms"
    )
    print(f"search: name with one typing error among the first 20: {found_typo / typos:.3f} of {typos}")


def _query(row: Any, place: int) -> str:
    kind = place % 6
    if kind in (1, 4):
        return mistyped(row.name, random)
    if kind == 2:
        return row.kana[:4] or row.name
    if kind == 3:
        return f"{row.city} {row.name[-4:]}"
    return row.corporate_number if kind == 5 and place % 12 == 5 else row.name


def measure_addresses(folder: Path) -> None:
    """Read every address of the register's file."""
    from madoguchi.apps.businesses.townlist import book

    frame = polars.read_parquet(next(folder.glob("*_608k.parquet"))).select("cityCode", "streetNumber")
    towns, rows = book(), frame.rows()
    start = time.perf_counter()
    levels = Counter(towns.read("13" + code, street).level.value for code, street in rows)
    seconds = time.perf_counter() - start
    print(
        f"addresses: {levels['town'] / len(rows):.4%} of {len(rows):,}, {len(rows) / seconds:,.0f} rows/s, {dict(levels)}"
    )


def measure_linkage(folder: Path, records: int) -> None:
    """Link noisy copies of register entries, and of entries held out of the register, to the register."""
    from madoguchi.engines import linkage

    entries, outside = _entries(folder)
    rng = random.Random(SEED)
    blocks = linkage.Blocks(entries)
    truth = [(noisy(entry, rng), entry.key) for entry in rng.sample(entries, records)]
    truth += [(noisy(entry, rng), "") for entry in rng.sample(outside, records // 5)]
    counts: Counter[str] = Counter()
    start = time.perf_counter()
    for record, key in truth:
        decision = linkage.decide(record, blocks.find(record))
        matched = decision.best.entry.key if decision.outcome is linkage.Outcome.MATCH and decision.best else None
        counts["match right" if matched == key else "match wrong" if matched else _left(decision, key)] += 1
    seconds = time.perf_counter() - start
    wrong, right = counts["match wrong"], counts["match right"]
    print(
        f"linkage: {len(truth):,} records against {len(entries):,}, {len(truth) / seconds:,.0f} records/s, {dict(counts)}"
    )
    print(f"linkage: precision {right / (right + wrong):.4f}, recall {right / records:.4f}")


def _left(decision: Any, key: str) -> str:
    return f"{decision.outcome.value} ({'in' if key else 'outside'} the register)"


def _entries(folder: Path) -> tuple[list[Any], list[Any]]:
    """Return the register (nine tenths) and what is held out of it. A tenth of the entries has moved within two years."""
    from madoguchi.apps.businesses.townlist import book
    from madoguchi.engines.linkage import Entry, Name, Place

    towns = book()
    frame = polars.read_parquet(next(folder.glob("*_608k.parquet"))).filter(polars.col("hihyoji") != "1")
    rows = frame.select(
        "corporateNumber", "name", "cityCode", "streetNumber", "postCode", "furigana", "closeDate"
    ).rows()
    rng = random.Random(SEED)
    places = []
    for _, _, code, street, post, _, _ in rows:
        read = towns.read("13" + code, street)
        places.append(Place("13" + code, read.town if read.level == "town" else "", read.numbers, post))
    inside, outside = [], []
    for place, (number, name, _, _, _, kana, closed) in enumerate(rows):
        former = (places[rng.randrange(len(places))],) if rng.random() < 0.1 else ()
        entry = Entry(number, Name.of(name), places[place], number, kana, former_places=former, closed=bool(closed))
        (outside if rng.random() < 0.1 else inside).append(entry)
    return inside, outside


def noisy(entry: Any, rng: random.Random) -> Any:
    """Return a record as another system might hold it: see the shares in the code."""
    from madoguchi.engines.identifiers import IdentifierError, corporate_number
    from madoguchi.engines.linkage import Name, Place, Record

    number = "" if rng.random() < 0.6 else entry.number
    if number and rng.random() < 0.1:
        place = rng.randrange(13)
        number = number[:place] + str((int(number[place]) + rng.randrange(1, 9)) % 10) + number[place + 1 :]
    try:
        valid = corporate_number(number) == number
    except IdentifierError:
        valid = False
    name = entry.name.written
    if rng.random() < 0.3:
        name = _other_form(name, rng)
    if rng.random() < 0.2:
        name = mistyped(name, rng)
    place = entry.place
    if entry.former_places and rng.random() < 0.7:
        place = entry.former_places[0]
    numbers = place.numbers if rng.random() < 0.8 else ()
    post = place.postal_code if rng.random() < 0.7 else ""
    kana = entry.kana if rng.random() < 0.3 else ""
    return Record(entry.key, Name.of(name), Place(place.code, place.town, numbers, post), number, valid, kana)


def _other_form(name: str, rng: random.Random) -> str:
    """Return the name with its legal form abbreviated or left out."""
    for long, short in (
        ("株式会社", "(株)"),
        ("有限会社", "（有）"),
        ("合同会社", "(同)"),
        ("一般社団法人", "（一社）"),
    ):
        if long in name:
            return name.replace(long, rng.choice((short, short, "")))
    return name


def mistyped(name: str, rng: Any) -> str:
    """Return the name with one typing error in what is not its legal form: look-alike, swap, loss, doubling, other key."""
    from madoguchi.engines.linkage import bare_name

    bare, _ = bare_name(name)
    if len(bare) < 3:
        return name
    place = rng.randrange(len(bare) - 1)
    alike = next((group for group in _CONFUSED if bare[place] in group), "")
    choices: Sequence[str] = (
        bare[:place] + (rng.choice(alike) if alike else rng.choice(_TYPED)) + bare[place + 1 :],
        bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :],
        bare[:place] + bare[place + 1 :],
        bare[:place] + bare[place] + bare[place:],
    )
    return name.replace(bare, rng.choice(choices)) if bare in name else rng.choice(choices)


if __name__ == "__main__":
    main()
