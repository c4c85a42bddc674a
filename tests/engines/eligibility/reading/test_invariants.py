"""No restriction is dropped silently, whatever stands in the text: every clause is a test, a 要確認 or listed with a reason.

Clauses are drawn from known wordings, unknown wordings and jumbles, in any order, with any marks and brackets.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import ast, atoms, parse, to_text, walk
from madoguchi.engines.eligibility.reading import AgeLimit, Proposal, Reason, Record, TextField, read
from madoguchi.engines.eligibility.reading.accepting import accepted
from madoguchi.engines.eligibility.types import Op, Vocabulary
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]


class Words:
    """The pack's vocabulary under a short name, so that a failing example stays readable."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __repr__(self) -> str:
        return "words"

    def read(self, record: Record) -> Proposal:
        """Read a record."""
        return read(record, self.vocabulary)


@pytest.fixture(scope="session")
def words(tokyo: Tokyo) -> Words:
    """Return the vocabulary of Tokyo's pack."""
    return Words(tokyo.book.vocabulary)


KNOWN = (
    "区内に住所を有する方", "3歳未満の乳幼児", "生活保護を受けている世帯", "住民税非課税世帯", "愛の手帳3度以上の方", "妊婦", "ひとり親家庭",
    "児童扶養手当を受給している方", "小学生", "所得が500万円未満の方", "施設に入所していないこと", "第2子以降の児童", "市税を滞納していないこと",
)  # fmt: skip
STRANGE = (
    "月面に家屋を所有する方", "楽器を演奏できること", "犬を飼育している世帯に限る", "講習を修了した者", "赤い帽子を着用する児童", "町会の推薦がある方",
)  # fmt: skip
PLAIN = (
    "お子さん",
    "保護者",
    "所得制限はありません",
    "母子健康手帳をお持ちください",
    "月額5,000円を支給します",
    "どなたでも",
)
MARKS = ("、", "。", "\n", "\n・", "。※", "（", "）", "、または", "、かつ", "\n(1)", " ", "のうち、", "で、", "及び")
TEXT_FIELDS = (TextField.TITLE, TextField.TARGET, TextField.CONDITIONS, TextField.SUMMARY)
texts = st.lists(st.tuples(st.sampled_from((*KNOWN, *STRANGE, *PLAIN)), st.sampled_from(MARKS)), max_size=6).map(
    lambda pairs: "".join(clause + mark for clause, mark in pairs)
)
jumbles = st.text(
    alphabet="区内住所有する方未満歳3か月または、。※・（）()\n次のいずれか除く対象外生活保護愛手帳度級1ＡÀ｡ﾞ",
    max_size=50,
)
limits = st.dictionaries(
    st.sampled_from([Op.LT, Op.LE, Op.GE, Op.GT]),
    st.builds(AgeLimit, st.none() | st.integers(0, 99), st.none() | st.integers(0, 11)),
    max_size=2,
)
records = st.builds(
    Record,
    title=texts | jumbles,
    target_persons=texts | jumbles,
    conditions=texts | jumbles,
    summary=texts | jumbles,
    ages=limits,
    municipality=st.sampled_from(["131199", "130001", ""]),
)


def letters(record: Record, place: TextField) -> set[int]:
    """Return the places of what can carry meaning; joining words and list marks stand between clauses."""
    text = re.sub(
        r"または|かつ|又は|もしくは|若しくは|あるいは", lambda match: " " * len(match.group()), record.text(place)
    )
    text = re.sub(
        r"[①-⑳]|(?:^|(?<=\W))[\(（][0-9０-９]{1,2}[\)）]|\d{1,2}[.．)）]|[アイウエオカキ]",
        lambda match: " " * len(match.group()),
        text,
    )
    return {n for n, character in enumerate(text) if re.match(r"[一-龥ァ-ヶぁ-ん]", character)}


def accounted(proposal: Proposal, place: TextField) -> set[int]:
    """Return the places behind a piece, a 要確認 or an ignored clause."""
    spans = [item.span for item in (*proposal.pieces, *proposal.checks, *proposal.ignored)]
    return {n for span in spans if span.place is place for n in range(span.start, span.end)}


def covered_clauses(record: Record, proposal: Proposal, place: TextField) -> list[str]:
    """Return the clauses of a text of which nothing at all is accounted for; the comma of a number parts none."""
    held = accounted(proposal, place)
    found = []
    for match in re.finditer(r"(?:[^、。\n()（）,｡]|(?<=\d),(?=\d))+", record.text(place)):
        meant = letters(record, place) & set(range(*match.span()))
        if len(meant) > 1 and not meant & held:
            found.append(match.group())
    return found


@settings(max_examples=250, deadline=None)
@given(record=records)
def test_no_clause_is_dropped_silently(words: Words, record: Record) -> None:
    proposal = words.read(record)
    for place in TEXT_FIELDS:
        assert covered_clauses(record, proposal, place) == []


@settings(max_examples=150, deadline=None)
@given(strange=st.sampled_from(STRANGE), before=st.sampled_from(("", *KNOWN, *PLAIN)), mark=st.sampled_from(("、", "。", "\n", "\n・", "。※")),
       place=st.sampled_from(["target_persons", "conditions"]))  # fmt: skip
def test_a_restriction_that_no_rule_knows_is_never_called_harmless(
    words: Words, strange: str, before: str, mark: str, place: str
) -> None:
    record = Record(**{place: f"{before}{mark}{strange}" if before else strange})  # type: ignore[arg-type] # one text field
    proposal = words.read(record)
    behind = "".join(check.span.quote for check in proposal.checks)
    assert strange[:4] in behind


@settings(max_examples=150, deadline=None)
@given(record=records)
def test_spans_quote_the_record_and_conditions_parse_to_themselves(words: Words, record: Record) -> None:
    vocabulary = words.vocabulary
    proposal = words.read(record)
    for item in (*proposal.pieces, *proposal.checks, *proposal.ignored):
        if item.span.place is not TextField.STRUCTURED:
            assert record.text(item.span.place)[item.span.start : item.span.end] == item.span.quote
    for piece in proposal.pieces:
        assert to_text(parse(piece.text, subject=proposal.subject, vocabulary=vocabulary)) == piece.text
    if proposal.condition is not None:
        assert parse(proposal.text, subject=proposal.subject, vocabulary=vocabulary) == proposal.condition


@settings(max_examples=150, deadline=None)
@given(record=records)
def test_the_condition_holds_exactly_the_pieces_and_the_checks(words: Words, record: Record) -> None:
    proposal = words.read(record)
    parts = list(walk(proposal.condition)) if proposal.condition is not None else []
    assert {part.id for part in parts if isinstance(part, ast.Review)} == {check.id for check in proposal.checks}
    leaves = {to_text(leaf) for leaf in atoms(proposal.condition)} if proposal.condition is not None else set()
    said = {piece.text.removeprefix("NOT ") for piece in proposal.pieces}
    assert {leaf for leaf in leaves if not leaf.startswith("要確認")} == said


@settings(max_examples=100, deadline=None)
@given(record=records, data=st.data())
def test_what_staff_reject_is_not_in_the_condition_and_what_they_accept_is(
    words: Words, record: Record, data: st.DataObject
) -> None:
    proposal = words.read(record)
    pieces = [piece for piece in proposal.pieces if data.draw(st.booleans())]
    checks = [check for check in proposal.checks if data.draw(st.booleans())]
    node = accepted(proposal, pieces, checks)
    held = {part.id for part in walk(node) if isinstance(part, ast.Review)} if node is not None else set()
    assert held == {check.id for check in checks}
    leaves = {to_text(leaf) for leaf in atoms(node)} if node is not None else set()
    said = {piece.text.removeprefix("NOT ") for piece in pieces}
    assert {leaf for leaf in leaves if not leaf.startswith("要確認")} == said


@settings(max_examples=60, deadline=None)
@given(record=records)
def test_reading_twice_gives_the_same(words: Words, record: Record) -> None:
    assert words.read(record) == words.read(record)


def test_an_ignored_clause_says_why(words: Words) -> None:
    proposal = words.read(Record(title="子育て応援事業", summary="絵本を配布します。"))
    assert {item.reason for item in proposal.ignored} == {Reason.NAME, Reason.BENEFIT}
