"""`conditions check` finds what is planted in a pack, says where, and finds no error in the pack of Tokyo."""

import ast
import json
import shutil
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from madoguchi.apps.registry import soundness
from madoguchi.apps.registry.errors_ja import in_japanese
from madoguchi.apps.registry.soundness import Finding, findings_of
from madoguchi.core import packs
from tests.registry.test_errors_ja import sentences

ROOT = Path(__file__).parents[2]
PACK = ROOT / "packs" / "tokyo"
CHECKS = ROOT / "src" / "madoguchi" / "engines" / "eligibility" / "check"
MUNICIPALITIES = [("131199", "itabashi"), ("132080", "chofu")]
Change = Callable[[dict[str, Any]], None]


def programme(name: str = "a", **fields: Any) -> dict[str, Any]:
    """Return a whole record of the form that the schema asks for."""
    words = {"ja": f"制度{name}", "en": f"Programme {name}", "easy": f"せいど {name}"}
    record = {
        "id": name, "kind": "benefit", "name": words, "kana": "せいど", "summary": words, "organisation": "tokyo",
        "area": "tokyo", "subject": "児童", "condition": "年齢 < 18", "benefit_text": {"ja": "手当", "en": "Money"},
        "window": {"kind": "anytime", "ja": "いつでも", "en": "Any time"}, "how": {"ja": "窓口", "en": "Office"},
        "office": {"ja": "窓口", "en": "Office"}, "life_events": ["birth"],
        "sources": [{"title": "x", "url": "https://example.org"}], "checked_on": "2026-11-24", "review_on": None,
        "unconfirmed": [],
    }  # fmt: skip
    return {**record, **fields}


def pack_of(folder: Path, *programmes: dict[str, Any], **parts: list[dict[str, Any]]) -> Path:
    """Write a small pack: a few attributes and questions, one income table, two municipalities."""

    def write(name: str, content: object) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    given: dict[str, list[Any]] = {
        "attributes": [
            attribute("生年月日", "date"), attribute("妊娠中", "bool"), attribute("所得", "yen"),
            attribute("扶養親族等の数", "int"), attribute("受給中の制度", "set"), attribute("接種記録", "set"),
            attribute("自治体コード", "enum", scope="household", values="municipalities"),
        ],
        "questions": [
            question("children", "birthdates"),
            question("facts", "checklist", *(("申請者", name, True) for name in ("生年月日", "妊娠中", "所得", "扶養親族等の数"))),
            question("child", "checklist", ("子", "妊娠中", True), ("世帯", "自治体コード", "131199")),
            question("more", "checklist", ("申請者", "受給中の制度", ["制度a"])),
        ],
        "life_events": [{"id": "birth", "order": 1, "name": {"ja": "出生"}}],
        "documents": [], "synonyms": [], "implications": [], "subconditions": [],
        "income_tables": [table({"from": "2020-01-01", "to": None, "limits": [100, 200], "step": 50})],
        **parts,
    }  # fmt: skip
    for name, records in given.items():
        write(f"{name}.yaml", {name: records})
    write("pack.yaml", {"id": "small", "as_of": "2026-11-24"})
    codes = [{"id": name, "kind": "municipality", "code": code} for code, name in MUNICIPALITIES]
    write("organisations.yaml", {"organisations": [{"id": "tokyo", "kind": "metropolis"}, *codes]})
    write("programmes/all.yaml", {"programmes": list(programmes)})
    return folder


def attribute(name: str, kind: str, scope: str = "person", **more: Any) -> dict[str, Any]:
    return {"name": name, "scope": scope, "type": kind, "source": "申告", "sensitivity": 0, "en": name, **more}


def question(name: str, kind: str, *facts: tuple[str, str, Any]) -> dict[str, Any]:
    sets = [{"option": f"o{n}", "who": who, "attribute": what, "value": v} for n, (who, what, v) in enumerate(facts)]
    return {"id": name, "kind": kind, "ja": {}, "en": {}, "easy": {}, "sets": sets, "sensitivity": 0}


def table(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    source = {"title": "x", "url": "https://example.org"}
    return {"name": "手当", "versions": list(versions), "source": source, "checked_on": "2026-11-24", **more}


LIMIT = "申請者.所得 < 限度額表('手当', 申請者.扶養親族等の数)"


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., list[Finding]]:
    return lambda *programmes, **parts: findings_of(pack_of(tmp_path / "small", *programmes, **parts))


Small = Callable[..., list[Finding]]


def one(findings: list[Finding], words: str) -> Finding:
    matching = [finding for finding in findings if words in finding.message]
    assert len(matching) == 1, [finding.message for finding in findings]
    return matching[0]


# --- the pack of Tokyo
def test_tokyo_has_no_error_and_is_checked_within_seconds() -> None:
    start = time.perf_counter()
    findings = findings_of(PACK)
    seconds = time.perf_counter() - start
    assert [finding for finding in findings if finding.is_error] == []
    assert seconds < 20  # 2 s on an idle machine; the bound leaves room for a busy one


def test_a_fault_planted_in_tokyo_is_found_where_it_stands(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PACK, tmp_path / "pack"))
    path = folder / "programmes" / "elderly.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("都内() AND 年齢 >= 70", "都内() AND 年齢 >= 70 AND 年度年齢 < 65"), encoding="utf-8")
    [finding] = [finding for finding in findings_of(folder) if finding.is_error]
    assert (finding.file, finding.record, finding.field) == ("programmes/elderly.yaml", "silver-pass", "condition")
    assert finding.place is not None
    assert (finding.place.position, finding.place.quoted) == (22, "年度年齢 < 65")
    assert "[年齢 >= 70] / [年度年齢 < 65] exclude each other" in finding.message
    assert packs.check_pack(folder)


# --- a small pack
def test_a_sound_pack_has_nothing_to_tell(small: Small) -> None:
    assert small(programme(condition=f"年齢 < 18 AND {LIMIT} AND (妊娠中 OR 都内())")) == []


def test_a_condition_that_cannot_be_read_names_the_place(small: Small) -> None:
    finding = one(small(programme(condition="年齢 < 18 AND 自治体コード = '999999'")), "is never '999999'")
    assert finding.is_error
    assert finding.place is not None
    assert finding.place.position == 21


def test_dates_that_nobody_meets_this_year_are_told(small: Small) -> None:
    message = one(small(programme(condition="年齢 < 18 AND 基準日 < '2026-04-01'")), "Nobody can fulfil this").message
    assert "2026-11-24" in message


def test_holes_and_hidden_cases_of_an_amount_are_told(small: Small) -> None:
    hole = {"cases": [{"when": "月齢 < 36", "yen": 2}, {"when": "月齢 > 36", "yen": 1}]}
    finding = one(small(programme(amount=hole)), "No case is left")
    assert (finding.field, "月齢 36" in finding.message) == ("amount.cases.1", True)
    hidden = {"cases": [{"when": "月齢 < 36", "yen": 2}, {"when": "月齢 < 12", "yen": 3}, {"yen": 1}]}
    finding = one(small(programme(amount=hidden)), "never reached")
    assert finding.place is not None
    assert finding.place.quoted == "月齢 < 12"


def test_an_amount_is_looked_at_in_the_time_of_its_version(small: Small) -> None:
    cases = [{"when": LIMIT, "yen": 2}, {"yen": 1}]
    versions = [{"from": "2021-01-01", "to": "2021-12-31", "cases": cases}, {"from": "2022-02-01", "cases": cases}]
    old = table({"from": "2021-01-01", "to": "2021-12-31", "limits": [100], "step": 50})
    findings = small(programme(amount={"versions": versions}), income_tables=[old])
    assert one(findings, "No version holds from 2022-01-01 to 2022-01-31").field == "amount.versions.1"
    assert one(findings, "has no figures for 2022-02-01–").field == "amount.versions.1.cases.0.when"


def test_tables_with_overlaps_holes_and_falling_limits_are_told(small: Small) -> None:
    versions = (
        {"from": "2020-01-01", "to": "2024-12-31", "limits": [100, 90], "step": 0},
        {"from": "2024-06-01", "to": "2025-12-31", "limits": [100], "step": 10},
    )
    findings = small(programme(condition=LIMIT), income_tables=[table(*versions)])
    assert one(findings, "Two versions hold").field == "versions.1"
    assert one(findings, "The limit falls from 100 yen at 0 to 90 yen at 1").is_error
    assert not one(findings, "the step is 0").is_error
    assert one(findings, "do not fit together").is_error


def test_a_table_that_ends_while_the_programme_goes_on_is_an_error(small: Small) -> None:
    ended = table({"from": "2020-01-01", "to": "2025-05-31", "limits": [100], "step": 10})
    finding = one(small(programme(condition=f"年齢 < 9 AND {LIMIT}"), income_tables=[ended]), "no figures for")
    assert finding.is_error
    assert finding.place is not None
    assert finding.place.quoted == LIMIT
    past = programme(condition=f"年齢 < 9 AND {LIMIT}", effective_from="2019-06-01", effective_to="2021-01-01")
    assert not one(small(past, income_tables=[ended]), "for 2019-06-01–2019-12-31").is_error


def test_an_unconfirmed_table_behind_a_definite_amount_is_told(small: Small) -> None:
    doubtful = [table({"from": "2020-01-01", "to": None, "limits": [100], "step": 10}, unconfirmed=True)]
    amount = {"cases": [{"when": LIMIT, "yen": 2}, {"yen": 1}]}
    assert one(small(programme(amount=amount), income_tables=doubtful), "as confirmed").field == "amount.cases.0.when"
    assert small(programme(amount=amount, unconfirmed=["amount"]), income_tables=doubtful) == []


def test_two_editions_in_force_together_are_an_error_unless_they_follow(small: Small) -> None:
    old = programme("a-2024", effective_from="2024-04-01", effective_to="2025-03-31")
    new = programme("a-2025", effective_from="2025-04-01")
    assert small(old, new) == []
    assert one(small({**old, "effective_to": None}, new), "in force together with a-2024").is_error
    assert small({**old, "effective_to": None, "area": ["131199"]}, {**new, "area": ["132080"]}) == []
    assert one(small(programme(effective_from="2025-01-01", effective_to="2024-01-01")), "ends before").is_error


def test_programmes_that_require_each_other_are_an_error(small: Small) -> None:
    told = question("more", "checklist", ("申請者", "受給中の制度", ["制度a", "制度b"]))
    base = question("birth", "birthdates")
    first, second = programme("a", condition="受給('制度b')"), programme("b", condition="受給('制度a') AND 年齢 < 9")
    finding = one(small(first, second, questions=[base, told]), "require each other")
    assert "a → b → a" in finding.message
    exclusive = programme("a", condition="NOT 受給('制度b')"), programme("b", condition="NOT 受給('制度a')")
    assert small(*exclusive, questions=[told]) == []


def test_names_of_programmes_that_do_not_exist_come_with_the_nearest(small: Small) -> None:
    finding = one(small(programme(condition="年齢 < 9 AND 受給('制度ａａ')")), "There is no programme")
    assert finding.is_error
    assert "制度a" in finding.remedy
    assert finding.place is not None
    assert finding.place.position == 11
    assert not one(small(programme(), programme("b", condition="受給('制度b')")), "No question tells").is_error


def test_facts_that_no_question_asks_for_are_told(small: Small) -> None:
    finding = one(small(programme(condition="年齢 < 9 AND 所得 < 5")), "No question asks for 所得 (子)")
    assert "the conditions of a stay open" in finding.message
    assert small(programme(condition="年齢 < 9 AND 申請者.所得 < 5")) == []
    amount = {"cases": [{"when": "所得 < 5", "yen": 2}, {"yen": 1}]}
    assert "the amounts of a stay open" in one(small(programme(amount=amount)), "No question asks").message


def test_series_that_nobody_uses_or_records_are_told(small: Small) -> None:
    questions = [question("b", "birthdates"), question("v", "checklist", ("子", "接種記録", {"BCG": 1, "MR": 1}))]
    finding = one(small(programme(condition="接種済回数('BCG') < 1"), questions=questions), "no condition uses it")
    assert (finding.file, finding.record) == ("questions.yaml", "MR")
    assert "MR" in one(small(programme(condition="接種済回数('MR') < 1")), "No question records").message


def test_municipalities_without_their_part_are_listed(small: Small) -> None:
    part = {"name": "所得", "municipality": "131199", "condition": "年齢 < 15"}
    findings = small(programme(condition="自治体条件('所得')"), subconditions=[part])
    assert "1 municipalities: 132080" in one(findings, "has no entry").message
    assert small(programme(condition="自治体条件('所得')", area=["131199"]), subconditions=[part]) == []
    assert one(small(programme(), subconditions=[part]), "no condition uses it").file == "subconditions.yaml"


def test_spans_and_clauses_that_do_not_fit_are_told(small: Small) -> None:
    check = {"id": "c", "class": "世帯", "ja": "x", "en": "x"}
    spans = [{"atom": "年齢 < 18", "ja": "x"}, {"atom": "年齢 < 19", "ja": "x"}, {"atom": "年令 < 18", "ja": "x"}]
    findings = small(programme(condition="年齢 < 18 AND 要確認('c','所得')", checks=[check], spans=spans))
    assert one(findings, "does not stand in the condition").field == "spans.1.atom"
    assert one(findings, "cannot be read").field == "spans.2.atom"
    assert "class 所得 here and 世帯" in one(findings, "has the class").message
    assert one(small(programme(condition="年齢 < 18 AND 要確認('c','所得')")), "has no text").is_error


def test_a_file_of_the_wrong_form_is_told_and_nothing_else(small: Small) -> None:
    [finding] = small({**programme(), "colour": "red"})
    assert finding.is_error
    assert finding.record == "a"


# --- the command, and the languages
def test_the_command_prints_findings_and_fails_only_on_errors(tmp_path: Path) -> None:
    good = pack_of(tmp_path / "good", programme(condition="年齢 < 18 AND 年齢 < 20"))
    out = StringIO()
    call_command("conditions", "check", "--dir", str(good), stdout=out)
    assert "at 13 [年齢 < 20]" in out.getvalue()
    assert "0 errors, 1 warnings." in out.getvalue()
    bad = pack_of(tmp_path / "bad", programme(condition="年齢 < 18 AND 年齢 > 20"))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("conditions", "check", "--dir", str(bad), "--json", stdout=out)
    finding = json.loads(out.getvalue())
    assert finding["is_error"] is True
    assert finding["place"] == {"position": 12, "quoted": "年齢 > 20"}


def test_lines_count_errors_and_warnings() -> None:
    finding = Finding(True, "f", "r", "x", None, "Wrong.", "Mend it.")
    assert list(soundness.lines([finding], as_json=False)) == [
        "error: f: r: x: Wrong. Mend it.",
        "1 errors, 0 warnings.",
    ]


def test_every_sentence_of_the_check_has_its_japanese() -> None:
    said = {text for path in CHECKS.glob("*.py") for text in sentences(ast.parse(path.read_text(encoding="utf-8")))} - {
        "X is no literal. Teach `state` how to narrow by it.",
        "X cannot be checked. Teach `ground` how.",
    }
    assert len(said) > 45
    assert sorted(text for text in said if in_japanese(text) == text) == []


def test_the_japanese_keeps_what_is_quoted() -> None:
    said = in_japanese("[年齢 >= 70] adds nothing: it follows from the other parts.")
    assert said == "[年齢 >= 70] は要りません。ほかの部分 から必ず成り立ちます。"
    said = in_japanese("This can never be true: [年齢 < 3] / [年齢 > 5] exclude each other.")
    assert said == "[年齢 < 3] / [年齢 > 5] は両立せず、だれも対象になりません。"
