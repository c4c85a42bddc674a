"""What tests of the cases room share: officers, applicants, submissions of Tokyo's procedures, ways to a decision."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import Applicant, CaseView, CheckResult, Source, Submission
from madoguchi.apps.cases.models import Case
from madoguchi.apps.files import api as files
from madoguchi.core.models import Organisation, OutboxEvent
from madoguchi.core.permissions import Actor, Role
from tests.files.samples import pdf

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
CHOFU, MITAKA, KANKYO, SANGYO = "132080", "132047", "tokyo-kankyo", "tokyo-sangyo"
ALLOWANCE, DOG, WASTE, GRANT, CARE = "jidou-teate", "inu-henkou", "sanpai-shuushuu", "shien-digital", "kaigo-nintei"
"""Four eyes with checks of every kind; a notification without; a permit that runs out; a partly granted subsidy; a longest
period."""
PLACES = {ALLOWANCE: CHOFU, DOG: CHOFU, WASTE: KANKYO, GRANT: SANGYO, CARE: CHOFU}


def officer(name: str, *roles: Role, at: tuple[str, ...] = (CHOFU, KANKYO, SANGYO)) -> Actor:
    """Return a member of staff with roles at organisations."""
    return Actor(f"staff-{name}", name, {place: frozenset(roles) for place in at})


EXAMINER = officer("審査一郎", Role.EXAMINER)
COLLEAGUE = officer("審査二郎", Role.EXAMINER)
DECIDER = officer("決裁三郎", Role.DECIDER)
SECOND = officer("決裁四郎", Role.DECIDER)
NEIGHBOUR = officer("三鷹五郎", Role.DECIDER, at=(MITAKA,))
READER = officer("閲覧六郎", Role.READER, Role.AUDITOR)
HANAKO = Applicant("account-hanako", "person", "0190b3a0-0000-7000-8000-000000000001")
TARO = Applicant("account-taro", "person", "0190b3a0-0000-7000-8000-000000000002")
FIRM = Applicant("account-firm", "business", "0190b3a0-0000-7000-8000-000000000003")

PERSON = {
    "applicant.municipality": CHOFU,
    "applicant.name": "調布 花子",
    "applicant.kana": "チョウフ ハナコ",
    "applicant.born_on": "1990-05-06",
    "applicant.address": "東京都調布市小島町2-35-1",
    "applicant.phone": "0424817111",
}
BUSINESS = {
    "business.name": "見本運輸株式会社",
    "business.address": "東京都新宿区西新宿2-8-1",
    "business.representative": "見本 一",
    "business.phone": "0353211111",
    "business.email": "info@mihon.example",
    "business.founded_on": "2001-04-01",
    "business.capital_yen": 10_000_000,
}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    ALLOWANCE: {
        **PERSON,
        "applicant.pension_kind": "national",
        "child.name": "調布 太郎",
        "child.kana": "チョウフ タロウ",
        "child.born_on": "2026-10-01",
        "child.living_with": True,
        "allowance.receiving": False,
        "allowance.elder": False,
        "spouse.exists": False,
        "earner.is_applicant": True,
        "earner.public_servant": False,
        "account.use_registered": True,
    },
    DOG: {
        **PERSON,
        "move.to_municipality": CHOFU,
        "move.new_address": PERSON["applicant.address"],
        "dog.event": "moved",
        "move.on": "2026-11-20",
        "move.old_address": "東京都三鷹市野崎1-1-1",
        "dog.name": "ポチ",
        "dog.breed": "柴犬",
    },
    CARE: {
        **PERSON,
        "care.person_is_me": True,
        "care.age_65": True,
        "care.application": "new",
        "care.in_hospital": False,
        "care.doctor": "見本 医師",
        "care.clinic": "見本医院",
        "care.visit_place": "自宅",
        "care.visit_wishes": "通訳をお願いできますか？至急おねがいします。",
        "care.state": "歩くのがむずかしくなりました。",
        "care.agree_doctor": True,
    },
    WASTE: {
        **BUSINESS,
        "business.form": "company",
        "waste.renewal": False,
        "waste.kinds": ["plastic"],
        "waste.course_on": "2026-06-01",
        "business.corporate_number": "8000020130001",
        "business.disqualified": True,
    },
    GRANT: {
        **BUSINESS,
        "business.employees": 20,
        "business.industry": "service",
        "project.title": "受注の電子化",
        "project.summary": "紙の注文をやめます。",
        "project.requested_yen": 800_000,
        "project.other_grants": True,
        "business.in_tokyo": True,
        "business.big_owner": False,
        "business.tax_paid": True,
    },
}
SENT = {
    WASTE: ("registry", "articles", "accounts", "tax_payment", "course", "vehicles"),
    GRANT: ("estimate", "accounts", "tax_payment"),
    CARE: ("care_insurance_card", "doctor_consent"),
}


def verified(value: Any, source: str = "住民基本台帳") -> Source:
    """Return that a register says the same, or something else."""
    return Source(source, TODAY, True, value)


def submission(procedure: str = ALLOWANCE, *, key: str = "k1", who: Applicant | None = None, **more: Any) -> Submission:
    """Return a submission of a procedure of Tokyo that passes every automatic check; `answers` are laid over the usual."""
    answers = {**ANSWERS[procedure], **more.pop("answers", {})}
    who = who or (FIRM if procedure in (WASTE, GRANT) else HANAKO)
    name = "business.name" if who.subject_kind == "business" else "applicant.name"
    given: dict[str, Any] = {
        "key": key,
        "procedure_id": procedure,
        "version": 1,
        "organisation_id": PLACES[procedure],
        "subject_kind": who.subject_kind,
        "subject_id": who.subject_id,
        "applicant_account_id": who.account_id,
        "acting_for": "",
        "answers": answers,
        "sources": {name: verified(answers[name])},
        "documents": {document: (f"file-{document}",) for document in SENT.get(procedure, ())},
    }
    return Submission(**{**given, **more})


def opened(procedure: str = ALLOWANCE, *, key: str = "k1", now: datetime = NOW, **more: Any) -> str:
    """Open a case and return its id."""
    return api.open_case(submission(procedure, key=key, **more), now=now).id


def row(case_id: str) -> Case:
    """Return the case as it stands in the table."""
    return Case.objects.get(pk=case_id)


def number(case_id: str) -> int:
    """Return the number of the newest action."""
    return row(case_id).last_number


def seen(case_id: str, actor: Actor = EXAMINER, now: datetime = NOW) -> CaseView:
    """Return what staff sees."""
    return api.case_for_staff(case_id, actor=actor, now=now)


def own(case_id: str, who: Applicant = HANAKO, now: datetime = NOW) -> CaseView:
    """Return what the applicant sees."""
    return api.case_for_applicant(case_id, applicant=who, now=now)


def clear_checks(case_id: str, now: datetime = NOW, actor: Actor = EXAMINER) -> None:
    """Confirm every check that waits for a person."""
    for check in seen(case_id, actor, now).checks:
        if check.result is CheckResult.OPEN:
            api.do_check(
                case_id, actor=actor, check_id=check.id, passed=True, words="見ました", expected_number=None, now=now
            )


def accepted(procedure: str = ALLOWANCE, *, key: str = "k1", now: datetime = NOW, **more: Any) -> str:
    """Open a case that is being examined and whose checks are all done."""
    case_id = opened(procedure, key=key, now=now, **more)
    api.accept(case_id, actor=EXAMINER, expected_number=None, now=now)
    clear_checks(case_id, now)
    return case_id


def proposed(procedure: str = ALLOWANCE, *, outcome: str = "granted", now: datetime = NOW, **more: Any) -> str:
    """Open a case whose decision is proposed."""
    given = {name: more.pop(name) for name in ("reasons", "words", "values") if name in more}
    case_id = accepted(procedure, now=now, **more)
    api.propose(case_id, actor=EXAMINER, outcome=outcome, expected_number=None, now=now, **given)
    return case_id


def decided(procedure: str = ALLOWANCE, *, now: datetime = NOW, **more: Any) -> str:
    """Open a case that is decided as proposed and not yet notified."""
    case_id = proposed(procedure, now=now, **more)
    api.decide(case_id, actor=DECIDER, expected_number=None, now=now)
    return case_id


def notified(procedure: str = ALLOWANCE, *, now: datetime = NOW, **more: Any) -> str:
    """Open a case whose decision was notified."""
    case_id = decided(procedure, now=now, **more)
    api.notify(case_id, actor=EXAMINER, expected_number=None, now=now)
    return case_id


def attached(case_id: str, document: str, who: Applicant = HANAKO, *, data: bytes = b"") -> str:
    """Upload a file to a case for a document and return its id."""
    upload = SimpleUploadedFile("書類.pdf", data or pdf(), content_type="application/pdf")
    ref = files.receive(
        upload,
        owner=files.Owner("case", case_id),
        subject_id=who.subject_id,
        document=document,
        accepts=files.KINDS,
        actor=Actor(who.account_id, ""),
        now=NOW,
    )
    return ref.id


def told(name: str) -> list[dict[str, Any]]:
    """Return what events of a name say, in order."""
    return [event.payload for event in OutboxEvent.objects.filter(name=name).order_by("created_at", "id")]


def at(days: int = 0, hours: int = 0) -> datetime:
    """Return a moment after the usual one."""
    return NOW + timedelta(days=days, hours=hours)


def day_of(moment: datetime) -> date:
    """Return the day in Tokyo."""
    return timezone.localdate(moment)


def organisations(most: int) -> list[str]:
    """Return the ids of so many municipalities."""
    chosen = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).order_by("pk")
    return list(chosen.values_list("pk", flat=True)[:most])
