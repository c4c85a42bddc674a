"""A form together with answers on a day: which questions are shown, and what each answer counts as."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from madoguchi.engines.forms.kinds import problem_with
from madoguchi.engines.forms.language.ast import Answers
from madoguchi.engines.forms.language.evaluation import Scope, evaluate, truth
from madoguchi.engines.forms.limits import ITEM_LIMIT
from madoguchi.engines.forms.model import Field, Form, Group, Page


class Situation:
    """Answers a question's visibility and value by need and remembers them; a hidden question has no answer."""

    def __init__(self, form: Form, answers: Answers, today: date) -> None:
        """Keep the form and the answers as they were given."""
        self.form, self.answers, self.today = form, answers, today
        self.scope = Scope(self.value, today)
        self._pages = {key: page for page in form.pages for key in page.fields}
        self._shown: dict[str, bool] = {}
        self._values: dict[str, Any] = {}
        self._busy: set[tuple[str, str]] = set()

    def page_open(self, page: Page) -> bool:
        """Return whether the condition of a page holds."""
        return truth(page.show_if, self.scope) is True

    def shown(self, key: str) -> bool:
        """Return whether a question is shown: its page's condition and its own hold."""
        if key not in self._shown:
            page, field = self._pages.get(key), self.form.fields.get(key)
            if page is None or field is None or ("shown", key) in self._busy:
                return False
            self._busy.add(("shown", key))
            self._shown[key] = self.page_open(page) and truth(field.show_if, self.scope) is True
            self._busy.discard(("shown", key))
        return self._shown[key]

    def value(self, key: str) -> Any:
        """Return the answer that counts: None when hidden or unanswered, calculated where the form calculates it."""
        if key not in self._values:
            if ("value", key) in self._busy:
                return None
            self._busy.add(("value", key))
            self._values[key] = self._value(key)
            self._busy.discard(("value", key))
        return self._values[key]

    def _value(self, key: str) -> Any:
        field = self.form.fields.get(key)
        if field is None:
            return self.answers.get(key)
        if not self.shown(key):
            return None
        if field.group is not None:
            return self._items(field.group, self.answers.get(key))
        return counted(field, self.answers.get(key), self.scope)

    def _items(self, group: Group, given: Any) -> Any:
        if given == "":
            return None
        if not isinstance(given, list | tuple) or len(given) > ITEM_LIMIT:
            return given
        return [self.item(group, item).answers() if isinstance(item, Mapping) else item for item in given]

    def item(self, group: Group, given: Any) -> "ItemSituation":
        """Return the situation of one item of a group."""
        return ItemSituation(self.scope, group, given if isinstance(given, Mapping) else {})

    def item_at(self, key: str, index: int) -> "ItemSituation":
        """Return the situation of the item at an index; an empty item where there is none yet."""
        group, items = self.form.fields[key].group, self.answers.get(key)
        if group is None:
            raise KeyError(key)
        return self.item(group, items[index] if isinstance(items, list | tuple) and 0 <= index < len(items) else {})

    def visible(self) -> Iterator[str]:
        """Yield the keys shown, in page order."""
        for page in self.form.pages:
            yield from self.on_page(page)

    def on_page(self, page: Page) -> tuple[str, ...]:
        """Return the keys shown on a page."""
        return tuple(key for key in page.fields if self.shown(key))


class ItemSituation:
    """The same for the questions of one item of a group; `./key` is a question of this item."""

    def __init__(self, outer: Scope, group: Group, given: Mapping[str, Any]) -> None:
        """Keep the item as it was given."""
        self.group, self.given = group, given
        self.scope = Scope(outer.lookup, outer.today, self.value)
        self._values: dict[str, Any] = {}
        self._busy: set[str] = set()

    def shown(self, key: str) -> bool:
        """Return whether a question of the item is shown."""
        return truth(self.group.fields[key].show_if, self.scope) is True

    def value(self, key: str) -> Any:
        """Return the answer that counts, None when hidden or unanswered."""
        if key in self._values or key in self._busy:
            return self._values.get(key)
        field = self.group.fields.get(key)
        if field is None:
            return self.given.get(key)
        self._busy.add(key)
        self._values[key] = counted(field, self.given.get(key), self.scope) if self.shown(key) else None
        self._busy.discard(key)
        return self._values[key]

    def visible(self) -> tuple[str, ...]:
        """Return the inner keys shown."""
        return tuple(key for key in self.group.fields if self.shown(key))

    def answers(self) -> dict[str, Any]:
        """Return the item without hidden answers, calculations filled; foreign keys stay for the check to find."""
        foreign = {key: value for key, value in self.given.items() if key not in self.group.fields}
        known = {key: self.value(key) for key in self.group.fields}
        return {**{key: value for key, value in known.items() if value is not None}, **foreign}


def counted(field: Field, given: Any, scope: Scope) -> Any:
    """Return a single answer as it counts: empty is none, and what is calculated is never taken from the person."""
    if field.calculate is None:
        return None if given is None or given == "" or given == [] or given == () else given
    value = evaluate(field.calculate, scope)
    return None if value is None or problem_with(field, value) else value


def visible(form: Form, answers: Answers, *, today: date) -> tuple[str, ...]:
    """Return the keys of the questions shown now, in page order; a hidden question has no answer."""
    return tuple(Situation(form, answers, today).visible())


def shown_in(
    form: Form, page_id: str, answers: Answers, *, today: date, item: tuple[str, int] | None = None
) -> tuple[str, ...]:
    """Return the keys shown on a page, or the inner keys shown in one item (group, index) of a group on it.

    Raise KeyError when there is no such page, or the group is not on it.
    """
    page, situation = form.page(page_id), Situation(form, answers, today)
    if item is None:
        return situation.on_page(page)
    if item[0] not in page.fields:
        raise KeyError(item[0])
    return situation.item_at(*item).visible() if situation.shown(item[0]) else ()


def calculated(form: Form, answers: Answers, *, today: date) -> dict[str, Any]:
    """Return the answers that count: calculations filled, answers of hidden questions and empty answers left out.

    Keys that are no question of the form stay, so that the check finds them.
    """
    return counting(Situation(form, answers, today))


def counting(situation: Situation) -> dict[str, Any]:
    """Return the answers that count in a situation."""
    foreign = {key: value for key, value in situation.answers.items() if key not in situation.form.fields}
    known = {key: situation.value(key) for key in situation.visible()}
    return {**{key: value for key, value in known.items() if value is not None}, **foreign}


def pages_shown(form: Form, answers: Answers, *, today: date) -> tuple[Page, ...]:
    """Return the pages on which at least one question is shown."""
    situation = Situation(form, answers, today)
    return tuple(page for page in form.pages if situation.on_page(page))
