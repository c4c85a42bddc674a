"""Reads the pages that were written by hand, with the pack's own records."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tests.engines.revising.corpus.facts import Case, programmes


def cases(name: str = "freehand") -> list[Case]:
    """Return the thirty pages, or with `freehand_second` the twenty later ones."""
    known = programmes()
    pages = yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))["pages"]
    return [_case(page, deepcopy(known[page["record"]])) for page in pages]


def _case(page: dict[str, Any], record: dict[str, Any]) -> Case:
    record |= page.get("set") or {}
    expected = tuple((name, _value(name, value)) for name, value in page.get("expect") or ())
    return Case(page["id"], page["text"], page["title"], record, expected, other=bool(page.get("other")))


def _value(name: str, value: Any) -> Any:
    return tuple(_figure(str(item)) if item != "None" else "None" for item in value) if name == "amount" else value


def _figure(text: str) -> str:
    match = re.fullmatch(r"(月額|年額|1回(?=\d{2,})|1時間(?=\d{3,})|日額)?(\d+)", text)
    assert match, text
    return f"{match[1] or ''}{int(match[2]):,}円"
