"""Turns the answer of one question into facts of a household. Knows how answers are written, not why they are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from madoguchi.engines.eligibility.facts import RECEIVED, VACCINATED, Household, Person, Value, value_from_json

MAX_CHILDREN = 12
MAX_NUMBER = 10_000_000_000
MARK = "@"
_WHO = {"申請者", "子", "世帯", "世帯員"}
"""世帯員 = every member of the household besides the applicant and the children."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of a question's `sets`: whose attribute takes which value, and what it is when not chosen."""

    who: str
    attribute: str
    option: str
    value: Any
    otherwise: Any

    @classmethod
    def from_pack(cls, item: Mapping[str, Any]) -> "Setting":
        """Build a setting; raise ValueError on an unknown `who`."""
        who = item.get("who", "")
        if item.get("attribute") and who not in _WHO:
            raise ValueError(f"`who: {who}` is unknown. Use one of {', '.join(sorted(_WHO))}.")
        return cls(who, item.get("attribute", ""), item.get("option", ""), item.get("value"), item.get("otherwise"))


def apply_settings(
    kind: str, settings: Sequence[Setting], completes: Sequence[str], answer: tuple[str, ...], household: Household
) -> Household:
    """Return the household with the facts of an answer; raise ValueError on an answer that cannot be.

    `option@1` is an answer about the second child alone; without a mark it is about every child.
    """
    if kind == "birthdates":
        return _children(settings, answer, household)
    if any(MARK in option for option in answer):
        return _each_child(kind, settings, answer, household)
    facts = (
        _chosen(kind, settings, answer) if kind in ("checklist", "choice", "yes_no") else _typed(kind, settings, answer)
    )
    if RECEIVED in completes and not any(attribute == RECEIVED for _, attribute in facts):
        facts[("申請者", RECEIVED)] = []
    for (who, attribute), value in facts.items():
        household = _set(household, who, {attribute: value_from_json(value)})
    return household


def _each_child(kind: str, settings: Sequence[Setting], answer: tuple[str, ...], household: Household) -> Household:
    """Give each child its own facts; a child without a tick in a checklist has nothing of the list."""
    chosen: dict[int, list[str]] = {}
    for option in answer:
        name, _, number = option.partition(MARK)
        if not number.isdecimal() or int(number) >= len(household.children):
            raise ValueError(f"{option[:20]} names no child that was entered. Answer the question again.")
        chosen.setdefault(int(number), []).append(name)
    children = []
    for index, child in enumerate(household.children):
        options = tuple(chosen.get(index, ()))
        facts = _chosen(kind, settings, options) if options or kind == "checklist" else {}
        own = {attribute: value_from_json(value) for (who, attribute), value in facts.items() if who == "子"}
        children.append(child.with_facts(own))
    return replace(household, children=tuple(children))


def _chosen(kind: str, settings: Sequence[Setting], answer: tuple[str, ...]) -> dict[tuple[str, str], Any]:
    """Return the facts of ticked options; a ticked one wins over the `otherwise` of another."""
    chosen = set(answer) - {"none"}
    known = {setting.option for setting in settings} | {"yes", "no"}
    if chosen - known:
        raise ValueError(
            f"{', '.join(sorted(chosen - known))} is no option of this question. Choose one that is shown."
        )
    if kind == "choice" and any(s.option in chosen and not s.attribute for s in settings):
        return {}
    ticked = [s for s in settings if s.option in chosen or (kind == "yes_no" and "yes" in chosen)]
    blocked = {(s.who, s.attribute) for s in ticked if s.attribute != VACCINATED}
    facts: dict[tuple[str, str], Any] = {}
    for setting in settings:
        value = setting.value if setting in ticked else setting.otherwise
        key = (setting.who, setting.attribute)
        if setting.attribute and value is not None and (setting in ticked or key not in blocked):
            facts[key] = _joined(facts.get(key), value)
    return facts


def _joined(before: Any, value: Any) -> Any:
    """Return lists and records put together; any other value stands alone."""
    if isinstance(value, list):
        return [*(before or []), *value]
    if isinstance(value, Mapping) and isinstance(before, Mapping):
        return {**before, **value}
    return value


def _typed(kind: str, settings: Sequence[Setting], answer: tuple[str, ...]) -> dict[tuple[str, str], Any]:
    """Return the facts of an answer that is itself a value: a date, a number, a municipality code."""
    options = {s.option for s in settings if s.option}
    ticked = options & set(answer)
    plain = [text for text in answer if text not in options]
    if len(plain) != 1:
        raise ValueError("Give one answer to this question.")
    value: date | int | str = plain[0].strip()
    if kind == "birthdate":
        value = _date(plain[0])
    elif kind == "number":
        value = _whole_number(plain[0])
    return {
        (s.who, s.attribute): value if s.value is None else s.value
        for s in settings
        if s.attribute and (not s.option or s.option in ticked)
    }


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text} is no date. Write it like 2020-04-01.") from None
    if not 1880 <= day.year <= 2200:
        raise ValueError(f"{text} cannot be a birth date. Check the year.")
    return day


def _whole_number(text: str) -> int:
    cleaned = text.strip().replace(",", "")
    if not cleaned.isdecimal() or int(cleaned) > MAX_NUMBER:
        raise ValueError(f"{text[:20]} is no amount. Write a whole number such as 3000000.")
    return int(cleaned)


def _children(settings: Sequence[Setting], answer: tuple[str, ...], household: Household) -> Household:
    births = [_date(text) for text in answer if text.strip() and text != "none"]
    if not births and "none" not in answer:
        raise ValueError("Give at least one birth date, or choose that there are none.")
    if len(births) > MAX_CHILDREN:
        raise ValueError(f"At most {MAX_CHILDREN} children can be entered here. Ask the office for more.")
    children = tuple(Person({"生年月日": birth}) for birth in sorted(births))
    household = replace(household, children=children, children_complete=True)
    for setting in settings:
        value = setting.value if children else setting.otherwise
        if value is not None:
            household = _set(household, setting.who, {setting.attribute: value_from_json(value)})
    return household


def _set(household: Household, who: str, facts: Mapping[str, Value]) -> Household:
    if who == "世帯":
        return household.with_facts(facts)
    if who == "申請者":
        return replace(household, applicant=household.applicant.with_facts(facts))
    if who == "世帯員":
        others = tuple(other.with_facts(facts) for other in household.others)
        return replace(household, others=others, rest=household.rest.with_facts(facts))
    return replace(household, children=tuple(child.with_facts(facts) for child in household.children))


__all__ = ["MARK", "MAX_CHILDREN", "Setting", "apply_settings"]
