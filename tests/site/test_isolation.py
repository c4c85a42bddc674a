"""Nobody on one side of the world sees or changes what belongs to the other: every route, every operation, every caller.

All routes are walked with the ids of side A by callers of side B, so that a new page is walked as soon as it is there. An
answer may repeat what the caller sent; nothing else of A may be in it. Two doors open by law and are left out on purpose:
B's own emergency and B's own request by a law with a case number reach anybody, and both stand in that person's log
(tests/consents/test_disclosure.py). What a corporation's register and published programmes tell is public and no secret.
"""

import html
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone, translation
from pytest_django.plugin import DjangoDbBlocker

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts import services as account_services
from madoguchi.apps.benefits.models import Payment, Recipient
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.cases import api as cases
from madoguchi.apps.consents import endpoints, handles, tokens
from madoguchi.apps.consents.models import Client as AgencyClient
from madoguchi.apps.consents.models import DataAgreement, PreviewRequest
from madoguchi.apps.people import api as people
from madoguchi.apps.people import queries as people_queries
from madoguchi.apps.upkeep.models import ProposedChange
from madoguchi.core.access import KINDS, Access, Kind
from madoguchi.core.permissions import Actor, Role
from madoguchi.site.api import api
from tests.site.world import PASSWORD, Side, World, bearer, enter, handle, make
from tests.test_architecture import routes

pytestmark = pytest.mark.django_db
PARAMETER = re.compile(r"<(?:[a-z]+:)?(\w+)>")
SHARED = {"name": ["sample"], "kind": ["bad_account"], "code": ["AAAA-AAAA-AAAA-AAAA"],
          "way": ["email", "sms"], "channel": ["sms", "line"]}  # fmt: skip
"""Parameters that are nobody's: the name of a provider, a kind of finding, a code that no letter bears."""
PUBLIC_IDS = {
    "programme_id", "agreement_id", "number", "attribute", "procedure_id", "bundle_id", "page_id", "key", "call_id", "psid",
    "organisation_id",
}  # fmt: skip
"""Names of published things; everything else in `Side.ids` belongs to one side alone."""
LAST = ("account/sessions/", "sign-out/", "me/data/erase/", "me/business-data/erase/")
"""Routes that end the caller's own sessions or account, so they come last, and the caller signs in again."""
NEW_ROWS = {
    "core_auditentry": "what was tried is recorded",
    "consents_accessentry": "what another agency asked and did not get stands in the person's log",
    "consents_previewrequest": "a request of another agency waits for the person's own yes",
    "accounts_failedsignin": "a wrong password for a name is counted",
}
"""Tables in which the other side's tries may leave rows that name A, each with its reason."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Make the world once in a transaction that is rolled back after this module; each test runs in a savepoint of it."""
    whole = transaction.atomic()
    whole._from_testcase = True  # type: ignore[attr-defined] # as Django's TestCase: durable blocks may begin inside
    with django_db_blocker.unblock(), translation.override("ja"), whole:
        yield make()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def before(world: World, django_db_blocker: DjangoDbBlocker) -> dict[str, list[str]]:
    """Return the rows of every table as each test finds them."""
    with django_db_blocker.unblock():
        return table_rows()


@dataclass
class Caller:
    """Somebody who sends requests; `renew` signs in again."""

    renew: Callable[[], Client]
    headers: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, list[str]] = field(default_factory=dict)
    """Further values of parameters that were made for this caller."""
    methods: tuple[str, ...] = ()
    """What this caller tries everywhere besides GET and POST; else only what an operation of the API takes."""
    kind: Kind | None = None
    """Kind of the account; None for strangers and systems."""
    client: Client = field(default_factory=Client)


@dataclass(frozen=True, slots=True)
class Step:
    """One request to a route with A's ids."""

    route: str
    method: str
    path: str
    data: Any = None
    is_json: bool = False

    @property
    def sent(self) -> str:
        """Return everything that the caller sends, as text."""
        return f"{unquote_plus(self.path)} {json.dumps(self.data, ensure_ascii=False, default=str)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    step: Step
    status: int
    text: str


RARE = ("PUT", "PATCH", "DELETE")
WITH_RARE = ("anonymous", "all roles", "resident", "trader", "every purpose")
"""Callers who try the rare methods everywhere; the others are refused no less and only cost time."""
CALLERS = ("anonymous", *Role, "all roles", "resident", "trader", "director", "one purpose", "every purpose")


def caller_of(world: World, name: str) -> Caller:
    """Return a caller of side B by name."""
    side = world.b
    if name == "anonymous":
        return Caller(Client)
    if name.endswith("purpose"):
        held = list(
            DataAgreement.objects.filter(organisation_id=side.organisation_id).values_list("purpose_id", flat=True)
        )
        return Caller(
            Client, bearer(side, name.replace(" ", "-"), ["childcare-place"] if name == "one purpose" else held)
        )
    if name == "all roles":
        user = account_services.create_staff(
            username="all", display_name="全部", password=PASSWORD, roles={side.organisation_id: set(Role)}
        )
    elif name in ("resident", "trader", "director"):
        user = {"resident": side.resident, "trader": side.trader, "director": side.director}[name]
    else:
        user = side.staff[Role(name)]
    if user.kind != Kind.STAFF:
        return Caller(lambda: enter(user), kind=Kind(user.kind))
    # A search of B's staff finds A's resident by name and birth date; what it gives must open nothing more of her.
    found = handle(side, accounts.actor_of(user), side.agreement("childcare-place"), world.a)
    return Caller(lambda: enter(user), ids={"handle": [found]}, kind=Kind.STAFF)


def forms(a: Side, b: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the forms of each route send from B, aimed at A."""
    return {
        **forms_of_people(a, b), **forms_of_applications(a), **forms_of_benefits(a), **forms_of_staff(a, b),
        **forms_of_procedures(), **forms_of_notifications(a), **forms_of_apps(),
    }  # fmt: skip


def forms_of_people(a: Side, b: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of residents and businesses."""
    today = timezone.localdate().isoformat()
    childcare = DataAgreement.objects.select_related("revision").get(pk=a.agreement("childcare-place"))
    assert childcare.revision is not None
    seen = {"revision": childcare.revision.hash, "attribute": ["氏名", "住所"]}
    offer = {"procedures": ["jidou-teate"], "starts_on": today, "ends_on": today}
    return {
        "sign-in/": [{"username": a.staff[Role.EDITOR].username, "password": "a wrong sample password"}],
        "account/acting/": [{"principal": a.person_id}, {"principal": a.trade_id}, {}],
        "account/delegations/new/": [{**offer, "key": a.ids["delegation_id"][1]}, {**offer, "key": str(uuid.uuid4())}],
        "account/delegations/accept/": [{"code": a.secrets["used code"], "step": "accept"}, {"code": "AAAA-AAAA"}],
        "account/delegations/child/": [{"principal": a.child_id}, {"principal": a.person_id}],
        "account/delegations/<uuid:delegation_id>/revoke/": [{}],
        "account/delegations/guardian-code/": [{}],
        "account/session/": [{"next": "/"}],
        "account/sessions/": [*({"session": key} for key in a.ids["session"]), {}],
        "account/passkeys/options/": [{}],
        "account/passkeys/<uuid:passkey_id>/rename/": [{"name": "別の名"}],
        "account/passkeys/<uuid:passkey_id>/remove/": [{}],
        "passkey/options/": [{}],
        "sign-out/": [{}],
        "me/facts/<str:attribute>/": [{"value": "5000", "key": "k1"}, {"withdraw": "1", "key": "k2"}],
        "me/data/erase/": [{}, {"sure": "yes"}],
        "me/business-data/erase/": [{}, {"sure": "yes"}],
        "me/consents/<str:agreement_id>/": [{"withdraw": "1"}, {"refuse": "1", **seen}, {"grant": "1", **seen}],
        "me/access/<str:entry_id>/": [{"text": "なぜ見たのですか"}],
        "me/requests/<str:token>/": [{"approve": "1", "attribute": ["氏名"], "mark.氏名": "x"}, {"refuse": "1"}],
        "finder/": [{"current": "municipality", "q.municipality": a.organisation_id}],
        "api/v1/once-only/token": [{"grant_type": "client_credentials", "scope": "childcare-place"}],
    }


def forms_of_notifications(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of messages and ways."""
    address = "me/notifications/<uuid:address_id>/"
    return {
        "me/inbox/all-read/": [{}],
        "me/notifications/": [{"language": "en", "quiet_from": "1", "quiet_to": "2", "offers": "on"}],
        "me/notifications/resume/": [{"topic": "child"}],
        "me/notifications/add/<str:way>/": [{"value": f"{a.resident.pk.hex}@example.jp"}, {"value": "090-0000-0000"}],
        "me/notifications/browser/": [{"subscription": "{}", "do": "add"}],
        address: [{"code": "000000"}],
        f"{address}code/": [{}],
        f"{address}remove/": [{}],
        "receipts/<str:channel>": [{"receipts": "[]"}],
        "unsubscribe/<str:token>": [{"List-Unsubscribe": "One-Click"}],
        "me/outreach/": [{"topic": "children"}, {"preview": "1"}],
        "me/outreach/stop/": [{}],
        "me/outreach/messages/<uuid:message_id>/rate/": [
            {"useful": "no"},
            {"satisfaction": "1", "word": "別の人の言葉"},
        ],
    }


def forms_of_applications(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of applying."""
    draft, file_id = "me/drafts/<uuid:draft_id>/", a.ids["file_id"][0]
    return {
        "apply/<slug:procedure_id>/begin/": [{"key": "k"}],
        "life/<slug:bundle_id>/": [{"child.born_on.year": "2026"}],
        "life/<slug:bundle_id>/begin/": [{"key": "k", "procedure": ["shussei-todoke"]}],
        "life/<slug:bundle_id>/again/": [{}],
        f"{draft}delete/": [{}],
        f"{draft}documents/": [{"number": "1", "remove": file_id}, {"number": "1", "reuse": f"dog_tag|{file_id}"}],
        f"{draft}send/": [{"number": str(number)} for number in (1, 2, 3)],
        f"{draft}pages/<str:page_id>/": [{"number": "1", "dog.name": "別の犬", "next": "1"}],
        **forms_of_own_cases(),
    }


def forms_of_own_cases() -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms by which applicants act in their cases."""
    case, said = "me/cases/<str:case_number>/", "別の人の言葉"
    seen = [{"number": str(number)} for number in range(1, 8)]
    return {
        "letters/": [{"code": "AAAA-AAAA-AAAA-AAAA"}],
        f"{case}correction/": [{"dog.name": "別の犬", "message": said, "send": "1", **number} for number in seen],
        f"{case}message/": [{"text": said}],
        f"{case}withdraw/": [{"reason": said, **number} for number in seen],
        f"{case}objection/": [{"reason": said, **number} for number in seen],
        f"{case}review/": [{"ease": "1", "text": said}],
    }


def forms_of_benefits(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of monthly benefits."""
    desk, run = "desk/benefits/<slug:scheme_id>/", "desk/benefits/<slug:scheme_id>/runs/<uuid:run_id>/"
    looked = ["accounts", "shared_accounts", "unconfirmed", "overpaid", "budget", "difference"]
    account = {"bank_code": "0009", "branch_code": "012", "kind": "1", "number": "0000777", "holder": "ベツ ノ ヒト"}
    recipient, payment = (
        Recipient.objects.get(subject_id=a.child_id),
        Payment.objects.filter(subject_id=a.child_id).latest("pk"),
    )
    return {
        desk: [
            {"do": "invite", "expected": "9"},
            {"do": "draft", "last_run": a.ids["run_id"][0], "month": "2027-04", "transfer_on": "2027-04-15"},
            {"do": "month", "case": f"waits-{a.organisation_id}", "first": "2026-04"},
            {"do": "end", "recipient": str(recipient.pk), "on": "2026-05-01"},
        ],
        run: [
            *({"do": do, "state": "calculated", "looked_at": looked} for do in ("recalculate", "approve")),
            {"do": "cancel", "state": "calculated", "reason": "not_needed"},
            {"do": "settle", "state": "settled", "result": "customer_code,result,reason"},
        ],
        f"{run}file/": [{}],
        f"{run}payments/": [{"payment": str(payment.pk), "reason": "bank"}],
        "me/benefits/<slug:scheme_id>/account/": [account],
    }


def forms_of_procedures() -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of the desk where procedures are edited."""
    desk, words = "desk/procedures/<slug:procedure_id>/", {"revision": "1", "name.ja": "別の名"}
    return {
        "desk/procedures/": [{"source": "inu-henkou", "new_id": "betsu", "owner": "tokyo-digital"}],
        f"{desk}texts/": [words],
        f"{desk}form/": [{"revision": "1", "op": "remove dog dog.name"}],
        f"{desk}form/<slug:page_id>/<str:key>/": [{**words, "label.ja": "別の問い"}],
        f"{desk}documents/": [{"revision": "1", "op": "remove dog_tag"}],
        f"{desk}clock/": [{"revision": "1", "online.days": "1", "online.unit": "business"}],
        f"{desk}checks/": [{"revision": "1", "op": "remove documents"}],
        f"{desk}yaml/": [{"revision": "1", "text": "id: inu-henkou", "keep": "1"}],
        f"{desk}preview/": [{"sample": "1"}],
        f"{desk}changes/": [{"revision": "1", "note": "公開"}, {"discard": "1"}],
    }


def forms_of_staff(a: Side, b: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of the desk."""
    today, words = timezone.localdate().isoformat(), a.words
    sought = {"name": words.person["氏名"], "birth": words.birth.isoformat(), "case": "見本の事案"}
    guardian = {
        "organisation": b.organisation_id, "code": b.secrets["guardian code"], "principal": a.person_id,
        "document": "見本の登記事項証明書", "reach": "all", "starts_on": today, "ends_on": today,
    }  # fmt: skip
    paper = {"key": "0" * 32, "source": "住民基本台帳", "document": "見本の書類", "sure": "yes"}
    person = "desk/people/p/<str:handle>/"
    return {
        "desk/delegations/": [
            guardian,
            {**guardian, "step": "register"},
            {**guardian, "organisation": a.organisation_id},
        ],
        "desk/delegations/<uuid:delegation_id>/end/": [{}],
        "desk/people/": [{"agreement": side.agreement("child-allowance"), **sought} for side in (a, b)],
        "desk/people/protection/": [
            {"number": a.sheltered_id, "organisation": side.organisation_id, "sure": "yes"} for side in (a, b)
        ],
        person: [{}],
        f"{person}fact/": [{**paper, "attribute": "所得", "value": "100"}],
        f"{person}event/": [{**paper, "kind": kind, "on": today} for kind in ("leave", "death")],
        f"{person}protect/": [{"sure": "yes"}],
        "desk/businesses/review/<uuid:case_id>/": [{"business": a.candidate}, {"business": "none"}],
        **forms_of_cases(a),
        **forms_of_upkeep(a),
        "desk/access-questions/": [{"question": str(a.question_id), "text": "別の組織の答え"}],
        "desk/break-glass/": [
            {"agreement": a.agreement("life-rescue"), "subject": a.person_id, "reason": "十文字より長い緊急の理由です"}
        ],
        "desk/break-glass/<str:break_glass_id>/": [{"read": "1"}, {"outcome": "justified", "note": "別の組織の点検"}],
        "desk/<slug:programme_id>/": [{"keep": "1", "revision": "1", "name.ja": "別の名", "condition": "年齢 >= 3"}],
        "desk/<slug:programme_id>/check/": [{"condition": "年齢 >= 3", "subject": "本人"}],
        "desk/<slug:programme_id>/tree/": [{"example": "1"}],
        "desk/<slug:programme_id>/changes/": [{"revision": "1", "note": "公開"}, {"discard": "1"}],
        "desk/<slug:programme_id>/reading/": [{"title": "見本"}, {"title": "見本", "keep": "1", "revision": "1"}],
    }


def forms_of_upkeep(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms by which the registry is kept true."""
    programme, later = "desk/upkeep/programmes/<slug:programme_id>/", "2027-06-01"
    chosen = list(ProposedChange.objects.filter(page_id=a.ids["source_id"][0]).values_list("pk", flat=True))
    seen = {"revision": "1", "change": [str(key) for key in chosen]}
    return {
        "desk/upkeep/findings/<uuid:finding_id>/": [{"why": "別の組織の理由"}, {"loud": "1"}],
        "desk/upkeep/pages/<uuid:source_id>/": [{**seen, do: "1"} for do in ("accept", "reject", "reopen", "again")],
        f"{programme}review/": [{"version": "1", "revision": "1", "review_on": later, "note": "別の組織"}],
        f"{programme}hand-over/": [{"account": str(a.staff[Role.EDITOR].pk), "due_on": later}, {"end": "1"}],
        f"{programme}pages/": [{"text": "別の組織のページ"}],
    }


def forms_of_cases(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of the desk where cases are worked on."""
    case, said = "desk/cases/<str:case_number>/", "別の組織の言葉"
    case_ids = [str(cases.case_id_of(number)) for number in a.ids["case_number"]]
    seen = [{"number": str(number)} for number in range(1, 8)]
    acts: list[dict[str, Any]] = [
        {"do": "note", "text": said}, {"do": "take"}, {"do": "run-checks"}, {"do": "message", "text": said},
        {"do": "suspend", "reason": said}, {"do": "check", "check_id": "duplicate", "result": "failed", "words": said},
        {"do": "close"},
    ]  # fmt: skip
    return {
        "desk/cases/bulk/": [
            {"do": do, "case": case_ids, **{f"n.{key}": number for key in case_ids}}
            for do in ("take", "decide")
            for number in ("2", "3")
        ],
        f"{case}act/": [{**act, **number} for act in acts for number in seen],
        f"{case}correction/": [{"fields": ["dog.name"], "message": said, **number} for number in seen],
        f"{case}decision/": [
            {"step": step, "outcome": "refused", "words": said, **number}
            for step in ("edit", "preview", "pdf", "propose", "decide", "agree")
            for number in seen[:3]
        ],
        f"{case}objection/": [{"step": "decide", "result": "dismissed", "words": said, **number} for number in seen],
    }


def documents(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return what each route takes as JSON, aimed at A."""
    names = ["氏名", "住所", "生年月日"]
    about = {"subject": a.person_id, "attributes": names}
    key = a.staff[Role.EDITOR].passkeys.get().credential_id
    credential = {"id": key, "rawId": key, "type": "public-key", "response": {"clientDataJSON": "e30"}}
    return {
        "account/passkeys/register/": [{"credential": credential, "name": "別の鍵"}],
        "passkey/finish/": [{"credential": credential}],
        "api/v1/once-only/disclosures": [
            {**about, "purpose": "childcare-place"},
            {**about, "purpose": "child-allowance", "basis": "law"},
            {**about, "purpose": "disaster-support", "reason": "照会"},
            {"subject": a.trade_id, "purpose": "business-support", "attributes": ["商号"]},
        ],
        "api/v1/once-only/requests": [{**about, "purpose": "childcare-place"}],
        "api/v1/once-only/requests/<request_id>/collect": [{}],
        "api/v1/cases/<case_number>/messages": [{"text": "別の人の言葉"}],
        **documents_of_apps(a),
    }


def forms_of_apps() -> Mapping[str, list[dict[str, Any]]]:
    """Return the forms of app makers: a name for a key, and a key that is nobody's."""
    guess = {"key": "mdg_a-key-that-nobody-holds"}
    return {"open/keys/": [{"name": "別のアプリ"}, {**guess, "end": "1"}], "open/webhooks/": [guess]}


def documents_of_apps(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return what operations for app makers take, aimed at A's webhook."""
    hook = "api/v1/webhooks/<hook_id>"
    return {
        "api/v1/keys": [{"name": "別のアプリ"}],
        "api/v1/sandbox/match": [{"household": {"facts": {"自治体コード": a.organisation_id}}}],
        "api/v1/webhooks": [{"url": "https://8.8.4.4/hook", "organisation": a.organisation_id}],
        **{f"{hook}/{deed}": [{}] for deed in ("verify", "ping", "resume", "rotate")},
        f"{hook}/replay": [{"since": 0}],
    }


def searches(a: Side) -> Mapping[str, list[dict[str, Any]]]:
    """Return what is asked of each route by its address, aimed at A."""
    words = a.words
    return {
        "businesses/": [{"q": words.trade["name"]}, {"q": words.text("代表者")}, {"q": words.corporation}],
        "programmes/": [{"q": words.text("案の概要")}, {"q": words.text("受入れ制度")}],
        "api/v1/businesses": [{"q": words.trade["name"]}, {"q": words.text("横丁")}],
        "api/v1/programmes": [{"q": words.text("案の概要")}],
        "me/consents/": [{"organisation": a.organisation_id}],
        "me/access/": [{"organisation": a.organisation_id}, {"page": "2"}],
        "desk/<slug:programme_id>/reading/": [{"record": str(a.record_id)}],
        "sign-in/step-up/": [{"level": "3", "next": "/account/"}],
    }


def operations() -> Mapping[str, tuple[str, ...]]:
    """Return the methods that each route of the API takes."""
    return {
        "api/v1" + re.sub(r"\{(\w+)\}", r"<\1>", prefix + path): tuple(
            sorted({method for operation in view.operations for method in operation.methods})
        )
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
    }


def paths(a: Side, caller: Caller) -> Iterator[tuple[str, str]]:
    """Yield every route of the site and its addresses with A's ids; a parameter that nobody knows fails the test.

    Where the route's own decorator shuts the door to this kind of caller, one address is enough.
    """
    known = {**SHARED, **a.ids, **{name: [*a.ids[name], *values] for name, values in caller.ids.items()}}
    for route, pattern in routes(get_resolver().url_patterns):
        assert not route.startswith("^"), f"{route} is a regular expression. Say here how to fill it."
        names = PARAMETER.findall(route)
        unknown = [name for name in names if name not in known]
        assert not unknown, f"{route}: give {unknown} a value of side A in tests/site/world.py (Side.ids)."
        kinds = KINDS.get(getattr(pattern.callback, "access", Access.PUBLIC))
        enough = 1 if kinds is not None and caller.kind not in kinds else None
        for values in islice(product(*(known[name] for name in names)), enough):
            filled = iter(values)
            yield route, "/" + PARAMETER.sub(lambda _found: next(filled), route)  # noqa: B023 # used at once


def steps(world: World, caller: Caller, *, only: str = "") -> list[Step]:
    """Return every request of a walk; those that end the caller's own session come last."""
    asked, posted, sent = searches(world.a), forms(world.a, world.b), documents(world.a)
    rare = {route: [method for method in methods if method in RARE] for route, methods in operations().items()}
    found = []
    for route, path in paths(world.a, caller):
        if not re.match(only, route):
            continue
        found += [Step(route, "GET", path, query) for query in ({}, *asked.get(route, []))]
        found += [Step(route, "POST", path, form) for form in posted.get(route, [] if route in sent else [{}])]
        found += [Step(route, "POST", path, document, is_json=True) for document in sent.get(route, [])]
        found += [Step(route, method, path, {}, is_json=True) for method in caller.methods or rare.get(route, ())]
    return sorted(
        found, key=lambda step: LAST.index(step.route) if step.route in LAST and step.method == "POST" else -1
    )


def send(caller: Caller, step: Step) -> Answer:
    """Send one request and return the answer with everything in it that can be read."""
    call = getattr(caller.client, step.method.lower())
    kind = {"content_type": "application/json"} if step.is_json else {}
    answer = call(step.path, step.data, headers=caller.headers, **kind)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    cookies = "\n".join(item.OutputString() for item in answer.cookies.values())
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if step.route in LAST and step.method == "POST":
        caller.client = caller.renew()
    return Answer(step, answer.status_code, readable(f"{heads}\n{cookies}\n{body.decode('utf-8', 'replace')}"))


def readable(text: str) -> str:
    """Return a text followed by itself without the escapes of HTML, JSON and addresses."""
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    forms = {text, plain, html.unescape(text), unquote_plus(text)}
    return "\n".join(sorted(forms))


def own_ids(side: Side) -> set[str]:
    """Return the ids of a side's people, accounts and rows."""
    ids = {value for name, values in side.ids.items() if name not in PUBLIC_IDS for value in values}
    ids |= {side.person_id, side.child_id, side.sheltered_id, side.household_id, side.trade_id}
    return ids | {str(user.pk) for user in side.accounts}


def marks(side: Side) -> "re.Pattern[str]":
    """Return a pattern of everything that belongs to a side and is not public."""
    words = side.words
    numbers = {*words.numbers.values(), words.rent_yen, words.capital_yen}
    day = words.birth
    exact = {
        *words.person.values(), *side.secrets.values(), *own_ids(side), *map(str, numbers),
        *(f"{number:,}" for number in numbers), day.isoformat(), day.strftime("%Y%m%d"),
        f"{day.year}年{day.month}月{day.day}日", words.trade["address2"],
    }  # fmt: skip
    longest = sorted(map(re.escape, exact), key=len, reverse=True)
    return re.compile("|".join([rf"[ひヒ][みミ][つツ]{words.letter}\w*", *longest]))


def leaks(answer: Answer, pattern: "re.Pattern[str]") -> set[str]:
    """Return what of the other side stands in an answer and was not sent by the caller."""
    return {found for found in pattern.findall(answer.text) if found not in answer.step.sent}


def walk(world: World, caller: Caller, *, only: str = "") -> list[Answer]:
    """Send every request of a walk."""
    caller.client = caller.renew()
    answers = []
    for step in steps(world, caller, only=only):
        caller.client.raise_request_exception = False
        answers.append(send(caller, step))
    return answers


def table_rows() -> dict[str, list[str]]:
    """Return the rows of every table as texts."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = ["|".join(map(plain, row)) for row in cursor.fetchall()]
    return found


def chosen(rows: Mapping[str, list[str]], pattern: "re.Pattern[str]") -> dict[str, Counter[str]]:
    """Return the rows that a pattern fits, by table; ids stand in the pattern without hyphens."""
    return {
        table: Counter(row for row in texts if pattern.search(row.replace("-", ""))) for table, texts in rows.items()
    }


def plain(value: Any) -> str:
    """Return a value of a column as text."""
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def of_side(side: Side, *more: str) -> "re.Pattern[str]":
    """Return a pattern of the ids of a side as they stand in rows."""
    return re.compile("|".join(re.escape(text.replace("-", "")) for text in sorted({*own_ids(side), *more})))


def changed(side: Side, before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """Return rows of a side's people and organisation that stood before and do not stand as they did."""
    sessions = [value for name, value in side.secrets.items() if name.endswith("session")]
    pattern = of_side(side, side.organisation_id, *sessions)
    stood, stand = chosen(before, pattern), chosen(after, pattern)
    assert sum(map(len, stood.values())) > 100
    return [f"{table}: {row[:300]}" for table, rows in stood.items() for row in rows - stand[table]]


def named_anew(side: Side, before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """Return rows that name a side's people and were not there before, but for those that a try may leave."""
    stood, stand = chosen(before, of_side(side)), chosen(after, of_side(side))
    return [
        f"{table}: {row[:300]}" for table, rows in stand.items() if table not in NEW_ROWS for row in rows - stood[table]
    ]


@pytest.mark.parametrize("name", CALLERS)
def test_nobody_of_another_side_sees_or_changes_anything(world: World, before: dict[str, list[str]], name: str) -> None:
    a, caller = world.a, caller_of(world, name)
    caller.methods = RARE if name in WITH_RARE else ()
    answers, pattern = walk(world, caller), marks(a)
    after = table_rows()
    assert [(item.step, item.status) for item in answers if item.status >= 500 or item.status == 429] == []
    assert [(item.step, found) for item in answers if (found := leaks(item, pattern))] == []
    assert changed(a, before, after) == []
    assert named_anew(a, before, after) == []
    assert without_a_body(answers, world) == []


def without_a_body(answers: list[Answer], world: World) -> list[str]:
    """Return routes that take a POST although nobody has said here what their forms send."""
    told = {*forms(world.a, world.b), *documents(world.a)}
    read = {item.step.path: item.status for item in answers if item.step.method == "GET" and not item.step.data}
    posts = [item for item in answers if item.step.method == "POST" and item.step.route not in told]
    return sorted({item.step.route for item in posts if item.status not in (404, 405, read[item.step.path])})


def test_the_walk_visits_every_operation_of_the_api(world: World) -> None:
    """Strangers walk every route, so what a stranger's walk holds, every walk holds."""
    walked = {(step.route, step.method) for step in steps(world, Caller(Client))}
    wanted = {(route, method) for route, methods in operations().items() for method in methods}
    assert len(wanted) > 20
    assert wanted <= walked, wanted - walked
    told = {*forms(world.a, world.b), *documents(world.a), *searches(world.a)}
    assert told <= {route for route, _method in walked}, told - {route for route, _method in walked}


def test_the_own_people_of_a_side_see_what_others_must_not(world: World) -> None:
    """What the walk looks for is there to be found: at least one page of every room shows it to those whose it is."""
    a, words = world.a, world.a.words
    me, trader = enter(a.resident), enter(a.trader)
    desk = {role: enter(user) for role, user in a.staff.items()}
    first, second = a.ids["entry_id"][:2]
    shown: list[tuple[Client, str, str]] = [
        (me, "/me/", words.person["氏名"]),
        (me, "/me/data/my-data.json", words.person["電話番号"]),
        (me, "/account/delegations/", a.ids["delegation_id"][0]),
        (me, f"/me/receipts/{a.ids['record_id'][0]}.json", a.person_id),
        (me, f"/me/access/{first}/", words.text("答えの言葉")),
        (me, f"/me/access/{second}/", words.text("待つ質問")),
        (me, f"/me/requests/{a.ids['token'][1]}/", words.person["住所"]),
        (me, f"/me/drafts/{a.ids['draft_id'][0]}/pages/inu-henkou-dog/", words.text("犬")),
        (me, f"/me/drafts/{a.ids['draft_id'][0]}/documents/", words.text("鑑札")),
        (trader, "/account/sessions/", a.ids["session"][1]),
        (trader, "/me/business-data/my-business-data.json", words.trade["name"]),
        (desk[Role.EDITOR], "/account/passkeys/", words.text("鍵")),
        (desk[Role.EDITOR], f"/desk/{words.place.programme_id}/", words.text("案の概要")),
        (
            desk[Role.EDITOR],
            f"/desk/{words.place.programme_id}/reading/?record={a.record_id}",
            words.text("受入れ制度"),
        ),
        (desk[Role.CASEWORKER], "/desk/delegations/", words.text("後見の証明書")),
        (desk[Role.BUSINESS_REVIEWER], "/desk/businesses/review/", words.text("記録一")),
        (desk[Role.BUSINESS_REVIEWER], f"/desk/businesses/review/{a.ids['case_id'][0]}/", words.text("届出の代表")),
        (desk[Role.AUDITOR], "/desk/access-questions/", words.text("待つ質問")),
        (desk[Role.EXAMINER], f"/desk/cases/{a.ids['case_number'][0]}/", words.text("犬")),
        (me, f"/me/cases/{a.ids['case_number'][0]}/", words.text("犬")),
        (me, "/me/benefits/", words.text("給付")),
        (me, "/me/inbox/", words.text("お知らせfirst")),
        (me, f"/me/outreach/messages/{a.ids['told_id'][0]}/", words.text("ひとこと")),
        (desk[Role.PAYMASTER], f"/desk/benefits/{a.ids['scheme_id'][0]}/", words.text("待つ番号")),
        (
            desk[Role.PAYMENT_APPROVER],
            f"/desk/benefits/{a.ids['scheme_id'][0]}/runs/{a.ids['run_id'][1]}/payments/?state=paid",
            words.text("受付"),
        ),
        (desk[Role.EXAMINER], f"/desk/cases/{a.ids['case_number'][1]}/", words.text("断る理由")),
        (desk[Role.AUDITOR], f"/desk/break-glass/{a.ids['break_glass_id'][0]}/", words.text("点検の記録")),
    ]
    pattern = marks(a)
    missing = []
    for client, path, text in shown:
        answer = send(Caller(Client, client=client), Step("", "GET", path))
        if text not in answer.text or not pattern.search(text):
            missing.append((path, answer.status, text))
    assert missing == []


def test_the_own_staff_of_a_side_read_what_others_must_not(world: World) -> None:
    a, clerk = world.a, world.a.staff[Role.CASEWORKER]
    fresh = handle(a, accounts.actor_of(clerk), a.agreement("child-allowance"), a)
    desk = Caller(Client, client=enter(clerk))
    assert a.words.person["氏名"] in send(desk, Step("", "POST", f"/desk/people/p/{fresh}/", {})).text


def test_the_own_system_of_a_side_gets_what_others_must_not(world: World) -> None:
    a = world.a
    fresh = tokens.issue(AgencyClient.objects.get(pk=f"system-{a.words.letter.lower()}"), [], now=timezone.now())
    system = Caller(Client, {"Authorization": f"Bearer {fresh.token}"})
    address = f"/api/v1/once-only/requests/{a.ids['request_id'][0]}"
    assert a.words.person["住所"] in send(system, Step("", "POST", f"{address}/collect", {}, is_json=True)).text
    assert a.ids["token"][0] in send(system, Step("", "GET", address)).text


def break_staff(patch: pytest.MonkeyPatch, a: Side) -> None:
    """Let every member of staff do everything everywhere."""
    patch.setattr(Actor, "may", lambda _self, _permission, _organisation_id: True)
    patch.setattr(Actor, "organisations", lambda _self, _permission: [a.organisation_id])
    context = handles._context(str(a.staff[Role.CASEWORKER].pk))
    patch.setattr(handles, "_context", lambda _actor_id: context)


def break_people(patch: pytest.MonkeyPatch, a: Side) -> None:
    """Take every account for A's resident."""
    found = people.PersonRef(a.person_id, str(a.resident.pk))
    patch.setattr(people, "person_of_account", lambda _account_id: found)
    patch.setattr(people_queries, "person_of_account", lambda _account_id: found)


def break_businesses(patch: pytest.MonkeyPatch, a: Side) -> None:
    """Take every account for A's sole proprietor."""
    patch.setattr(businesses, "business_of_account", lambda _account_id: businesses.get_by_id(a.trade_id))


def break_systems(patch: pytest.MonkeyPatch, a: Side) -> None:
    """Give every system the requests of all systems."""
    patch.setattr(endpoints, "_own_request", lambda _request, key: PreviewRequest.objects.get(pk=key))


BREAKS = [
    (
        break_staff, "all roles", "desk/",
        {"desk/access/", "desk/access-questions/", "desk/break-glass/<str:break_glass_id>/", "desk/<slug:programme_id>/",
         "desk/people/p/<str:handle>/", "desk/delegations/", "desk/delegations/<uuid:delegation_id>/end/",
         "desk/<slug:programme_id>/changes/", "desk/businesses/review/", "desk/businesses/review/<uuid:case_id>/",
         "desk/cases/", "desk/cases/<str:case_number>/", "desk/cases/<str:case_number>/correction/",
         "desk/cases/<str:case_number>/files/<uuid:file_id>/", "desk/benefits/", "desk/benefits/<slug:scheme_id>/",
         "desk/benefits/<slug:scheme_id>/runs/<uuid:run_id>/payments/",
         "desk/benefits/<slug:scheme_id>/runs/<uuid:run_id>/findings/<slug:kind>/"},
        {
            "registry_programmedraft",
            "cases_case",
            "businesses_linkcase",
            "consents_breakglass",
            "consents_accessquestion",
            "accounts_delegationrow",
            "benefits_run",
            "benefits_recipient",
            "benefits_payment",
        },
    ),
    (
        break_people, "resident", "me/|account/delegations/",
        {"me/", "me/data/my-data.json", "me/access/<str:entry_id>/", "me/requests/<str:token>/", "account/delegations/",
         "me/benefits/"},
        {"benefits_recipient", "consents_consentrecord", "consents_previewrequest", "accounts_delegationrow", "people_person"},
    ),
    (break_businesses, "trader", "me/access", {"me/access/", "me/access/<str:entry_id>/"}, set()),
    (
        break_systems, "one purpose", "api/v1/once-only",
        {"api/v1/once-only/requests/<request_id>", "api/v1/once-only/requests/<request_id>/collect"}, set(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "name", "only", "shown", "tables"), BREAKS, ids=[item[1] for item in BREAKS])
def test_a_page_that_forgot_to_ask_whose_it_is_gets_caught(
    world: World,
    before: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[pytest.MonkeyPatch, Side], None],
    name: str,
    only: str,
    shown: set[str],
    tables: set[str],
) -> None:
    a = world.a
    caller, pattern = caller_of(world, name), marks(a)
    spoil(monkeypatch, a)
    answers = walk(world, caller, only=only)
    caught = {item.step.route for item in answers if leaks(item, pattern)}
    assert shown <= caught, shown - caught
    torn = {line.partition(":")[0] for line in changed(a, before, table_rows())}
    assert tables <= torn, tables - torn
