"""Joins decided cases to the benefits that they grant, and residence in the registers to payments by month.

Cases, people and benefits do not know each other; here an answer of a form becomes a person of the register, and a register
is read through the one door of consents, which records it for the person. Each reading is outside of any transaction.
"""

import logging
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.benefits import api as benefits
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases import contracts as case_words
from madoguchi.apps.consents import api as consents
from madoguchi.apps.people import api as people
from madoguchi.engines.payments import Stay

logger = logging.getLogger(__name__)
READER = "madoguchi.benefits"
"""Named in the person's access log as the system that read."""
PERSON = "person"
BORN, PLACE = "生年月日", "自治体コード"
ACCOUNT = ("受取口座銀行コード", "受取口座支店コード", "受取口座種目", "受取口座番号", "受取口座名義")
ACCOUNT_ANSWERS = ("account.bank_code", "account.branch_code", "account.kind", "account.number", "account.holder")
KINDS = {"普通": "1", "当座": "2", "貯蓄": "4"}


def on_case_opened(event: case_words.CaseOpened) -> None:
    """Note for the list of the eligible that the applicant's children, or she herself, were applied for."""
    if event.subject_kind == PERSON:
        now = timezone.now()
        subjects = tuple(people.children_of(event.subject_id, timezone.localdate(now))) or (event.subject_id,)
        benefits.note_application(event.procedure_id, subjects, event.case_id, now=now)


def on_case_decided(event: case_words.CaseDecided) -> None:
    """Note that a case was decided, and look at it as soon as the delivery is committed; else the chore does."""
    if benefits.note_decided(event.case_id, event.procedure_id, now=timezone.now()):
        transaction.on_commit(partial(join_case, event.case_id), robust=True)


def join_waiting() -> int:
    """Look at every decided case that waits; return how many were enrolled or ended wholly.

    One that fails is tried again with the next call and keeps no other waiting.
    """
    done = 0
    for noted in benefits.open_grants():
        try:
            done += _join(noted, timezone.now())
        except Exception:
            logger.exception("The decided case %s could not be joined to its benefit", noted.case_id)
    return done


def join_case(case_id: str) -> bool:
    """Look at one decided case; tell whether it waits no longer. Any number of calls have the effect of one."""
    noted = benefits.open_grant(case_id)
    return noted is not None and _join(noted, timezone.now())


def _join(noted: benefits.Noted, now: datetime) -> bool:
    granted = cases.granted_case(noted.case_id)
    if granted is None or granted.subject_kind != PERSON:
        benefits.take_back(noted.case_id)
        benefits.settled(noted)
        return True
    why, taken = _enrol(noted, granted, now)
    if why is None:
        benefits.settled(noted)
    else:
        benefits.keep_waiting(noted, why, granted.number, now=now, taken=taken)
    return why is None


def _enrol(
    noted: benefits.Noted, granted: case_words.GrantedCase, now: datetime
) -> tuple[benefits.Waiting | None, Sequence[str]]:
    """Enrol whom the decision names; return why somebody is left, and for whom others are paid."""
    since = _day(granted.values.get("from")) or noted.starts_on
    if since is None:
        return benefits.Waiting.NO_MONTH, ()
    asked = tuple(dict.fromkeys(_children(granted.answers)))
    found = _found(asked, granted.subject_id, timezone.localdate(now))
    new = benefits.new_among(noted, found)
    grant = benefits.Grant(
        case_id=noted.case_id,
        procedure_id=granted.procedure_id,
        payee_subject_id=granted.subject_id,
        account=_account(noted.terms, granted, now) if new else None,
        granted_from=since,
        children=tuple(_granted(noted.terms, granted, key, one, now, new=key in new) for key, one in found.items()),
        case_number=granted.number,
    )
    done = benefits.enrol(grant, now=now)
    if len(found) < len(asked) or not asked:
        return benefits.Waiting.CHILD_UNKNOWN, done.taken
    return (benefits.Waiting.TAKEN if done.taken else None), done.taken


@dataclass(frozen=True, slots=True)
class Asked:
    """A child as the application names it; the name without its blanks."""

    name: str
    born: date


def _children(answers: Mapping[str, Any]) -> Iterable[Asked]:
    """Give the children of an application: those of the list, or the newborn and who was born with it."""
    born = _day(answers.get("child.born_on"))
    if born is not None:
        yield Asked(_plain(str(answers.get("child.name", ""))), born)
        for twin in answers.get("twins") or ():
            yield Asked(_plain(str(twin.get("name", ""))), born)
    for child in answers.get("children") or ():
        born = _day(child.get("born_on"))
        if born is not None:
            yield Asked(_plain(str(child.get("name", ""))), born)


def _found(asked: Sequence[Asked], payee_id: str, on: date) -> dict[str, Asked]:
    """Return who the children are among the payee's by the register: equal in birth date and name.

    Where only one child of that birth date was asked for and only one is there, the name may be written otherwise.
    """
    known = {key: (_plain(people.name_of(key)), people.birth_of(key, on)) for key in _in_household(payee_id, on)}
    found: dict[str, Asked] = {}
    for one in asked:
        same_day = [child for child, (_, born) in known.items() if born == one.born]
        same = [child for child in same_day if known[child][0] == one.name]
        alone = len(same_day) == 1 and sum(other.born == one.born for other in asked) == 1
        if len(same) == 1 or alone:
            found[(same or same_day)[0]] = one
    return found


def _in_household(payee_id: str, on: date) -> tuple[str, ...]:
    """Return the children of the payee's household, of any age: a benefit may go on after 18.

    The household of somebody under protection is looked at too: only children whom she named herself are taken from it,
    and nothing about it leaves this module.
    """
    home = people.household_of(payee_id, on) or people.household_of(payee_id, on, sight=people.Sight.BREAK_GLASS)
    parents = (people.Role.HEAD, people.Role.SPOUSE)
    if home is None or not any(m.person_id == payee_id and m.role in parents for m in home.members):
        return ()
    return tuple(member.person_id for member in home.members if member.role is people.Role.CHILD)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _granted(
    terms: benefits.BenefitScheme,
    granted: case_words.GrantedCase,
    child_id: str,
    asked: Asked,
    now: datetime,
    *,
    new: bool,
) -> benefits.GrantedChild:
    """Return a child with its residence: by the register, else what the decision itself found, up to its day.

    For one that is enrolled already nothing is read: enrolling leaves its residence alone.
    """
    told = Registers().residence_of(terms, child_id, case_reference=granted.number, now=now) if new else None
    return benefits.GrantedChild(
        child_id, told or benefits.Residence(asked.born, (Stay(asked.born),), granted.decided_on)
    )


def _account(terms: benefits.BenefitScheme, granted: case_words.GrantedCase, now: datetime) -> benefits.Account | None:
    """Return the account that the application names; the registered one is read only if it says so."""
    values = [granted.answers.get(key) for key in ACCOUNT_ANSWERS]
    if granted.answers.get("account.use_registered") is True:
        told = _disclosed(terms, granted.subject_id, ACCOUNT, granted.number, now)
        values = [told.get(name) for name in ACCOUNT]
    if not all(values):
        return None
    bank, branch, kind, number, holder = map(str, values)
    return benefits.Account(bank, branch, KINDS.get(kind, kind), number, holder)


def _disclosed(
    terms: benefits.BenefitScheme, subject_id: str, names: tuple[str, ...], reference: str, now: datetime
) -> Mapping[str, Any]:
    """Return facts by attribute through the one door; nothing without an agreement, or of somebody unknown."""
    if not terms.purpose_id or people.person(subject_id) is None:
        return {}
    request = consents.Request(
        organisation_id=terms.organisation_id,
        subject_id=subject_id,
        purpose_id=terms.purpose_id,
        attributes=names,
        basis=consents.Basis.LAW,
        client_id=READER,
        case_reference=reference,
        reason=terms.programme_id,
    )
    return {fact.attribute: fact.value for fact in consents.disclose(request, now).values}


class Registers:
    """Where recipients lived, as the registers tell it."""

    def residence_of(
        self, terms: benefits.BenefitScheme, subject_id: str, *, case_reference: str, now: datetime
    ) -> benefits.Residence | None:
        """Return birth, stays in the scheme's area and death; None when registers tell too little."""
        told = _disclosed(terms, subject_id, (BORN, PLACE), case_reference, now)
        today = timezone.localdate(now)
        view = people.residence_of(subject_id, terms.area, today) if BORN in told else None
        if view is None:
            return None
        stays = tuple(Stay(since, until) for since, until in view.times)
        return benefits.Residence(view.born, stays, today, view.died)
