"""The one page that says which event reaches whom, which room answers another one's questions, what is done again and again."""

from collections.abc import Mapping
from datetime import timedelta

from madoguchi.apps.accounts import tasks as accounts_tasks
from madoguchi.apps.accounts.contracts import BusinessSignedIn, ResidentSignedIn
from madoguchi.apps.accounts.delegation import directory as delegation_directory
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.businesses.contracts import BusinessChanged
from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents import tasks as consents_tasks
from madoguchi.apps.people import api as people
from madoguchi.apps.people.contracts import FactsChanged, HouseholdChanged, PersonErased, PersonRegistered
from madoguchi.apps.registry.contracts import ProgrammePublished
from madoguchi.core import audit, events, housekeeping
from madoguchi.site import sources

UNHANDLED: Mapping[type, str] = {
    ProgrammePublished: (
        "Readers follow the changes feed and caches look at its sequence, so nobody needs to be told yet; "
        "outreach will subscribe when it plans messages for people."
    ),
    PersonRegistered: "Matching of single residents begins with messages to them; outreach will subscribe then.",
    FactsChanged: "The same: outreach will judge this person anew once it plans messages.",
    HouseholdChanged: "The same, for everybody of the household.",
    PersonErased: "Every room erases in the transaction of the erasure; the event is for rooms that keep copies later.",
    BusinessChanged: "Readers follow the changes feed of the register (/api/v1/businesses/changes).",
    consents.ConsentChanged: "The door looks at the consent itself at every disclosure; messages will tell the person.",
    consents.BreakGlassUsed: (
        "The desk and the person's own log show it at once; messages to supervisors and the person will subscribe."
    ),
    consents.AccessQuestionAnswered: "The answer stands in the person's log; a message will tell that it came.",
}
"""Events that nobody handles, each with its reason."""


def connect() -> None:
    """Subscribe every handler and join the rooms. Called once when Django starts."""
    events.subscribe(ResidentSignedIn, people.on_resident_signed_in)
    events.subscribe(BusinessSignedIn, businesses.on_business_signed_in)
    consents.register(consents.SubjectKind.PERSON, sources.PeopleSource())
    consents.register(consents.SubjectKind.BUSINESS, sources.BusinessSource())
    delegation_directory.connect(sources.Principals())
    audit.register_check("consents.journal", journal.verify)
    audit.register_check("consents.revisions", revisions.verify)
    housekeeping.register("accounts.forget", accounts_tasks.forget_expired.call, every=timedelta(hours=1))
    housekeeping.register("consents.forget", consents_tasks.forget_expired.call, every=timedelta(hours=1))
