"""What letters say: the decision with its reasons and instructions, and the result of a request for review.

Makes a tagged PDF and a random verification code; keeps nothing.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import content, words
from madoguchi.apps.cases.letters import sentences
from madoguchi.apps.cases.machine import ADVERSE, GIVING, Decision, Status
from madoguchi.apps.cases.models import Action, Case
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core import pdf
from madoguchi.core.models import Organisation
from madoguchi.core.pdf import Block

UPHELD = "upheld"
"""Outcome of a review that succeeded: the decision before it holds no more."""
_CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_GROUPS, _GROUP_SIGNS = 4, 4


@dataclass(frozen=True, slots=True)
class Made:
    """A letter that was written and is not kept yet."""

    id: str
    kind: str
    outcome: str
    decided_on: date
    valid_until: date | None
    organisation_id: str
    pdf: bytes
    sha256: str
    code: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a letter says, without the code that makes it genuine."""

    title: str
    blocks: tuple[Block, ...]
    organisation: Organisation


def new_code() -> str:
    """Return a fresh verification code of 80 random bits, in groups that can be read out."""
    groups = ("".join(secrets.choice(_CODE_SIGNS) for _ in range(_GROUP_SIGNS)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def decision(case: Case, rows: Sequence[Action], status: Status, view: ProcedureView, *, now: datetime) -> Made:
    """Return the letter of the decision that a status holds."""
    made = status.decision
    assert made is not None
    told = words.of(next(row for row in rows if row.number == made.number))
    said, code = decision_said(case, rows, status, view, made, told), new_code()
    return _made("decision", made, said.organisation, said.title, [*said.blocks, *_proof(code)], code)


def decision_said(
    case: Case, rows: Sequence[Action], status: Status, view: ProcedureView, made: Decision, told: Mapping[str, Any]
) -> Said:
    """Return what the letter of a made or thought decision says; `told` holds its reason in words and its values."""
    organisation = Organisation.objects.select_related("parent").get(pk=status.organisation_id)
    letter = (view.record.get("decision") or {}).get("letter") or {}
    name = content.addressee(view.form, content.of(rows, view.form), case.subject_kind)
    reasons = sentences.reasons(view.record, made.reasons, told.get("reason", ""))
    places = _places(case, view, made, told.get("values") or {}, name, reasons)
    title = (letter.get("title") or {}).get("ja") or f"{view.name('ja')} 決定通知書"
    blocks = [
        *_head(case, title, made.on, name, view, organisation),
        *_result(letter, made, places),
        *_reasons(reasons),
        *_contest(view.record, made, organisation),
    ]
    return Said(title, tuple(blocks), organisation)


def sample(said: Said) -> bytes:
    """Return a letter as a PDF for looking at: marked 見本, without a verification code."""
    mark = Block("detail", "見本：これは確かめるためのもので、通知書ではありません。")
    title = f"{said.title}（見本）"
    first, *rest = said.blocks
    return pdf.build(
        [replace(first, text=title), mark, *rest], title=title, language="ja", author=said.organisation.name_ja
    )


def _places(
    case: Case, view: ProcedureView, made: Decision, values: Mapping[str, Any], name: str, reasons: list[str]
) -> dict[str, str]:
    return {
        **{key: str(value) for key, value in values.items() if isinstance(value, str | int)},
        "name": name,
        "procedure": view.name("ja"),
        "case": case.number,
        "decided_on": sentences.day(made.on),
        "amount": sentences.yen(values.get("amount")),
        "from": sentences.day(values.get("from")),
        "until": sentences.day(values.get("until") or made.valid_until),
        "reasons": "、".join(reasons),
    }


def _head(
    case: Case, title: str, on: date, name: str, view: ProcedureView, organisation: Organisation
) -> Iterator[Block]:
    yield Block("title", title)
    yield Block("detail", f"受付番号：{case.number}")
    yield Block("detail", f"決定日：{sentences.day(on)}")
    yield Block("detail", f"あて先：{name or '申請者'} 様")
    yield Block("detail", f"決定した機関：{organisation.name_ja}")
    yield Block("detail", f"手続：{view.name('ja')}")


def _result(letter: Mapping[str, Any], made: Decision, places: Mapping[str, str]) -> Iterator[Block]:
    yield Block("heading", "決定の内容")
    yield Block("text", sentences.OUTCOMES.get(made.outcome, made.outcome))
    key = "refused" if made.outcome == "refused" else "granted"
    own = (letter.get(made.outcome) or letter.get(key) or {}).get("ja", "")
    if own:
        yield Block("text", sentences.filled(own, places))
    if made.outcome in GIVING:
        for label, key in (("金額", "amount"), ("期間の始め", "from"), ("期間の終わり", "until")):
            if places[key]:
                yield Block("detail", f"{label}：{places[key]}")


def _reasons(reasons: list[str]) -> Iterator[Block]:
    if reasons:
        yield Block("heading", "理由")
        for reason in reasons:
            yield Block("text", reason)


def _contest(record: Mapping[str, Any], made: Decision, organisation: Organisation) -> Iterator[Block]:
    """Instructions stand in every letter of a disposition; a notification that was taken is none."""
    if made.outcome in ADVERSE or made.outcome != "accepted":
        yield Block("heading", "不服があるとき（教示）")
        for sentence in sentences.instructions(record, organisation):
            yield Block("text", sentence)


def _proof(code: str) -> Iterator[Block]:
    yield Block("heading", "この通知書が本物かどうかの確認")
    yield Block("detail", f"確認番号：{code}")
    yield Block("text", "窓口の「通知書の確認」でこの番号を入れると、発行した機関と日付を確かめられます。")


def _made(
    kind: str, made: Decision, organisation: Organisation, title: str, blocks: Sequence[Block], code: str
) -> Made:
    data = pdf.build(blocks, title=title, language="ja", author=organisation.name_ja)
    until = made.valid_until if made.outcome in GIVING else None
    return Made(
        str(uuid.uuid4()),
        kind,
        made.outcome,
        made.on,
        until,
        organisation.pk,
        data,
        hashlib.sha256(data).hexdigest(),
        code,
    )


def objection(
    case: Case,
    rows: Sequence[Action],
    status: Status,
    view: ProcedureView,
    *,
    changed: bool,
    text: str,
    now: datetime,
) -> Made:
    """Return the letter that says what became of a request for review (裁決, 行政不服審査法 第50条)."""
    on, title = timezone.localdate(now), "審査請求についての裁決"
    organisation = Organisation.objects.select_related("parent").get(pk=status.organisation_id)
    name = content.addressee(view.form, content.of(rows, view.form), case.subject_kind)
    code, outcome = new_code(), UPHELD if changed else "dismissed"
    told = (
        "審査請求を認め、もとの決定を変えます。新しい決定は別の通知書でお知らせします。"
        if changed
        else "審査請求を認めません。"
    )
    blocks = [
        *_head(case, title, on, name, view, organisation),
        Block("heading", "裁決の内容"),
        Block("text", told),
        *_reasons([text]),
        Block("heading", "不服があるとき（教示）"),
        Block("text", sentences.instructions(view.record, organisation)[-1]),
        *_proof(code),
    ]
    return _made("objection", Decision(outcome, (), "", on, 0), organisation, title, blocks, code)
