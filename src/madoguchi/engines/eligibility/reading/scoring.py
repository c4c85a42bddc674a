"""Compares what was read with what people labelled: precision, recall and F1 per kind of test, and what was missed.

Pure counting over records in the form of the gold files; it reads no file and knows no rule of the reader.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Measure, Node
from madoguchi.engines.eligibility.language import parse
from madoguchi.engines.eligibility.reading.proposal import AgeLimit, Proposal, Record, Span, TextField
from madoguchi.engines.eligibility.reading.reader import read
from madoguchi.engines.eligibility.types import ConditionError, Op, Subject, Vocabulary

OPS = {"lt": Op.LT, "lte": Op.LE, "gte": Op.GE, "gt": Op.GT}
_KINDS = {
    "place": ("自治体コード", "東京都に一年以上居住", "直近の転入", "国内居住"),
    "certificate": ("身体障害者手帳", "愛の手帳", "精神障害者保健福祉手帳", "常時介護が必要な重度障害"),
    "need": ("生活保護", "住民税非課税", "年金受給中", "家計急変"),
    "money": ("所得", "世帯所得", "住民税所得割額"),
    "maternity": ("妊娠中", "出産後一年未満", "妊娠週数", "胎児の数", "不妊治療中"),
    "family": ("ひとり親", "ひとり親事由", "監護", "生計同一", "婚姻中", "性別", "日本国籍", "DV被害"),
    "duty": ("保育の必要性", "就労中", "求職中", "育児休業中", "学生", "家族を介護中"),
    "school": ("在学", "保育所等利用"),
    "facility": ("施設入所", "入院中"),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
_ENOUGH = 0.5
_SOMETHING = 1 / 3
"""Share of a wording's letters behind a test, 要確認 or a listed part, below which it counts as dropped silently."""
"""A labelled wording counts as covered when at least this share of its letters stands behind a piece or a 要確認."""


@dataclass(slots=True)
class Tally:
    """Hits, false finds and misses."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of what was found that is right; None when nothing was found."""
        return self.right / (self.right + self.extra) if self.right + self.extra else None

    @property
    def recall(self) -> float | None:
        """Return the share of what was labelled that was found; None when nothing was labelled."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of both; None when there was nothing at all."""
        total = 2 * self.right + self.extra + self.missed
        return 2 * self.right / total if total else None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one record was read differently from its label."""

    key: str
    missed: tuple[str, ...]
    extra: tuple[str, ...]
    classes_missed: tuple[str, ...]
    classes_extra: tuple[str, ...]
    uncovered: tuple[str, ...]
    silent: tuple[str, ...]
    subject: str


@dataclass(slots=True)
class Score:
    """The figures of one gold file."""

    records: int = 0
    atoms: Tally = field(default_factory=Tally)
    classes: Tally = field(default_factory=Tally)
    kinds: dict[str, Tally] = field(default_factory=dict)
    restrictions: int = 0
    uncovered: int = 0
    """Behind no test and no 要確認."""
    silent: int = 0
    """Not even listed, with its reason, among what was taken as no condition."""
    right_subjects: int = 0
    right_conditions: int = 0
    conditions: int = 0
    contradictions: Tally = field(default_factory=Tally)
    differences: list[Difference] = field(default_factory=list)


def record_of(item: Mapping[str, Any]) -> Record:
    """Return the reader's input of a record in gold form; a month or year that is null is not given."""
    ages = {OPS[name]: AgeLimit(years, months) for name, (years, months) in (item.get("structured") or {}).items()}
    texts = {place: item.get(place) or "" for place in ("title", "target_persons", "conditions", "summary")}
    return Record(**texts, ages=ages, municipality=item["municipality"])


def score(items: Sequence[Mapping[str, Any]], vocabulary: Vocabulary) -> Score:
    """Read every record and hold it against its label."""
    result = Score()
    for item in items:
        add(result, item, read(record_of(item), vocabulary), vocabulary)
    return result


def add(result: Score, item: Mapping[str, Any], proposal: Proposal, vocabulary: Vocabulary) -> None:
    """Count one record; of the labelled alternatives the one nearest to the proposal."""
    gold = item["gold"]
    found = {_key(piece.atom): piece.text for piece in proposal.pieces}
    labels = [_labelled(atoms, gold["subject"], vocabulary) for atoms in (gold["atoms"], *gold.get("alternatives", ()))]
    label = min(labels, key=lambda one: len(one.keys() ^ found.keys()))
    result.records += 1
    _count(result, found, label)
    classes, wanted = {check.category for check in proposal.checks}, set(gold["review"])
    _tally(result.classes, classes, wanted)
    spans = [piece.span for piece in proposal.pieces] + [check.span for check in proposal.checks]
    listed = [*spans, *(ignored.span for ignored in proposal.ignored)]
    uncovered = [wording for wording in gold.get("restrictions", ()) if not _covered(wording, item, spans)]
    silent = [wording for wording in uncovered if not _covered(wording, item, listed, share=_SOMETHING)]
    result.restrictions += len(gold.get("restrictions", ()))
    result.uncovered += len(uncovered)
    result.silent += len(silent)
    result.right_subjects += proposal.subject.value == gold["subject"]
    clash = bool(proposal.contradictions)
    _tally(result.contradictions, {1} if clash else set(), {1} if gold.get("contradiction") else set())
    if "condition" in gold:
        result.conditions += 1
        result.right_conditions += _same_shape(gold, proposal, vocabulary)
    result.differences.append(
        Difference(
            key=str(item.get("id") or item.get("short_name")),
            missed=tuple(text for key, text in label.items() if key not in found),
            extra=tuple(text for key, text in found.items() if key not in label),
            classes_missed=tuple(sorted(wanted - classes)),
            classes_extra=tuple(sorted(classes - wanted)),
            uncovered=tuple(uncovered),
            silent=tuple(silent),
            subject="" if proposal.subject.value == gold["subject"] else f"{proposal.subject} for {gold['subject']}",
        )
    )


def _count(result: Score, found: Mapping[Any, str], label: Mapping[Any, str]) -> None:
    for key in found.keys() | label.keys():
        kind = result.kinds.setdefault(key[0], Tally())
        for tally in (result.atoms, kind):
            _tally(tally, {key} & found.keys(), {key} & label.keys())


def _tally(tally: Tally, found: Iterable[Any], wanted: Iterable[Any]) -> None:
    left, right = set(found), set(wanted)
    tally.right += len(left & right)
    tally.extra += len(left - right)
    tally.missed += len(right - left)


def _labelled(atoms: Iterable[str], subject: str, vocabulary: Vocabulary) -> dict[Any, str]:
    return {_key(parse(text, subject=Subject(subject), vocabulary=vocabulary)): text for text in atoms}


def kind_of(node: Node) -> str:
    """Return the kind of a test: age, place, certificate, need, money, maternity, family, …; `other` when it has none."""
    parts = list(ast.walk(node))
    if any(isinstance(part, ast.Count | ast.BirthOrder) for part in parts):
        return "count"
    for part in parts:
        match part:
            case ast.Age() | ast.Reached():
                return "age"
            case ast.InTokyo():
                return "place"
            case ast.Receives():
                return "need"
            case ast.Doses():
                return "doses"
            case ast.Limit():
                return "money"
            case ast.Flag(attr) | ast.Compare(attr, _, _) | ast.OneOf(attr, _):
                return "age" if attr.name == "生年月日" else _KIND_OF.get(attr.name, "other")
            case _:
                continue
    return "other"


def _key(node: Node) -> tuple[str, Node]:
    """Return the kind and the test in one spelling: `<= n` as `< n + 1`, years of completed age as months."""
    return kind_of(node), _one_spelling(node)


def _one_spelling(node: Node) -> Node:
    match node:
        case ast.Age(owner, measure, op, number):
            return _age(owner, measure, op, number)
        case ast.Not(item):
            return ast.Not(_one_spelling(item))
        case ast.And(items):
            return ast.And(tuple(sorted((_one_spelling(item) for item in items), key=repr)))
        case ast.Or(items):
            return ast.Or(tuple(sorted((_one_spelling(item) for item in items), key=repr)))
        case ast.Exists(group, condition):
            return ast.Exists(group, _one_spelling(condition))
        case ast.Count(group, condition, op, number):
            return ast.Count(group, _one_spelling(condition), op, number)
        case ast.OneOf(attr, values):
            return ast.OneOf(attr, tuple(sorted(values)))
        case _:
            return node


def _age(owner: Any, measure: Measure, op: Op, number: int) -> Node:
    if op in (Op.LE, Op.GT):
        op, number = (Op.LT if op is Op.LE else Op.GE), number + 1
    if measure is Measure.YEARS and op in (Op.LT, Op.GE):
        measure, number = Measure.MONTHS, number * 12
    return ast.Age(owner, measure, op, number)


def _same_shape(gold: Mapping[str, Any], proposal: Proposal, vocabulary: Vocabulary) -> bool:
    """Tell whether AND, OR and tests agree; ids of 要確認 do not matter, their classes do."""
    if proposal.condition is None:
        return False
    try:
        wanted = parse(gold["condition"], subject=Subject(gold["subject"]), vocabulary=vocabulary)
    except ConditionError:
        return False
    return bool(_shape(wanted) == _shape(proposal.condition))


def _shape(node: Node) -> Any:
    match node:
        case ast.And(items) | ast.Or(items):
            return type(node).__name__, frozenset(Counter(_shape(item) for item in items).items())
        case ast.Review(_, category):
            return "要確認", category
        case _:
            return "test", _one_spelling(node)


def _covered(wording: str, item: Mapping[str, Any], spans: Sequence[Span], *, share: float = _ENOUGH) -> bool:
    """Tell whether enough letters of a labelled wording stand behind the spans, in some text that holds it."""
    for place in TextField:
        text = str(item.get(place.value) or "") if place is not TextField.STRUCTURED else ""
        start = text.find(wording)
        while start >= 0:
            if _share(text, start, start + len(wording), place, spans) >= share:
                return True
            start = text.find(wording, start + 1)
    return False


def _share(text: str, start: int, end: int, place: TextField, spans: Sequence[Span]) -> float:
    behind = {n for span in spans if span.place is place for n in range(span.start, span.end)}
    letters = [n for n in range(start, end) if text[n].isalnum()]
    return sum(n in behind for n in letters) / len(letters) if letters else 1.0
