"""Puts accepted changes into a record, so that the pack's form stays valid; what has no single place is refused."""

import re
from collections.abc import Callable, Collection, Mapping, MutableMapping
from copy import deepcopy
from datetime import date
from typing import Any

from madoguchi.engines.revising.ages import Ages, atom_text, atoms
from madoguchi.engines.revising.comparing import read_ages
from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.model import CannotApplyError, Change, Field
from madoguchi.engines.revising.money import read_sums
from madoguchi.engines.revising.views import INCOME

_PLACES = {"区市町村内在住": None, "都内在住": "都内()", "国内在住": "国内居住"}


def apply(record: Mapping[str, Any], accepted: Collection[Change]) -> dict[str, Any]:
    """Return a copy of the record with the accepted changes; raises CannotApplyError with what to do by hand."""
    new = deepcopy(dict(record))
    ending = any(change.field is Field.EFFECTIVE_TO for change in accepted)
    for change in accepted:
        if change.field is Field.ENDED and not ending:
            raise CannotApplyError(
                change,
                "終了した日を「適用の終わり（effective_to）」に入れてください。日がページになければ、担当課に確かめてください。",
            )
        if change.field in _PUT:
            _PUT[change.field](new, change)
    return new


def _direct(record: MutableMapping[str, Any], change: Change) -> None:
    record[change.field.value] = _as_before(record.get(change.field.value), change.new)


def _as_before(old: object, value: object) -> object:
    """Keep dates in the type the record has them in."""
    return date.fromisoformat(str(value)) if isinstance(old, date) and value else value


def _text(record: MutableMapping[str, Any], change: Change) -> None:
    key = change.field.value.partition(".")[0]
    if change.field is Field.HOW:
        ways = "、".join(str(change.new).split("・"))
        value = f"{ways}で申請します。"
    else:
        value = str(change.new)
    texts = record.get(key)
    record[key] = {**texts, "ja": value} if isinstance(texts, Mapping) else {"ja": value, "en": value}


def _window(record: MutableMapping[str, Any], change: Change) -> None:
    window = dict(record.get("window") or {})
    key = change.field.value.partition(".")[2]
    window[key] = _as_before(window.get(key), change.new)
    if window.get("kind") in (None, "anytime"):
        window["kind"] = "deadline" if key == "days" else "period"
    record["window"] = window


def _documents(record: MutableMapping[str, Any], change: Change) -> None:
    known = [item for item in record.get("documents") or () if item != change.old]
    if change.new is not None and change.new not in known:
        known.append(change.new)
    record["documents"] = known


def _phone(record: MutableMapping[str, Any], change: Change) -> None:
    old, new = str(change.old or ""), str(change.new)
    for key in ("phone", "office", "how"):
        value = record.get(key)
        if isinstance(value, str) and (key == "phone" or old in value):
            record[key] = new if key == "phone" else value.replace(old, new)
            return
        if isinstance(value, Mapping) and old and any(old in str(text) for text in value.values()):
            record[key] = {name: str(text).replace(old, new) for name, text in value.items()}
            return
    raise CannotApplyError(change, "記録に電話番号の場所がありません。担当課（office）の文に書き加えてください。")


def _age(record: MutableMapping[str, Any], change: Change) -> None:
    condition = str(record.get("condition") or "")
    found = [atom for atom in atoms(condition) if atom.ages != Ages()]
    wanted = read_ages(str(change.new))
    sides = [[atom for atom in found if getattr(atom.ages, side)] for side in ("low", "high")]
    if len(found) == 2 and all(len(side) == 1 for side in sides) and wanted.low and wanted.high:
        low, high = sides[0][0], sides[1][0]
        parts = sorted(
            [(low, Ages(wanted.low, None)), (high, Ages(None, wanted.high))], key=lambda part: -part[0].start
        )
        for atom, ages in parts:
            condition = condition[: atom.start] + atom_text(ages) + condition[atom.end :]
    elif len(found) == 1:
        text = atom_text(wanted)
        if " AND " in text and " BETWEEN " not in text:
            text = f"({text})"
        condition = condition[: found[0].start] + text + condition[found[0].end :]
    else:
        raise CannotApplyError(
            change, f"条件式に年齢の条件が{len(found)}か所あります。条件の画面で「{change.new}」に直してください。"
        )
    record["condition"] = condition


def _amount(record: MutableMapping[str, Any], change: Change) -> None:
    if record.get("amount"):
        raise CannotApplyError(
            change, "金額の計算（amount）は上書きせず、新しい版（versions）を始まりの日つきで足してください。"
        )
    texts = record.get("benefit_text")
    if not isinstance(texts, Mapping):
        raise CannotApplyError(change, "支給の内容（benefit_text）がありません。文を書いてください。")
    old, new = _figure(str(change.old or "")), _figure(str(change.new))
    spots = [item for item in read_sums(fold(str(texts.get("ja") or ""))) if item.yen == old]
    if len(spots) != 1 or new is None:
        raise CannotApplyError(
            change,
            f"支給の内容の文に{change.old or '元の金額'}が1か所だけありません。文を「{change.new}」に直してください。",
        )
    spot = spots[0]
    ja = str(texts["ja"])
    changed = {**texts, "ja": f"{ja[: spot.start]}{new:,}円{ja[spot.end :]}"}
    english = str(texts.get("en") or "")
    if old is not None and english.count(f"{old:,}") == 1:
        changed["en"] = english.replace(f"{old:,}", f"{new:,}")
    record["benefit_text"] = changed


def _figure(text: str) -> int | None:
    match = re.search(r"([\d,]+)円$", text)
    return int(match[1].replace(",", "")) if match else None


def _limit(record: MutableMapping[str, Any], change: Change) -> None:
    condition = str(record.get("condition") or "")
    found = list(INCOME.finditer(condition))
    new = re.fullmatch(r"(世帯所得|所得|収入)([\d,]+)円(未満|以下)", str(change.new))
    if len(found) != 1 or new is None or new[1] != found[0]["what"]:
        raise CannotApplyError(
            change, f"条件式に所得の金額が1か所だけではありません。条件の画面で「{change.new}」に直してください。"
        )
    sign = "<=" if new[3] == "以下" else "<"
    start, end = found[0].start("op"), found[0].end("yen")
    record["condition"] = f"{condition[:start]}{sign} {new[2].replace(',', '')}{condition[end:]}"


def _residence(record: MutableMapping[str, Any], change: Change) -> None:
    condition = str(record.get("condition") or "")
    found = list(re.finditer(r"都内\(\)|国内居住", condition))
    text = _PLACES.get(str(change.new))
    if text is None or len(found) != 1:
        raise CannotApplyError(
            change, f"住む場所の条件は自動では直せません。条件の画面で「{change.new}」に直してください。"
        )
    record["condition"] = condition[: found[0].start()] + text + condition[found[0].end() :]


_PUT: Mapping[Field, Callable[[MutableMapping[str, Any], Change], None]] = {
    Field.NAME: _text, Field.OFFICE: _text, Field.HOW: _text, Field.OPENS: _window, Field.CLOSES: _window, Field.DAYS: _window,
    Field.DOCUMENTS: _documents, Field.ONLINE: _direct, Field.EFFECTIVE_FROM: _direct, Field.EFFECTIVE_TO: _direct,
    Field.PHONE: _phone, Field.AGE: _age, Field.AMOUNT: _amount, Field.INCOME_LIMIT: _limit, Field.RESIDENCE: _residence,
}  # fmt: skip
