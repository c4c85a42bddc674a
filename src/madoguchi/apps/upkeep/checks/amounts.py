"""Sums of money in words: against the record's own amount, and against the higher rule of the same name."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from madoguchi.apps.upkeep.checks.model import Entry, Found, normal_name, of_entry
from madoguchi.apps.upkeep.contracts import Check, Severity

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_YEN = re.compile(rf"(?<![\d.,])(?:({_NUMBER})\s*億)?(?:({_NUMBER})\s*万)?(?:({_NUMBER})\s*千)?({_NUMBER})?\s*円")
HIGHER = ("nation", "metropolis", "bureau")
MOST_SHOWN = 6


def figures(text: str) -> list[int]:
    """Return the sums of yen in a text, in order: 15,000円, 1万5千円, 3.5万円."""
    found = []
    for match in _YEN.finditer(unicodedata.normalize("NFKC", text)):
        parts = [float(part.replace(",", "")) if part else 0.0 for part in match.groups()]
        if any(match.groups()):
            found.append(round(sum(part * unit for part, unit in zip(parts, (10**8, 10**4, 10**3, 1), strict=True))))
    return found


def structured(amount: Any) -> set[int]:
    """Return every fixed sum of an amount in the pack's form: cases, additions, caps, all versions."""
    if isinstance(amount, Mapping):
        own = {amount[key] for key in ("yen", "min", "max") if isinstance(amount.get(key), int)}
        return own.union(*(structured(value) for value in amount.values()))
    if isinstance(amount, Sequence) and not isinstance(amount, str):
        return set().union(*(structured(item) for item in amount))
    return set()


def check_own(entry: Entry) -> Iterator[Found]:
    """Yield sums that the words of the benefit name and the own amount does not hold, where it holds only fixed ones."""
    own = structured(entry.content.get("amount"))
    if not own or _is_calculated(entry.content.get("amount")):
        return
    said = figures(entry.benefit)
    added = {one - other for one in own for other in own}  # words name an addition, the amount the sum with it
    strange = [sum_yen for sum_yen in dict.fromkeys(said) if sum_yen not in own | added]
    missing = sorted(own - set(said) - {0})
    if strange and missing:
        yield of_entry(
            entry, Check.AMOUNTS, "amount_own", Severity.HIGH, about=str(strange), said=strange[:MOST_SHOWN],
            structured=sorted(own)[:MOST_SHOWN],
        )  # fmt: skip


def _is_calculated(amount: Any) -> bool:
    text = str(amount)
    return any(f"'{word}'" in text for word in ("table", "share", "linear", "lesser_of", "times"))


def check_higher(entries: Sequence[Entry], municipalities: Sequence[str]) -> Iterator[Found]:
    """Yield municipal records whose sums differ from those of the metropolitan or national rule of the same name."""
    higher: dict[str, Entry] = {}
    for entry in entries:
        if entry.owner_kind in HIGHER and not entry.codes:
            higher.setdefault(normal_name(entry.name), entry)
    for entry in entries:
        rule = higher.get(normal_name(entry.name, municipalities)) if entry.owner_kind == "municipality" else None
        if rule is None:
            continue
        said, known = figures(f"{entry.summary} {entry.benefit}"), _all(rule)
        strange = [sum_yen for sum_yen in dict.fromkeys(said) if sum_yen not in known]
        if strange and known:
            yield of_entry(
                entry, Check.AMOUNTS, "amount_higher", Severity.MEDIUM, about=f"{rule.id}:{strange}", other=rule.id,
                other_name=rule.name, said=strange[:MOST_SHOWN], structured=sorted(known)[:MOST_SHOWN],
            )  # fmt: skip


def _all(rule: Entry) -> set[int]:
    return structured(rule.content.get("amount")) | set(figures(f"{rule.summary} {rule.benefit}"))
