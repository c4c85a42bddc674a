"""Which facts there are and which values they take: the pack's attributes, and those that name and reach a person.

It checks and normalises one value at a time and never sees whose it is.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.apps.people.contracts import FactValue
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.individual_number import holds_individual_number, record_holds_individual_number
from madoguchi.apps.registry import api as registry
from madoguchi.engines.eligibility import Band
from madoguchi.engines.eligibility.types import suggest

MAX_NUMBER = 10_000_000_000
MAX_TEXT = 200
MAX_ITEMS = 200
FIRST_DAY = date(1868, 1, 1)
NAME, KANA, ADDRESS, POSTAL_CODE = "氏名", "氏名カナ", "住所", "郵便番号"
PHONE, EMAIL, OFFICE = "電話番号", "メールアドレス", "担当窓口"
BIRTH_DATE, SEX, MUNICIPALITY = "生年月日", "性別", "自治体コード"
HEADCOUNT, MARRIED, RECENT_MOVE = "世帯人数", "婚姻中", "直近の転入"
PLACE = frozenset({ADDRESS, POSTAL_CODE, MUNICIPALITY, OFFICE, RECENT_MOVE, HEADCOUNT, PHONE})
"""What tells where somebody lives or with whom: hidden for protected people."""
DECLARED_SOURCE, RESIDENT_REGISTER, ACCOUNT_REGISTER = "申告", "住民基本台帳", "公金受取口座登録簿"
BANK, BRANCH, ACCOUNT_KIND = "受取口座銀行コード", "受取口座支店コード", "受取口座種目"
ACCOUNT_NUMBER, ACCOUNT_HOLDER = "受取口座番号", "受取口座名義"
ACCOUNT = frozenset({BANK, BRANCH, ACCOUNT_KIND, ACCOUNT_NUMBER, ACCOUNT_HOLDER})
"""The account registered for payments by public bodies (公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律)."""


class FactKind(StrEnum):
    """Type of a value: those of conditions, and text."""

    BOOL = "bool"
    INT = "int"
    YEN = "yen"
    DATE = "date"
    ENUM = "enum"
    SET = "set"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Spec:
    """One attribute: its type, whose it is, where a verified value comes from, how it is called."""

    name: str
    kind: FactKind
    household: bool
    source: str
    sensitivity: int
    ja: str
    en: str
    values: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] | None = None
    """Language → value → words, for values of an enum that are not said as they are."""


def _text(name: str, en: str, source: str) -> Spec:
    return Spec(name, FactKind.TEXT, False, source, 2, name, en)


IDENTITY: tuple[Spec, ...] = (
    _text(NAME, "Name", RESIDENT_REGISTER),
    _text(KANA, "Name in kana", RESIDENT_REGISTER),
    _text(ADDRESS, "Address", RESIDENT_REGISTER),
    _text(POSTAL_CODE, "Postal code", RESIDENT_REGISTER),
    _text(PHONE, "Telephone number", DECLARED_SOURCE),
    _text(EMAIL, "E-mail address", DECLARED_SOURCE),
    _text(OFFICE, "Office in charge", "福祉事務所"),
    _text(BANK, "Bank code of the registered account", ACCOUNT_REGISTER),
    _text(BRANCH, "Branch code of the registered account", ACCOUNT_REGISTER),
    _text(ACCOUNT_KIND, "Kind of the registered account", ACCOUNT_REGISTER),
    _text(ACCOUNT_NUMBER, "Number of the registered account", ACCOUNT_REGISTER),
    _text(ACCOUNT_HOLDER, "Holder of the registered account", ACCOUNT_REGISTER),
)
"""Conditions never name these, so no pack lists them."""


def specs() -> Mapping[str, Spec]:
    """Return every attribute by name; made anew only when the pack's list has changed."""
    global _made
    records = registry.attributes()
    if _made is None or _made[0] is not records:
        codes = tuple(item.code for item in registry.municipalities())
        known = {record["name"]: _spec(record, codes) for record in records}
        _made = records, {spec.name: spec for spec in IDENTITY} | known
    return _made[1]


_made: tuple[object, Mapping[str, Spec]] | None = None


def _spec(record: Mapping[str, Any], codes: tuple[str, ...]) -> Spec:
    listed = record.get("values", ())
    return Spec(
        name=record["name"],
        kind=FactKind(record["type"]),
        household=record["scope"] == "household",
        source=record.get("source", ""),
        sensitivity=record.get("sensitivity", 0),
        ja=record.get("label", {}).get("ja", record["name"]),
        en=record.get("en", ""),
        values=codes if listed == "municipalities" else tuple(listed),
        labels=record.get("value_labels"),
    )


def sources(known: Mapping[str, Spec]) -> frozenset[str]:
    """Return the registers that the attributes name."""
    return frozenset(spec.source for spec in known.values() if spec.source)


def document_sources() -> tuple[str, ...]:
    """Return the registers whose documents staff may have seen, sorted; declarations are none."""
    return tuple(sorted(sources(specs()) - {DECLARED_SOURCE}))


def spec_of(name: str, known: Mapping[str, Spec]) -> Spec:
    """Return an attribute; refuse an unknown one with a suggestion."""
    found = known.get(name)
    if found is None:
        hint = suggest(name, list(known)) or "GET /api/v1/attributes lists them."
        raise Refused(Refusal.UNKNOWN_ATTRIBUTE, f"There is no attribute {name[:80]}. {hint}", attribute=name[:80])
    return found


def checked(spec: Spec, value: Any) -> FactValue | None:
    """Return the value as it is kept; None stays None (no longer known). Refuse a wrong type or an individual number."""
    if value is None:
        return None
    refuse_individual_numbers(value, spec.name)
    return _CHECKS[spec.kind](spec, value)


def refuse_individual_numbers(value: Any, attribute: str) -> None:
    """Refuse a value that holds an individual number, at any depth."""
    if isinstance(value, Mapping):
        parts = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    else:
        parts = []
        if not isinstance(value, bool | date) and value is not None and holds_individual_number(str(value)):
            raise _individual_number(attribute)
    for part in parts:
        refuse_individual_numbers(part, attribute)


def refuse_record(text: str) -> None:
    """Refuse the number of a record that holds an individual number."""
    if record_holds_individual_number(text):
        raise _individual_number("record")


def _individual_number(attribute: str) -> Refused:
    return Refused(
        Refusal.INDIVIDUAL_NUMBER,
        f"{attribute}: this looks like an individual number (マイナンバー), which is never stored here. Leave it out.",
        attribute=attribute,
    )


def _wrong(spec: Spec, wanted: str) -> Refused:
    return Refused(Refusal.WRONG_VALUE, f"{spec.name} does not take this value. Give {wanted}.", attribute=spec.name)


def _bool(spec: Spec, value: Any) -> FactValue:
    if not isinstance(value, bool):
        raise _wrong(spec, "true or false")
    return value


def _number(spec: Spec, value: Any) -> FactValue:
    if isinstance(value, Band):
        value = {"min": value.low, "max": value.high}
    if isinstance(value, Mapping):
        return _band(spec, value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_NUMBER:
        raise _wrong(spec, f"a whole number from 0 to {MAX_NUMBER:,}, or {{min, max}}")
    return value


def _band(spec: Spec, value: Mapping[str, Any]) -> Band:
    low, high = value.get("min"), value.get("max")
    ends = [end for end in (low, high) if end is not None]
    sound = all(isinstance(end, int) and not isinstance(end, bool) and 0 <= end <= MAX_NUMBER for end in ends)
    if not ends or not sound or set(value) - {"min", "max"} or ends != sorted(ends):
        raise _wrong(spec, "{min, max} with min ≤ max, one of them may be null")
    return Band(low, high)


def _date(spec: Spec, value: Any) -> FactValue:
    try:
        day = value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(spec, "a day that exists, YYYY-MM-DD") from None
    if not FIRST_DAY <= day <= date(2200, 1, 1):
        raise _wrong(spec, f"a day from {FIRST_DAY} on")
    return day


def _enum(spec: Spec, value: Any) -> FactValue:
    if not isinstance(value, str) or value not in spec.values:
        hint = suggest(value, spec.values) if isinstance(value, str) else ""
        raise _wrong(spec, f"one of {', '.join(spec.values[:12])}. {hint}".strip().rstrip("."))
    return value


def _set(spec: Spec, value: Any) -> FactValue:
    """Take a list of names, or a mapping name → number (接種記録: series → doses)."""
    names: list[Any] = list(value) if isinstance(value, list | tuple | set | frozenset | Mapping) else [None]
    if len(names) > MAX_ITEMS or not all(isinstance(name, str) and 0 < len(name) <= MAX_TEXT for name in names):
        raise _wrong(spec, f"a list of at most {MAX_ITEMS} names")
    if not isinstance(value, Mapping):
        return frozenset(names)
    if not all(type(count) is int and 0 <= count <= 100 for count in value.values()):
        raise _wrong(spec, "a number from 0 to 100 for each name")
    return dict(sorted(value.items()))


def _free_text(spec: Spec, value: Any) -> FactValue:
    folded = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    if not folded or len(folded) > MAX_TEXT or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in folded):
        raise _wrong(spec, f"a text of 1 to {MAX_TEXT} signs in one line")
    return folded


_CHECKS = {
    FactKind.BOOL: _bool,
    FactKind.INT: _number,
    FactKind.YEN: _number,
    FactKind.DATE: _date,
    FactKind.ENUM: _enum,
    FactKind.SET: _set,
    FactKind.TEXT: _free_text,
}
