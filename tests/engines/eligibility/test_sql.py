"""SQL text gives the scalar answer in every dialect; it is built as a tree, so that no name or value can break out."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from madoguchi.engines.eligibility import Household, Person, Subject, Truth, parse
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.ast import AttrRef
from madoguchi.engines.eligibility.plans import KEYS, columns_read
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.sql import Dialect, compile_sql
from madoguchi.engines.eligibility.types import Op, Owner
from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.running import ANSWER, Run, check_agreement, on_duckdb, plan_for
from tests.engines.eligibility.strategies import VOCABULARY, WIDE_RULEBOOK


def rule(text: str, subject: Subject = Subject.CHILD, **more: Any) -> Rule:
    return Rule("規則", "x", subject, parse(text, subject=subject, vocabulary=VOCABULARY), **more)


def translated(dialect: Dialect) -> Run:
    """Read a statement back in its dialect and run what it says on DuckDB."""

    def run(text: str, frame: pl.DataFrame) -> dict[str, list[Any]]:
        return on_duckdb(sqlglot.transpile(text, read=dialect.value, write="duckdb", identify=True)[0], frame)

    return run


@pytest.mark.parametrize("subject", list(Subject))
def test_duckdb_and_scalar_agree(subject: Subject) -> None:
    check_agreement(subject, Dialect.DUCKDB, on_duckdb, examples=25)


@pytest.mark.parametrize("dialect", [Dialect.SPARK, Dialect.TRINO, Dialect.POSTGRES], ids=str.upper)
def test_the_text_of_other_dialects_says_the_same_when_read_back(dialect: Dialect) -> None:
    check_agreement(Subject.CHILD, dialect, translated(dialect), examples=15)


def test_unknown_members_keep_groups_unknown_where_sql_aggregates_would_skip_them() -> None:
    old, nobody = Person({"生年月日": date(1990, 1, 1)}), Person()
    home = complete(Household(children=(old, nobody)))
    for text, truth in [
        ("存在(子, 月齢 < 216)", Truth.UNKNOWN),
        ("全員(子, 月齢 >= 216)", Truth.UNKNOWN),
        ("人数(子, 月齢 < 216) >= 1", Truth.UNKNOWN),
        ("人数(子, 月齢 < 216) >= 2", Truth.FALSE),
    ]:
        frame, _ = frame_of([home])
        found = on_duckdb(compile_sql([rule(text)], plan_for(frame.columns), Dialect.DUCKDB), frame)
        assert [ANSWER[value] for value in found["規則"][1:]] == [truth, truth]


def test_a_household_of_one_has_no_children() -> None:
    frame, _ = frame_of([complete(Household())])
    rules = [
        replace(rule(text, Subject.HOUSEHOLD), id=text)
        for text in ("存在(子, 年齢 < 3)", "全員(子, 年齢 < 3)", "人数(子, TRUE) = 0", "人数(世帯員, TRUE) = 1")
    ]
    found = on_duckdb(compile_sql(rules, plan_for(frame.columns), Dialect.DUCKDB), frame)
    assert list(found.values()) == [[0], [False], [True], [True], [True]]


def test_rows_that_are_not_of_the_subject_or_outside_the_area_are_false() -> None:
    homes = [Household(facts={"自治体コード": code}, children=(Person(),)) for code in ("131199", "132080")]
    frame, _ = frame_of([*map(complete, homes), complete(Household(children=(Person(),)))])
    local = rule("妊娠中 OR TRUE", area=frozenset({"131199"}))
    found = on_duckdb(compile_sql([local], plan_for(frame.columns), Dialect.DUCKDB), frame)
    assert found["規則"] == [False, True, False, False, False, False]


def test_with_a_municipality_only_its_residents_are_selected() -> None:
    frame, _ = frame_of([complete(Household(facts={"自治体コード": code})) for code in ("131199", "132080")])
    part = rule("自治体条件('空欄')", Subject.PERSON)
    found = on_duckdb(compile_sql([part], plan_for(frame.columns, "131199"), Dialect.DUCKDB), frame)
    assert found == {"住民番号": [0], "規則": [True]}


def test_rules_that_are_not_in_force_are_left_out_and_named() -> None:
    old = rule("妊娠中", Subject.PERSON, effective_to=date(2026, 11, 23))
    text = compile_sql([old], plan_for(KEYS), Dialect.DUCKDB)
    assert "Not in force on that day, left out: 規則" in text
    assert exp.maybe_parse(text, dialect="duckdb").named_selects == ["住民番号"]


def test_columns_that_the_table_does_not_have_are_unknown() -> None:
    frame = frame_of([complete(Household(applicant=Person({"妊娠中": True})))])[0].select(KEYS)
    rules = [
        replace(rule(text, Subject.PERSON), id=text)
        for text in (
            "妊娠中",
            "所得 < 1",
            "年齢 < 3",
            "都内()",
            "受給('A')",
            "接種済回数('BCG') = 0",
            "自治体条件('部分')",
        )
    ]
    found = on_duckdb(compile_sql(rules, plan_for(frame.columns), Dialect.DUCKDB), frame)
    assert all(found[item.id] == [None] for item in rules)


def test_the_columns_that_rules_read_are_enough() -> None:
    rules = [rule("受給('A') AND 存在(子, 医療保険 = 'なし') AND 出生順位(22) > 1", area=frozenset({"131199"}))]
    read = columns_read(rules, WIDE_RULEBOOK)
    text = compile_sql(rules, plan_for(read), Dialect.DUCKDB)
    named = {column.name for column in exp.maybe_parse(text, dialect="duckdb").find_all(exp.Column)}
    assert named == read


@pytest.mark.parametrize("dialect", list(Dialect), ids=str.upper)
@given(st.text(min_size=1, max_size=12) | st.sampled_from(["'; DROP TABLE residents; --", '"', "`", "*/", "\\", "$$"]))
def test_names_and_values_never_break_out_of_the_statement(dialect: Dialect, word: str) -> None:
    attr = AttrRef(Owner.SELF, word)
    shown = Rule(word, word, Subject.PERSON, tree.Compare(attr, Op.EQ, word))
    gone = Rule(word + word, word, Subject.PERSON, tree.Flag(attr), effective_to=date(2020, 1, 1))
    text = compile_sql([shown, gone], plan_for([*KEYS, word]), dialect, table=[word])
    parsed = sqlglot.parse(text, dialect=dialect.value)
    assert len(parsed) == 1
    select = parsed[0]
    assert isinstance(select, exp.Select)
    assert select.named_selects == ["住民番号", word]
    assert [literal.this for literal in select.find_all(exp.Literal)] == [word]
    assert [found.name for found in select.find_all(exp.Table)] == [word]


def test_what_cannot_be_written_is_refused_with_a_way_out() -> None:
    every = plan_for(KEYS)
    one = rule("TRUE", Subject.PERSON)
    with pytest.raises(ValueError, match=r"no column 世帯番号.*Add it"):
        compile_sql([one], plan_for(KEYS - {"世帯番号"}), Dialect.DUCKDB)
    with pytest.raises(ValueError, match="more than once"):
        compile_sql([one, one], every, Dialect.DUCKDB)
    with pytest.raises(ValueError, match="is no table"):
        compile_sql([one], every, Dialect.DUCKDB, table=[])
    with pytest.raises(ValueError, match="63 bytes"):
        compile_sql([replace(one, id="規" * 22)], every, Dialect.POSTGRES)


def test_the_same_rules_give_the_same_text() -> None:
    rules = [rule("自治体条件('部分') AND 都内()", area=frozenset({"132080", "131199"}))]
    read = columns_read(rules, WIDE_RULEBOOK)
    first, second = (compile_sql(rules, plan_for(read), Dialect.SPARK) for _ in range(2))
    assert first == second
    assert "`世帯.自治体コード` IN ('131199', '132080')" in first
