"""What a record says, in the wording in which findings are compared: ages, figures, limit of income, residence, ways."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.engines.revising.ages import Ages, Atom, atoms
from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.model import Value
from madoguchi.engines.revising.money import NO_LIMIT, Sum, limit_text, read_sums
from madoguchi.engines.revising.papers import ways_of

INCOME = re.compile(r"(?:世帯\.)?(?P<what>世帯所得|所得|収入)\s*(?P<op><=|<)\s*(?P<yen>\d+)")


def text_of(record: Mapping[str, Any], key: str) -> str:
    """Return the Japanese text of a field that is a text or a mapping of languages."""
    value = record.get(key)
    return str(value.get("ja") or "") if isinstance(value, Mapping) else str(value or "")


def iso(value: object) -> str | None:
    """Return a date of a record (a date, or text) as ISO text."""
    return value.isoformat() if isinstance(value, date) else str(value) if value else None


@dataclass(frozen=True, slots=True)
class View:
    """The record in comparable form."""

    record: Mapping[str, Any]
    atoms: tuple[Atom, ...]
    sums: tuple[Sum, ...]

    def window(self, key: str) -> Value:
        """Return window.opens, window.closes (ISO text) or window.days (a number)."""
        window = self.record.get("window")
        value = window.get(key) if isinstance(window, Mapping) else None
        if key == "days":
            return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None
        return iso(value)

    def condition(self) -> str:
        """Return the condition text."""
        return str(self.record.get("condition") or "")

    def ages(self) -> Ages | None:
        """Return the one pair of bounds of the condition; None when it has none or several of a side."""
        lows = {atom.ages.low for atom in self.atoms if atom.ages.low}
        highs = {atom.ages.high for atom in self.atoms if atom.ages.high}
        if len(lows) > 1 or len(highs) > 1:
            return None
        return Ages(next(iter(lows), None), next(iter(highs), None))

    def limit(self) -> str:
        """Return the limit of income: words of one figure, 所得制限なし, 限度額表, or empty when nothing is said."""
        condition = self.condition()
        if "限度額表(" in condition or re.search(r"要確認\([^)]*'所得'\)", condition):
            return "限度額表"
        found = list(INCOME.finditer(condition))
        if found:
            return (
                limit_text(found[0]["what"], int(found[0]["yen"]), "以下" if found[0]["op"] == "<=" else "未満")
                if len(found) == 1
                else "限度額表"
            )
        texts = text_of(self.record, "benefit_text") + text_of(self.record, "summary")
        return NO_LIMIT if re.search(r"所得(?:による)?の?制限は?(?:ありません|なし|ない)", texts) else ""

    def residence(self) -> str:
        """Return where one must live as the page's finding is worded; empty when the condition says nothing."""
        condition = self.condition()
        if "自治体コード" in condition:
            return "区市町村内在住"
        if "都内()" in condition:
            return "都内在住"
        return "国内在住" if "国内居住" in condition else ""

    def ways(self) -> tuple[str, ...]:
        """Return the ways of applying that the record names, without 電子申請."""
        return ways_of(fold(text_of(self.record, "how")))

    def phone(self) -> str:
        """Return the record's telephone number, empty when it has none."""
        texts = " ".join(
            (str(self.record.get("phone") or ""), text_of(self.record, "office"), text_of(self.record, "how"))
        )
        match = re.search(r"0\d{1,4}-\d{1,4}-?\d{3,4}|0\d{9,10}", fold(texts))
        return match.group() if match else ""

    def general_office(self) -> bool:
        """Tell an office that stands for that of each municipality (住所地の区市町村の…)."""
        return bool(
            re.search(
                r"住所地|区市町村|お住まい|通っている|加入している|勤務先|亡くなった", text_of(self.record, "office")
            )
        )


def view(record: Mapping[str, Any]) -> View:
    """Read a record, whole or partial."""
    sums = read_sums(fold(text_of(record, "benefit_text")))
    return View(record, tuple(atoms(str(record.get("condition") or ""))), tuple(sums or _cases(record)))


def _cases(record: Mapping[str, Any]) -> list[Sum]:
    """Return the figures of a structured amount, for a record whose text names none."""
    amount = record.get("amount")
    if not isinstance(amount, Mapping):
        return []
    versions = amount.get("versions")
    cases = versions[-1].get("cases") if versions else amount.get("cases")
    per = {"月": "月額", "年": "年額", "回": "1回", "日": "日額"}.get(str(amount.get("per")), "")
    return [Sum(0, 0, int(case["yen"]), per, "") for case in cases or () if isinstance(case, Mapping) and "yen" in case]
