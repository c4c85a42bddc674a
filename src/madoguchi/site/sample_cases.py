"""Invented applications for demonstrations: decided ones of the past months, and some that wait in every state.

Each is made through the rooms' own services, as people would have made it, and once: a key that is there is left alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import Applicant, CheckResult, Source, Submission
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.tasks import learn
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core import pdf
from madoguchi.core.permissions import SYSTEM, Actor
from madoguchi.site import sample_people

ITABASHI = "131199"
FUKUSHI = "tokyo-fukushi"
OFFICERS = {ITABASHI: ("itabashi-examiner", "itabashi-decider"), FUKUSHI: ("fukushi-examiner", "fukushi-decider")}
"""Who examines and who decides, by their sample accounts."""
ALLOWANCE, INFANT, SIGNBOARD, MONTHLY = "jidou-teate", "maru-nyu", "okugai-koukoku", "tokyo-018"
AMOUNTS = {ALLOWANCE: 15_000, MONTHLY: 10_000}
"""Yen a month in the sample decisions: one child below three (児童手当法 第6条), two children (018サポート)."""
PAST_CASES, PAST_DAYS = 60, 240
SEED = 18
HANAKO, SHOP = "hanako", "8999900000001"
MONTHLY_ANSWERS: Mapping[str, Any] = {
    "applicant.email": "hanako@example.invalid",
    "children": [
        {"name": "見本 さくら", "kana": "ミホン サクラ", "born_on": "2011-07-02", "living_with": True},
        {"name": "見本 はる", "kana": "ミホン ハル", "born_on": "2024-06-20", "living_with": True},
    ],
    "declaration.agreed": True,
}
SHOP_ANSWERS: Mapping[str, Any] = {
    "business.corporate_number": SHOP,
    "business.name": "株式会社見本商店",
    "business.address": "東京都板橋区見本町一丁目2番4号",
    "business.representative": "見本 良子",
    "business.phone": "0353212222",
    "business.email": "shoten@example.invalid",
    "ad.renewal": False,
    "site.address": "東京都板橋区見本町二丁目3番4号",
    "ad.kind": "wall",
    "ad.area_m2": 12,
    "ad.units": 3,
    "ad.height_m": "4.5",
    "ad.lit": "none",
    "ad.own_use": True,
}
_SPACE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Sample:
    """One invented application: whose, what, how many days ago it came, what was done since."""

    key: str
    procedure_id: str
    days_ago: int
    story: Callable[["Story"], None]
    child: str = "見本 ひかり"
    name: str = "見本 申請者"
    subject_id: str = ""
    kind: str = "person"
    place: str = ITABASHI
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Story:
    """An opened application and the officers who work on it; the clock moves on with every step."""

    case_id: str
    applicant: Applicant
    examiner: Actor
    decider: Actor
    now: datetime
    yen: int = 0

    def wait(self, days: float) -> None:
        """Let days pass, never beyond this moment."""
        self.now = min(self.now + timedelta(days=days), timezone.now())

    def examine(self) -> None:
        """Find the application complete."""
        cases.take(self.case_id, actor=self.examiner, expected_number=None, now=self.now)
        cases.accept(self.case_id, actor=self.examiner, expected_number=None, now=self.now)

    def confirm(self) -> None:
        """Do what waits for a person."""
        for check in cases.case_for_staff(self.case_id, actor=self.examiner, now=self.now).checks:
            if check.result is CheckResult.OPEN:
                cases.do_check(
                    self.case_id, actor=self.examiner, check_id=check.id, passed=True, words="見本：確認しました",
                    expected_number=None, now=self.now,
                )  # fmt: skip

    def propose(self, until: date | None = None) -> None:
        """Propose to grant, from the next month."""
        self.confirm()
        first = (self.now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
        values: dict[str, Any] = {"from": first.isoformat(), **({"until": until.isoformat()} if until else {})}
        if self.yen:
            values["amount"] = self.yen
        cases.propose(
            self.case_id, actor=self.examiner, outcome="granted", values=values, expected_number=None, now=self.now
        )

    def finish(self) -> None:
        """Decide and send the letter."""
        cases.decide(self.case_id, actor=self.decider, expected_number=None, now=self.now)
        cases.notify(self.case_id, actor=self.examiner, expected_number=None, now=self.now)


def tell() -> dict[str, int]:
    """Make the sample cases that are not there, and fit the forecast when there are new ones; none without staff or pack."""
    officers = _officers()
    samples = [*_past(), *_waiting(), *_hanakos(), *_permits()] if officers else []
    new = sum(_make(sample, *officers[sample.place]) for sample in samples)
    if new:
        learn.call()
    return {"cases": len(samples), "new": new}


def _officers() -> Mapping[str, tuple[Actor, Actor]]:
    """Return examiner and decider by organisation; empty without the pack's procedures or the sample accounts."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=[key for pair in OFFICERS.values() for key in pair])
    }
    if len(users) < 2 * len(OFFICERS) or not {ALLOWANCE, INFANT, SIGNBOARD, MONTHLY} <= {
        view.id for view in procedures.procedures()
    }:
        return {}
    actors = {name: accounts.actor_of(user) for name, user in users.items()}
    return {place: (actors[examiner], actors[decider]) for place, (examiner, decider) in OFFICERS.items()}


def _past() -> list[Sample]:
    """Return decided applications of the past months: some weeks are slower, a few needed a correction."""
    dice = np.random.default_rng(SEED)
    found = []
    for number in range(PAST_CASES):
        ago = round(PAST_DAYS * (1 - number / PAST_CASES)) + 25
        days = min(float(dice.lognormal(1.9, 0.45)), 24)
        found.append(
            Sample(
                f"sample-past-{number}", ALLOWANCE, ago, _decided_after(days, corrects=bool(dice.random() < 0.15)),
                child=f"見本 子ども{number + 1}", name=f"見本 申請者{number + 1}",
            )
        )  # fmt: skip
    return found


def _decided_after(days: float, *, corrects: bool) -> Callable[[Story], None]:
    def story(told: Story) -> None:
        told.wait(min(1.0, days / 3))
        told.examine()
        if corrects:
            _asks_for_phone(told)
            told.wait(2)
            cases.correct(
                told.case_id, applicant=told.applicant, changes={"applicant.phone": "0353211112"},
                expected_number=None, now=told.now,
            )  # fmt: skip
        told.wait(days * 2 / 3)
        told.propose()
        told.now += _SPACE
        told.finish()

    return story


def _asks_for_phone(told: Story) -> None:
    cases.ask_correction(
        told.case_id, actor=told.examiner, fields=["applicant.phone"], expected_number=None, now=told.now,
        message="電話番号につながりませんでした。番号をもう一度確かめて、直してください。",
    )  # fmt: skip


def _waiting() -> list[Sample]:
    """Return applications in every state in which somebody works on them."""
    stories: tuple[tuple[str, str, int, Callable[[Story], None]], ...] = (
        ("new-1", ALLOWANCE, 0, _nothing),
        ("new-2", INFANT, 1, _nothing),
        ("taken", ALLOWANCE, 3, _taken),
        ("near", ALLOWANCE, 12, _taken),
        ("late", ALLOWANCE, 24, _taken),
        ("correcting", INFANT, 4, _correcting),
        ("proposed-1", ALLOWANCE, 5, _proposed),
        ("proposed-2", ALLOWANCE, 6, _proposed),
        ("asked", INFANT, 2, _asked),
    )
    return [
        Sample(f"sample-{key}", procedure, ago, story, child=f"見本 {key}", name=f"見本 待つ人{number}")
        for number, (key, procedure, ago, story) in enumerate(stories, start=1)
    ]


def _nothing(told: Story) -> None:
    """Leave it as it arrived."""


def _taken(told: Story) -> None:
    told.wait(0.5)
    told.examine()


def _correcting(told: Story) -> None:
    _taken(told)
    told.wait(0.5)
    _asks_for_phone(told)


def _proposed(told: Story) -> None:
    _taken(told)
    told.wait(1)
    told.propose()


def _asked(told: Story) -> None:
    told.wait(0.5)
    cases.message_in(told.case_id, applicant=told.applicant, text="いつごろ届きますか。", now=told.now)


def _hanakos() -> list[Sample]:
    """Return what the person of the sample card sees in her list: one to correct, one with its letter."""
    person_id = sample_people.person_of(HANAKO)
    if person_id is None:
        return []
    own = Sample("", ALLOWANCE, 0, _nothing, child="見本 はる", name="見本 花子", subject_id=person_id)
    return [
        replace(own, key="sample-hanako-1", days_ago=6, story=_correcting),
        replace(own, key="sample-hanako-2", procedure_id=INFANT, days_ago=30, story=_decided_after(8, corrects=False)),
        replace(
            own,
            key="sample-hanako-3",
            procedure_id=MONTHLY,
            days_ago=40,
            story=_decided_after(10, corrects=False),
            place=FUKUSHI,
            answers=MONTHLY_ANSWERS,
        ),
    ]


def _permits() -> list[Sample]:
    """Return a permit of the business of the sample card that runs out soon."""
    business = businesses.get(SHOP)
    if business is None:
        return []
    return [
        Sample(
            "sample-shop-1", SIGNBOARD, 60, _permitted_until(timezone.localdate() + timedelta(days=45)),
            subject_id=business.id, kind="business", answers=SHOP_ANSWERS,
        )
    ]  # fmt: skip


def _permitted_until(until: date) -> Callable[[Story], None]:
    def story(told: Story) -> None:
        told.wait(3)
        told.examine()
        told.wait(4)
        told.propose(until)
        told.finish()

    return story


@transaction.atomic
def _make(sample: Sample, examiner: Actor, decider: Actor) -> bool:
    if Case.objects.filter(key=sample.key).exists():
        return False
    came = timezone.now() - timedelta(days=sample.days_ago)
    papers = _papers(sample, came)
    given = replace(
        _submission(sample, came), documents=papers, file_ids=tuple(key for ids in papers.values() for key in ids)
    )
    opened = cases.open_case(given, now=came)
    if given.file_ids:
        to_owner = files.Owner(files.OwnerKind.CASE, opened.id)
        files.attach(given.file_ids, from_owner=_desk_of(sample), to_owner=to_owner)
    applicant = Applicant(given.applicant_account_id, given.subject_kind, given.subject_id)
    sample.story(Story(opened.id, applicant, examiner, decider, came, AMOUNTS.get(sample.procedure_id, 0)))
    return True


def _desk_of(sample: Sample) -> files.Owner:
    return files.Owner(files.OwnerKind.DRAFT, sample.key)


def _papers(sample: Sample, came: datetime) -> dict[str, tuple[str, ...]]:
    """Upload a page that says it is a sample for each document that is always needed and no register confirms."""
    view = procedures.procedure(sample.procedure_id)
    needed = [item for item in view.documents if item.get("required") is True and not item.get("confirmed_by")]
    return {item["id"]: (_paper(sample, view.document_name(item["id"]), item["id"], came),) for item in needed}


def _paper(sample: Sample, name: str, document: str, came: datetime) -> str:
    data = pdf.build([pdf.Block("text", f"見本（架空の書類）：{name}")], title=name, language="ja", author="見本")
    upload = SimpleUploadedFile(f"見本-{name}.pdf", data, content_type="application/pdf")
    made = files.receive(
        upload, owner=_desk_of(sample), subject_id=sample.subject_id or sample.key, document=document,
        accepts=("pdf",), actor=SYSTEM, now=came,
    )  # fmt: skip
    return made.id


def _submission(sample: Sample, came: datetime) -> Submission:
    view = procedures.procedure(sample.procedure_id)
    answers = {key: value for key, value in _answers(sample, came).items() if key in view.form.fields}
    return Submission(
        key=sample.key,
        procedure_id=view.id,
        version=view.version,
        organisation_id=sample.place,
        subject_kind=sample.kind,
        subject_id=sample.subject_id or sample.key,
        applicant_account_id=f"{sample.key}-account",
        acting_for="",
        answers=answers,
        sources={"applicant.name": Source("住民基本台帳", came.date(), True, sample.name)},
        confirmed=tuple(item["id"] for item in view.documents if item.get("confirmed_by")),
        at=came,
    )


def _answers(sample: Sample, came: datetime) -> dict[str, Any]:
    return {
        "applicant.municipality": ITABASHI,
        "applicant.name": sample.name,
        "applicant.kana": "ミホン シンセイシャ",
        "applicant.born_on": "1992-04-15",
        "applicant.address": "東京都板橋区見本町一丁目2番3号",
        "applicant.phone": "0353211111",
        "applicant.pension_kind": "employees",
        "applicant.role": "mother",
        "child.name": sample.child,
        "child.kana": "ミホン コドモ",
        "child.born_on": (came - timedelta(days=5)).date().isoformat(),
        "child.sex": "女",
        "child.living_with": True,
        "child.insurance": "被用者保険",
        "household.welfare": False,
        "birth.count": 1,
        "allowance.receiving": False,
        "allowance.elder": False,
        "spouse.exists": False,
        "earner.is_applicant": True,
        "earner.public_servant": False,
        "account.use_registered": True,
        **sample.answers,
    }
