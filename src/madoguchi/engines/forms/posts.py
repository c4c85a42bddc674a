"""Reads one posted page (names and texts) into typed answers, and writes answers back as a post."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.engines.forms.folding import day_of, folded, month_of, value_from
from madoguchi.engines.forms.kinds import printable, problem_with
from madoguchi.engines.forms.language.ast import Answers
from madoguchi.engines.forms.limits import ITEM_LIMIT, POST_NAMES, POST_SIGNS, TEXT_LIMIT
from madoguchi.engines.forms.model import Field, Form, Group, Kind, Problem
from madoguchi.engines.forms.situation import Situation, counting
from madoguchi.engines.forms.validation import PROBLEM_LIMIT, problems_on

Post = Mapping[str, Sequence[str]]
PARTS = {Kind.DATE: ("year", "month", "day"), Kind.MONTH: ("year", "month")}
"""A date may come in parts: `<name>.year`, `<name>.month`, `<name>.day`."""
_INDEX = re.compile(r"\[(0|[1-9][0-9]{0,6})\]\.")


def parse_page(
    form: Form, page_id: str, data: Post, answers: Answers, *, today: date, fixed: Collection[str] = ()
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the answers after a post of one page, and the problems of that page.

    Only questions of the page can be set. Names of other pages, unknown names, calculated questions, files and the paths
    in `fixed` (values that the server knows better) are ignored and keep what `answers` hold. A wrong text leaves no
    answer; its problem carries it as params["raw"] (and "parts" for a date in parts). KeyError for an unknown page.
    """
    page = form.page(page_id)
    if len(data) > POST_NAMES or sum(len(name) + sum(map(len, texts)) for name, texts in data.items()) > POST_SIGNS:
        return counting(Situation(form, answers, today)), (Problem("", "too_big", {"max": POST_SIGNS}),)
    reader = _PostReader(data, frozenset(fixed))
    given = dict(answers)
    for key in page.fields:
        field = form.fields[key]
        if field.group is None:
            reader.set(given, key, field, key)
        elif key not in reader.fixed:
            given[key] = reader.items(key, field.group, answers.get(key))
    situation = Situation(form, given, today)
    found = [reader.faults.get(problem.path, problem) for problem in problems_on(situation, page)]
    told = {problem.path for problem in found}
    shown = {path for key in situation.on_page(page) for path in _shown_paths(situation, key)}
    late = (problem for path, problem in reader.faults.items() if path in shown and path not in told)
    return counting(situation), tuple([*found, *late][:PROBLEM_LIMIT])


class _PostReader:
    """Reads values of one post; `faults` are texts that are no answer, by path."""

    def __init__(self, data: Post, fixed: frozenset[str]) -> None:
        self.data, self.fixed = data, fixed
        self.faults: dict[str, Problem] = {}

    def set(self, into: dict[str, Any], key: str, field: Field, name: str, path: str = "") -> None:
        """Set one single question from the texts under a name; leave it alone where it is not the person's to set."""
        path = path or name
        if field.calculate is not None or field.kind is Kind.FILE or name in self.fixed:
            return
        texts = self._texts(field, name)
        if texts is None and field.kind is not Kind.CHOICES:
            return
        into.pop(key, None)
        value, fault = _read(field, texts or ())
        if fault is not None:
            self.faults[path] = Problem(path, *fault)
        elif value is not None:
            into[key] = value

    def _texts(self, field: Field, name: str) -> tuple[str, ...] | None:
        """Return the texts posted for a question, None when it was not posted; the parts of a date are told by their number."""
        if name in self.data:
            return tuple(self.data[name])
        names = [f"{name}.{part}" for part in PARTS.get(field.kind, ())]
        if not any(one in self.data for one in names):
            return None
        return tuple(next(iter(self.data.get(one, ())), "") for one in names)

    def items(self, key: str, group: Group, before: Any) -> list[Any]:
        """Return the items of a group: as many as the highest index posted, those without any content left out.

        Items over the group's maximum are a fault and left out, but for those that were there already.
        """
        kept = before if isinstance(before, list | tuple) and len(before) <= ITEM_LIMIT else ()
        highest = self._highest(key)
        if highest >= ITEM_LIMIT:
            self.faults[key] = Problem(key, "items_max", {"max": group.max, "count": highest + 1})
        count = min(max(highest, self._highest_fixed(key, len(kept))) + 1, ITEM_LIMIT)
        items: list[dict[str, Any]] = []
        for index in range(count):
            item = dict(kept[index]) if index < len(kept) and isinstance(kept[index], Mapping) else {}
            faults = len(self.faults)
            for inner, field in group.fields.items():
                self.set(item, inner, field, f"{key}[{index}].{inner}", f"{key}[{len(items)}].{inner}")
            if len(self.faults) > faults or any(value not in (None, "", [], ()) for value in item.values()):
                items.append(item)
        most = max(group.max, len(kept))
        if len(items) > most:
            self.faults[key] = Problem(key, "items_max", {"max": group.max, "count": len(items)})
        return items[:most]

    def _highest(self, key: str) -> int:
        matches = (_INDEX.match(name, len(key)) for name in self.data if name.startswith(f"{key}["))
        return max((int(match[1]) for match in matches if match), default=-1)

    def _highest_fixed(self, key: str, count: int) -> int:
        """Return the last item that is there already and holds a value the post may not change."""
        heads = {name.partition("].")[0] for name in self.fixed if name.startswith(f"{key}[")}
        return max((index for index in range(count) if f"{key}[{index}" in heads), default=-1)


def _read(field: Field, texts: Sequence[str]) -> tuple[Any, tuple[str, dict[str, Any]] | None]:
    """Return the typed value of posted texts, or the fault with the texts as they were typed."""
    if field.kind is Kind.CHOICES:
        return _choices(field, texts)
    if len(texts) > 1 and len(texts) == len(PARTS.get(field.kind, ())):
        value: Any = day_of(*texts) if field.kind is Kind.DATE else month_of(*texts)
        raw = "-".join(text.strip() for text in texts)[:TEXT_LIMIT] if any(map(folded, texts)) else ""
        extra = {"parts": tuple(printable(text[:100]) for text in texts)}
    else:
        text = texts[-1] if texts else ""
        raw, extra = text[: TEXT_LIMIT + 1], {}
        value = value_from(field.kind, text) if folded(raw) and len(text) <= 2 * TEXT_LIMIT else None
    if not folded(raw):
        return None, None
    if value is None:
        too_long = len(raw) > TEXT_LIMIT
        fault = ("too_long", {"max": TEXT_LIMIT, "length": len(text)}) if too_long else _no_value(field)
    else:
        found = problem_with(field, value)
        if found is None:
            return value, None
        fault = found
    return None, (fault[0], {**fault[1], "raw": printable(raw[:TEXT_LIMIT]), **extra})


def _no_value(field: Field) -> tuple[str, dict[str, Any]]:
    return ("date", {}) if field.kind in PARTS else ("type", {"expected": field.kind.value})


def _choices(field: Field, texts: Sequence[str]) -> tuple[Any, tuple[str, dict[str, Any]] | None]:
    chosen = {text for text in texts if text}
    known = [option.value for option in field.options if option.value in chosen]
    if len(known) < len(chosen):
        return None, ("option", {"raw": printable(", ".join(sorted(chosen))[:TEXT_LIMIT])})
    fault = problem_with(field, known) if known else None
    return (known or None, None) if fault is None else (None, (fault[0], {**fault[1], "raw": ", ".join(known)}))


def _shown_paths(situation: Situation, key: str) -> Iterator[str]:
    yield key
    group, items = situation.form.fields[key].group, situation.value(key)
    if group is not None and isinstance(items, list):
        for index in range(len(items)):
            yield from (f"{key}[{index}].{inner}" for inner in situation.item_at(key, index).visible())


def post_of(form: Form, page_id: str, answers: Answers, *, today: date) -> dict[str, tuple[str, ...]]:
    """Return the post that an unchanged page would send: names and texts of the questions shown, files left out."""
    page, situation = form.page(page_id), Situation(form, answers, today)
    post: dict[str, tuple[str, ...]] = {}
    for key in situation.on_page(page):
        field, value = form.fields[key], situation.value(key)
        if field.group is None:
            post.update(_written(field, key, value))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                for inner in situation.item(field.group, item).visible():
                    post.update(_written(field.group.fields[inner], f"{key}[{index}].{inner}", item.get(inner)))
    return post


def _written(field: Field, name: str, value: Any) -> dict[str, tuple[str, ...]]:
    if field.calculate is not None or field.kind is Kind.FILE:
        return {}
    if field.kind is Kind.CHOICES:
        return {name: tuple(value)} if value else {}
    if field.kind is Kind.YES_NO:
        return {} if value is None else {name: ("yes" if value else "no",)}
    return {name: ("" if value is None else str(value),)}
