"""Reads a form and its bank of questions from plain data, and lists every defect with place and remedy."""

import re
from collections.abc import Mapping
from typing import Any

from madoguchi.engines.forms.checks import check_form
from madoguchi.engines.forms.language.ast import TRUE, Condition
from madoguchi.engines.forms.language.reading import Reader
from madoguchi.engines.forms.model import Defect, Field, Form, FormError, Page, Rule
from madoguchi.engines.forms.questions import QuestionReader

_ENTRY_KEYS = frozenset({"use", "required", "show_if", "label", "hint", "calculate", "paper"})
_PAGE_KEYS = frozenset({"id", "title", "show_if", "fields"})
_RULE_KEYS = frozenset({"id", "check", "at", "message"})
_FORM_KEYS = frozenset({"pages", "rules"})
_PAGE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
PAGE_LIMIT = 100
FIELD_LIMIT = 1_000


def read_form(record: Mapping[str, Any], bank: Mapping[str, Mapping[str, Any]]) -> Form:
    """Read a record {id, version, form: {pages, rules}} with questions from the bank; raise FormError with every defect."""
    reader = _FormReader(bank)
    form = reader.form(record)
    if not reader.defects:
        reader.defects.extend(check_form(form))
    if reader.defects:
        raise FormError(reader.defects)
    return form


class _FormReader:
    def __init__(self, bank: Mapping[str, Mapping[str, Any]]) -> None:
        self.bank = bank
        self.defects: list[Defect] = []
        self.language = Reader(self.defects)
        self.questions = QuestionReader(self.defects, self.language)
        self.fields: dict[str, Field] = {}
        self._page_of: dict[str, str] = {}

    def form(self, record: Mapping[str, Any]) -> Form:
        identity, version, body = record.get("id"), record.get("version"), record.get("form")
        if not isinstance(identity, str) or not identity:
            self._defect("id", "the form has no id", "Write a short name in lower case")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._defect("version", f"{version!r} is no version", "Write a whole number from 1")
        if not isinstance(body, Mapping):
            self._defect("form", "the form is missing", "Write form with pages")
            return Form(str(identity), 1, (), {})
        self._foreign(body, _FORM_KEYS, "form")
        pages = self._list(body.get("pages"), "form.pages", PAGE_LIMIT)
        read = tuple(self._page(page, f"form.pages[{i}]") for i, page in enumerate(pages))
        if not read:
            self._defect("form.pages", "the form has no page", "Write at least one page with a question")
        for name in _doubled([page.id for page in read]):
            self._defect("form.pages", f"two pages are called {name}", "Give each page its own id")
        rules = self._list(body.get("rules", []), "form.rules", FIELD_LIMIT)
        checks = tuple(self._rule(rule, f"form.rules[{i}]") for i, rule in enumerate(rules))
        for name in _doubled([rule.id for rule in checks]):
            self._defect("form.rules", f"two rules are called {name}", "Give each rule its own id")
        return Form(str(identity), version if isinstance(version, int) else 1, read, self.fields, checks)

    def _page(self, data: Any, place: str) -> Page:
        if not isinstance(data, Mapping):
            self._defect(place, "a page is a mapping", "Write id, title and fields")
            return Page("?", {}, TRUE, ())
        self._foreign(data, _PAGE_KEYS, place)
        page_id = data.get("id")
        if not isinstance(page_id, str) or not _PAGE_ID.fullmatch(page_id):
            self._defect(f"{place}.id", f"{page_id!r} is no id of a page", "Use small letters, digits, - and _")
        entries = self._list(data.get("fields"), f"{place}.fields", FIELD_LIMIT)
        keys = [self._entry(entry, f"{place}.fields[{i}]", str(page_id)) for i, entry in enumerate(entries)]
        if not entries:
            self._defect(f"{place}.fields", "the page asks nothing", "Write at least one question or delete the page")
        title = self.questions.text(data.get("title"), f"{place}.title")
        return Page(str(page_id), title, self._condition(data, "show_if", place), tuple(key for key in keys if key))

    def _entry(self, data: Any, place: str, page_id: str) -> str:
        entry = {"use": data} if isinstance(data, str) else data
        key = entry.get("use") if isinstance(entry, Mapping) else None
        if not isinstance(key, str) or not isinstance(entry, Mapping):
            self._defect(place, "a question is named by its key", "Write the key, or a mapping with use")
            return ""
        self._foreign(entry, _ENTRY_KEYS, place)
        if key in self._page_of:
            where = "twice on this page" if self._page_of[key] == page_id else f"on page {self._page_of[key]} already"
            self._defect(place, f"{key} stands {where}", "Ask each question once")
            return ""
        if not isinstance(self.bank.get(key), Mapping):
            self._defect(place, f"{key} is not in the bank of fields", "Add it to fields.yaml or correct the key")
            return ""
        self._page_of[key] = page_id
        changes = {name: value for name, value in entry.items() if name != "use"}
        self.fields[key] = self.questions.field(key, {**self.bank[key], **changes}, f"{place} ({key})")
        return key

    def _rule(self, data: Any, place: str) -> Rule:
        if not isinstance(data, Mapping) or not isinstance(data.get("id"), str) or not isinstance(data.get("at"), str):
            self._defect(place, "a rule needs id, check, at and message", "Write all four")
            return Rule(place, TRUE, "", {})
        self._foreign(data, _RULE_KEYS, place)
        check = self.language.condition(data.get("check"), f"{place}.check")
        return Rule(data["id"], check, data["at"], self.questions.text(data.get("message"), f"{place}.message"))

    def _condition(self, data: Mapping[str, Any], name: str, place: str) -> Condition:
        return self.language.condition(data[name], f"{place}.{name}") if name in data else TRUE

    def _list(self, data: Any, place: str, limit: int) -> list[Any]:
        if isinstance(data, list | tuple) and len(data) <= limit:
            return list(data)
        self._defect(place, f"this is no list of at most {limit}", "Write a list")
        return []

    def _foreign(self, data: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        for key in sorted(str(key) for key in data if key not in known):
            self._defect(place, f"{key} is unknown here", f"Use {', '.join(sorted(known))}")

    def _defect(self, place: str, message: str, remedy: str) -> None:
        self.defects.append(Defect(place, message, remedy))


def _doubled(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
