"""The reviewer's aid: what is missing, what breaks a rule, what in free texts is worth a look, each with its quote.

Deterministic and offline. It marks and quotes; it never refuses anything and changes no check.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.apps.cases.checks import kinds, running
from madoguchi.apps.cases.checks.ground import Ground
from madoguchi.apps.cases.content import Content
from madoguchi.apps.cases.contracts import CheckResult
from madoguchi.apps.cases.models import Case
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.engines.forms import Kind, problems_of

QUOTE_SIGNS = 60
_HINTS: Mapping[str, re.Pattern[str]] = {
    "urgent": re.compile(r"至急|急ぎ|緊急|生活に困|食べるもの|電気.{0,4}止|ガス.{0,4}止|今日中"),
    "danger": re.compile(r"暴力|ＤＶ|DV|虐待|避難し|逃げて|住所.{0,10}(?:知られ|教えな)|支援措置"),
    "health": re.compile(r"妊娠|障害|難病|入院|介護|医療的ケア"),
    "language": re.compile(r"通訳|日本語.{0,6}(?:わから|苦手|できな)|手話|点字|読み上げ"),
    "question": re.compile(r"[？?]|でしょうか|教えてください|どうすれば"),
    "other_application": re.compile(r"前に.{0,6}申請|別の市|他の区|ほかの区|以前.{0,8}(?:受け|もら)"),
}
"""What an officer would not want to overlook in a free text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `texts.aid` says it in words."""

    kind: str
    """missing, invalid, check or hint."""
    code: str
    path: str
    """Key of the answer, `document:<id>`, or id of the check."""
    quote: str
    params: Mapping[str, Any] = field(default_factory=dict)


def findings(case: Case, view: ProcedureView, content: Content, *, today: date) -> tuple[Finding, ...]:
    """Return everything worth a look: gaps first, then rules, then free texts in the order of the form."""
    ground = running.ground_of(case, view, content, today=today)
    return (*_gaps(ground), *_answers(ground), *_checks(ground), *_hints(ground))


def _gaps(ground: Ground) -> Iterator[Finding]:
    for document in kinds.required_documents(ground):
        if document not in kinds.have(ground):
            yield Finding("missing", "document", f"document:{document}", "")


def _answers(ground: Ground) -> Iterator[Finding]:
    for problem in problems_of(ground.form, ground.content.answers, today=ground.today):
        kind = "missing" if problem.code == "required" else "invalid"
        yield Finding(kind, problem.code, problem.path, _quote(_value(ground, problem.path)), problem.params)


def _value(ground: Ground, path: str) -> Any:
    item = ground.form.fields.get(path)
    return None if item is None or item.sensitive else ground.content.answers.get(path)


def _checks(ground: Ground) -> Iterator[Finding]:
    for check in ground.record.get("checks") or ():
        if check["kind"] == "person":
            continue
        found = kinds.KINDS[check["kind"]](check, ground)
        if found.result is not CheckResult.PASSED:
            yield Finding("check", found.code, check["id"], _quotes(found.params.get("quotes", ())), found.params)


def _quotes(quotes: Any) -> str:
    return "、".join(f"{key}＝{_quote(value)}" for key, value in quotes if value is not None)


def _hints(ground: Ground) -> Iterator[Finding]:
    for key, item in ground.form.fields.items():
        text = ground.content.answers.get(key)
        if item.kind is Kind.LONGTEXT and isinstance(text, str) and not item.sensitive:
            for code, pattern in _HINTS.items():
                if match := pattern.search(text):
                    yield Finding("hint", code, key, _around(text, match))


def _around(text: str, match: re.Match[str]) -> str:
    """Return the found words with what stands around them."""
    room = max(0, QUOTE_SIGNS - len(match[0])) // 2
    start, end = max(0, match.start() - room), match.end() + room
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}".replace("\n", " ")


def _quote(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= QUOTE_SIGNS else f"{text[:QUOTE_SIGNS]}…"
