"""Compares what the rules found with the record: the same is confirmed, one sure other value is a change, the rest 要確認."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from madoguchi.engines.revising.ages import Ages, ages_of, read_bounds
from madoguchi.engines.revising.findings import Found
from madoguchi.engines.revising.folding import core, fold
from madoguchi.engines.revising.model import Change, Confirmed, Doubt, Field, Kind, Page, Value
from madoguchi.engines.revising.money import NO_LIMIT, Sum
from madoguchi.engines.revising.papers import WAYS
from madoguchi.engines.revising.standing import Standing
from madoguchi.engines.revising.views import View, iso, text_of

Result = Change | Confirmed | Doubt
_SEVERAL = "ページの中に違う書き方がいくつもあります。"
_LOCAL = "都内全体の制度です。このページの区市町村だけの担当かもしれません。"
_COMING = "これから変わる内容です。変わる日が来てから確かめてください。"


class Comparer:
    """Compares field by field; every method yields results for one field."""

    def __init__(self, page: Page, view: View) -> None:
        """Keep the page, for quotations, and the record's view."""
        self.page, self.view = page, view

    def _span(self, found: Found) -> tuple[str, int, int]:
        start, end = found.place()
        return self.page.text[start:end], start, end

    def changed(self, found: Found, old: Value, new: Value, kind: Kind | None = None) -> Change:
        """Make a change of what was found."""
        kind = kind or (Kind.FILLS if old in (None, "") else Kind.REPLACES)
        return Change(found.field, old if old != "" else None, new, *self._span(found), found.confidence, kind)

    def confirmed(self, found: Found, value: Value) -> Confirmed:
        """Make a confirmation."""
        return Confirmed(found.field, value, *self._span(found))

    def doubt(self, found: Found, why: str) -> Doubt:
        """Make a 要確認."""
        return Doubt(found.field, *self._span(found), why)

    def single(self, items: Sequence[Found], old: Value) -> Iterator[Result]:
        """Compare a field with one value: contradicting findings are a doubt, unsure ones too."""
        sure = [item for item in items if not item.why and item.value is not None and item.standing is Standing.NOW]
        yield from (self.doubt(item, item.why) for item in items if item.why and not sure)
        yield from (
            self.doubt(item, _COMING)
            for item in items
            if not item.why and item.standing is Standing.FUTURE and item.value != old
        )
        values = list(dict.fromkeys(item.value for item in sure))
        if len(values) > 1:
            yield from (self.doubt(_first(sure, value), _SEVERAL) for value in values)
        elif values:
            best = max(sure, key=lambda item: item.confidence)
            yield self.confirmed(best, old) if best.value == old else self.changed(best, old, best.value)


def _first(items: Sequence[Found], value: Value) -> Found:
    return next(item for item in items if item.value == value)


def compare(page: Page, view: View, found: Sequence[Found]) -> list[Result]:
    """Compare all findings, field by field in the order of the fields."""
    comparer = Comparer(page, view)
    by_field: dict[Field, list[Found]] = {}
    for item in found:
        by_field.setdefault(item.field, []).append(item)
    results: list[Result] = []
    for field in Field:
        items = by_field.get(field, [])
        if items and field in _RULES:
            results += _RULES[field](comparer, items)
    return results


def _latest(items: list[Found]) -> list[Found]:
    """Drop findings of a weaker rule when a stronger one reads the same field."""
    best = max((item.confidence for item in items if not item.why), default=0.0)
    return [item for item in items if item.why or item.confidence >= best - 0.05]


def read_ages(text: str) -> Ages:
    """Read ages in the wording in which they are proposed."""
    lows, highs = [], []
    for said in read_bounds(fold(text.replace("年度年齢", ""))):
        ages = ages_of(said)
        lows += [ages.low] if ages.low else []
        highs += [ages.high] if ages.high else []
    low = lows[0] if lows else None
    if low and "年度年齢" in text and not low.school:
        low = type(low)(low.value // 12, True)
    return Ages(low, highs[0] if highs else None)


def _ages(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    view = comparer.view
    known = view.ages()
    best = max((item.confidence for item in items if not item.why), default=0.0)
    items = [item for item in items if item.why or item.confidence >= best - 0.05]
    if known is None:
        texts = {str(Ages(atom.ages.low, atom.ages.high)) for atom in view.atoms}
        for item in items:
            if item.standing is Standing.NOW and not item.why:
                yield (
                    comparer.confirmed(item, item.value)
                    if item.value in texts
                    else comparer.doubt(item, "記録の条件には年齢がいくつもあります。どれの年齢か確かめてください。")
                )
        return
    settled = [_settled(item, known) for item in items]
    yield from comparer.single(settled, str(known) if known != Ages() else None)


def _settled(item: Found, known: Ages) -> Found:
    """Take y歳まで for the school year where the record has it so, and let a side that the page leaves open stay."""
    if item.why or not isinstance(item.value, str):
        return item
    said = read_ages(item.value)
    low, high = said.low, said.high
    if (
        item.label == "plain"
        and high
        and known.high
        and known.high.school
        and (known.high.value + 1) * 12 == high.value
    ):
        high = known.high
    if low is None and known.low and high and high == known.high:
        low = known.low
    if high is None and known.high and low == known.low:
        high = known.high
    return _with(item, str(Ages(low, high)))


def _with(item: Found, value: Value, **more: Any) -> Found:
    return Found(item.field, value, item.unit, item.start, item.end, item.confidence, more.get("label", item.label),
                 more.get("why", item.why), item.standing, item.old, item.removed)  # fmt: skip


def _yen(text: Value) -> int:
    digits = re.search(r"([\d,]+)円$", str(text))
    return int(digits[1].replace(",", "")) if digits else 0


def _per(text: Value) -> str:
    return re.sub(r"[\d,]+円$", "", str(text))


def _fits(one: str, other: str) -> bool:
    return not one or not other or one == other


def _amounts(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    """Pair the page's figures with the record's: the same, by what they are for, or the only one left on each side."""
    now = [item for item in items if item.standing is Standing.NOW]
    yield from (comparer.doubt(item, _COMING) for item in items if item.standing is Standing.FUTURE)
    left = list(comparer.view.sums)
    fresh: dict[tuple[int, str], Found] = {}
    for item in now:
        fitting = [
            sum_ for sum_ in comparer.view.sums if sum_.yen == _yen(item.value) and _fits(sum_.per, _per(item.value))
        ]
        same = max(fitting, key=lambda sum_: _close(item.label, sum_.label), default=None)
        if same is None:
            key = (_yen(item.value), "")
            if key not in fresh or item.confidence > fresh[key].confidence:
                fresh[key] = item
        else:
            if same in left:
                left.remove(same)
            yield comparer.confirmed(item, same.worded())
    left = _distinct(left)
    yield from _paired(comparer, list(fresh.values()), left)


def _distinct(sums: list[Sum]) -> list[Sum]:
    return list({(item.yen, item.per): item for item in sums}.values())


def _paired(comparer: Comparer, fresh: list[Found], left: list[Sum]) -> Iterator[Result]:
    rest: list[Found] = []
    for item in fresh:
        said = next((sum_ for sum_ in left if item.old and _yen(item.old) == sum_.yen), None)
        if said is not None:
            left.remove(said)
            yield comparer.changed(item, said.worded(), item_value(item, said.per))
        else:
            rest.append(item)
    if len(rest) == 1 and len(left) == 1 and _fits(_per(rest[0].value), left[0].per):
        yield comparer.changed(rest[0], left[0].worded(), item_value(rest[0], left[0].per))
        return
    pairs = sorted(
        ((_close(item.label, sum_.label), n, m) for n, item in enumerate(rest) for m, sum_ in enumerate(left)),
        reverse=True,
    )
    used: set[int] = set()
    gone: set[int] = set()
    for score, n, m in pairs:
        if score >= 0.5 and n not in used and m not in gone and _fits(_per(rest[n].value), left[m].per):
            used.add(n)
            gone.add(m)
            yield comparer.changed(rest[n], left[m].worded(), item_value(rest[n], left[m].per))
    others = [item for n, item in enumerate(rest) if n not in used]
    if not comparer.view.sums and len(others) == 1:
        yield comparer.changed(others[0], None, others[0].value)
    else:
        yield from (comparer.doubt(item, "どの金額に当たるか読み取れません。") for item in others)


def item_value(item: Found, per: str) -> str:
    """Write the figure with what it is per: the page's own word, else the record's."""
    return f"{_per(item.value) or per}{_yen(item.value):,}円"


def _close(one: str, other: str) -> float:
    """Return how alike what two figures are for is, from 0 to 1; ages, grades and counts must be the same."""
    keys = [
        re.findall(
            r"\d+(?:・\d+)*(?:歳|級|度|人|子|回|泊|年|か月)|全部|一部|非課税|(?<!非)課税|未満|以上|以下|公立|私立|単身|国公立|全壊|半壊|大規模|以降|本人|扶養",
            core_label(text),
        )
        for text in (one, other)
    ]
    if keys[0] or keys[1]:
        mine, theirs = set(keys[0]), set(keys[1])
        return len(mine & theirs) / max(len(mine | theirs), 1)
    first, second = core(one), core(other)
    pairs, others = ({text[n : n + 2] for n in range(len(text) - 1)} for text in (first, second))
    return 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs and others else 0.0


def core_label(text: str) -> str:
    """Return the words that say what a figure is for, folded."""
    return re.sub(r"(?<=第)([一二三四五])(?=子)", lambda match: str("一二三四五".index(match[1]) + 1), fold(text))


def _limit(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    old = comparer.view.limit()
    if old == "限度額表":
        for item in items:
            if item.standing is Standing.PAST:
                continue
            if item.value == NO_LIMIT and not item.why and item.standing is Standing.NOW:
                yield comparer.changed(item, old, NO_LIMIT)
            else:
                yield comparer.doubt(item, item.why or "記録は限度額表を使っています。表と比べてください。")
        return
    yield from comparer.single(items, old or None)


def _papers(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    known = [str(item) for item in comparer.view.record.get("documents") or ()]
    seen: set[Value] = set()
    gone = {item.value for item in items if item.removed and not item.why}
    for item in sorted(items, key=lambda item: (bool(item.why), not item.removed)):
        if item.value in seen:
            continue
        seen.add(item.value)
        if item.why:
            yield (
                comparer.confirmed(item, item.value)
                if item.value in known and not item.removed
                else comparer.doubt(item, item.why)
            )
        elif item.removed:
            if item.value in known:
                yield comparer.changed(item, item.value, None, Kind.REMOVES)
        elif item.value in known:
            yield comparer.confirmed(item, item.value)
        elif item.value not in gone:
            yield comparer.changed(item, None, item.value, Kind.ADDS)


def _ways(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    known = comparer.view.ways()
    best = max(item.confidence for item in items)
    strong = [item for item in items if item.confidence >= best - 0.05]
    said = [name for name, _ in WAYS if any(item.value == name for item in strong)]
    missing = [name for name in said if name not in known]
    yield from (comparer.confirmed(_first(strong, name), name) for name in said if name in known)
    if not missing:
        return
    item = _first(strong, missing[0])
    old = "・".join(known) or None
    yield comparer.changed(item, old, "・".join(said))


def _office(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    old = text_of(comparer.view.record, "office")
    best = max(items, key=lambda item: item.confidence)
    if comparer.view.general_office():
        return
    for item in items:
        mine, theirs = _bare(str(item.value)), _bare(old)
        if mine and theirs and (mine in theirs or theirs in mine):
            yield comparer.confirmed(item, old)
            return
    if comparer.view.record.get("area") == "tokyo":
        yield comparer.doubt(best, _LOCAL)
        return
    if len({_bare(str(item.value)) for item in items if item.confidence == best.confidence}) > 1:
        yield from (comparer.doubt(item, _SEVERAL) for item in items if item.confidence == best.confidence)
        return
    yield comparer.changed(best, old, best.value)


def _bare(office: str) -> str:
    return re.sub(r"^(?:[一-龥ヶ]{1,4}[区市町村都](?:役所)?)|\s", "", fold(office).strip())


def _phone(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    old = comparer.view.phone()
    if not old:
        return
    digits = re.sub(r"\D", "", old)
    same = [item for item in items if re.sub(r"\D", "", str(item.value)) == digits]
    if same:
        yield comparer.confirmed(same[0], old)
    elif comparer.view.record.get("area") == "tokyo":
        yield comparer.doubt(items[0], _LOCAL)
    else:
        yield from comparer.single(items, old)


def _ended(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    sure = [item for item in items if not item.why]
    if sure:
        yield comparer.changed(sure[0], None, True)
    else:
        yield from (comparer.doubt(item, item.why) for item in items)


def _residence(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    """A municipality's 区内在住 says of a programme of all Tokyo no more than that it applies there too."""
    old = comparer.view.residence()
    own = old == "区市町村内在住"
    whole = not own and comparer.view.record.get("area") == "tokyo"
    kept = []
    for item in items:
        value = str(item.value)
        if whole and value == "区市町村内在住":
            yield comparer.confirmed(item, old or None)
        else:
            kept.append(item)
    yield from comparer.single(kept, old or None)


def _name(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    yield from comparer.single(items, text_of(comparer.view.record, "name"))


def _window(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    yield from comparer.single(_latest(items), comparer.view.window(items[0].field.value.partition(".")[2]))


def _plain(comparer: Comparer, items: list[Found]) -> Iterator[Result]:
    value = comparer.view.record.get(items[0].field.value)
    yield from comparer.single(items, value if isinstance(value, bool) else iso(value))


_RULES: Mapping[Field, Callable[[Comparer, list[Found]], Iterator[Result]]] = {
    Field.NAME: _name, Field.AGE: _ages, Field.AMOUNT: _amounts, Field.INCOME_LIMIT: _limit, Field.OPENS: _window,
    Field.CLOSES: _window, Field.DAYS: _window, Field.DOCUMENTS: _papers, Field.ONLINE: _plain, Field.HOW: _ways,
    Field.OFFICE: _office, Field.PHONE: _phone, Field.EFFECTIVE_FROM: _plain, Field.EFFECTIVE_TO: _plain,
    Field.ENDED: _ended, Field.RESIDENCE: _residence,
}  # fmt: skip
