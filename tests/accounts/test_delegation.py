"""Acting for another: who may grant and accept, what an agent may do, and that nothing happens outside of it."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.delegation import directory as delegation_directory
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.directory import Choice
from madoguchi.apps.accounts.delegation.models import DelegatedAct, DelegationRow
from madoguchi.apps.accounts.delegation.rules import (
    ANYTHING,
    MAX_DAYS,
    Delegation,
    DelegationKind,
    Evidence,
    Limits,
    NotDelegated,
    Reason,
    Scope,
)
from madoguchi.apps.accounts.models import User
from madoguchi.core.access import Kind
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Actor, NotPermitted, Role

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
NEXT_MONTH = delegation.Span(TODAY, TODAY + timedelta(days=30))
APPLY = Scope(procedures=frozenset({"jidou-teate"}))
READ = Scope(attributes=frozenset({"所得"}))
BOTH = Scope(APPLY.procedures, READ.attributes)


class Town:
    """A directory of invented people: accounts are people, and some have children without accounts."""

    def __init__(self) -> None:
        self.children: dict[str, dict[str, str]] = {}
        self.persons: dict[str, str | None] = {}
        self.strangers: set[str] = set()

    def principal_of(self, account_id: str) -> str | None:
        return self.persons.get(account_id, f"person-of-{account_id}")

    def wards_of(self, account_id: str, on: date) -> Mapping[str, str]:
        return self.children.get(account_id, {})

    def name_of(self, principal_id: str) -> str:
        return f"名前 {principal_id[:20]}"

    def may_edit(self, organisation_id: str, principal_id: str) -> bool:
        return organisation_id not in self.strangers and bool(self.name_of(principal_id))

    def procedures(self) -> tuple[Choice, ...]:
        return (Choice("jidou-teate", "児童手当"), Choice("hoiku", "保育園"))

    def attributes(self) -> tuple[Choice, ...]:
        return (Choice("所得", "所得"),)


@pytest.fixture
def town() -> Iterator[Town]:
    before = list(delegation_directory._connected)
    made = Town()
    delegation_directory.connect(made)
    yield made
    delegation_directory._connected[:] = before


def account(name: str, kind: Kind = Kind.RESIDENT) -> User:
    return User.objects.create(username=name, password="!", display_name=name, kind=kind.value)


def caller(user: User, level: AssuranceLevel = AssuranceLevel.CARD, acting_for: str | None = None) -> Caller:
    return Caller(str(user.pk), Kind(user.kind), user.display_name, level, NOW, acting_for)


@pytest.fixture
def hanako(db: None, town: Town) -> User:
    return account("hanako")


@pytest.fixture
def taro(db: None, town: Town) -> User:
    return account("taro")


def delegated(principal: User, agent: User, scope: Scope = APPLY, **changes: object) -> Delegation:
    made = delegation.offer(caller(principal), scope=scope, span=NEXT_MONTH, now=NOW, **changes)  # type: ignore[arg-type]
    return delegation.accept(caller(agent), made.code, now=NOW)


def person_of(user: User) -> str:
    return f"person-of-{user.pk}"


def do(
    agent: User, principal: User, scope: Scope = APPLY, *, key: str = "", now: datetime = NOW, yen: int = 0
) -> Delegation:
    return delegation.act(
        str(agent.pk),
        person_of(principal),
        scope,
        action="application.submit",
        object_kind="application",
        object_id="a-1",
        key=key or uuid.uuid4().hex,
        now=now,
        amount_yen=yen,
    )


def test_a_grant_by_card_and_a_code_make_an_agent_within_scope_and_days(hanako: User, taro: User) -> None:
    made = delegated(hanako, taro, BOTH)
    who, whom = str(taro.pk), person_of(hanako)
    assert delegation.may_act(who, whom, BOTH, TODAY) == made
    assert delegation.may_act(who, whom, APPLY, NEXT_MONTH.ends_on) == made
    assert made.evidence is Evidence.PRINCIPAL
    for scope in (Scope(frozenset({"hoiku"})), Scope(frozenset({"jidou-teate", "hoiku"})), Scope()):
        assert delegation.may_act(who, whom, scope, TODAY) is None
    for day in (TODAY - timedelta(days=1), NEXT_MONTH.ends_on + timedelta(days=1)):
        assert delegation.may_act(who, whom, APPLY, day) is None
    assert delegation.may_act(whom, who, APPLY, TODAY) is None
    assert delegation.may_act(str(hanako.pk), person_of(taro), APPLY, TODAY) is None


@pytest.mark.parametrize("level", [AssuranceLevel.NONE, AssuranceLevel.EMAIL, AssuranceLevel.PASSKEY])
def test_granting_needs_a_card(hanako: User, level: AssuranceLevel) -> None:
    with pytest.raises(NotDelegated) as refused:
        delegation.offer(caller(hanako, level), scope=APPLY, span=NEXT_MONTH, now=NOW)
    assert refused.value.reason is Reason.LEVEL


def test_a_chain_has_one_link(hanako: User, taro: User) -> None:
    """Who acts for another can neither grant, accept nor take charge; and an agent's own grant is of its own affairs."""
    delegated(hanako, taro, Scope(frozenset({ANYTHING})))
    other = account("ichiro")
    acting = caller(taro, acting_for=person_of(hanako))
    offered = delegation.offer(caller(other), scope=APPLY, span=NEXT_MONTH, now=NOW)
    for attempt in (
        lambda: delegation.offer(acting, scope=APPLY, span=NEXT_MONTH, now=NOW),
        lambda: delegation.accept(acting, offered.code, now=NOW),
        lambda: delegation.take_charge(acting, "child", span=NEXT_MONTH, now=NOW),
    ):
        with pytest.raises(NotDelegated) as refused:
            attempt()
        assert refused.value.reason is Reason.CHAIN
    delegated(taro, other)
    assert delegation.may_act(str(other.pk), person_of(hanako), APPLY, TODAY) is None


def test_nobody_approves_oneself(hanako: User, taro: User, town: Town) -> None:
    offered = delegation.offer(caller(hanako), scope=APPLY, span=NEXT_MONTH, now=NOW)
    second_account = account("hanako-2")
    town.persons[str(second_account.pk)] = person_of(hanako)
    for user in (hanako, second_account):
        with pytest.raises(NotDelegated) as refused:
            delegation.accept(caller(user), offered.code, now=NOW)
        assert refused.value.reason is Reason.SELF
    made = delegated(hanako, taro)
    with pytest.raises(IntegrityError), transaction.atomic():
        DelegationRow.objects.filter(pk=made.id).update(agent=hanako)


def test_a_code_is_good_once_for_seven_days_and_never_when_wrong_or_revoked(hanako: User, taro: User) -> None:
    def refused(code: str, now: datetime = NOW) -> Reason:
        with pytest.raises(NotDelegated) as problem:
            delegation.accept(caller(taro), code, now=now)
        return problem.value.reason

    first = delegation.offer(caller(hanako), scope=APPLY, span=NEXT_MONTH, now=NOW)
    assert refused(first.code[:-1] + ("A" if first.code[-1] != "A" else "B")) is Reason.CODE
    assert refused("") is Reason.CODE
    assert refused(first.code, NOW + delegation.OFFER_LIFE) is Reason.CODE
    delegation.accept(caller(taro), f" {first.code.lower().replace('o', '0')} ", now=NOW)
    assert refused(first.code) is Reason.CODE
    second = delegation.offer(caller(hanako), scope=APPLY, span=NEXT_MONTH, now=NOW)
    delegation.revoke(caller(hanako), second.id, now=NOW)
    assert refused(second.code) is Reason.CODE


def test_a_repeated_offer_is_the_same_and_a_changed_one_is_refused(hanako: User, taro: User) -> None:
    key = uuid.uuid4()
    first, again = (delegation.offer(caller(hanako), scope=APPLY, span=NEXT_MONTH, now=NOW, key=key) for _ in range(2))
    assert first == again
    assert DelegationRow.objects.count() == 1
    for who, scope in ((hanako, READ), (taro, APPLY)):
        with pytest.raises(NotDelegated) as refused:
            delegation.offer(caller(who), scope=scope, span=NEXT_MONTH, now=NOW, key=key)
        assert refused.value.reason is Reason.CONFLICT


@pytest.mark.parametrize(("first", "last"), [(0, -1), (-10, -1), (5, 4), (0, MAX_DAYS[DelegationKind.AGENT])])
def test_impossible_spans_are_refused(hanako: User, first: int, last: int) -> None:
    span = delegation.Span(TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    with pytest.raises(NotDelegated) as refused:
        delegation.offer(caller(hanako), scope=APPLY, span=span, now=NOW)
    assert refused.value.reason is Reason.SPAN


def test_nothing_cannot_be_delegated(hanako: User) -> None:
    with pytest.raises(NotDelegated) as refused:
        delegation.offer(caller(hanako), scope=Scope(), span=NEXT_MONTH, now=NOW)
    assert refused.value.reason is Reason.SCOPE


def test_a_parent_acts_for_a_child_as_long_as_the_relation_is_verified(hanako: User, town: Town) -> None:
    with pytest.raises(NotDelegated) as refused:
        delegation.take_charge(caller(hanako), "child", span=NEXT_MONTH, now=NOW)
    assert refused.value.reason is Reason.EVIDENCE
    town.children[str(hanako.pk)] = {"child": "household-7"}
    first, again = (delegation.take_charge(caller(hanako), "child", span=NEXT_MONTH, now=NOW) for _ in range(2))
    assert first == again
    assert delegation.may_act(str(hanako.pk), "child", BOTH, TODAY) == first
    assert delegation.acts_for(str(hanako.pk), "child", TODAY)
    town.children.clear()
    assert delegation.may_act(str(hanako.pk), "child", BOTH, TODAY) is None
    assert not delegation.acts_for(str(hanako.pk), "child", TODAY)
    assert delegation.held_by(str(hanako.pk), on=TODAY) == []
    with pytest.raises(NotDelegated):
        delegation.act(str(hanako.pk), "child", APPLY, action="a", object_kind="b", object_id="c", key="k", now=NOW)


def test_a_guardian_is_registered_by_staff_with_a_document_and_never_by_oneself(
    hanako: User, taro: User, stranger: User
) -> None:
    clerk = Actor(str(stranger.pk), "調布市", {"132080": frozenset({Role.CASEWORKER})})

    def register(
        actor: Actor, agent: User, *, document: str = "登記事項証明書 1号", organisation: str = "132080"
    ) -> Delegation:
        return delegation.register_guardian(
            actor,
            organisation_id=organisation,
            agent_account_id=str(agent.pk),
            principal_id=person_of(hanako),
            document=document,
            scope=BOTH,
            span=NEXT_MONTH,
            now=NOW,
        )

    made = register(clerk, taro)
    assert delegation.may_act(str(taro.pk), person_of(hanako), BOTH, TODAY) == made
    for actor, agent, reason in (
        (clerk, hanako, Reason.SELF),
        (replace(clerk, id=str(taro.pk)), taro, Reason.SELF),
    ):
        with pytest.raises(NotDelegated) as refused:
            register(actor, agent)
        assert refused.value.reason is reason
    with pytest.raises(NotDelegated):
        register(clerk, taro, document=" ")
    with pytest.raises(NotPermitted):
        register(clerk, taro, organisation="131199")
    with pytest.raises(NotPermitted):
        delegation.revoke_by_staff(Actor("x", "x"), made.id, organisation_id="132080", now=NOW)
    delegation.revoke_by_staff(clerk, made.id, organisation_id="132080", now=NOW)
    assert delegation.may_act(str(taro.pk), person_of(hanako), BOTH, TODAY) is None


def test_either_side_revokes_at_once_and_nobody_else(hanako: User, taro: User) -> None:
    other = account("ichiro")
    for who in (hanako, taro):
        made = delegated(hanako, taro)
        do(taro, hanako)
        with pytest.raises(DelegationRow.DoesNotExist):
            delegation.revoke(caller(other), made.id, now=NOW)
        delegation.revoke(caller(who), made.id, now=NOW)
        delegation.revoke(caller(who), made.id, now=NOW + timedelta(days=1))
        assert DelegationRow.objects.get(pk=made.id).revoked_at == NOW
        with pytest.raises(NotDelegated) as refused:
            do(taro, hanako)
        assert refused.value.reason is Reason.ABSENT


def test_every_act_records_both_and_a_repeated_one_counts_once(hanako: User, taro: User) -> None:
    made = delegated(hanako, taro)
    for _ in range(3):
        do(taro, hanako, key="once")
    (row,) = DelegatedAct.objects.all()
    assert (row.agent_account_id, row.principal_id) == (str(taro.pk), person_of(hanako))
    (entry,) = AuditEntry.objects.filter(action="application.submit")
    assert entry.actor_id == str(taro.pk)
    assert f'"acting_for":"{person_of(hanako)}"' in bytes(entry.payload).decode()
    assert DelegationRow.objects.get(pk=made.id).acts_done == 1
    with pytest.raises(NotDelegated) as refused:
        do(taro, hanako, key="once", yen=5)
    assert refused.value.reason is Reason.CONFLICT


def test_limits_of_number_and_amount_hold(hanako: User, taro: User) -> None:
    delegated(hanako, taro, limits=Limits(acts=2, amount_yen=10_000))
    with pytest.raises(NotDelegated) as refused:
        do(taro, hanako, yen=10_001)
    assert refused.value.reason is Reason.LIMIT
    do(taro, hanako, yen=10_000)
    do(taro, hanako)
    assert delegation.may_act(str(taro.pk), person_of(hanako), APPLY, TODAY) is None
    with pytest.raises(NotDelegated) as refused:
        do(taro, hanako)
    assert refused.value.reason is Reason.LIMIT


def test_an_act_that_is_rolled_back_leaves_no_trace(hanako: User, taro: User) -> None:
    made = delegated(hanako, taro)
    with transaction.atomic():
        do(taro, hanako)
        transaction.set_rollback(True)
    assert not DelegatedAct.objects.exists()
    assert DelegationRow.objects.get(pk=made.id).acts_done == 0


def test_an_ended_account_acts_for_nobody_and_an_erased_one_ends_its_delegations(hanako: User, taro: User) -> None:
    delegated(hanako, taro)
    assert delegation.end_all(str(taro.pk), now=NOW) == 1
    assert delegation.end_all(str(taro.pk), now=NOW) == 0
    delegated(hanako, taro)
    User.objects.filter(pk=taro.pk).update(is_active=False)
    assert delegation.may_act(str(taro.pk), person_of(hanako), APPLY, TODAY) is None
    assert delegation.may_act("no uuid", person_of(hanako), APPLY, TODAY) is None


ids = st.sampled_from(["a", "b", "c", ANYTHING])
scopes = st.builds(Scope, st.frozensets(ids), st.frozensets(ids))


@given(held=scopes, wanted=scopes, more=scopes)
def test_a_scope_covers_only_what_lies_inside_and_less_is_always_inside(
    held: Scope, wanted: Scope, more: Scope
) -> None:
    if held.covers(wanted):
        assert not wanted.is_empty
        for name in ("procedures", "attributes"):
            inside = getattr(wanted, name) <= getattr(held, name)
            assert inside or ANYTHING in getattr(held, name)
        wider = Scope(held.procedures | more.procedures, held.attributes | more.attributes)
        assert wider.covers(wanted)
    if not wanted.is_empty and wanted.procedures <= held.procedures and wanted.attributes <= held.attributes:
        assert held.covers(wanted)
    assert not held.covers(Scope())


SMALL_SCOPES = st.sampled_from([APPLY, READ, BOTH, Scope(frozenset({"hoiku"})), Scope(frozenset({ANYTHING}))])
GRANT = st.tuples(st.just("grant"), SMALL_SCOPES, st.integers(0, 2), st.integers(0, 3))
USE = st.tuples(st.just("use"), SMALL_SCOPES, st.sampled_from([True, True, True, False]), st.just(0))
REVOKE = st.tuples(st.just("revoke"), st.integers(0, 5), st.booleans(), st.just(0))
WAIT = st.tuples(st.just("wait"), st.integers(1, 3), st.just(0), st.just(0))
STEPS = st.builds(
    lambda first, rest: [first, *rest],
    GRANT,
    st.lists(st.one_of(GRANT, USE, USE, USE, REVOKE, WAIT), min_size=8, max_size=24),
)


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_act_outside_scope_or_days_or_after_revocation_in_any_order(
    town: Town, steps: list[tuple[str, object, object, object]]
) -> None:
    """A model written without the code under test says of each act whether it may be; both must always agree."""
    DelegatedAct.objects.all().delete()
    DelegationRow.objects.all().delete()
    hanako = User.objects.filter(username="hanako").first() or account("hanako")
    taro = User.objects.filter(username="taro").first() or account("taro")
    other = User.objects.filter(username="ichiro").first() or account("ichiro")
    day, model = 0, []
    for step, first, second, third in steps:
        now, today = NOW + timedelta(days=day), TODAY + timedelta(days=day)
        if step == "wait":
            day += int(str(first))
        elif step == "grant":
            assert isinstance(first, Scope)
            span = delegation.Span(
                today + timedelta(days=int(str(second))), today + timedelta(days=int(str(second)) + int(str(third)))
            )
            made = delegation.offer(caller(hanako), scope=first, span=span, now=now)
            delegation.accept(caller(taro), made.code, now=now)
            model.append(
                {
                    "id": made.id,
                    "scope": first,
                    "days": range(day + int(str(second)), day + int(str(second)) + int(str(third)) + 1),
                    "dead": False,
                }
            )
        elif step == "revoke" and model:
            chosen = model[int(str(first)) % len(model)]
            delegation.revoke(caller(hanako if second else taro), str(chosen["id"]), now=now)
            chosen["dead"] = True
        elif step == "use":
            assert isinstance(first, Scope)
            agent = taro if second else other
            allowed = agent is taro and any(
                not item["dead"]
                and day in item["days"]
                and all(
                    part in item["scope"].procedures or "*" in item["scope"].procedures for part in first.procedures
                )
                and all(
                    part in item["scope"].attributes or "*" in item["scope"].attributes for part in first.attributes
                )
                for item in model
            )
            before = DelegatedAct.objects.count()
            assert (delegation.may_act(str(agent.pk), person_of(hanako), first, today) is not None) is allowed
            if allowed:
                do(agent, hanako, first, now=now)
            else:
                with pytest.raises(NotDelegated):
                    do(agent, hanako, first, now=now)
            assert DelegatedAct.objects.count() == before + allowed


def at_once(*deeds: object) -> list[str]:
    """Run deeds in threads that start together; return the name of each one's outcome, in order."""
    outcomes = [""] * len(deeds)
    barrier = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        barrier.wait()
        try:
            deeds[place]()  # type: ignore[operator]
            outcomes[place] = "done"
        except NotDelegated as problem:
            outcomes[place] = problem.reason.value
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_type_one_code_one_becomes_the_agent(town: Town) -> None:
    hanako, taro, other = account("hanako"), account("taro"), account("ichiro")
    for _ in range(5):
        code = delegation.offer(caller(hanako), scope=APPLY, span=NEXT_MONTH, now=NOW).code
        outcomes = at_once(*(partial(delegation.accept, caller(user), code, now=NOW) for user in (taro, other) * 3))
        assert sorted(outcomes) == ["code"] * 5 + ["done"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_limit_of_three_acts_is_three_for_ten_at_once_and_one_key_is_one_act(town: Town) -> None:
    hanako, taro = account("hanako"), account("taro")
    delegated(hanako, taro, limits=Limits(acts=3))
    outcomes = at_once(*(lambda: do(taro, hanako) for _ in range(10)))
    assert sorted(outcomes) == ["done"] * 3 + ["limit"] * 7
    delegated(hanako, taro, READ)
    assert at_once(*(lambda: do(taro, hanako, READ, key="one") for _ in range(6))) == ["done"] * 6
    assert DelegatedAct.objects.filter(key="one").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_act_is_committed_after_a_revocation_returned(town: Town) -> None:
    """The revoker notes how many acts there are as soon as it is back; that number must never grow."""
    hanako, taro = account("hanako"), account("taro")
    for _ in range(5):
        made, seen = delegated(hanako, taro), []

        def revoke(made: Delegation = made, seen: list[int] = seen) -> None:
            delegation.revoke(caller(hanako), made.id, now=NOW)
            seen.append(DelegatedAct.objects.filter(delegation=made.id).count())

        def use_often() -> None:
            for _ in range(4):
                do(taro, hanako)

        outcomes = at_once(use_often, use_often, revoke, use_often)
        assert outcomes[2] == "done"
        assert DelegatedAct.objects.filter(delegation=made.id).count() == seen[0]
