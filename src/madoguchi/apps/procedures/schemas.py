"""The form of the pack's procedures, fields and bundles as JSON Schema.

Conditions and calculations stay open here: the engine reads them and says what is wrong.
"""

from typing import Any

KINDS = ("application", "notification", "benefit", "subsidy", "permit")
LEVELS = ("email", "passkey", "card")
SUBJECTS = ("person", "business")
FIELD_KINDS = (
    "text", "longtext", "kana", "date", "month", "time", "integer", "yen", "decimal", "choice", "choices", "yes_no",
    "postal_code", "phone", "email", "file", "group",
)  # fmt: skip
OUTCOMES = ("granted", "refused", "accepted", "partly_granted")
CHECK_KINDS = ("rule", "fact", "duplicate", "person", "documents")
ACCEPTS = ("pdf", "image", "csv", "xlsx", "text")

_WORDS: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 10_000}
_SLUG: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 80}
_NAME: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$", "maxLength": 80}
_KEY: dict[str, Any] = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", "maxLength": 100}
_INNER_KEY: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 60}
_DATE: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 1_000_000_000}
_RULE: dict[str, Any] = {"type": ["object", "boolean"]}
_EXPRESSION: dict[str, Any] = {"type": ["object", "string", "integer", "boolean"]}


def _texts(*required: str) -> dict[str, Any]:
    properties = {"ja": _WORDS, "en": _WORDS, "easy": _WORDS}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _form(required: list[str], /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _list(items: Any, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": 500}


_TEXT = _texts("ja", "en")
_JA = _texts("ja")
_OPTIONS: dict[str, Any] = {
    "anyOf": [{"const": "municipalities"}, _list(_form(["value", "label"], value=_WORDS, label=_TEXT), 1)]
}


def _field(inner: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "kind": {"enum": [kind for kind in FIELD_KINDS if not inner or kind != "group"]},
        "label": _TEXT,
        "hint": _TEXT,
        "schema": {"type": "object"},
        "options": _OPTIONS,
        "attribute": _WORDS,
        "about": {"enum": ["applicant", "household", "child", "business"]},
        "seconds": _COUNT,
        "autocomplete": _WORDS,
        "sensitive": {"type": "boolean"},
        "required": _RULE,
        "show_if": _RULE,
        "calculate": _EXPRESSION,
    }
    if not inner:
        inner_fields = {"type": "object", "propertyNames": _INNER_KEY, "additionalProperties": _field(inner=True)}
        properties["group"] = _form(
            ["fields"],
            min=_COUNT,
            max={"type": "integer", "minimum": 1, "maximum": 200},
            item=_TEXT,
            each={"enum": ["child"]},
            fields={**inner_fields, "minProperties": 1},
        )
    return {"type": "object", "required": ["kind", "label"], "properties": properties, "additionalProperties": False}


_BANK: dict[str, Any] = {"type": "object", "propertyNames": _KEY, "additionalProperties": _field(inner=False)}
FIELDS = _form(["fields"], fields=_BANK)

_USE: dict[str, Any] = {
    "anyOf": [
        _KEY,
        _form(
            ["use"],
            use=_KEY,
            required=_RULE,
            show_if=_RULE,
            label=_TEXT,
            hint=_TEXT,
            calculate=_EXPRESSION,
            paper=_list(_NAME),
        ),
    ]
}
_PAGE = _form(["id", "title", "fields"], id=_NAME, title=_TEXT, show_if=_RULE, fields=_list(_USE, 1))
_FORM = _form(
    ["pages"],
    pages=_list(_PAGE, 1),
    rules=_list(_form(["id", "check", "message"], id=_NAME, check=_RULE, at=_WORDS, message=_TEXT)),
    required_if=_RULE,
    show_if=_RULE,
)
_DOCUMENT = _form(
    ["id", "required"],
    id=_NAME,
    required=_RULE,
    name=_TEXT,
    note=_TEXT,
    accepts=_list({"enum": list(ACCEPTS)}, 1),
    confirmed_by=_list(_WORDS),
    reuse_days=_COUNT,
    counter=_form([], minutes=_COUNT, trips=_COUNT, fee_yen=_COUNT),
)
_LIMIT: dict[str, Any] = {
    **_form([], days=_COUNT, business_days=_COUNT, months=_COUNT, years=_COUNT, end_of_month_after_months=_COUNT),
    "minProperties": 1,
    "maxProperties": 1,
}
DEADLINE = _form(
    ["event", "limit", "counting"],
    event=_WORDS,
    limit=_LIMIT,
    counting={"enum": ["next_day_first", "first_day_counts"]},
    rolls={"type": "boolean"},
    law=_WORDS,
    text=_TEXT,
    consequence=_TEXT,
)
_PERIOD = _form(
    ["days", "unit"], days={"type": "integer", "minimum": 0, "maximum": 3_660}, unit={"enum": ["calendar", "business"]}
)
_BASIS = _form(
    ["source"], source=_WORDS, url={"type": "string", "pattern": "^https?://"}, checked_on=_DATE, note=_WORDS
)
_CLOCK = _form(
    ["online", "basis"],
    paper=_PERIOD,
    online=_PERIOD,
    pauses_in_correction={"type": "boolean"},
    longest_days={"type": "integer", "minimum": 1},
    basis=_BASIS,
)
_CHECK: dict[str, Any] = {
    **_form(
        ["id", "name", "kind"],
        id=_NAME,
        name=_TEXT,
        kind={"enum": list(CHECK_KINDS)},
        holds=_RULE,
        field=_WORDS,
        attribute=_WORDS,
        fields=_list(_WORDS, 1),
        within_days={"type": "integer", "minimum": 1},
        how=_TEXT,
        required={"type": "boolean"},
        **{"else": _TEXT},
    ),
    "allOf": [
        {"if": {"properties": {"kind": {"const": kind}}}, "then": {"required": needed}}
        for kind, needed in (
            ("rule", ["holds", "else"]), ("fact", ["field", "attribute"]), ("duplicate", ["fields"]), ("person", ["how"]),
        )
    ],
}  # fmt: skip
_VALID = _form([], years=_COUNT, months=_COUNT, remind_days=_list({"type": "integer", "minimum": 1}))
_DECISION = _form(
    ["outcomes"],
    four_eyes={"type": "boolean"},
    outcomes=_list({"enum": list(OUTCOMES)}, 1),
    refusal_reasons=_list(_form(["id", "text"], id=_NAME, text=_TEXT, law=_WORDS)),
    letter=_form(["title"], title=_TEXT, granted=_TEXT, refused=_TEXT, accepted=_TEXT, partly_granted=_TEXT),
    valid=_VALID,
    objection=_form(["months", "to"], months={"type": "integer", "minimum": 1}, to=_TEXT, law=_WORDS),
)
_SOURCE = _form(
    ["title"],
    title=_WORDS,
    url={"type": "string", "pattern": "^https?://"},
    checked_on=_DATE,
    unconfirmed={"type": "boolean"},
)
_PAPER_ITEM: dict[str, Any] = {
    **_form(["id", "ja"], id=_NAME, ja=_WORDS, field=_WORDS, fields=_list(_WORDS, 1), document=_NAME, dropped=_JA),
}
_PAPER = _form(
    ["title", "items"],
    title=_JA,
    source=_SOURCE,
    unconfirmed={"type": "boolean"},
    items=_list(_PAPER_ITEM, 1),
    documents=_list(_NAME),
    seals=_COUNT,
    fee_yen=_COUNT,
    minutes=_COUNT,
    trips=_COUNT,
)
RECORD: dict[str, Any] = _form(
    [
        "id", "version", "effective_from", "kind", "subject", "level", "name", "summary", "authority", "office", "law",
        "form", "clock", "checks", "decision", "retention_years", "paper",
    ],
    id=_SLUG,
    version={"type": "integer", "minimum": 1, "maximum": 1_000_000},
    effective_from=_DATE,
    kind={"enum": list(KINDS)},
    programme=_SLUG,
    subject={"enum": list(SUBJECTS)},
    level={"enum": list(LEVELS)},
    name=_TEXT,
    summary=_TEXT,
    authority=_SLUG,
    office=_TEXT,
    law=_WORDS,
    needs=_list(_NAME),
    gives=_list(_NAME),
    form=_FORM,
    own_fields=_BANK,
    documents=_list(_DOCUMENT),
    fees=_list(_form(["id", "name", "yen"], id=_NAME, name=_TEXT, yen=_COUNT, **{"if": _RULE})),
    deadline=DEADLINE,
    clock=_CLOCK,
    checks=_list(_CHECK, 1),
    decision=_DECISION,
    benefit={"type": "object"},
    retention_years={"type": "integer", "minimum": 0, "maximum": 100},
    paper=_PAPER,
    unconfirmed=_list(_WORDS),
    note=_WORDS,
)  # fmt: skip
PROCEDURES = _form(["procedures"], procedures=_list(RECORD))
_ELSEWHERE = _form(["ja", "en"], ja=_WORDS, en=_WORDS, easy=_WORDS, url={"type": "string", "pattern": "^https?://"})
_ITEM: dict[str, Any] = {
    **_form(
        ["when", "why"],
        id=_NAME,
        procedure=_SLUG,
        when=_RULE,
        preselected={"type": "boolean"},
        why=_TEXT,
        elsewhere=_ELSEWHERE,
        deadline=DEADLINE,
        automatic=_TEXT,
        needs=_list(_NAME),
        gives=_list(_NAME),
    ),
    "oneOf": [{"required": ["procedure"]}, {"required": ["elsewhere"]}, {"required": ["automatic"]}],
}
BUNDLE = _form(
    ["id", "life_event", "name", "summary", "subject", "items"],
    id=_SLUG,
    life_event=_SLUG,
    name=_TEXT,
    summary=_TEXT,
    subject={"enum": list(SUBJECTS)},
    ask_first=_list(_KEY),
    items=_list(_ITEM, 1),
)
BUNDLES = _form(["bundles"], bundles=_list(BUNDLE))
