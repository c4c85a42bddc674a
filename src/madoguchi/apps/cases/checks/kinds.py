"""The kinds of checks: rule, fact, duplicate, documents, person. Each takes a check's record and a ground, and is pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from madoguchi.apps.cases.checks.ground import Finding, Ground, failed, passed, quotes, unclear
from madoguchi.apps.cases.contracts import Source
from madoguchi.engines.forms import holds, keys_of, read_condition

Check = Mapping[str, Any]


def rule(check: Check, ground: Ground) -> Finding:
    """Return whether a condition over the answers holds; one whose answers are missing is unclear, not failed."""
    condition = read_condition(check["holds"])
    answers, today = ground.content.answers, ground.today
    quoted = quotes(ground, tuple(sorted(key for key in keys_of(condition) if "[" not in key)))
    if holds(condition, answers, today=today):
        return passed("rule_holds", quotes=quoted)
    if holds(read_condition({"not": check["holds"]}), answers, today=today):
        return failed("rule_broken", quotes=quoted, otherwise=check.get("else") or {})
    return unclear("rule_unknown", quotes=quoted)


def fact(check: Check, ground: Ground) -> Finding:
    """Return whether a declared answer equals the verified fact that came with the submission."""
    key, source = check["field"], ground.content.sources.get(check["field"])
    declared = ground.content.answers.get(key)
    if declared is None:
        return unclear("fact_not_declared", field=key, attribute=check["attribute"])
    if source is None or not source.verified:
        return unclear("fact_unverified", field=key, attribute=check["attribute"], quotes=quotes(ground, (key,)))
    return _compared(key, declared, source, ground)


def _compared(key: str, declared: Any, source: Source, ground: Ground) -> Finding:
    told = declared if source.value is None else source.value
    params = {"field": key, "source": source.source, "as_of": source.as_of, "quotes": quotes(ground, (key,))}
    if folded(declared) == folded(told):
        return passed("fact_same", **params)
    return failed("fact_differs", **params, told=told)


def folded(value: Any) -> Any:
    """Return a value as it is compared: width, case and blanks of texts do not matter."""
    if not isinstance(value, str):
        return value
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value)).casefold()


def duplicate(check: Check, ground: Ground) -> Finding:
    """Return whether another open or granted case of the procedure has the same answers."""
    missing = [key for key in check["fields"] if ground.content.answers.get(key) is None]
    if missing:
        return unclear("duplicate_unknown", fields=missing)
    found = ground.likes(check)
    if found.numbers or found.elsewhere:
        return failed("duplicate_found", numbers=list(found.numbers), elsewhere=found.elsewhere)
    return passed("duplicate_none", days=check["within_days"])


def documents(check: Check, ground: Ground) -> Finding:
    """Return whether every required document is there, or confirmed by a verified fact, and free of findings."""
    needed = required_documents(ground)
    missing = [key for key in needed if key not in have(ground)]
    refused = [key for key, state in sorted(ground.files.items()) if state == "refused"]
    waiting = [key for key, state in sorted(ground.files.items()) if state == "waiting"]
    if missing or refused:
        return failed("documents_missing", missing=missing, refused=refused)
    if waiting:
        return unclear("documents_waiting", waiting=waiting)
    return passed("documents_there", there=sorted(have(ground)), confirmed=list(ground.content.confirmed))


def have(ground: Ground) -> set[str]:
    """Return the documents that are there or that a fact confirms."""
    sent = {key for key, ids in ground.content.documents.items() if ids}
    return sent | set(ground.content.confirmed) | set(ground.files)


def required_documents(ground: Ground) -> list[str]:
    """Return the ids of the documents that the answers make necessary, in the order of the record."""
    return [
        document["id"]
        for document in ground.record.get("documents") or ()
        if holds(read_condition(document.get("required", False)), ground.content.answers, today=ground.today)
    ]


def person(check: Check, ground: Ground) -> Finding:
    """Return that a person must look."""
    return unclear("person_needed")


KINDS: Mapping[str, Callable[[Check, Ground], Finding]] = {
    "rule": rule,
    "fact": fact,
    "duplicate": duplicate,
    "documents": documents,
    "person": person,
}
AUTOMATIC = frozenset(KINDS) - {"person"}
