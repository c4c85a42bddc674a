"""The form of the registry's pack files as JSON Schema; docs/packs.md says the same in words."""

from typing import Any

KINDS = (
    "benefit", "medical_aid", "vaccination", "checkup", "service", "exemption", "loan", "consultation", "certificate",
)  # fmt: skip
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_SLUG: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 80}
_DATE: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_MAYBE_DATE: dict[str, Any] = {"anyOf": [_DATE, {"type": "null"}]}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _texts(*required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {"ja": _TEXT, "en": _TEXT, "easy": _TEXT},
        "additionalProperties": False,
    }


_YEN: dict[str, Any] = {"type": "integer"}
_RATE: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+|/[0-9]+)?$"}]}


def _form(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_FORMULA: dict[str, Any] = {
    "yen": _YEN,
    "range": _form([], min={"type": ["integer", "null"]}, max={"type": ["integer", "null"]}),
    "table": _TEXT,
    "by": _TEXT,
    "share": _form(["of", "rate"], of=_TEXT, rate=_RATE, round=_YEN, rounding={"enum": ["切捨て", "四捨五入"]}),
    "linear": _form(
        ["of", "from", "by", "start", "rate", "floor"],
        **{"of": _TEXT, "from": _TEXT, "by": _TEXT, "start": _YEN, "rate": _RATE, "floor": _YEN, "round": _YEN},
    ),
    "lesser_of": {"type": "array", "items": {"type": "object"}},
}
_CASES: dict[str, Any] = {"type": "array", "items": _form([], when=_TEXT, **_FORMULA)}
_ADDITIONS: dict[str, Any] = {
    "type": "array",
    "items": _form(["first", "cases"], first=_YEN, last={"type": ["integer", "null"]}, cases=_CASES),
}
_MONTH: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 12}
_EACH: dict[str, Any] = {"enum": ["児童", "本人", "世帯", "胎児"]}
_FIGURES: dict[str, Any] = {
    "cases": _CASES,
    "additions": _ADDITIONS,
    "cap": _form(["yen", "each"], yen={"type": "integer", "minimum": 1}, each=_EACH),
}
_AMOUNT: dict[str, Any] = {
    **_form(
        [],
        unit={"const": "円"},
        per={"enum": ["月", "年", "回", "日"]},
        each=_EACH,
        months=_form(
            ["begins"],
            begins={"enum": ["請求の翌月", "請求の月", "該当月"]},
            as_of={"enum": ["月初", "月末"]},
            grace_days={"type": "integer", "minimum": 0},
            paid={
                "type": "object",
                "patternProperties": {"^([1-9]|1[0-2])$": {"type": "array", "items": _MONTH}},
                "additionalProperties": False,
            },
        ),
        times=_form(["of"], of=_TEXT, least={"type": "integer", "minimum": 0}),
        versions={
            "type": "array",
            "minItems": 1,
            "items": _form(["from", "cases"], **{"from": _DATE, "to": _MAYBE_DATE, "condition": _TEXT, **_FIGURES}),
        },
        **_FIGURES,
    ),
    "oneOf": [{"required": ["cases"]}, {"required": ["versions"]}],
}
_PROGRAMME: dict[str, Any] = {
    "type": "object",
    "required": [
        "id", "kind", "name", "kana", "summary", "organisation", "area", "subject", "condition", "benefit_text", "window",
        "how", "office", "life_events", "sources", "checked_on", "review_on", "unconfirmed",
    ],
    "additionalProperties": False,
    "properties": {
        "id": _SLUG,
        "kind": {"enum": list(KINDS)},
        "name": _texts("ja", "en", "easy"),
        "kana": _TEXT,
        "keywords": _TEXTS,
        "summary": _texts("ja", "en", "easy"),
        "organisation": _TEXT,
        "area": {
            "anyOf": [
                {"const": "tokyo"},
                {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[0-9]{6}$"}},
            ]
        },
        "subject": {"enum": ["本人", "児童", "世帯"]},
        "condition": _TEXT,
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "class", "ja", "en"],
                "properties": {"id": _TEXT, "class": _TEXT, "ja": _TEXT, "en": _TEXT},
                "additionalProperties": False,
            },
        },
        "spans": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["atom", "ja"],
                "properties": {"atom": _TEXT, "ja": _TEXT, "en": _TEXT},
                "additionalProperties": False,
            },
        },
        "amount": _AMOUNT,
        "benefit_text": _texts("ja", "en"),
        "window": {
            "type": "object",
            "required": ["kind", "ja", "en"],
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": ["anytime", "period", "deadline"]},
                "ja": _TEXT,
                "en": _TEXT,
                "easy": _TEXT,
                "opens": _MAYBE_DATE,
                "closes": _MAYBE_DATE,
                "days": {"type": ["integer", "null"], "minimum": 0},
                "from": {"type": ["string", "null"]},
            },
        },
        "how": _texts("ja", "en"),
        "online": {"type": ["boolean", "null"]},
        "documents": _TEXTS,
        "office": _texts("ja", "en"),
        "life_events": _TEXTS,
        "law": {"type": ["string", "null"]},
        "um": {"type": ["integer", "null"]},
        "value_yen": {"type": ["integer", "null"], "minimum": 0},
        "effective_from": _MAYBE_DATE,
        "effective_to": _MAYBE_DATE,
        "sources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["title", "url"],
                "properties": {"title": _TEXT, "url": {"type": "string", "pattern": "^https?://"}},
                "additionalProperties": False,
            },
        },
        "checked_on": _DATE,
        "review_on": _MAYBE_DATE,
        "unconfirmed": _TEXTS,
    },
}  # fmt: skip


def _list_of(name: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": item}}}


def _items(*required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required)}


def _by_language(content: dict[str, Any]) -> dict[str, Any]:
    return _form([], ja=content, en=content)


_ATTRIBUTE: dict[str, Any] = _form(
    ["name", "scope", "type", "source", "sensitivity", "en"],
    name=_TEXT,
    scope={"enum": ["person", "household"]},
    type={"enum": ["bool", "int", "yen", "date", "enum", "set"]},
    values={"anyOf": [{"const": "municipalities"}, {**_TEXTS, "minItems": 1, "uniqueItems": True}]},
    source=_TEXT,
    sensitivity={"type": "integer", "minimum": 0, "maximum": 3},
    en=_TEXT,
    says=_by_language({**_TEXTS, "minItems": 2, "maxItems": 2}),
    label=_by_language(_TEXT),
    unit=_by_language(_TEXT),
    value_labels=_by_language({"type": "object", "minProperties": 1, "additionalProperties": _TEXT}),
)
_ATTRIBUTE["dependentSchemas"] = {
    key: {"properties": {"type": {"enum": kinds}}}
    for key, kinds in {"says": ["bool", "enum"], "unit": ["int"], "value_labels": ["enum"], "values": ["enum"]}.items()
}

PROGRAMME = _PROGRAMME
PROGRAMMES = _list_of("programmes", _PROGRAMME)
PARTS: dict[str, dict[str, Any]] = {
    "attributes": _list_of("attributes", _ATTRIBUTE),
    "questions": _list_of("questions", _items("id", "kind", "ja", "en", "easy", "sets", "sensitivity")),
    "implications": _list_of("implications", _items("id", "when", "source")),
    "life_events": _list_of("life_events", _items("id", "order", "name")),
    "documents": _list_of("documents", _items("id", "name")),
    "synonyms": _list_of("synonyms", _TEXTS),
    "income_tables": _list_of("income_tables", _items("name", "versions", "source", "checked_on")),
    "subconditions": _list_of("subconditions", _items("name", "municipality", "condition")),
}
