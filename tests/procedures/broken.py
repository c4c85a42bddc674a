"""Ways to break the small pack, each with what the loader must say: file, record, field, words of the message."""

import copy
from dataclasses import dataclass
from typing import Any

from tests.procedures.records import FIELDS, record, text

GONE = object()
"""Instead of a value: the key is taken away."""
MORE = object()
"""As the last step of a path: the value is added to the list."""
CAT = {"field": "cat.name", "known": True}
FACT = {"id": "x", "kind": "fact", "name": text("x"), "field": "applicant.name", "attribute": "氏名"}
RECORDS, BANK, BUNDLES = "procedures/small.yaml", "procedures/fields.yaml", "procedures/bundles.yaml"


@dataclass(frozen=True)
class Broken:
    """One change to the contents of the small pack, and what is said of it."""

    path: tuple[Any, ...]
    value: Any
    field: str
    message: str
    file: str = RECORDS
    record: str = "inu-touroku"

    def apply(self, contents: dict[str, Any]) -> None:
        """Break the contents."""
        target: Any = contents
        for step in self.path[:-1]:
            target = target[step]
        last = self.path[-1]
        if last is MORE:
            target.append(copy.deepcopy(self.value))
        elif self.value is GONE:
            del target[last]
        else:
            target[last] = copy.deepcopy(self.value)

    def __str__(self) -> str:
        return f"{self.field}: {self.message[:30]}"


def of(path: str, value: Any, field: str, message: str) -> Broken:
    """Break the record at a dotted path; `+` at the end adds to a list."""
    steps = [MORE if step == "+" else int(step) if step.isdecimal() else step for step in path.split(".")]
    return Broken(("records", 0, *steps), value, field, message)


def bank(key: str, name: str, value: Any, field: str, message: str) -> Broken:
    """Break a field of the bank."""
    return Broken(("fields", key, *name.split(".")), value, field, message, BANK, key)


def bundle(path: tuple[Any, ...], value: Any, field: str, message: str) -> Broken:
    """Break the bundle."""
    return Broken(("bundles", *path), value, field, message, BUNDLES, "dogs")


NO_FIELD = "cat.name is not a field"
ALL = [
    of("law", GONE, "procedures.0", "'law' is a required property"),
    of("kind", "wish", "kind", "'wish' is not one of"),
    of("level", "none", "level", "'none' is not one of"),
    of("subject", "dog", "subject", "'dog' is not one of"),
    of("version", 0, "version", "0 is less than the minimum"),
    of("version", "1", "version", "'1' is not of type 'integer'"),
    of("name", {"ja": "犬"}, "name", "'en' is a required property"),
    of("name", {"ja": "犬", "en": ""}, "name.en", "''"),
    of("colour", "red", "procedures.0", "'colour' was unexpected"),
    of("retention_years", -1, "retention_years", "-1 is less than the minimum"),
    of("effective_from", "2026-02-30", "effective_from", "2026-02-30 is not a day of the calendar"),
    of("authority", "mars", "authority", "mars is not an organisation"),
    of("programme", "moon", "programme", "moon is not a programme"),
    of("documents.0.id", "passport", "documents.passport", "passport is not a document"),
    of("documents.0.confirmed_by", ["星座"], "documents.id_card.confirmed_by", "星座 is not an attribute"),
    of("documents.+", {"id": "id_card", "required": True}, "documents.id_card", "The id stands twice"),
    of("documents.0.required", CAT, "documents.id_card.required", NO_FIELD),
    of("documents.0.required", {"mood": "good"}, "documents.id_card.required", "mood"),
    of("documents.0.accepts", ["exe"], "documents.0.accepts.0", "'exe' is not one of"),
    of("fees.0.if", CAT, "fees.fee.if", NO_FIELD),
    of("fees.0.yen", -5, "fees.0.yen", "-5 is less than the minimum"),
    of("form.pages.0.fields.+", "cat.name", "form.pages[0].fields[2]", "cat.name is not in the bank of fields"),
    of("form.pages.1.fields.+", "applicant.name", "form.pages[1].fields[3]", "applicant.name stands"),
    of("form.pages.1.show_if", CAT, "page dog.show_if", "cat.name"),
    of("form.pages.0.fields", [], "form.pages.0.fields", "[]"),
    of("form.pages.0.fields.0", {"use": "applicant.name", "paper": ["p99"]}, "form.applicant.name.paper", "p99 is not"),
    of("deadline.event", "cat.born_on", "deadline.event", "cat.born_on is not a field"),
    of("deadline.event", "applicant.name", "deadline.event", "applicant.name holds no date"),
    of("deadline.limit", {"days": 1, "months": 1}, "deadline.limit", "has too many properties"),
    of("deadline.counting", "backwards", "deadline.counting", "'backwards' is not one of"),
    of("clock.basis", {"source": "板橋区"}, "clock.basis", "The period has no page as its source"),
    of("clock.longest_days", 2, "clock.longest_days", "shorter than the usual one"),
    of("clock.online.unit", "weeks", "clock.online.unit", "'weeks' is not one of"),
    of("checks.+", {**FACT, "field": "cat.name"}, "checks.x", NO_FIELD),
    of("checks.+", {**FACT, "attribute": "星座"}, "checks.x.attribute", "星座 is not an attribute"),
    of("checks.1.holds", CAT, "checks.dog.holds", NO_FIELD),
    of("checks.1.else", GONE, "checks.1", "'else' is a required property"),
    of("decision.refusal_reasons", GONE, "decision.refusal_reasons", "A refusal has no reasons"),
    of("decision.objection", GONE, "decision.objection", "does not say how to object"),
    of("decision.letter.accepted", text("{password}"), "decision.letter.accepted.ja", "{password} is not known"),
    of("paper.items.0.field", "cat.name", "paper.items.p1", NO_FIELD),
    of("paper.items.0.dropped", {"ja": "x"}, "paper.items.p1", "both asked and dropped"),
    of("paper.items.0.id", "p2", "paper.items.p2", "The id stands twice"),
    of("paper.documents", ["passport"], "paper.documents", "passport is not a document"),
    of("own_fields", {"dog.count": FIELDS["dog.count"]}, "own_fields.dog.count", "The bank has a field of this key"),
    Broken(("records", MORE), record(), "id", "The id stands twice"),
    Broken(("fields", "Dog"), FIELDS["dog.count"], "fields", "does not match", BANK, "-"),
    bank("dog.count", "kind", "feeling", "kind", "'feeling' is not one of"),
    bank("dog.count", "attribute", "星座", "attribute", "星座 is not an attribute"),
    bank("dog.colours", "options", GONE, "options", "A choice has no options"),
    bank("dogs", "group", GONE, "group", "A group says nothing of its fields"),
    bank("dogs", "group.fields.name.kind", "group", "group.fields.name.kind", "'group' is not one of"),
    bundle((0, "items", 0, "procedure"), "neko", "items.neko", "neko is not a procedure"),
    bundle((0, "items", 0, "when"), CAT, "items.inu-touroku.when", NO_FIELD),
    bundle((0, "life_event"), "holiday", "life_event", "holiday is not an event of life"),
    bundle((0, "ask_first"), ["cat.name"], "ask_first", "cat.name is not a field of the bank"),
    bundle((0, "subject"), "business", "items.inu-touroku", "is not for a business"),
]
