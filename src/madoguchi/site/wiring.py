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
from madoguchi.apps.notifications import tasks as notifications_tasks
from madoguchi.apps.notifications.contracts import AddressEnded
from madoguchi.apps.opendata import tasks as opendata_tasks
from madoguchi.apps.outreach import api as outreach
from madoguchi.apps.outreach import tasks as outreach_tasks
from madoguchi.apps.people import api as people
from madoguchi.apps.people.contracts import FactsChanged, HouseholdChanged, PersonErased, PersonRegistered
from madoguchi.apps.procedures.contracts import ProcedurePublished
from madoguchi.apps.registry.contracts import ProgrammePublished
from madoguchi.apps.upkeep import tasks as upkeep_tasks
from madoguchi.core import audit, events, housekeeping
from madoguchi.site import granting, sources, telling

UNHANDLED: Mapping[type, str] = {
    PersonRegistered: "Nobody is looked at before she agrees to it; then her consent tells.",
    BusinessChanged: "Readers follow the changes feed of the register (/api/v1/businesses/changes).",
    ProcedurePublished: "What rooms keep of a procedure carries the hash of its version, so nobody needs to be told.",
    case_events.CaseWithdrawn: "The office's queue shows it.",
    case_events.CaseFinished: "The person is asked how it went on her page; voices will subscribe.",
    case_events.CaseOverdue: "The office's queue and the menu of its desk show it; staff have no inbox.",
    RecipientEnrolled: "The letter of the decision told her, and her page of benefits shows it.",
}
"""Events that nobody handles, each with its reason."""


def connect() -> None:
    """Subscribe every handler and join the rooms. Called once when Django starts."""
    events.subscribe(ResidentSignedIn, people.on_resident_signed_in)
    events.subscribe(BusinessSignedIn, businesses.on_business_signed_in)
    events.subscribe(FileRefusedByScanner, cases.on_file_refused)
    events.subscribe(case_events.CaseOpened, granting.on_case_opened)
    events.subscribe(case_events.CaseDecided, granting.on_case_decided)
    _tell()
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
    housekeeping.register("notifications.deliver", notifications_tasks.deliver_waiting.call, every=timedelta(seconds=5))
    housekeeping.register("notifications.forget", notifications_tasks.forget_codes.call, every=timedelta(hours=24))
    housekeeping.register("outreach.look", outreach_tasks.look_at_due.call, every=timedelta(minutes=1))
    housekeeping.register("opendata.deliver", opendata_tasks.deliver_waiting.call, every=timedelta(seconds=15))
    housekeeping.register("opendata.forget", opendata_tasks.forget.call, every=timedelta(hours=24))
    housekeeping.register("upkeep.check", upkeep_tasks.check.call, every=timedelta(hours=24))
    housekeeping.register("upkeep.links", upkeep_tasks.follow_links.call, every=timedelta(minutes=10))
    housekeeping.register("cases.due", cases_tasks.tell_due.call, every=timedelta(hours=1))
    housekeeping.register("cases.end", cases_tasks.end_cases.call, every=timedelta(hours=24))
    housekeeping.register("cases.learn", cases_tasks.learn.call, every=timedelta(hours=24))
    housekeeping.register("applications.forget", applications_tasks.forget_old_drafts.call, every=timedelta(hours=24))


def _tell() -> None:
    """Let people be told of what happened to them, and of what they may use now."""
    events.subscribe(Applied, telling.on_applied)
    events.subscribe(case_events.CorrectionAsked, telling.on_correction_asked)
    events.subscribe(case_events.CaseNotified, telling.on_case_notified)
    events.subscribe(case_events.CaseMessage, telling.on_case_message)
    events.subscribe(case_events.RenewalDue, telling.on_renewal_due)
    events.subscribe(InvitationsMade, telling.on_invited)
    events.subscribe(PaymentFailed, telling.on_payment_failed)
    events.subscribe(RunSettled, telling.on_run_settled)
    events.subscribe(consents.BreakGlassUsed, telling.on_break_glass)
    events.subscribe(consents.AccessQuestionAnswered, telling.on_question_answered)
    events.subscribe(AddressEnded, telling.on_address_ended)
    events.subscribe(consents.ConsentChanged, outreach.on_consent_changed)
    events.subscribe(FactsChanged, outreach.on_facts_changed)
    events.subscribe(HouseholdChanged, outreach.on_household_changed)
    events.subscribe(PersonErased, outreach.on_person_erased)
    events.subscribe(ProgrammePublished, outreach.on_programme_published)
