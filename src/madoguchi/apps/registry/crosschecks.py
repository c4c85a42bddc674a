"""What only shows when records are laid side by side: doubled programmes, tables out of time, names nobody answers.

Each function yields findings about one question; which records are read and how they are printed is not known here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from madoguchi.apps.registry.book import Book, as_date
from madoguchi.apps.registry.checking import scope_of
from madoguchi.apps.registry.contents import Contents, Finding, Programme, Record, amount_versions, case_lists
from madoguchi.engines.eligibility import Node, Severity, Subject, walk
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.check import (
    Located,
    Period,
    cycles,
    figure_problems,
    overlapping,
    period_problems,
    received,
    required,
    uncovered,
)
from madoguchi.engines.eligibility.facts import ALL_SERIES, RECEIVED, VACCINATED
from madoguchi.engines.eligibility.scalar import MUNICIPALITY
from madoguchi.engines.eligibility.types import Owner, suggest

BIRTH = "生年月日"
ANYBODY = "世帯員"
_SHOWN = 8
_EDITION = re.compile(r"-(?:(?:19|20)\d{2}(?:-\d{2})?|v\d+|r\d+)$")
_ROLE = {Owner.APPLICANT: "申請者", Owner.HOUSEHOLD: "世帯"}


def between(programmes: Sequence[Programme], book: Book, pack: Contents) -> list[Finding]:
    """Return what is found between the records of a pack."""
    return [
        *doubled(programmes),
        *tables_in_time(programmes, pack),
        *unconfirmed_tables(programmes, pack),
        *unasked(programmes, pack),
        *unknown_programmes(programmes, pack),
        *rings(programmes, book, pack.day),
        *series(programmes, pack),
        *municipal_parts(programmes, pack),
    ]


# --- income tables
def tables(pack: Contents) -> Iterator[Finding]:
    """Yield what is wrong with the versions and figures of income tables."""
    for record in pack.parts["income_tables"]:
        periods = _periods(record)
        for index, problem in period_problems(periods):
            yield _table_finding(record, f"versions.{index}", problem.severity, problem.message, problem.remedy)
        for index, version in enumerate(record["versions"]):
            for problem in figure_problems(version["limits"], version.get("step") or 0):
                yield _table_finding(record, f"versions.{index}", problem.severity, problem.message, problem.remedy)


def _table_finding(record: Record, field: str, severity: Severity, message: str, remedy: str) -> Finding:
    is_error = severity is Severity.ERROR
    return Finding(is_error, "income_tables.yaml", record["name"], field, None, message, remedy)


def _periods(record: Record) -> list[Period]:
    return [Period(as_date(item["from"]), as_date(item.get("to"))) for item in record["versions"]]


def _limits(located: Located) -> Iterator[tuple[str, Node]]:
    for part in walk(located.node):
        if isinstance(part, tree.Limit):
            yield part.table, part


def _tables_of_cases(cases: Sequence[Record]) -> Iterator[str]:
    """Yield the tables that the formulas of cases name, however deep they stand."""
    for name, value in (pair for case in cases for pair in case.items()):
        if name == "table":
            yield str(value)
        elif name == "linear":
            yield str(value["from"])
        elif isinstance(value, dict):
            yield from _tables_of_cases([value])
        elif isinstance(value, list):
            yield from _tables_of_cases([item for item in value if isinstance(item, dict)])


def _uses(programme: Programme) -> Iterator[tuple[str, str, Period, tuple[Located, Node] | None]]:
    """Yield (field, table, time in which it is used, part of the condition) for every use of a table."""
    record = programme.record
    whole = Period(as_date(record.get("effective_from")), as_date(record.get("effective_to")))
    for table, part in _limits(programme.condition):
        yield "condition", table, whole, (programme.condition, part)
    for field, version in amount_versions(record):
        used = Period(as_date(version.get("from")) or whole.start, as_date(version.get("to")) or whole.end)
        for name, located in programme.whens.items():
            if name.startswith(f"{field}."):
                yield from ((name, table, used, (located, part)) for table, part in _limits(located))
        for cases_field, cases in case_lists(field, version):
            yield from ((cases_field, table, used, None) for table in sorted(set(_tables_of_cases(cases))))


def tables_in_time(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield tables that have no figures for a part of the time in which a programme uses them."""
    periods = {record["name"]: _periods(record) for record in pack.parts["income_tables"]}
    for programme in programmes:
        for field, table, used, at in _uses(programme):
            within = Period(used.start or pack.day, used.end)
            for gap in uncovered(periods.get(table, []), within):
                still = gap.end is None or gap.end >= pack.day
                message = f"The table {table} has no figures for {gap}, when this is in force."
                remedy = "Add a version to the table, or correct the dates of the programme."
                place = at[0].place(at[1]) if at else None
                yield Finding(still, programme.file, programme.id, field, place, message, remedy)


def unconfirmed_tables(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield amounts and conditions that are given as confirmed while a table that they use is not."""
    doubtful = {record["name"] for record in pack.parts["income_tables"] if record.get("unconfirmed")}
    for programme in programmes:
        seen = set()
        for field, table, _, at in _uses(programme):
            top = field.partition(".")[0]
            if table not in doubtful or top in (programme.record.get("unconfirmed") or ()) or (top, table) in seen:
                continue
            seen.add((top, table))
            message = f"This is given as confirmed, yet the table {table} is not."
            yield programme.warning(field, message, f"Confirm the table, or list {top} under `unconfirmed`.", at)


# --- programmes side by side
def doubled(programmes: Sequence[Programme]) -> Iterator[Finding]:
    """Yield records of one programme that are valid at the same time in the same place."""
    families: dict[str, list[Programme]] = defaultdict(list)
    for programme in programmes:
        for key in {f"name {programme.name}", f"id {_EDITION.sub('', programme.id)}"}:
            families[key].append(programme)
    pairs = {(one.id, other.id): (one, other) for group in families.values() for one, other in combinations(group, 2)}
    for one, other in pairs.values():
        shared = overlapping(_in_force(one), _in_force(other))
        if shared and _same_place(one.record["area"], other.record["area"]):
            message = f"It is in force together with {one.id} of the same name or family ({shared})."
            remedy = "End the earlier record on the day before the later begins, or give them different names."
            yield Finding(True, other.file, other.id, "effective_from", None, message, remedy)


def _in_force(programme: Programme) -> Period:
    return Period(as_date(programme.record.get("effective_from")), as_date(programme.record.get("effective_to")))


def _same_place(one: Any, other: Any) -> bool:
    return isinstance(one, str) or isinstance(other, str) or bool(set(one) & set(other))


def rings(programmes: Sequence[Programme], book: Book, day: date) -> Iterator[Finding]:
    """Yield programmes that require each other in a ring: nobody can begin."""
    by_word = {word: programme for programme in programmes for word in (programme.id, programme.name)}
    requires = {}
    for programme in programmes:
        names = required(programme.condition.node, scope_of(programme.record, book, day=day))
        requires[programme.id] = {by_word[name].id for name in names if name in by_word}
    for ring in cycles(requires):
        first = by_word[ring[0]]
        message = f"Programmes require each other in a ring: {' → '.join((*ring, ring[0]))}."
        remedy = "Remove one 受給, or let another condition begin the ring."
        yield Finding(True, first.file, first.id, "condition", first.condition.place(None), message, remedy)


def unknown_programmes(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield names in 受給 that no programme has and no question tells."""
    told = {str(item) for record in _settings(pack, RECEIVED) for item in record.get("value") or ()}
    existing = {word for programme in programmes for word in (programme.id, programme.name)}
    for programme in programmes:
        for field, located in programme.trees():
            for name, part in received(located.node).items():
                place = located.place(part)
                if name not in told | existing:
                    message = f"There is no programme {name!r}, and no question tells whether it is received."
                    remedy = suggest(name, sorted(told | existing)) or "Correct the name, or add the programme."
                    yield Finding(True, programme.file, programme.id, field, place, message, remedy)
                elif name not in told:
                    message = f"No question tells whether {name!r} is received: the answer stays unknown."
                    yield programme.warning(field, message, "Add it to questions.yaml.", (located, part))


# --- questions
def _settings(pack: Contents, attribute: str) -> Iterator[Record]:
    for question in pack.parts["questions"]:
        yield from (item for item in question["sets"] if item.get("attribute") == attribute)


def _answered(pack: Contents) -> set[tuple[str, str]]:
    """Return (role, attribute) of every fact that a question or an implication can give."""
    found = set()
    for question in pack.parts["questions"]:
        found |= {(item.get("who", ""), item["attribute"]) for item in question["sets"] if item.get("attribute")}
        if question["kind"] == "birthdates":
            found.add(("子", BIRTH))
    for record in pack.parts.get("implications", ()):
        found |= {(role, name) for name in record.get("person") or () for role in ("申請者", "子", ANYBODY)}
        found |= {("世帯", name) for name in record.get("household") or ()}
    return found


def _needs(node: Node, subject: Subject, group: str = "") -> Iterator[tuple[str, str, Node]]:
    """Yield (role, attribute, atom) of every fact that a tree looks at."""
    match node:
        case tree.And(items) | tree.Or(items):
            for item in items:
                yield from _needs(item, subject, group)
        case tree.Not(item):
            yield from _needs(item, subject, group)
        case tree.Exists(inner, condition) | tree.Every(inner, condition) | tree.Count(inner, condition):
            yield from _needs(condition, subject, "子" if inner is tree.Group.CHILDREN else ANYBODY)
        case tree.InTokyo() | tree.SubCondition():
            yield "世帯", MUNICIPALITY, node
        case _:
            yield from ((_role(owner, subject, group), name, node) for owner, name in _facts(node))


def _facts(node: Node) -> Iterator[tuple[Owner, str]]:
    match node:
        case tree.Flag(attr) | tree.Compare(attr) | tree.OneOf(attr):
            yield attr.owner, attr.name
        case tree.Limit():
            yield from ((attr.owner, attr.name) for attr in (node.attr, node.by))
        case tree.Age(owner) | tree.Reached(owner):
            yield owner, BIRTH
        case tree.Receives(owner):
            yield owner, RECEIVED
        case tree.Doses(owner):
            yield owner, VACCINATED


def _role(owner: Owner, subject: Subject, group: str) -> str:
    if owner is Owner.MEMBER:
        return group
    if owner is Owner.SELF:
        return {Subject.CHILD: "子", Subject.HOUSEHOLD: "申請者"}.get(subject, ANYBODY)
    return _ROLE.get(owner, ANYBODY)


def unasked(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield facts that conditions look at although no question asks for them: they stay unknown for everybody."""
    answered = _answered(pack)
    asked_of_some = {name for role, name in answered if role != "世帯"}
    users: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for programme in programmes:
        subject = Subject(programme.record["subject"])
        for field, located in reversed(programme.trees()):
            for role, name, _ in _needs(located.node, subject):
                if (role, name) not in answered and not (role == ANYBODY and name in asked_of_some):
                    users[role, name][programme.id] = field == "condition"
    for (role, name), by in sorted(users.items()):
        what = "conditions" if any(by.values()) else "amounts"
        message = f"No question asks for {name} ({role}): the {what} of {_some(sorted(by))} stay open."
        remedy = "Add a question, or leave the attribute out."
        yield Finding(False, "attributes.yaml", name, "-", None, message, remedy)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def series(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield vaccine series that are recorded and never used, or used and never recorded."""
    recorded = {
        str(name) for record in _settings(pack, VACCINATED) for name in record.get("value") or () if name != ALL_SERIES
    }
    used: dict[str, tuple[Programme, str, Located, Node]] = {}
    for programme in programmes:
        for field, located in programme.trees():
            for part in walk(located.node):
                if isinstance(part, tree.Doses):
                    used.setdefault(part.series, (programme, field, located, part))
    for name in sorted(recorded - used.keys()):
        message = f"The series {name!r} is asked for, yet no condition uses it."
        remedy = suggest(name, sorted(used)) or "Remove the option, or use it in a condition."
        yield Finding(False, "questions.yaml", name, VACCINATED, None, message, remedy)
    for name in sorted(used.keys() - recorded):
        programme, field, located, part = used[name]
        message = f"No question records the series {name!r}: the doses stay unknown."
        yield programme.warning(field, message, suggest(name, sorted(recorded)) or "Add it.", (located, part))


# --- municipalities and clauses
def municipal_parts(programmes: Sequence[Programme], pack: Contents) -> Iterator[Finding]:
    """Yield municipal parts (自治体条件) that some municipality of the area does not give, or that nobody uses."""
    given: dict[str, set[str]] = defaultdict(set)
    for record in pack.parts.get("subconditions", ()):
        given[record["name"]].add(str(record["municipality"]))
    used = set()
    for programme in programmes:
        area = programme.record["area"]
        codes = list(pack.municipalities) if isinstance(area, str) else area
        for field, located in programme.trees():
            for part in walk(located.node):
                if isinstance(part, tree.SubCondition):
                    used.add(part.name)
                    missing = [code for code in codes if code not in given[part.name]]
                    if missing:
                        message = f"自治体条件 {part.name!r} has no entry for {len(missing)} municipalities: {_some(missing)}."
                        yield programme.warning(field, message, "Add them to subconditions.yaml.", (located, part))
    for name in sorted(given.keys() - used):
        message, remedy = f"自治体条件 {name!r} is given, yet no condition uses it.", "Remove it, or use it."
        yield Finding(False, "subconditions.yaml", name, "-", None, message, remedy)


def review_classes(programme: Programme) -> Iterator[Finding]:
    """Yield clauses (要確認) whose class in the condition is another than under `checks`."""
    classes = {item["id"]: item["class"] for item in programme.record.get("checks") or ()}
    for part in walk(programme.condition.node):
        if isinstance(part, tree.Review) and classes.get(part.id, part.category) != part.category:
            message = f"要確認 {part.id!r} has the class {part.category} here and {classes[part.id]} under `checks`."
            yield programme.warning("condition", message, "Use one class.", (programme.condition, part))
