"""One world with every room filled, made through the rooms' own services: two sides that must not know each other.

A side is an organisation with its staff, a resident with her family, a sole proprietor, a corporation, and systems that
ask for facts. Every id and every text of a side is its own, so that a test can look for it where it must not be. All of
it is invented sample data.
"""

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts import identities, sessions
from madoguchi.apps.accounts import services as account_services
from madoguchi.apps.accounts.contracts import AssuranceLevel, BusinessSignedIn, Caller, ResidentSignedIn
from madoguchi.apps.accounts.contracts import Method as SignInMethod
from madoguchi.apps.accounts.delegation import guardians
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.models import Purpose, User
from madoguchi.apps.applications import api as applications
from madoguchi.apps.applications import documents
from madoguchi.apps.applications.services import settling, uploading
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.businesses import services as business_services
from madoguchi.apps.businesses.contracts import Attribute
from madoguchi.apps.businesses.contracts import Method as BusinessMethod
from madoguchi.apps.businesses.linking import records
from madoguchi.apps.businesses.models import LinkCase
from madoguchi.apps.businesses.register.loading import load_file
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import CaseView
from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import handles, tokens
from madoguchi.apps.consents.disclosing import seen_mark
from madoguchi.apps.consents.handles import Handle
from madoguchi.apps.consents.models import BreakGlass, PreviewRequest
from madoguchi.apps.consents.models import Client as AgencyClient
from madoguchi.apps.consents.services import clients, consent, emergencies, previews, questions
from madoguchi.apps.files import api as files
from madoguchi.apps.people import api as people
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.rendering import samples
from madoguchi.apps.registry import services as registry
from madoguchi.apps.registry.interchange import exchange
from madoguchi.apps.registry.models import ImportedRecord, Programme
from madoguchi.core import audit, events, packs
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor, Role
from tests.accounts.authenticator import Authenticator
from tests.businesses.rows import number, row, write
from tests.files.samples import png
from tests.site import benefits_world, notifications_world, opendata_world, outreach_world, upkeep_world

ISSUER = "https://provider.example/realm"
PASSWORD = "a long sample password"
INDUSTRY = "tokyo-sangyo"
"""The bureau that asks both sides' businesses for consent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a side lives."""

    organisation_id: str
    name: str
    city_code: str
    town: str
    programme_id: str


ITABASHI = Place("131199", "板橋区", "119", "上板橋一丁目", "kodomo-iryou-itabashi")
CHOFU = Place("132080", "調布市", "208", "布田一丁目", "kodomo-iryou-chofu")


@dataclass(frozen=True, slots=True)
class Words:
    """Every text and number that belongs to one side. No value is part of another one."""

    letter: str
    digit: int
    place: Place

    def text(self, what: str) -> str:
        """Return a text that stands nowhere else."""
        return f"ひみつ{self.letter}{what}"

    @property
    def person(self) -> Mapping[str, str]:
        """Return what names and reaches the resident."""
        return {
            "氏名": self.text("花子"),
            "氏名カナ": f"ヒミツ{self.letter}ハナコ",
            "住所": f"東京都{self.place.name}{self.text('町')}9-87-6{self.digit}",
            "郵便番号": f"17{self.digit}-998{self.digit}",
            "電話番号": f"03-987{self.digit}-6543",
            "メールアドレス": f"himitsu.{self.letter.lower()}@example.jp",
        }

    @property
    def moved_to(self) -> str:
        """Return the address that a later sign-in tells, which waits in the outbox."""
        return f"東京都{self.place.name}{self.text('新町')}1-2-{self.digit}"

    @property
    def birth(self) -> date:
        """Return the resident's birth date."""
        return date(1953, 2, 16 + self.digit)

    @property
    def numbers(self) -> Mapping[str, int]:
        """Return amounts in yen of the resident and her household."""
        start = self.digit * 100_000_000
        return {"所得": 87_654_321 + start, "先進医療費": 76_543_219 + start, "世帯所得": 65_432_198 + start}

    @property
    def rent_yen(self) -> int:
        """Return what the resident says about her rent."""
        return 54_321_987 + self.digit * 100_000_000

    @property
    def capital_yen(self) -> int:
        """Return the sole proprietor's capital."""
        return 43_219_876 + self.digit * 100_000_000

    @property
    def trade(self) -> Mapping[str, Any]:
        """Return the claims of the sole proprietor's sign-in."""
        return {
            "account_type": "2",
            "corp_type": "2",
            "name": self.text("商店主"),
            "prefecture_name": "東京都",
            "address1": f"{self.place.name}{self.text('横丁')}",
            "address2": f"7-6-5{self.digit}",
        }

    @property
    def corporation(self) -> str:
        """Return the corporation's number; what the register publishes of it is public and no secret."""
        return number(40_000 + self.digit)


@dataclass
class Side:
    """One side of the world with its accounts and the ids of its rows."""

    words: Words
    staff: dict[Role, User] = field(default_factory=dict)
    resident: User = field(default_factory=User)
    helper: User = field(default_factory=User)
    trader: User = field(default_factory=User)
    director: User = field(default_factory=User)
    person_id: str = ""
    child_id: str = ""
    sheltered_id: str = ""
    household_id: str = ""
    trade_id: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Name of a parameter of a route → this side's values for it."""
    secrets: dict[str, str] = field(default_factory=dict)
    """What opens something: secrets and tokens of systems, one-time codes, session keys."""
    candidate: str = ""
    question_id: int = 0
    record_id: int = 0

    @property
    def organisation_id(self) -> str:
        """Return the organisation of the side's staff."""
        return self.words.place.organisation_id

    def actor(self, role: Role) -> Actor:
        """Return a member of staff as services take her."""
        return accounts.actor_of(self.staff[role])

    def agreement(self, purpose: str, organisation_id: str = "") -> str:
        """Return the id of an agreement of this organisation."""
        return f"{purpose}.{organisation_id or self.organisation_id}"

    def caller(self) -> Caller:
        """Return the resident in a session at the level of her card."""
        now = timezone.now()
        return Caller(str(self.resident.pk), Kind.RESIDENT, "住民", AssuranceLevel.CARD, now, None)

    @property
    def accounts(self) -> tuple[User, ...]:
        """Return every account of the side."""
        return (*self.staff.values(), self.resident, self.helper, self.trader, self.director)


def build(letter: str, digit: int, place: Place) -> Side:
    """Make one side; the pack must be loaded."""
    side = Side(Words(letter, digit, place))
    _staff(side)
    _person(side)
    _sign_ups(side)
    _herself(side)
    _businesses(side)
    _programmes(side)
    _delegations(side)
    _consents(side)
    _link_cases(side)
    _sessions(side)
    _applications(side)
    benefits_world.fill(side)
    notifications_world.fill(side)
    outreach_world.fill(side)
    opendata_world.fill(side)
    upkeep_world.fill(side)
    side.ids["number"] = [side.words.corporation, side.trade_id]
    side.ids["attribute"] = ["所得", "電話番号"]
    return side


@dataclass(frozen=True, slots=True)
class World:
    """Both sides."""

    a: Side
    b: Side


def make() -> World:
    """Load the pack, make both sides, deliver what happened and leave a later sign-in of each waiting."""
    packs.load_pack(Path(settings.PACK_DIR), now=timezone.now())
    _register()
    world = World(build("A", 1, ITABASHI), build("B", 2, CHOFU))
    deliver()
    audit.seal(now=timezone.now())
    for side in (world.a, world.b):
        _leave_waiting(side)
    return world


def deliver() -> None:
    """Deliver every event that waits."""
    while events.deliver_pending():
        pass


def _register() -> None:
    """Load a file of the corporate register with one corporation of each side, and one that looks alike."""
    rows = []
    for digit, place in ((1, ITABASHI), (2, CHOFU)):
        for base, ending in ((40_000 + digit, "製作所"), (50_000 + digit, "製作社")):
            where = {"cityName": place.name, "cityCode": place.city_code, "streetNumber": f"{place.town}８番１号"}
            rows.append(row(base, name=f"株式会社見本{place.name}機械{ending}", **where))
    with tempfile.TemporaryDirectory() as folder:
        load_file(write(Path(folder) / "register.csv", rows), now=timezone.now())


@override_settings(
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
)  # slow hashes are tested elsewhere
def _staff(side: Side) -> None:
    for role in Role:
        side.staff[role] = account_services.create_staff(
            username=f"{side.organisation_id}-{role.value}",
            display_name=side.words.text(f"職員{role.value}"),
            password=PASSWORD,
            roles={side.organisation_id: {role}},
        )


@transaction.atomic
def _signed_in(side: Side, kind: Kind, subject: str, claims: Mapping[str, Any]) -> User:
    proof = identities.Proof(
        "sample", kind, ISSUER, f"{subject}-{side.organisation_id}", AssuranceLevel.CARD, timezone.now(), claims
    )
    return identities.resolve(proof, purpose=Purpose.SIGN_IN, caller=None, now=timezone.now())


def _sign_ups(side: Side) -> None:
    words = side.words
    claims = {
        "name": words.person["氏名"], "address": {"formatted": words.person["住所"]},
        "birthdate": words.birth.strftime("%Y%m%d"), "gender": "female",
    }  # fmt: skip
    side.resident = _signed_in(side, Kind.RESIDENT, "resident", claims)
    side.helper = _signed_in(side, Kind.RESIDENT, "helper", {"name": words.text("手伝い"), "birthdate": "1970-01-02"})
    side.trader = _signed_in(side, Kind.BUSINESS, "trader", words.trade)
    corporate = {"account_type": "2", "corp_type": "1", "corporate_number": words.corporation}
    side.director = _signed_in(side, Kind.BUSINESS, "director", corporate)
    deliver()
    person, trade = people.person_of_account(str(side.resident.pk)), businesses.business_of_account(str(side.trader.pk))
    assert person is not None
    assert person.id == side.person_id  # the card's name, birth date and address are those of the register
    assert trade is not None
    side.trade_id = trade.id


def _provenance(side: Side, record: str, source: str = "住民基本台帳") -> people.Provenance:
    return people.Provenance(source, f"{side.organisation_id}-{record}", people.Method.REGISTRY, people.Assurance.CARD)


def _person(side: Side) -> None:
    """Let the office register the resident, her child, and somebody under protection (支援措置)."""
    words, clerk = side.words, side.actor(Role.CASEWORKER)
    told: tuple[Mapping[str, Any], ...] = (
        {
            **words.person,
            "生年月日": words.birth,
            "所得": words.numbers["所得"],
            "先進医療費": words.numbers["先進医療費"],
        },
        {"氏名": words.text("太郎"), "生年月日": date(2019, 5, 6)},
        {"氏名": words.text("守られた人"), "住所": f"東京都{words.place.name}{words.text('隠れ家')}"},
    )
    side.person_id, side.child_id, side.sheltered_id = [_known(side, values) for values in told]
    home = {side.person_id: people.Role.HEAD, side.child_id: people.Role.CHILD}
    side.household_id = _household(side, "h", home, {"世帯所得": words.numbers["世帯所得"]})
    _household(side, "s", {side.sheltered_id: people.Role.HEAD}, {})
    people.protect(clerk, side.organisation_id, [side.sheltered_id], now=timezone.now())


def _known(side: Side, values: Mapping[str, Any]) -> str:
    """Register a person with what the resident register tells of her."""
    now, clerk = timezone.now(), side.actor(Role.CASEWORKER)
    person_id = people.create_person(clerk, side.organisation_id, now=now).id
    reached = {name: value for name, value in values.items() if name not in ("電話番号", "メールアドレス")}
    people.record_verified(
        clerk, side.organisation_id, people.Subject.person(person_id), reached,
        provenance=_provenance(side, f"r-{person_id}"), obtained_at=now,
    )  # fmt: skip
    return person_id


def _household(side: Side, record: str, members: Mapping[str, people.Role], facts: Mapping[str, Any]) -> str:
    """Form a household that lies in the side's municipality."""
    now, clerk = timezone.now(), side.actor(Role.CASEWORKER)
    household_id = people.form_household(
        clerk, side.organisation_id, members, on=timezone.localdate() - timedelta(days=400), complete=True,
        provenance=_provenance(side, record), now=now,
    )  # fmt: skip
    people.record_verified(
        clerk, side.organisation_id, people.Subject.household(household_id),
        {"自治体コード": side.organisation_id, **facts}, provenance=_provenance(side, f"{record}-facts", "税"),
        obtained_at=now,
    )  # fmt: skip
    return household_id


def _herself(side: Side) -> None:
    """Let the resident say what only she knows, and let staff search her."""
    words, now, clerk = side.words, timezone.now(), side.actor(Role.CASEWORKER)
    declared = {name: words.person[name] for name in ("電話番号", "メールアドレス")}
    people.declare(str(side.resident.pk), {**declared, "家賃月額": words.rent_yen}, key="first", now=now)
    people.find(clerk, side.organisation_id, name=words.person["氏名"], birth=words.birth)
    side.ids["handle"] = [handle(side, clerk, side.agreement("child-allowance"), side)]


def handle(side: Side, actor: Actor, agreement_id: str, about: Side) -> str:
    """Return the address of a member of staff of one side for the resident of another, as the search gives it."""
    found = Handle(side.organisation_id, agreement_id, about.person_id, side.words.text("事案"), timezone.now())
    return handles.sealed(found, actor.id)


def _businesses(side: Side) -> None:
    words, now = side.words, timezone.now()
    trade = {Attribute.SUMMARY: words.text("商いの中身"), Attribute.CAPITAL_YEN: words.capital_yen}
    corporate = {Attribute.REPRESENTATIVE: words.text("代表者"), Attribute.SUMMARY: words.text("会社の中身")}
    found = businesses.get(words.corporation)
    assert found is not None
    for business_id, facts in ((side.trade_id, trade), (found.id, corporate)):
        business_services.put_facts(
            business_id, facts, source="gbizinfo", method=BusinessMethod.REGISTRY, as_of=date(2026, 11, 1), now=now
        )


def _programmes(side: Side) -> None:
    now, words, key = timezone.now(), side.words, side.words.place.programme_id
    programme = Programme.objects.select_related("current").get(pk=key)
    assert programme.current is not None
    summary = {**programme.current.content["summary"], "ja": words.text("案の概要")}
    content = {**programme.current.content, "summary": summary, "law": words.text("案の条例")}
    registry.save_draft(side.actor(Role.EDITOR), key, content, revision=0, now=now)
    record = {
        "institutionName": {"canonicalName": words.text("受入れ制度"), "shortName": None}, "summary": words.text("受入れ"),
        "target": {"lessThan": {"targetAge": 7, "targetAgeOfMonths": 6}}, "electronicSubmission": False,
        "area": {"areaCode": f"{side.organisation_id};{words.place.name}"},
        "basicInformation": {"psid": f"psid3.0+8000020{side.organisation_id}+10+UM5{words.digit}",
                             "organization": f"8000020{side.organisation_id}"},
        "updateDate": "2025-06-01", "tag": {"categoryCode": ["003", "027"]},
    }  # fmt: skip
    exchange.import_file(f"{side.organisation_id}.json", json.dumps([record]).encode(), now=now)
    side.record_id = ImportedRecord.objects.get(organisation_id=side.organisation_id).pk
    side.ids["programme_id"] = [key]


def _delegations(side: Side) -> None:
    now, today = timezone.now(), timezone.localdate()
    scope = delegation.Scope(procedures=frozenset({"jidou-teate"}))
    span = delegation.Span(today, today + timedelta(days=30))
    helper = Caller(str(side.helper.pk), Kind.RESIDENT, "住民", AssuranceLevel.CARD, now, None)
    taken = delegation.offer(side.caller(), scope=scope, span=span, now=now)
    delegation.accept(helper, taken.code, now=now)
    waiting = delegation.offer(side.caller(), scope=scope, span=span, now=now)
    charge = delegation.take_charge(side.caller(), side.child_id, span=span, now=now)
    appointment = guardians.Appointment(
        side.organisation_id, side.child_id, side.words.text("後見の証明書"), scope, span
    )
    code = guardians.make_code(helper, now=now).text
    guardian = guardians.register(side.actor(Role.CASEWORKER), code, appointment, now=now)
    delegation.act(
        str(side.helper.pk), side.person_id, scope, action="sample.apply", object_kind="sample", object_id="1",
        key=f"act-{side.organisation_id}", now=now,
    )  # fmt: skip
    side.ids["delegation_id"] = [taken.id, waiting.id, charge.id, guardian.id]
    fresh = guardians.make_code(helper, now=now).text
    side.secrets |= {"used code": taken.code, "waiting code": waiting.code, "guardian code": fresh}


def _consents(side: Side) -> None:
    now, herself = timezone.now(), Actor(str(side.resident.pk), "住民")
    given = consent.grant(side.person_id, side.agreement("childcare-place"), actor=herself, now=now)
    refused = consent.refuse(side.person_id, side.agreement("disaster-support"), actor=herself, now=now)
    traders = []
    for account, business_id in ((side.trader, side.trade_id), (side.director, _director_id(side))):
        himself = Actor(str(account.pk), "事業者")
        key = side.agreement("business-support", INDUSTRY)
        traders.append(consent.grant(business_id, key, actor=himself, now=now))
    side.ids["record_id"] = [given.pk, refused.pk, *(record.pk for record in traders)]
    side.ids["agreement_id"] = [
        side.agreement("childcare-place"), side.agreement("disaster-support"), side.agreement("business-support", INDUSTRY)
    ]  # fmt: skip
    system = _client(side, "system", side.organisation_id, ["childcare-place", "child-allowance", "disaster-support"])
    _disclosures(side, system)
    _emergencies(side)
    _questions(side)
    _previews(side, system)


def _director_id(side: Side) -> str:
    found = businesses.business_of_account(str(side.director.pk))
    assert found is not None
    return found.id


def _client(side: Side, name: str, organisation_id: str, purposes: list[str]) -> AgencyClient:
    """Make a system of an organisation and a live token for it."""
    client, secret = clients.create(
        f"{name}-{side.words.letter.lower()}", organisation_id=organisation_id, name=side.words.text(f"機{name}"),
        purposes=purposes, now=timezone.now(),
    )  # fmt: skip
    side.secrets[f"{name} secret"] = secret
    side.secrets[f"{name} token"] = tokens.issue(client, [], now=timezone.now()).token
    return client


def _disclosures(side: Side, system: AgencyClient) -> None:
    words = side.words
    industry = _client(side, "industry", INDUSTRY, ["business-support"])
    common: dict[str, Any] = {"case_reference": words.text("件"), "reason": words.text("照会の理由")}
    clerk: dict[str, Any] = {"organisation_id": side.organisation_id, "actor": side.actor(Role.CASEWORKER)}
    by_consent = ("氏名", "住所", "生年月日", "世帯人数")
    asked = [
        consents.Request(side.organisation_id, side.person_id, "childcare-place", by_consent, consents.Basis.CONSENT,
                         client_id=system.pk, **common),
        consents.Request(subject_id=side.person_id, purpose_id="child-allowance", attributes=("氏名", "所得"),
                         basis=consents.Basis.LAW, **clerk, **common),
        consents.Request(INDUSTRY, side.trade_id, "business-support", ("商号", "本店所在地", "資本金"),
                         consents.Basis.CONSENT, client_id=industry.pk, **common),
    ]  # fmt: skip
    side.ids["entry_id"] = [_open(request) for request in asked]


def _open(request: consents.Request) -> str:
    found = consents.disclose(request, timezone.now())
    assert found.values, (request, found)
    return found.id


def _emergencies(side: Side) -> None:
    now, words, rescuer = timezone.now(), side.words, side.actor(Role.EMERGENCY)
    agreement = side.agreement("life-rescue")
    seen = emergencies.open_emergency(
        rescuer, side.organisation_id, agreement, side.person_id, reason=words.text("緊急の理由と事情の説明"), now=now
    )
    request = consents.Request(
        side.organisation_id, side.person_id, "life-rescue", ("氏名", "住所"), consents.Basis.BREAK_GLASS,
        actor=rescuer, case_reference=seen.pk, reason=seen.reason,
    )  # fmt: skip
    side.ids["entry_id"].append(_open(request))
    emergencies.review(
        side.actor(Role.AUDITOR), seen.pk, outcome=BreakGlass.Outcome.JUSTIFIED, note=words.text("点検の記録"), now=now
    )
    still = emergencies.open_emergency(
        rescuer, side.organisation_id, agreement, side.child_id, reason=words.text("子の緊急の事情の説明"), now=now
    )
    side.ids["break_glass_id"] = [seen.pk, still.pk]


def _questions(side: Side) -> None:
    now, words, herself = timezone.now(), side.words, Actor(str(side.resident.pk), "住民")
    first, second = side.ids["entry_id"][0], side.ids["entry_id"][1]
    asked = questions.ask(herself, side.person_id, first, text=words.text("質問の言葉"), now=now)
    questions.answer(side.actor(Role.AUDITOR), asked.pk, text=words.text("答えの言葉"), now=now)
    side.question_id = questions.ask(herself, side.person_id, second, text=words.text("待つ質問"), now=now).pk


def _previews(side: Side, system: AgencyClient) -> None:
    """Make one request that waits for the person whom it names, and one that she opened by its link and approved."""
    now, words = timezone.now(), side.words
    common: dict[str, Any] = {"purpose_id": "childcare-place", "attributes": ["氏名", "住所"], "now": now}
    waiting = previews.ask(
        system,
        expected_subject=side.person_id,
        reason=words.text("確認の理由"),
        case_reference=words.text("確認件"),
        **common,
    )
    approved = previews.ask(system, reason=words.text("承認の理由"), **common)
    seen = previews.look(approved, side.person_id, now)
    marks = {fact.attribute: seen_mark(approved.pk, fact) for fact in seen.facts}
    assert marks
    previews.approve(approved, side.person_id, marks, actor=Actor(str(side.resident.pk), "住民"), now=now)
    side.ids["request_id"] = [approved.pk, waiting.pk]
    side.ids["token"] = [previews.link_token(PreviewRequest.objects.get(pk=key)) for key in side.ids["request_id"]]


def _link_cases(side: Side) -> None:
    """Link two records of the side's own system: one leaves a choice to a person, one is like nobody."""
    words, place = side.words, side.words.place
    out = io.StringIO()
    table = csv.DictWriter(out, records.COLUMNS, restval="")
    table.writeheader()
    table.writerow(
        {"record": words.text("記録一"), "name": f"見本{place.name}機械製作", "address": f"{place.name}{place.town}８番９号",
         "representative": words.text("届出の代表"), "kana": f"ヒミツ{words.letter}トドケ"}
    )  # fmt: skip
    table.writerow(
        {
            "record": words.text("記録二"),
            "name": words.text("届出商会"),
            "address": f"{place.name}{words.text('裏町')}3-4",
        }
    )
    records.link(out.getvalue().encode(), organisation_id=side.organisation_id, source="見本台帳", now=timezone.now())
    cases = list(LinkCase.objects.filter(organisation_id=side.organisation_id).order_by("source_record"))
    waiting = [case for case in cases if case.state == LinkCase.State.WAITING]
    assert waiting, [(case.state, case.candidates) for case in cases]
    side.candidate = waiting[0].candidates[0]["business"]
    side.ids["case_id"] = [str(case.pk) for case in (*waiting, *(case for case in cases if case not in waiting))]


def _applications(side: Side) -> None:
    """Let the resident write an application with a document, and send another one."""
    now, words = timezone.now(), side.words
    who = applications.Applicant(str(side.resident.pk), "person", side.person_id)
    told = {
        "applicant.phone": words.person["電話番号"], "dog.name": words.text("犬"),
        "move.to_municipality": side.organisation_id,
    }  # fmt: skip
    open_id = applications.begin(who, ["inu-henkou"], key="open", now=now, answers=told)
    paper = SimpleUploadedFile(f"{words.text('鑑札')}.png", png(), content_type="image/png")
    assert uploading.keep_document(who, open_id, "dog_tag", [paper], now=now) == ""
    sent_id = applications.begin(who, ["inu-henkou"], key="sent", now=now, answers=_dog(told))
    receipt = applications.send(who, sent_id, number=settling.settle(who, sent_id, now).row.number, now=now)
    answered = _answered_case(side, who, {**told, "dog.name": words.text("猫")})
    side.ids |= {
        "case_number": [receipt.cases[0].number, answered.number],
        "letter_id": [letter.id for letter in answered.letters],
        "draft_id": [open_id, sent_id],
        "file_id": [file.id for file in files.refs(documents.owner_of(open_id))] + list(answered.file_ids),
        "receipt_id": [receipt.id],
        "procedure_id": ["inu-henkou"],
        "bundle_id": ["birth"],
        "page_id": ["inu-henkou-dog", "dog"],
        "key": ["dog.name"],
        "call_id": ["sample-digital-2026"],
    }


def _answered_case(side: Side, who: applications.Applicant, told: Mapping[str, str]) -> CaseView:
    """Let the resident send an application with a document, and the office refuse it with a letter."""
    now, words = timezone.now(), side.words
    examiner, decider = side.actor(Role.EXAMINER), side.actor(Role.DECIDER)
    draft_id = applications.begin(who, ["inu-henkou"], key="answered", now=now, answers=_dog(told))
    paper = SimpleUploadedFile(f"{words.text('写真')}.png", png(), content_type="image/png")
    assert uploading.keep_document(who, draft_id, "dog_tag", [paper], now=now) == ""
    number = settling.settle(who, draft_id, now).row.number
    case_id = applications.send(who, draft_id, number=number, now=now).cases[0].case_id
    cases.accept(case_id, actor=examiner, expected_number=None, now=now)
    reason = words.text("断る理由")
    cases.decide(case_id, actor=decider, outcome="refused", words=reason, expected_number=None, now=now)
    cases.notify(case_id, actor=examiner, expected_number=None, now=now)
    cases.message_out(case_id, actor=examiner, text=words.text("窓口の言葉"), now=now)
    return cases.case_for_staff(case_id, actor=examiner, now=now)


def _dog(told: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of a change of a dog's registration."""
    form = procedures.procedure("inu-henkou").form
    return {**samples.sample_answers(form, today=timezone.localdate()), **told}


def _sessions(side: Side) -> None:
    """Sign the side's people in, and register a passkey of a member of staff."""
    for name, user in (("resident", side.resident), ("trader", side.trader), ("editor", side.staff[Role.EDITOR])):
        client = enter(user)
        side.secrets[f"{name} session"] = str(client.session.session_key)
        row_id = str(client.session[sessions.KEY]["row"])
        side.ids.setdefault("session", []).append(row_id)
    options = client.post("/account/passkeys/options/").json()
    device = Authenticator(origin=settings.PASSKEY_ORIGINS[0])
    answer = {"credential": device.create(options), "name": side.words.text("鍵")}
    client.post("/account/passkeys/register/", answer, content_type="application/json")
    side.ids["passkey_id"] = [str(key.pk) for key in side.staff[Role.EDITOR].passkeys.all()]
    assert side.ids["passkey_id"]


def enter(user: User, *, id_token: str = "") -> Client:
    """Return a browser in which an account is signed in at the level of a card."""
    client = Client()
    request: Any = RequestFactory().get("/")
    request.session, request.user = client.session, AnonymousUser()
    sessions.begin(
        request, user, level=AssuranceLevel.CARD, method=SignInMethod.OPENID, authenticated_at=timezone.now(),
        id_token=id_token,
    )  # fmt: skip
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return client


def bearer(side: Side, name: str, purposes: list[str]) -> dict[str, str]:
    """Return the header of a fresh system of the side's organisation with a live token for these purposes."""
    _client(side, name, side.organisation_id, purposes)
    return {"Authorization": f"Bearer {side.secrets[f'{name} token']}"}


def _leave_waiting(side: Side) -> None:
    """Publish later sign-ins that nobody has delivered yet."""
    words, at = side.words, timezone.now().isoformat()
    told = {"name": words.person["氏名"], "address": words.moved_to, "birthdate": words.birth.isoformat()}
    events.publish(ResidentSignedIn(str(side.resident.pk), ISSUER, f"resident-{side.organisation_id}", told, at))
    events.publish(
        BusinessSignedIn(
            str(side.trader.pk), ISSUER, f"trader-{side.organisation_id}",
            {**words.trade, "address1": words.text("移転先")}, at,
        )
    )  # fmt: skip


__all__ = ["CHOFU", "ITABASHI", "Side", "Words", "World", "bearer", "deliver", "enter", "handle", "make"]
