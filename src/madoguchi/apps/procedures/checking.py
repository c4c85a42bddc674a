"""What is wrong in one record of a procedure beyond its form: names that do not exist, conditions that cannot be read.

It reads values only; the loader, the editor and publishing call the same check.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator

from madoguchi.apps.procedures import schemas
from madoguchi.apps.procedures.contracts import MUNICIPALITY
from madoguchi.engines import forms
from madoguchi.engines.forms import Form, FormError

IDENTITY_ATTRIBUTES = frozenset(
    {
        "氏名", "氏名カナ", "住所", "郵便番号", "電話番号", "メールアドレス", "受取口座銀行コード", "受取口座支店コード",
        "受取口座種目", "受取口座番号", "受取口座名義", "法人番号", "商号", "商号カナ", "本店所在地", "本店郵便番号",
        "代表者名", "資本金", "従業員数", "設立年月日", "法人種別", "法人の状態", "業種",
    }
)  # fmt: skip
"""Facts that name and reach somebody, which no condition of the registry may use."""
LETTER_WORDS = frozenset(
    {"name", "procedure", "case", "decided_on", "amount", "from", "until", "reasons", "office", "authority", "due_on"}
)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_VALIDATOR = Draft202012Validator(schemas.RECORD)
MAX_DEFECTS = 50


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: where in the record, what, what to do."""

    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a record may refer to."""

    organisations: Collection[str]
    programmes: Collection[str]
    documents: Collection[str]
    attributes: Collection[str]
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def form_of(record: Mapping[str, Any], bank: Mapping[str, Mapping[str, Any]]) -> Form:
    """Return the form of a record; raise `FormError` with every defect."""
    return forms.read_form(record, bank)


def bank_of(record: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the bank of fields together with the fields that the record brings itself (`own_fields`)."""
    return {**fields, **record.get("own_fields", {})}


def schema_flaws(record: Any) -> list[Flaw]:
    """Return what is wrong with the shape of a record."""
    found = []
    for problem in _VALIDATOR.iter_errors(record):
        place = ".".join(map(str, problem.absolute_path)) or "-"
        found.append(Flaw(place, f"{problem.message[:200]}.", "See docs/packs.md for the form."))
        if len(found) >= MAX_DEFECTS:
            break
    return found


def flaws(record: Any, known: Known) -> list[Flaw]:
    """Return everything that is wrong in a record: its shape first, then its form, then what it refers to."""
    shape = schema_flaws(record)
    if shape:
        return shape
    found = list(_references(record, known))
    try:
        form = form_of(record, bank_of(record, known.fields))
    except FormError as error:
        defects = [Flaw(item.place, f"{item.message}.", f"{item.remedy}.") for item in error.problems[:MAX_DEFECTS]]
        return [*found, *defects]
    return [*found, *_in_form(record, form, known)]


def _references(record: Mapping[str, Any], known: Known) -> Iterator[Flaw]:
    yield from date_flaws("effective_from", record["effective_from"])
    authority, programme = record["authority"], record.get("programme")
    if authority != MUNICIPALITY and authority not in known.organisations:
        yield Flaw(
            "authority", f"{authority} is not an organisation.", "Use `municipality` or an id of organisations.yaml."
        )
    if programme and programme not in known.programmes:
        yield Flaw("programme", f"{programme} is not a programme.", "Use an id of programmes/*.yaml, or leave it out.")
    for part in ("documents", "fees", "checks"):
        yield from _doubled(part, [item["id"] for item in record.get(part) or ()])
    yield from _doubled("paper.items", [item["id"] for item in record["paper"]["items"]])
    yield from _doubled(
        "decision.refusal_reasons", [item["id"] for item in record["decision"].get("refusal_reasons") or ()]
    )
    for key, flaw in bank_flaws(record.get("own_fields", {}), known.attributes):
        yield Flaw(f"own_fields.{key}.{flaw.field}", flaw.message, flaw.remedy)
    for key in sorted(set(record.get("own_fields", {})) & set(known.fields)):
        yield Flaw(f"own_fields.{key}", "The bank has a field of this key.", "Use that one, or choose another key.")
    for place, document in _documents_named(record):
        if document not in known.documents:
            yield Flaw(place, f"{document} is not a document.", "Use an id of documents.yaml, or add it there.")


def date_flaws(place: str, text: str) -> Iterator[Flaw]:
    """Yield a flaw when a text of the form YYYY-MM-DD is no day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        yield Flaw(place, f"{text} is not a day of the calendar.", "Write it as YYYY-MM-DD.")


def _doubled(place: str, ids: list[str]) -> Iterator[Flaw]:
    for item in sorted({item for item in ids if ids.count(item) > 1}):
        yield Flaw(f"{place}.{item}", "The id stands twice.", "Give each its own.")


def _documents_named(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((f"documents.{item['id']}", item["id"]) for item in record.get("documents") or () if "name" not in item)
    yield from (
        ("paper.documents", item) for item in record["paper"].get("documents") or () if item not in _own(record)
    )


def _own(record: Mapping[str, Any]) -> set[str]:
    return {item["id"] for item in record.get("documents") or ()}


def _in_form(record: Mapping[str, Any], form: Form, known: Known) -> Iterator[Flaw]:
    yield from _document_flaws(record, form, known)
    for fee in record.get("fees") or ():
        yield from condition_flaws(f"fees.{fee['id']}.if", fee.get("if", True), form.fields)
    yield from deadline_flaws("deadline", record.get("deadline"), form.fields)
    yield from _clock_flaws(record["clock"])
    for check in record["checks"]:
        yield from _check_flaws(check, form, known)
    yield from _decision_flaws(record)
    yield from _paper_flaws(record, form)


def _document_flaws(record: Mapping[str, Any], form: Form, known: Known) -> Iterator[Flaw]:
    for item in record.get("documents") or ():
        place = f"documents.{item['id']}"
        yield from condition_flaws(f"{place}.required", item["required"], form.fields)
        for attribute in item.get("confirmed_by") or ():
            if attribute not in known.attributes:
                yield Flaw(
                    f"{place}.confirmed_by", f"{attribute} is not an attribute.", "Use a name of attributes.yaml."
                )


def condition_flaws(place: str, condition: Any, fields: Mapping[str, Any]) -> Iterator[Flaw]:
    """Yield what is wrong with a condition: it cannot be read, or it names a field that is not there."""
    try:
        node = forms.read_condition(condition, place)
    except FormError as error:
        yield from (Flaw(item.place, f"{item.message}.", f"{item.remedy}.") for item in error.problems[:MAX_DEFECTS])
        return
    for key in sorted(forms.keys_of(node)):
        if not key.startswith("./") and not has_field(fields, key):
            yield Flaw(place, f"{key} is not a field of the form.", "Name a field of the form.")


def has_field(fields: Mapping[str, Any], key: str) -> bool:
    """Tell whether there is a field, or one within a group written `group.inner`, `group[].inner` or `group[0].inner`.

    `fields` holds fields of the engine or of the bank.
    """
    if key in fields:
        return True
    outer, _, inner = re.sub(r"\[\d*\]", "", key).rpartition(".")
    field = fields.get(outer)
    if isinstance(field, Mapping):
        return inner in ((field.get("group") or {}).get("fields") or {})
    return field is not None and field.group is not None and inner in field.group.fields


def deadline_flaws(place: str, deadline: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> Iterator[Flaw]:
    """Yield what is wrong with a deadline: its event must be a field that holds a date."""
    if deadline is None:
        return
    event = fields.get(deadline["event"])
    if event is None:
        yield Flaw(
            f"{place}.event", f"{deadline['event']} is not a field of the form.", "Name a date field of the form."
        )
    elif _kind(event) != "date":
        yield Flaw(f"{place}.event", f"{deadline['event']} holds no date.", "Name a field of kind date.")


def _kind(item: Any) -> str:
    return str(item.get("kind")) if isinstance(item, Mapping) else str(item.kind)


def _clock_flaws(clock: Mapping[str, Any]) -> Iterator[Flaw]:
    basis, longest = clock["basis"], clock.get("longest_days")
    if basis["source"] != "own-assumption" and not basis.get("url") and not basis.get("note"):
        yield Flaw(
            "clock.basis", "The period has no page as its source.", "Add url and checked_on, or say own-assumption."
        )
    if "checked_on" in basis:
        yield from date_flaws("clock.basis.checked_on", basis["checked_on"])
    if longest is not None and longest < clock["online"]["days"]:
        yield Flaw("clock.longest_days", "The longest period is shorter than the usual one.", "Correct one of them.")


def _check_flaws(check: Mapping[str, Any], form: Form, known: Known) -> Iterator[Flaw]:
    place = f"checks.{check['id']}"
    if check["kind"] == "rule":
        yield from condition_flaws(f"{place}.holds", check["holds"], form.fields)
    for key in [*check.get("fields", ()), *([check["field"]] if "field" in check else [])]:
        if not has_field(form.fields, key):
            yield Flaw(place, f"{key} is not a field of the form.", "Name a field of the form.")
    attribute = check.get("attribute")
    if attribute and attribute not in known.attributes:
        yield Flaw(f"{place}.attribute", f"{attribute} is not an attribute.", "Use a name of attributes.yaml.")


def _decision_flaws(record: Mapping[str, Any]) -> Iterator[Flaw]:
    decision = record["decision"]
    if "refused" in decision["outcomes"] and not decision.get("refusal_reasons"):
        yield Flaw(
            "decision.refusal_reasons", "A refusal has no reasons to choose from.", "List at least one with its law."
        )
    if "refused" in decision["outcomes"] and not decision.get("objection"):
        yield Flaw(
            "decision.objection",
            "A refusal does not say how to object.",
            "Add months, to and law (行政不服審査法82条).",
        )
    for outcome, text in (decision.get("letter") or {}).items():
        for language, words in text.items():
            for name in _PLACEHOLDER.findall(words):
                if name not in LETTER_WORDS:
                    place = f"decision.letter.{outcome}.{language}"
                    yield Flaw(place, f"{{{name}}} is not known.", f"Use one of {', '.join(sorted(LETTER_WORDS))}.")


def _paper_flaws(record: Mapping[str, Any], form: Form) -> Iterator[Flaw]:
    items = {item["id"] for item in record["paper"]["items"]}
    for item in record["paper"]["items"]:
        place = f"paper.items.{item['id']}"
        keys = [*([item["field"]] if "field" in item else []), *item.get("fields", ())]
        yield from (
            Flaw(place, f"{key} is not a field of the form.", "Name the field that asks it.")
            for key in keys
            if not has_field(form.fields, key)
        )
        if keys and "dropped" in item:
            yield Flaw(place, "The item is both asked and dropped.", "Keep `field` or `dropped`.")
    for key, asked in form.fields.items():
        for name in asked.paper:
            if name not in items:
                yield Flaw(
                    f"form.{key}.paper", f"{name} is not an item of the paper form.", "Name an id of paper.items."
                )


def bank_flaws(fields: Mapping[str, Mapping[str, Any]], attributes: Collection[str]) -> Iterator[tuple[str, Flaw]]:
    """Yield key and flaw of fields of the bank: unknown attribute, choice without options, group without fields."""
    for key, item in fields.items():
        inner = (item.get("group") or {}).get("fields") or {}
        for name, one in [("", item), *inner.items()]:
            for flaw in _field_flaws(one, attributes):
                yield key, Flaw(f"{name}.{flaw.field}".lstrip("."), flaw.message, flaw.remedy)


def _field_flaws(item: Mapping[str, Any], attributes: Collection[str]) -> Iterator[Flaw]:
    attribute = item.get("attribute")
    if attribute and attribute not in attributes:
        yield Flaw("attribute", f"{attribute} is not an attribute.", "Use a name of attributes.yaml.")
    if item["kind"] in {"choice", "choices"} and not item.get("options"):
        yield Flaw("options", "A choice has no options.", "List them.")
    values = [one["value"] for one in item.get("options") or () if isinstance(one, Mapping)]
    if len(set(values)) != len(values):
        yield Flaw("options", "A value stands twice.", "Give each option its own.")
    if item["kind"] == "group" and not item.get("group"):
        yield Flaw("group", "A group says nothing of its fields.", "Add group.fields.")
