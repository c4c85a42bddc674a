"""Reading pages against records: precision, recall and F1 per field on the invented corpus, and the seconds for 1 MB.

`revising.py [development | heldout | freehand | freehand_second] [mistakes]` measures one set; without a name all four. Needs no database.
"""

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from _setup import report

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def sets() -> dict[str, list[Any]]:
    """Return the four sets of pages by name."""
    from tests.engines.revising.corpus import freehand
    from tests.engines.revising.corpus.build import cases

    hand = {name: freehand.cases(name) for name in ("freehand", "freehand_second")}
    return {"development": cases("development"), "heldout": cases("heldout"), **hand}


def measure(name: str, pages: list[Any], *, mistakes: bool) -> None:
    """Print the figures of one set, each rate with the counts behind it."""
    from tests.engines.revising.corpus.scoring import score

    begun = time.perf_counter()
    found = score(pages)
    seconds = time.perf_counter() - begun
    figures: dict[str, Any] = {"pages": len(pages), "about something else": sum(1 for page in pages if page.other)}
    for field in ["", *sorted({*found.right, *found.wrong, *found.missed})]:
        precision, recall, f1 = found.rates(field)
        right, wrong, missed = (
            (counter[field] if field else counter.total()) for counter in (found.right, found.wrong, found.missed)
        )
        figures[field or "all"] = (
            f"precision {precision:.3f} ({right}/{right + wrong})  recall {recall:.3f} ({right}/{right + missed})  F1 {f1:.3f}"
        )
    figures["ms per page"] = round(1000 * seconds / len(pages), 1)
    report(f"revising:{name}", figures)
    if mistakes:
        sys.stdout.write("\n".join(found.mistakes) + "\n")


def hostile() -> None:
    """Print the seconds that pages of a megabyte take."""
    from madoguchi.engines.revising import Page, propose

    record = {
        "id": "x",
        "name": {"ja": "児童手当"},
        "condition": "年度末まで(18)",
        "benefit_text": {"ja": "月15,000円"},
    }
    day = date(2026, 11, 24)
    line = "3歳未満 月額15,000円\n申請期間\n令和8年4月1日から令和9年3月31日まで\n必要なもの\n・本人確認書類\n"
    pages = {
        "one line": "あ" * 1_000_000,
        "digits": "1" * 1_000_000,
        "dense": line * 16_000,
        "rows": "児童手当\t15,000円\n" * 70_000,
    }
    figures = {}
    for name, text in pages.items():
        begun = time.perf_counter()
        propose(Page("児童手当\n対象\n" + text, "児童手当", day), record, today=day)
        figures[f"seconds, 1 MB, {name}"] = round(time.perf_counter() - begun, 2)
    report("revising:hostile", figures)


if __name__ == "__main__":
    chosen = [name for name in sys.argv[1:] if name != "mistakes"]
    for set_name, set_pages in sets().items():
        if not chosen or set_name in chosen:
            measure(set_name, set_pages, mistakes="mistakes" in sys.argv)
    hostile()
