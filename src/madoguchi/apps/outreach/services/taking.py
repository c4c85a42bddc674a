"""Who has taken a programme up already: an application that is open or was decided, or a benefit that is received."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import Applicant, State
from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.outreach.models import Enrolment, Told
from madoguchi.apps.outreach.subjects import Book, people_of
from madoguchi.apps.procedures import api as procedures

BIRTH, RECEIVED = "生年月日", "受給中の制度"


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known of a household's applications and benefits."""

    person_id: str
    applied: Mapping[str, tuple[date, ...]]
    """Programme → the days of the person's applications for it."""
    received: Mapping[str, frozenset[str]]
    """Person id → names of programmes that are received."""
    births: Mapping[str, date]
    """Birth date of each child: an application of before cannot be for this child."""
    names: Mapping[str, str]

    def up(self, programme: str, about: str) -> bool:
        """Tell whether a programme is taken up for somebody (the household: empty)."""
        born = self.births.get(about, date.min)
        if any(day >= born for day in self.applied.get(programme, ())):
            return True
        names = {programme, self.names.get(programme, programme)}
        return any(names & self.received.get(key, frozenset()) for key in (about, self.person_id))


def taken_by(enrolment: Enrolment, matched: MatchedHousehold, book: Book, *, today: date) -> Taken:
    """Return what the person has applied for, and what her consent tells that she or her children receive."""
    by_procedure = {view.id: view.programme for view in procedures.procedures(today=today) if view.programme}
    applied: dict[str, tuple[date, ...]] = {}
    applicant = Applicant(enrolment.account_id, "person", enrolment.person_id)
    for line in cases.cases_of(applicant, today=today):
        programme = by_procedure.get(line.procedure_id)
        if programme and line.state is not State.WITHDRAWN:
            applied[programme] = (*applied.get(programme, ()), timezone.localdate(line.opened_at))
    persons = people_of(matched)
    births = {key: person.facts.get(BIRTH) for key, person in persons.items() if key != matched.person_id}
    received = {key: person.facts.get(RECEIVED) for key, person in persons.items()}
    return Taken(
        matched.person_id,
        applied,
        {key: value for key, value in received.items() if isinstance(value, frozenset)},
        {key: born for key, born in births.items() if isinstance(born, date)},
        {key: view.name.ja for key, view in book.views.items()},
    )


def note_applications(enrolment: Enrolment, taken: Taken) -> None:
    """Write down of what was told that the person applied for it afterwards."""
    for row in Told.objects.filter(enrolment=enrolment, applied_on=None):
        days = [day for day in taken.applied.get(row.programme, ()) if day >= row.on]
        if days:
            row.applied_on = min(days)
            row.save(update_fields=["applied_on"])
