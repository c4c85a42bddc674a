"""Guardians at the counter: their own code names the account, staff of one organisation register and end, others see nothing."""

import re
import threading
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts import api, services
from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.delegation import guardians
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.codes import digest, typed
from madoguchi.apps.accounts.delegation.models import AgentCode, DelegationRow
from madoguchi.apps.accounts.delegation.rules import NotDelegated, Reason, Scope
from madoguchi.apps.accounts.models import User
from madoguchi.core.access import Kind
from madoguchi.core.models import AuditEntry, Organisation
from madoguchi.core.permissions import Actor, NotPermitted, Role
from tests.accounts.entering import enter
from tests.accounts.test_delegation import Town, account, person_of, town
from tests.site.browser import DESKTOP, PHONE, browser

__all__ = ["browser", "town"]  # fixtures
pytestmark = pytest.mark.django_db
CODE_PAGE, DESK = "/account/delegations/guardian-code/", "/desk/delegations/"
APPLY = Scope(procedures=frozenset({"jidou-teate"}))


@pytest.fixture
def guardian(town: Town) -> User:
    return account("guardian")


@pytest.fixture
def ward(town: Town) -> User:
    return account("ward")


def clerk(name: str = "kita", role: Role = Role.CASEWORKER, organisation: str = "kita") -> User:
    """Return staff of an invented organisation."""
    Organisation.objects.get_or_create(
        id=organisation, defaults={"kind": "municipality", "name_ja": f"見本の{organisation}"}
    )
    return services.create_staff(
        username=name, display_name=name, password="a long sample password", roles={organisation: {role}}
    )


def at_desk(user: User) -> Client:
    return enter(user, AssuranceLevel.PASSKEY)


def code_of(user: User) -> str:
    answer = enter(user).post(CODE_PAGE).content.decode()
    found = re.search(r'<code class="lead">([A-Z2-7-]{19})</code>', answer)
    assert found is not None
    return found[1]


def entry(code: str, principal: str, **changes: object) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "organisation": "kita",
        "code": code,
        "principal": principal,
        "document": "登記事項証明書 見本第1号",
        "reach": "all",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=365)).isoformat(),
        "step": "register",
        **changes,
    }


def may(user: User, principal: str, scope: Scope = APPLY) -> bool:
    return delegation.may_act(str(user.pk), principal, scope, timezone.localdate()) is not None


def hidden_fields(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_staff_look_at_the_name_confirm_and_the_guardian_may_act_until_it_is_ended(guardian: User, ward: User) -> None:
    desk, code, whom = at_desk(clerk()), code_of(guardian), person_of(ward)
    looked = desk.post(DESK, entry(code.lower().replace("-", " "), whom, step="check"))
    page = looked.content.decode()
    assert f"名前 {person_of(guardian)[:20]}" in page
    assert "登記事項証明書 見本第1号" in page
    assert not may(guardian, whom)
    confirmed = {name: values for name, values in hidden_fields(page).items() if name != "csrfmiddlewaretoken"}
    assert desk.post(DESK, {**confirmed, "step": "register"})["Location"] == DESK
    assert may(guardian, whom)
    assert not AgentCode.objects.exists()
    row = DelegationRow.objects.get()
    assert whom in desk.get(DESK).content.decode()
    address = f"{DESK}{row.pk}/end/"
    assert "登記事項証明書 見本第1号" in desk.get(address).content.decode()
    assert desk.post(address)["Location"] == DESK
    assert not may(guardian, whom)
    assert "終了しました" in desk.get(DESK).content.decode()
    names = list(
        AuditEntry.objects.filter(action__startswith="delegation").order_by("id").values_list("action", flat=True)
    )
    assert names == [
        "delegation.guardian-code",
        "delegation.guardian-look",
        "delegation.guardian",
        "delegation.revoke",
    ]
    assert set(
        AuditEntry.objects.filter(action__startswith="delegation.").values_list("organisation_id", flat=True)
    ) == {
        "",
        "kita",
    }


def test_chosen_procedures_open_no_others_and_no_facts(guardian: User, ward: User) -> None:
    desk, code = at_desk(clerk()), code_of(guardian)
    chosen = {"reach": "chosen", "procedures": ["jidou-teate"]}
    page = desk.post(DESK, entry(code, person_of(ward), step="check", **chosen)).content.decode()
    assert "児童手当" in page
    assert hidden_fields(page)["procedures"] == ["jidou-teate"]
    assert desk.post(DESK, entry(code, person_of(ward), **chosen)).status_code == 302
    assert may(guardian, person_of(ward))
    assert not may(guardian, person_of(ward), Scope(procedures=frozenset({"hoiku"})))
    assert not may(guardian, person_of(ward), Scope(attributes=frozenset({"所得"})))


def test_a_code_is_good_once_for_a_day_and_a_new_one_ends_the_old(guardian: User, ward: User) -> None:
    desk = at_desk(clerk())
    old, new = code_of(guardian), code_of(guardian)
    assert AgentCode.objects.get().code_hash == digest(typed(new)), "only the hash is kept"
    assert desk.post(DESK, entry(old, person_of(ward))).status_code == 400
    assert desk.post(DESK, entry(new, person_of(ward))).status_code == 302
    assert desk.post(DESK, entry(new, person_of(ward))).status_code == 400
    late = code_of(guardian)
    AgentCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert desk.post(DESK, entry(late, person_of(ward))).status_code == 400
    assert DelegationRow.objects.count() == 1


def test_an_ended_account_is_not_registered(guardian: User, ward: User) -> None:
    code = code_of(guardian)
    User.objects.filter(pk=guardian.pk).update(is_active=False)
    assert at_desk(clerk()).post(DESK, entry(code, person_of(ward))).status_code == 400


WRONG: Mapping[str, dict[str, object]] = {
    "no such code": {"code": "AAAA-BBBB-CCCC-DDDD"},
    "no code": {"code": ""},
    "no document": {"document": "  "},
    "nothing chosen": {"reach": "chosen", "procedures": []},
    "unknown procedure": {"reach": "chosen", "procedures": ["unknown"]},
    "unknown reach": {"reach": "some"},
    "foreign organisation": {"organisation": "minami"},
    "over already": {"starts_on": "2020-01-01", "ends_on": "2020-12-31"},
    "backwards": {"ends_on": "2020-12-31"},
    "six years": {"starts_on": "2026-01-01", "ends_on": "2032-01-01"},
    "no day": {"ends_on": "tomorrow"},
}


@pytest.mark.parametrize("step", ["check", "register"])
@pytest.mark.parametrize("wrong", sorted(WRONG))
def test_a_wrong_entry_comes_back_with_words_and_registers_nothing(
    guardian: User, ward: User, wrong: str, step: str
) -> None:
    clerk("minami", organisation="minami")
    code = code_of(guardian)
    answer = at_desk(clerk()).post(DESK, entry(code, person_of(ward), step=step) | WRONG[wrong])
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not DelegationRow.objects.exists()
    assert AgentCode.objects.exists(), "a refused code stays usable"


def test_nobody_unknown_and_nobody_for_oneself_is_registered(guardian: User, town: Town) -> None:
    desk, code = at_desk(clerk()), code_of(guardian)
    town.name_of = lambda principal_id: ""  # type: ignore[method-assign]
    assert "この番号の方が見つかりません" in desk.post(DESK, entry(code, "nobody")).content.decode()
    del town.name_of  # type: ignore[method-assign]
    assert "ご本人や" in desk.post(DESK, entry(code, person_of(guardian))).content.decode()
    assert not DelegationRow.objects.exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CASEWORKER}))
def test_the_desk_does_not_exist_for_staff_who_edit_no_people(guardian: User, ward: User, role: Role) -> None:
    desk, code = at_desk(clerk(role=role)), code_of(guardian)
    assert desk.get(DESK).status_code == 404
    assert desk.post(DESK, entry(code, person_of(ward))).status_code == 404
    assert desk.get(f"{DESK}{uuid.uuid4()}/end/").status_code == 404


def test_people_have_no_desk_and_strangers_are_sent_to_sign_in(guardian: User) -> None:
    assert enter(guardian).get(DESK).status_code == 404
    assert enter(guardian).get(f"{DESK}{uuid.uuid4()}/end/").status_code == 404
    assert Client().get(DESK).status_code == 302
    assert at_desk(clerk()).get(CODE_PAGE).status_code == 404


def test_another_organisation_sees_ends_and_registers_nothing_here(guardian: User, ward: User) -> None:
    at_desk(clerk()).post(DESK, entry(code_of(guardian), person_of(ward)))
    row = DelegationRow.objects.get()
    foreign = at_desk(clerk("minami", organisation="minami"))
    page = foreign.get(DESK).content.decode()
    assert person_of(ward) not in page
    assert "見本第1号" not in page
    for call in (foreign.get, foreign.post):
        assert call(f"{DESK}{row.pk}/end/").status_code == 404
    assert may(guardian, person_of(ward))


def test_delegations_that_people_granted_are_not_on_the_desk(guardian: User, ward: User) -> None:
    caller = Caller(str(ward.pk), Kind.RESIDENT, "", AssuranceLevel.CARD, timezone.now(), None)
    today = timezone.localdate()
    delegation.offer(caller, scope=APPLY, span=delegation.Span(today, today), now=timezone.now())
    desk = at_desk(clerk())
    assert person_of(ward) not in desk.get(DESK).content.decode()
    assert desk.post(f"{DESK}{DelegationRow.objects.get().pk}/end/").status_code == 404


def test_the_services_ask_for_the_permission_themselves(guardian: User, ward: User) -> None:
    code, today = code_of(guardian), timezone.localdate()
    span = delegation.Span(today, today)
    appointment = guardians.Appointment("kita", person_of(ward), "見本", APPLY, span)
    for actor in (Actor("a", "a"), Actor("a", "a", {"minami": frozenset(Role)})):
        for service in (guardians.look_up, guardians.register):
            with pytest.raises(NotPermitted):
                service(actor, code, appointment, now=timezone.now())
        assert guardians.registered_by(actor, on=today) == []


@pytest.mark.parametrize("level", [AssuranceLevel.EMAIL, AssuranceLevel.PASSKEY])
def test_a_code_needs_a_fresh_card(guardian: User, level: AssuranceLevel) -> None:
    for client in (enter(guardian, level), enter(guardian, age_minutes=11)):
        assert "step-up" in client.post(CODE_PAGE)["Location"]
    assert not AgentCode.objects.exists()


def test_who_acts_for_another_makes_no_code_and_a_weak_caller_neither(guardian: User) -> None:
    now = timezone.now()
    for level, acting_for, reason in (
        (AssuranceLevel.CARD, "somebody", Reason.CHAIN),
        (AssuranceLevel.PASSKEY, None, Reason.LEVEL),
    ):
        with pytest.raises(NotDelegated) as refused:
            guardians.make_code(Caller(str(guardian.pk), Kind.RESIDENT, "", level, now, acting_for), now=now)
        assert refused.value.reason is reason


def test_the_list_has_pages(guardian: User, ward: User) -> None:
    member = clerk()
    actor, today = api.actor_of(member), timezone.localdate()
    for number in range(21):
        delegation.register_guardian(
            actor,
            organisation_id="kita",
            agent_account_id=str(guardian.pk),
            principal_id=person_of(ward),
            document=f"見本第{number}号",
            scope=APPLY,
            span=delegation.Span(today, today),
            now=timezone.now() + timedelta(seconds=number),
        )
    desk = at_desk(member)
    first, second = (desk.get(DESK, {"page": page}).content.decode() for page in (1, 2))
    assert "見本第20号" in first
    assert "見本第0号" not in first
    assert "見本第0号" in second


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_four_who_type_one_code_at_once_one_registers(guardian: User, ward: User) -> None:
    actor, code, today = api.actor_of(clerk()), code_of(guardian), timezone.localdate()
    span = delegation.Span(today, today)
    appointment = guardians.Appointment("kita", person_of(ward), "見本", APPLY, span)
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            guardians.register(actor, code, appointment, now=timezone.now())
            outcomes.append("done")
        except NotDelegated as problem:
            outcomes.append(problem.reason.value)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["code", "code", "code", "done"]
    assert DelegationRow.objects.count() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible_and_fit_a_phone(
    browser: Browser, live_server: LiveServer, guardian: User, ward: User
) -> None:
    member = clerk()
    desk = at_desk(member)
    desk.post(DESK, entry(code_of(guardian), person_of(ward)))
    pages = [(desk, DESK), (desk, f"{DESK}{DelegationRow.objects.get().pk}/end/"), (enter(guardian), CODE_PAGE)]
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    wrong = []
    for client, address in pages:
        for size in (PHONE, DESKTOP):
            context = browser.new_context(viewport=size)  # type: ignore[arg-type]
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
            page = context.new_page()
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200
            if address == DESK:
                page.get_by_text("手続きを選ぶ").click()
            wrong += [f"{address}: {item['id']}" for item in Axe().run(page, options=rules).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{address}: scrolls sideways")
            context.close()
    assert not wrong, wrong
