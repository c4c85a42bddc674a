"""Turns facts into a page: a layout with slots, a bank of wordings, and a way of writing numbers and dates.

A block (lines between blank lines) whose slots all stay empty is left out, and so is a line whose slots stay empty.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from tests.engines.revising.corpus.facts import Facts

_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_DAYS = "月火水木金土日"
_SLOT = re.compile(r"\[\[([a-z_]+)\]\]")


@dataclass(frozen=True)
class Style:
    """How a page writes numbers and dates. width: half, full, mixed. dates: wareki, seireki, slash, dots, short, weekday."""

    width: str = "half"
    dates: str = "wareki"
    yen: str = "comma"

    def n(self, number: int | str) -> str:
        """Write a number or a telephone number."""
        text = str(number)
        wide = self.width == "full" or (self.width == "mixed" and len(text) % 2 == 1)
        return text.translate(_WIDE) if wide else text

    def d(self, day: date) -> str:
        """Write a date."""
        era = day.year - 2018
        if self.dates == "seireki":
            return f"{self.n(day.year)}年{self.n(day.month)}月{self.n(day.day)}日"
        if self.dates == "slash":
            return f"{day.year}/{day.month}/{day.day}"
        if self.dates == "dots":
            return f"R{era}.{day.month}.{day.day}"
        if self.dates == "weekday":
            return f"{self.n(day.month)}月{self.n(day.day)}日（{_DAYS[day.weekday()]}）"
        if self.dates == "both":
            return f"令和{self.n(era)}年（{day.year}年）{self.n(day.month)}月{self.n(day.day)}日"
        return f"令和{self.n(era)}年{self.n(day.month)}月{self.n(day.day)}日"

    def y(self, yen: int) -> str:
        """Write a figure with 円."""
        if self.yen == "man" and yen % 10000 == 0:
            return f"{self.n(yen // 10000)}万円"
        if self.yen == "man" and yen % 1000 == 0 and yen > 10000:
            return f"{self.n(yen // 10000)}万{self.n(yen % 10000 // 1000)}千円"
        if self.yen == "plain":
            return f"{self.n(yen)}円"
        text = f"{yen:,}円"
        return text.translate(_WIDE).replace(",", "，") if self.width == "full" else text


Wording = Callable[[Facts, Style, Random], str]
Bank = Mapping[str, Wording]


@dataclass(frozen=True)
class Layout:
    """A page with slots, its title, how it writes, and the width at which a PDF broke its lines (0: it did not)."""

    name: str
    title: str
    text: str
    style: Style = Style()
    wrap: int = 0


def render(layout: Layout, bank: Bank, facts: Facts, random: Random) -> tuple[str, str]:
    """Return the title and the text of a page."""
    values = {
        slot: bank[slot](facts, layout.style, random) for slot in sorted(set(_SLOT.findall(layout.text)) & set(bank))
    }
    values |= {"name": facts.name, "place": facts.place}
    blocks = []
    for block in layout.text.strip("\n").split("\n\n"):
        slots = [slot for slot in _SLOT.findall(block) if slot not in ("name", "place")]
        if slots and not any(values[slot] for slot in slots):
            continue
        lines = [line for line in block.split("\n") if _kept(line, values)]
        blocks.append("\n".join(_SLOT.sub(lambda match: values[match[1]], line) for line in lines))
    text = "\n\n".join(blocks)
    if layout.wrap:
        text = "\n".join(part for line in text.split("\n") for part in _wrapped(line, layout.wrap))
    return layout.title.replace("[[name]]", facts.name).replace("[[place]]", facts.place), text


def _kept(line: str, values: Mapping[str, str]) -> bool:
    slots = [slot for slot in _SLOT.findall(line) if slot not in ("name", "place")]
    return not slots or any(values[slot] for slot in slots)


def _wrapped(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]
