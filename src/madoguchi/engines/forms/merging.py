"""Merges the forms of several procedures into one conversation that asks each question once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from madoguchi.engines.forms.checks import chain_defects, circle_of
from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import TRUE, Answers, Condition, Expression
from madoguchi.engines.forms.language.references import size_of
from madoguchi.engines.forms.language.rewriting import rewritten
from madoguchi.engines.forms.model import Defect, Field, Form, FormError, Group, Page, Rule, Text
from madoguchi.engines.forms.schematic import both
from madoguchi.engines.forms.validation import rule_target

FIRST_PAGE = "ask_first"
FIRST_TITLE: Text = {"ja": "はじめにお聞きすること", "en": "First questions", "easy": "はじめに 聞く こと"}
SIZE_LIMIT = 2_000
"""Nodes of one merged condition; conditions over conditions could double with every step."""
_LOWEST, _HIGHEST = ("minLength", "minItems", "minimum"), ("maxLength", "maxItems", "maximum")


@dataclass(frozen=True, slots=True)
class Conversation:
    """One form for several. `uses`: key -> ids of the forms that ask it; `pages`: page id -> ids of the forms asking there."""

    form: Form
    uses: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Use:
    """A question as one form asks it, its conditions written so that they mean the same in the conversation."""

    form_id: str
    field: Field
    show: Condition


def merge(
    forms: Sequence[Form], *, id: str, first: Sequence[str] = (), first_title: Text = FIRST_TITLE
) -> Conversation:
    """Return the conversation of some forms: each key once, on the page where it stands first, or on the first page.

    A question is shown when any form shows it and required when any form shows and requires it; a condition of a form
    takes a question that this form hides as unanswered, even where another form asks it. What one form calculates and
    another asks is asked where the other asks it. Keys of `first` that no form asks are left out. Raise FormError when
    two forms mean different questions by one key, or would wait for each other.
    """
    uses: dict[str, list[_Use]] = {}
    rules: dict[tuple[Condition, str], Rule] = {}
    for form in forms:
        rewriter = _Rewriter(form, forms)
        for key in (key for page in form.pages for key in page.fields):
            uses.setdefault(key, []).append(_Use(form.id, rewriter.field(key), rewriter.show(key)))
        for rule in form.rules:
            check = rewriter.check(rule)
            rules.setdefault((check, rule.at), replace(rule, id=f"{form.id}/{rule.id}", check=check))
    fields = {key: _merged(asked) for key, asked in uses.items()}
    merged = Form(id, 1, tuple(_pages(forms, uses.keys(), first, first_title)), fields, tuple(rules.values()))
    if circle := circle_of(merged):
        words = " → ".join((*circle, circle[0]))
        raise FormError(
            [Defect(id, f"forms wait for each other: {words}", "Take one of the conditions out of the circle")]
        )
    if defects := chain_defects(merged):
        raise FormError(defects)
    asked_by = {key: tuple(use.form_id for use in asked) for key, asked in uses.items()}
    by_page = {page.id: tuple(dict.fromkeys(f for key in page.fields for f in asked_by[key])) for page in merged.pages}
    return Conversation(merged, asked_by, by_page)


def project(conversation: Conversation, form: Form, answers: Answers) -> dict[str, Any]:
    """Return the answers of one form of the conversation; what the form itself hides is left to `calculated`."""
    return {key: value for key, value in answers.items() if form.id in conversation.uses.get(key, ())}


def _pages(forms: Sequence[Form], known: Iterable[str], first: Sequence[str], title: Text) -> Iterable[Page]:
    placed: set[str] = set()
    opening = [key for key in dict.fromkeys(first) if key in set(known)]
    if opening:
        placed |= set(opening)
        yield Page(FIRST_PAGE, title, TRUE, tuple(opening))
    names: set[str] = {FIRST_PAGE}
    for form in forms:
        for page in form.pages:
            left = tuple(key for key in page.fields if key not in placed)
            placed |= set(left)
            if left:
                name = f"{form.id}-{page.id}"
                while name in names:
                    name += "-2"
                names.add(name)
                yield Page(name, page.title, TRUE, left)


class _Rewriter:
    """Writes conditions of one form for the conversation: a question that this form hides is unanswered in them."""

    def __init__(self, form: Form, forms: Sequence[Form]) -> None:
        self.form = form
        self._pages = {key: page for page in form.pages for key in page.fields}
        self._shared = {key for other in forms if other is not form for key in other.fields}
        self._shows: dict[str, Condition] = {}

    def show(self, key: str) -> Condition:
        """Return when this form shows a question."""
        if key not in self._shows:
            show = self._condition(both(self._pages[key].show_if, self.form.fields[key].show_if))
            if size_of(show) > SIZE_LIMIT:
                remedy = "Let its condition look at fewer questions that other procedures ask too"
                raise FormError([Defect(f"{self.form.id}: {key}", "its condition grows too large when merged", remedy)])
            self._shows[key] = show
        return self._shows[key]

    def field(self, key: str) -> Field:
        """Return a question with its conditions rewritten."""
        return self._field(self.form.fields[key])

    def check(self, rule: Rule) -> Condition:
        """Return the check of a rule, unknown (so never broken) while this form hides the place where it is told."""
        key, _ = rule_target(self.form, rule)
        guard = self._guard(key)
        check = self._condition(rule.check)
        return check if guard == TRUE else ast.Guarded(guard, check)

    def _field(self, field: Field) -> Field:
        group = field.group
        if group is not None:
            group = replace(group, fields={key: self._field(inner) for key, inner in group.fields.items()})
        calculate = None if field.calculate is None else rewritten(field.calculate, self._replacement)
        show, required = self._condition(field.show_if), self._condition(field.required)
        return replace(field, group=group, calculate=calculate, show_if=show, required=required)

    def _condition(self, condition: Condition) -> Condition:
        return rewritten(condition, self._replacement)

    def _guard(self, key: str) -> Condition:
        return self.show(key) if key in self._shared and key in self._pages else TRUE

    def _replacement(self, node: ast.Node) -> ast.Node | None:
        """Return what stands for a look at a shared question, None to leave the node as it is."""
        match node:
            case ast.Answer(name) | ast.Count(name) | ast.SumOf(name, _):
                guard, seen = self._guard(name), self._seen(name, node)
                return None if guard == TRUE and seen is node else seen if guard == TRUE else ast.If(guard, seen, None)
            case ast.AnyItem(name, where) if self._guard(name) != TRUE:
                return ast.Guarded(self._guard(name), ast.AnyItem(name, self._condition(where)))
            case _:
                return None

    def _seen(self, key: str, node: Expression) -> Expression:
        """Return what this form sees under a key: its own calculation where it calculates what others ask."""
        own = self.form.fields.get(key)
        if own is None or own.calculate is None or key not in self._shared or not isinstance(node, ast.Answer):
            return node
        return rewritten(own.calculate, self._replacement)


def _merged(uses: Sequence[_Use]) -> Field:
    fields = [use.field for use in uses]
    head = fields[0]
    if any(field.kind is not head.kind for field in fields):
        kinds = ", ".join(f"{use.form_id}: {use.field.kind.value}" for use in uses)
        raise FormError(
            [Defect(head.key, f"one key, different kinds ({kinds})", "Give one of the questions another key")]
        )
    asking = [use for use in uses if use.field.calculate is None]
    show = _any_of(use.show for use in asking or uses)
    return replace(
        head,
        schema=_tightest([field.schema for field in fields]),
        options=tuple(option for option in head.options if all(_offers(field, option.value) for field in fields)),
        attribute=next((field.attribute for field in fields if field.attribute), ""),
        show_if=show,
        required=_required(asking or uses),
        calculate=None if asking else head.calculate,
        group=_group(uses),
        sensitive=any(field.sensitive for field in fields),
    )


def _required(uses: Sequence[_Use]) -> Condition:
    """Return when any form shows and requires the question; a single use needs no repetition of when it is shown."""
    if len({(use.show, use.field.required) for use in uses}) == 1:
        return uses[0].field.required
    return _any_of(both(use.show, use.field.required) for use in uses)


def _group(uses: Sequence[_Use]) -> Group | None:
    groups = [use.field.group for use in uses if use.field.group is not None]
    if not groups or all(group == groups[0] for group in groups):
        return groups[0] if groups else None
    inner: dict[str, list[_Use]] = {}
    for use in uses:
        for key, field in use.field.group.fields.items() if use.field.group else ():
            inner.setdefault(key, []).append(_Use(use.form_id, field, both(use.show, field.show_if)))
    low, high = max(group.min for group in groups), min(group.max for group in groups)
    return replace(groups[0], min=low, max=max(low, high), fields={key: _merged(asked) for key, asked in inner.items()})


def _any_of(conditions: Iterable[Condition]) -> Condition:
    parts = tuple(dict.fromkeys(part for part in conditions if part != ast.FALSE))
    if TRUE in parts:
        return TRUE
    return parts[0] if len(parts) == 1 else ast.AnyOf(parts) if parts else ast.FALSE


def _tightest(schemas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for schema in schemas:
        for name, value in schema.items():
            narrower: Callable[..., Any] | None = max if name in _LOWEST else min if name in _HIGHEST else None
            found[name] = narrower(found[name], value) if narrower and name in found else found.get(name, value)
    return found


def _offers(field: Field, value: str) -> bool:
    return any(option.value == value for option in field.options)
