"""The one page that says which event reaches whom, which room answers another one's questions, what is done again and again."""

from collections.abc import Mapping
from datetime import timedelta

from madoguchi.apps.accounts import tasks as accounts_tasks
from madoguchi.apps.accounts.contracts import BusinessSignedIn, ResidentSignedIn
from madoguchi.apps.accounts.delegation import directory as delegation_directory
from madoguchi.apps.applications import tasks as applications_tasks
from madoguchi.apps.applications.contracts import Applied
from madoguchi.apps.benefits import api as benefits
from madoguchi.apps.benefits.contracts import InvitationsMade, PaymentFailed, RecipientEnrolled, RunSettled
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.businesses.contracts import BusinessChanged
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases import contracts as case_events
from madoguchi.apps.cases import tasks as cases_tasks
from madoguchi.apps.cases import verifying as cases_verifying
from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents import tasks as consents_tasks
from madoguchi.apps.files import tasks as files_tasks
from madoguchi.apps.files.contracts import FileRefusedByScanner
from madoguchi.apps.people import api as people
from madoguchi.apps.people.contracts import FactsChanged, HouseholdChanged, PersonErased, PersonRegistered
from madoguchi.apps.procedures.contracts import ProcedurePublished
from madoguchi.apps.registry.contracts import ProgrammePublished
from madoguchi.core import audit, events, housekeeping
from madoguchi.site import granting, sources

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
    ProcedurePublished: "What rooms keep of a procedure carries the hash of its version, so nobody needs to be told.",
    Applied: "The receipt shows everything at once; a message will tell the person.",
    case_events.CorrectionAsked: "The person's list of applications shows it; a message will tell her.",
    case_events.CaseNotified: "The letter lies in the person's case; a message will tell her.",
    case_events.CaseMessage: "It stands in the case on both sides; a message outside of the platform will tell of it.",
    case_events.CaseWithdrawn: "The office's queue shows it.",
    case_events.CaseFinished: "The person is asked how it went on her page; voices will subscribe.",
    case_events.RenewalDue: "A message will remind the holder of the permit.",
    case_events.CaseOverdue: "The office's queue shows it; a message will tell its head.",
    InvitationsMade: "A message will invite the people.",
    RecipientEnrolled: "The person's page of benefits shows it; a message will tell her.",
    PaymentFailed: "The run and the person's page of benefits show it; a message will ask her for another account.",
    RunSettled: "The run and the people's pages of benefits show it; a message will tell them.",
}
"""Events that nobody handles, each with its reason."""


def connect() -> None:
    """Subscribe every handler and join the rooms. Called once when Django starts."""
    events.subscribe(ResidentSignedIn, people.on_resident_signed_in)
    events.subscribe(BusinessSignedIn, businesses.on_business_signed_in)
    events.subscribe(FileRefusedByScanner, cases.on_file_refused)
    events.subscribe(case_events.CaseOpened, granting.on_case_opened)
    events.subscribe(case_events.CaseDecided, granting.on_case_decided)
    benefits.register(granting.Registers())
    consents.register(consents.SubjectKind.PERSON, sources.PeopleSource())
    consents.register(consents.SubjectKind.BUSINESS, sources.BusinessSource())
    delegation_directory.connect(sources.Principals())
    audit.register_check("consents.journal", journal.verify)
    audit.register_check("consents.revisions", revisions.verify)
    audit.register_check("cases", cases_verifying.verify)
    housekeeping.register("accounts.forget", accounts_tasks.forget_expired.call, every=timedelta(hours=1))
    housekeeping.register("consents.forget", consents_tasks.forget_expired.call, every=timedelta(hours=1))
    housekeeping.register("benefits.join", granting.join_waiting, every=timedelta(minutes=10))
    housekeeping.register("files.scan", files_tasks.scan_waiting.call, every=timedelta(minutes=1))
    housekeeping.register("files.forget", files_tasks.forget_expired.call, every=timedelta(hours=1))
    housekeeping.register("cases.due", cases_tasks.tell_due.call, every=timedelta(hours=1))
    housekeeping.register("cases.end", cases_tasks.end_cases.call, every=timedelta(hours=24))
    housekeeping.register("cases.learn", cases_tasks.learn.call, every=timedelta(hours=24))
    housekeeping.register("applications.forget", applications_tasks.forget_old_drafts.call, every=timedelta(hours=24))
