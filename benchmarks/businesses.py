"""Measures the business registry: loading, daily files, search, addresses, linkage. Prints one line per figure.

    python benchmarks/businesses.py [FOLDER] [--only linkage] [--records 20000]
    python benchmarks/businesses.py [FOLDER] --only whole [--records 20000] [--seed 1]

FOLDER holds `*_608k.parquet` and daily files `nta_diff_*.csv` of the corporate register; without it nothing is measured and
that is said. The database is a fresh SQLite file, or an empty one named by DATABASE_URL.

`whole` measures linking from the cells of a file to the decision, with candidates from the database. It needs a database
of its own: it loads 19 of 20 entries and made older states once, when there are no businesses. It is no part of a run
without `--only`.
"""

import argparse
import csv
import random
import re
import statistics
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars
from _setup import report
from _setup import start as start_database

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "tokyo" / "corporate"
SEED = 20261124
WHOLE_SEED = 20261125
"""Makes the register of `whole`; the records are made with --seed."""
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
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--only", choices=["load", "search", "addresses", "linkage", "whole"])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the records of `whole`")
    options = parser.parse_args()
    if not list(options.folder.glob("*_608k.parquet")):
        report(
            "businesses",
            {"not_measured": f"No *_608k.parquet in {options.folder.name}. Name the folder that holds it."},
        )
        return
    start_database()
    parts: dict[str, Callable[[], None]] = {
        "load": lambda: measure_loading(options.folder),
        "search": measure_search,
        "addresses": lambda: measure_addresses(options.folder),
        "linkage": lambda: measure_linkage(options.folder, options.records),
        "whole": lambda: measure_whole(options.folder, options.records, options.seed),
    }
    for name, part in parts.items():
        if options.only == name or (options.only is None and name != "whole"):
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


_OLDER = str.maketrans(
    "高崎辺斉浜広国沢桜栄学会真竜島富徳仏実宝寿円万鉄芸医条関応",
    "髙﨑邊齋濱廣國澤櫻榮學會眞龍嶋冨德佛實寶壽圓萬鐵藝醫條關應",
)
_BRANCHES = ("本社", "東京支店", "新宿営業所", " 東京本部", "　本店")
_BUILDINGS = (" 見本ビル5階", "例示マンション302", "　見本タワー12F", " 101号室", "（見本ビル内）")
_KANJI = str.maketrans("123456789", "一二三四五六七八九")


_PLACELESS = frozenset(
    {"address missing (new)", "address: municipality only (new)", "address: old one that nobody knows (new)"}
)


@dataclass
class Noisy:
    """One made record: its cells as a file of another system holds them, the kinds of noise in it, the true number."""

    cells: dict[str, str]
    truth: str
    kinds: list[str] = field(default_factory=list)

    def is_name_only(self) -> bool:
        """Tell whether nothing but the name is left to go by: no number, and no town where the business is or was."""
        return "number missing" in self.kinds and not _PLACELESS.isdisjoint(self.kinds)

    def hit(self, kind: str, chance: float, rng: random.Random) -> bool:
        """Draw whether a kind of noise falls on this record, and note it."""
        drawn = rng.random() < chance
        if drawn:
            self.kinds.append(kind)
        return drawn


def spoil(row: Any, former: Any, others: Sequence[Any], rng: random.Random, key: str) -> Noisy:
    """Return a record of a business as a file of another system might hold it. The shares stand at each kind.

    Kinds that the engine's points were not set on: whatever is called "new".
    """
    record = Noisy({"record": key, "representative": ""}, row.corporate_number)
    record.cells["number"] = _spoilt_number(record, row, others, rng)
    record.cells["name"] = _spoilt_name(record, row, former, rng)
    record.cells["address"], post = _spoilt_address(record, row, former, others, rng)
    record.cells["postal_code"] = post if rng.random() < 0.6 else ""
    record.cells["kana"] = row.kana if rng.random() < 0.3 else ""
    return record


def _spoilt_number(record: Noisy, row: Any, others: Sequence[Any], rng: random.Random) -> str:
    number = str(row.corporate_number)
    if record.hit("number missing", 0.6, rng):
        return ""
    if record.hit("number: a digit wrong", 0.08, rng):
        place = rng.randrange(13)
        return number[:place] + str((int(number[place]) + rng.randrange(1, 9)) % 10) + number[place + 1 :]
    if record.hit("number: digits swapped (new)", 0.02, rng):
        place = rng.randrange(12)
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if record.hit("number of another business (new)", 0.005, rng):
        return str(rng.choice(others).corporate_number)
    return number


def _spoilt_name(record: Noisy, row: Any, former: Any, rng: random.Random) -> str:
    name = row.name
    if former is not None and former.name != row.name and record.hit("name: the old one", 0.5, rng):
        name = former.name
    elif row.kana and record.hit("name: its reading (new)", 0.03, rng):
        return str(row.kana)
    if record.hit("name: other form", 0.3, rng):
        name = _other_form(name, rng)
    elif record.hit("name: form at the other end (new)", 0.05, rng):
        name = _form_moved(name)
    if record.hit("name: a typing error", 0.2, rng):
        name = mistyped(name, rng)
    if record.hit("name: old characters, width, blanks (new)", 0.15, rng):
        name = rng.choice((name.translate(_OLDER), unicodedata.normalize("NFKC", name), " ".join(name), name.lower()))
    if record.hit("name: with a branch (new)", 0.03, rng):
        name += rng.choice(_BRANCHES)
    if len(name) > 16 and record.hit("name: cut at 16 characters (new)", 0.1, rng):
        name = name[:16]
    return str(name)


def _form_moved(name: str) -> str:
    """Return the name with 株式会社 and the like at its other end."""
    for form in ("株式会社", "有限会社", "合同会社"):
        if name.startswith(form):
            return name.removeprefix(form) + form
        if name.endswith(form):
            return form + name.removesuffix(form)
    return name


def _spoilt_address(record: Noisy, row: Any, former: Any, others: Sequence[Any], rng: random.Random) -> tuple[str, str]:
    """Return address and postal code."""
    if record.hit("address missing (new)", 0.01, rng):
        return "", row.postal_code
    city, street, post, town = row.city, row.street, row.postal_code, row.town
    if former is not None and former.town and former.town != row.town and record.hit("address: old one", 0.7, rng):
        city, street, post = _former_place(former)
    elif record.hit("address: old one that nobody knows (new)", 0.015, rng):
        other = rng.choice(others)
        city, street, post, town = other.city, other.street, other.postal_code, other.town
    elif record.hit("address: municipality only (new)", 0.01, rng):
        return f"東京都{city}", post
    elif town and record.hit("address: town only", 0.15, rng):
        street = town
    elif record.hit("address: other 丁目 (new)", 0.01, rng):
        street = re.sub(r"[１-９](?=丁目)", lambda found: str(int(found[0]) % 4 + 1), street)
    elif record.hit("address: other block (new)", 0.03, rng):
        street = re.sub(r"[０-９]+(?=番)", lambda found: str(int(found[0]) + rng.randrange(1, 9)), street)
    return _written(record, city, street, rng), post


def _former_place(former: Any) -> tuple[str, str, str]:
    from madoguchi.core.models import Organisation

    names = {org.code[:5]: org.name_ja for org in Organisation.objects.exclude(code="")}
    return names.get(former.city_code, ""), former.town + former.blocks, ""


def _written(record: Noisy, city: str, street: str, rng: random.Random) -> str:
    """Return the address as people write it: short, in plain digits or kanji, with a building, with blanks."""
    street = unicodedata.normalize("NFKC", street)
    if record.hit("address: short form (new)", 0.4, rng):
        street = re.sub(r"(?<=\d)(?:丁目|番地|番)(?=\d)", "-", street)
        street = re.sub(r"(?<=\d)(?:番地|号|番)(?=$|\D)", "", street)
    elif record.hit("address: 丁目 in kanji (new)", 0.2, rng):
        street = re.sub(r"[1-9](?=丁目)", lambda found: found[0].translate(_KANJI), street)
    if record.hit("address: building added or blanks (new)", 0.2, rng):
        street = rng.choice((street + rng.choice(_BUILDINGS), street.replace("丁目", "丁目 ")))
    return f"{'東京都' if rng.random() < 0.6 else ''}{city}{' ' if rng.random() < 0.1 else ''}{street}"


def measure_whole(folder: Path, records: int, seed: int) -> None:
    """Link made records to the register in the database, from the cells of a file to the decision."""
    from madoguchi.apps.businesses.models import Business

    if not Business.objects.exists():
        prepare_whole(folder)
    rng = random.Random(seed)
    truth = _made_records(folder, records, rng)
    counts, by_kind, times = Counter[str](), {}, []
    wrong: list[str] = []
    for item in truth:
        start = time.perf_counter()
        outcome, number = _linked(item.cells)
        times.append((time.perf_counter() - start) * 1_000)
        result = _judged(outcome, number, item.truth)
        counts[result] += 1
        if result == "match wrong" and len(wrong) < 15:
            wrong.append(f"  {item.truth or 'outside'} taken for {number}: {item.cells}")
        told = ["name only"] if item.is_name_only() else ["number or town given"]
        for kind in (*item.kinds, *told) if item.truth else ():
            by_kind.setdefault(kind, Counter())[result] += 1
    _print_whole(counts, by_kind, times, records, seed)
    print("\n".join(wrong))


def _made_records(folder: Path, records: int, rng: random.Random) -> list[Noisy]:
    """Return noisy records of businesses in the register, and a fifth as many of businesses that it does not hold."""
    from madoguchi.apps.businesses.models import Business, FormerState

    numbers = list(Business.objects.filter(withheld=False).values_list("corporate_number", flat=True))
    chosen = rng.sample(numbers, records)
    inside = list(_rows_of(chosen, Business))
    formers = {row.corporate_number: row for row in _rows_of(chosen, FormerState)}
    known = set(numbers)
    frame = polars.read_parquet(next(folder.glob("*_608k.parquet"))).filter(polars.col("hihyoji") != "1")
    outside = [row for row in frame.rows(named=True) if row["corporateNumber"] not in known]
    others = [_row_outside(row) for row in rng.sample(outside, records // 5)]
    made = [spoil(row, formers.get(row.corporate_number), inside, rng, f"i{place}") for place, row in enumerate(inside)]
    made += [spoil(row, None, inside, rng, f"o{place}") for place, row in enumerate(others)]
    for item in made[len(inside) :]:
        item.truth = ""
    return made


def _rows_of(numbers: Sequence[str], model: Any) -> Iterator[Any]:
    for start in range(0, len(numbers), 500):
        yield from model.objects.filter(corporate_number__in=numbers[start : start + 500])


def _row_outside(row: dict[str, str]) -> Any:
    """Return an entry of the published file as a row of the register would be."""
    from madoguchi.apps.businesses.models import Business
    from madoguchi.apps.businesses.townlist import book

    code = "13" + row["cityCode"]
    read = book().read(code, row["streetNumber"])
    return Business(
        corporate_number=row["corporateNumber"], name=row["name"], kana=row["furigana"], city=row["cityName"],
        street=row["streetNumber"], city_code=code, postal_code=row["postCode"],
        town=read.town if read.level == "town" else "",
    )  # fmt: skip


def _linked(cells: dict[str, str]) -> tuple[Any, str]:
    """Return what the whole path says: the outcome and the number of the entry that it takes."""
    from madoguchi.apps.businesses.linking.records import decide_record

    decision = decide_record(cells)
    return decision.outcome, decision.best.entry.number if decision.best else ""


def _judged(outcome: Any, number: str, truth: str) -> str:
    if outcome == "match":
        return "match right" if number == truth else "match wrong"
    if outcome == "review" and truth:
        return "review, the right one first" if number == truth else "review, another one first"
    return f"{outcome.value} ({'in' if truth else 'outside'} the register)"


def _print_whole(
    counts: Counter[str], by_kind: dict[str, Counter[str]], times: Sequence[float], records: int, seed: int
) -> None:
    wrong, right = counts["match wrong"], counts["match right"]
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"whole path, seed {seed}: {len(times):,} records ({records:,} of the register), {dict(sorted(counts.items()))}"
    )
    print(f"whole path: precision {right / (right + wrong):.4f}, recall of automatic matches {right / records:.4f}")
    print(f"whole path: {statistics.mean(times):.2f} ms a record, p95 {p95:.2f} ms, max {max(times):.0f} ms")
    for kind, found in sorted(by_kind.items(), key=lambda item: item[1]["match right"] / item[1].total()):
        print(f"  {kind}: matched {found['match right'] / found.total():.3f} of {found.total():,}, {dict(found)}")


def prepare_whole(folder: Path) -> None:
    """Load the register of this measurement into an empty database."""
    from django.utils import timezone

    from madoguchi.apps.businesses.register.loading import load_file

    with tempfile.TemporaryDirectory() as place:
        for path in write_register(folder, Path(place)):
            start = time.perf_counter()
            report = load_file(path, now=timezone.now())
            print(f"prepared {path.name}: {report.statements:,} statements, {time.perf_counter() - start:.1f} s")


def write_register(folder: Path, target: Path) -> list[Path]:
    """Write the register of the whole-path measurement: 19 of 20 entries, and older states of a tenth of them.

    Older states are statements that the source calls superseded: the same number at the place of another entry (8 %), or
    under the name of another entry (3 %). The register's file itself holds one state of each number.
    """
    frame = polars.read_parquet(next(folder.glob("*_608k.parquet")))
    rng = random.Random(WHOLE_SEED)
    kept = frame.filter(polars.Series([rng.random() >= 0.05 for _ in range(frame.height)]))
    register, history = target / "register.parquet", target / "history.csv"
    kept.write_parquet(register)
    rows = kept.rows(named=True)
    with history.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            chance = rng.random()
            if chance < 0.11:
                writer.writerow(_older_state(row, rows[rng.randrange(len(rows))], moved=chance < 0.08))
    return [register, history]


def _older_state(row: dict[str, str], other: dict[str, str], *, moved: bool) -> list[str]:
    """Return the 30 cells of an older state: at the other's place, or under the other's name."""
    from madoguchi.apps.businesses.register.rows import COLUMNS

    taken = ("cityCode", "cityName", "streetNumber", "postCode") if moved else ("name", "furigana", "enName")
    cells = dict.fromkeys(COLUMNS, "") | row | {name: other[name] for name in taken}
    cells |= {
        "process": "01",
        "updateDate": "2016-04-01",
        "changeDate": "2016-03-30",
        "closeDate": "",
        "closeCause": "",
    }
    cells |= {"successorCorporateNumber": "", "latest": "0", "prefectureCode": "13", "prefectureName": "東京都"}
    return [cells[name] for name in COLUMNS]


if __name__ == "__main__":
    main()
