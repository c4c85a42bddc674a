"""What open data needs of the registry: numbers, a stamp, changes with their records, words, judging a posted household.

Only values cross. It reads and judges, it writes nothing and keeps nothing of a household.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from madoguchi.apps.registry import catalogue, examples, finder
from madoguchi.apps.registry.catalogue import Shelf
from madoguchi.apps.registry.contracts import Change, ProgrammeView, Text
from madoguchi.apps.registry.examples import UnfitHousehold
from madoguchi.apps.registry.interchange import programmes as numbers
from madoguchi.apps.registry.models import ChangeEntry, Programme, ProgrammeVersion
from madoguchi.engines.eligibility import Verdict, complete, household_amount, parts_in_words, to_json
from madoguchi.engines.eligibility.ruleset import Assessment
from madoguchi.engines.eligibility.words import reasons_in_words
from madoguchi.engines.identifiers import IdentifierError, parse_psid

MOST_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which state of the registry an answer shows: `token` changes with every change of programmes or lists."""

    token: str
    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """One organisation with its official numbers (empty where it has none)."""

    id: str
    kind: str
    name: Text
    code: str
    corporate_number: str
    parent_id: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change with what it was about at that version. `area` None is everywhere in the metropolis."""

    change: Change
    organisation_id: str
    kind: str
    area: tuple[str, ...] | None
    name: Text


@dataclass(frozen=True, slots=True)
class PostedOutcome:
    """The verdict of one programme for a posted household."""

    programme_id: str
    verdict: str
    """eligible | possible | ineligible"""
    about: str
    """Whom the verdict is about (申請者, 子, 世帯員); empty where nobody of the household is concerned."""
    amount_yen: tuple[int | None, int | None] | None
    per: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    """Attributes that would decide it."""


def stamp() -> Stamp:
    """Return the present state of the registry."""
    last = ChangeEntry.objects.order_by("-sequence").values_list("sequence", "at").first()
    sequence, at = last or (0, datetime.fromtimestamp(0, tz=UTC))
    return Stamp(catalogue.stamp(), sequence, at)


def psids(view: ProgrammeView) -> tuple[str, ...]:
    """Return the numbers of a programme, one per place; the first is the one that stands for it."""
    return tuple(str(numbers.psid_of(view, place)) for place in numbers.places_of(catalogue.current(), view))


def programme_of_psid(text: str) -> str | None:
    """Return the id of the programme that a PSID names, also of a withdrawn one; None for a number never given.

    Corporate number and branch name it. The menu number may be corrected in a record, so an older one still leads here.
    """
    try:
        psid = parse_psid(text)
    except IdentifierError:
        return None
    known = {row.corporate_number for row in catalogue.current().organisations.values() if row.corporate_number}
    if psid.corporate_number not in known:
        return None
    ids = Programme.objects.filter(current__isnull=False).values_list("id", flat=True)
    return next((key for key in ids if numbers.branch_of(key) == psid.branch), None)


def part(name: str) -> Sequence[Mapping[str, Any]]:
    """Return one list of the pack: life_events, documents, questions, implications …"""
    return catalogue.current().part(name)


def organisations() -> list[OrganisationView]:
    """Return every organisation in official order."""
    return [
        OrganisationView(
            row.pk, row.kind, Text(row.name_ja, row.name_en), row.code, row.corporate_number, row.parent_id or ""
        )
        for row in catalogue.current().organisations.values()
    ]


def condition_tree(programme_id: str) -> Mapping[str, Any]:
    """Return the condition of a published programme as a tree of JSON values."""
    return to_json(catalogue.current().rules[programme_id].node)


def condition_in_words(programme_id: str, language: str) -> list[str]:
    """Return the condition of a published programme in `ja` or `en`, one text for each part that must hold."""
    shelf = catalogue.current()
    return parts_in_words(shelf.rules[programme_id].node, language=language, vocabulary=shelf.book.vocabulary)


def change_records(*, since: int, limit: int = 100, newest: bool = False) -> list[ChangeRecord]:
    """Return changes after a sequence with their records, oldest first; `newest` gives the last ones, newest first."""
    rows = ChangeEntry.objects.filter(sequence__gt=since).order_by("-sequence" if newest else "sequence")
    entries = list(rows[: min(limit, MOST_CHANGES)])
    contents = _contents(entries)
    return [_change_record(entry, contents[entry.programme_id, entry.version]) for entry in entries]


def _contents(entries: Iterable[ChangeEntry]) -> dict[tuple[str, int], dict[str, Any]]:
    versions = ProgrammeVersion.objects.filter(programme_id__in={entry.programme_id for entry in entries})
    return {(row.programme_id, row.number): row.content for row in versions}


def _change_record(entry: ChangeEntry, content: Mapping[str, Any]) -> ChangeRecord:
    area = content["area"]
    return ChangeRecord(
        Change(entry.sequence, entry.programme_id, entry.version, entry.kind, entry.at),
        organisation_id=content["organisation"],
        kind=content["kind"],
        area=None if isinstance(area, str) else tuple(area),
        name=catalogue.text(content["name"]),
    )


def judge_posted(text: str, *, today: date, language: str) -> list[PostedOutcome]:
    """Judge every programme that may concern a household written as JSON; raise UnfitHousehold. Keeps nothing.

    What follows from the given facts (the pack's implications) is taken into account, as in the finder.
    """
    shelf = catalogue.current()
    household = examples.pasted(text, shelf.book.vocabulary)
    code = household.facts.get(finder.MUNICIPALITY)
    if code is not None and code not in shelf.book.rulebook.municipalities:
        raise UnfitHousehold(finder.MUNICIPALITY)
    whole = complete(household, shelf.book.implications, today=today, rulebook=shelf.book.rulebook)
    prepared = finder.prepared_for(shelf, whole)
    assessment = prepared.ruleset.assess(whole, today=today)
    return [_outcome(shelf, assessment, index, language) for index in range(len(assessment.verdicts))]


def _outcome(shelf: Shelf, assessment: Assessment, index: int, language: str) -> PostedOutcome:
    result = assessment.verdicts[index]
    rule = result.rule
    amount: tuple[int | None, int | None] | None = None
    missing: tuple[str, ...] = ()
    if rule.amount is not None and result.about is not None and result.verdict is not Verdict.INELIGIBLE:
        found = household_amount(rule, assessment.household, today=assessment.today, rulebook=shelf.book.rulebook)
        amount = (found.low_yen, found.high_yen)
    if result.verdict is Verdict.POSSIBLE:
        facts = assessment.ruleset.facts_of(assessment.open_bits(index))
        missing = tuple(sorted({fact.attribute for fact in facts}))
    return PostedOutcome(
        programme_id=rule.id,
        verdict=result.verdict.value,
        about=result.about.role.value if result.about else "",
        amount_yen=amount,
        per=rule.amount.per if rule.amount else "",
        reasons=tuple(reasons_in_words(result.findings, language=language, vocabulary=shelf.book.vocabulary)),
        missing=missing,
    )
