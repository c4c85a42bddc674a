"""Facts: typed, never overwritten, readable as known at any moment; verified ones are not for the person to change."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.people import api, queries, services
from madoguchi.apps.people.contracts import Method, Provenance, Subject
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.individual_number import check_digit
from madoguchi.apps.people.models import Fact
from madoguchi.core import statements
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import SYSTEM, NotPermitted
from madoguchi.engines.eligibility import Band

from .conftest import CHOFU, NOW, OTHER_CITY, TODAY, new_person, register

ACCOUNT = "account-1"


def tell(person_id: str, record: str, values: dict[str, Any], **more: Any) -> tuple[str, ...]:
    given_ = {"provenance": register(record), "obtained_at": NOW, **more}
    return services.record_verified(SYSTEM, "", Subject.person(person_id), values, **given_)


def value(person_id: str, name: str, *, on: date = TODAY, known_at: datetime | None = None) -> Any:
    found = api.facts_of(person_id, [name], on=on, known_at=known_at)
    return found[0].value if found else None


def test_a_fact_comes_back_with_source_day_and_mark(person_id: str) -> None:
    tell(person_id, "r1", {"生年月日": "1990-05-06"})
    services.declare(ACCOUNT, {"就労中": True}, key="k1", now=NOW)
    born, works = api.facts_of(person_id, ["生年月日", "就労中"], on=TODAY)
    assert (born.value, born.source, born.as_of, born.verified) == (date(1990, 5, 6), "住民基本台帳", TODAY, True)
    assert (works.value, works.source, works.verified, works.method) == (True, "申告", False, Method.SELF)


@pytest.mark.parametrize(
    ("name", "given_", "kept"),
    [
        ("所得", 1_200_000, 1_200_000),
        ("所得", {"min": 0, "max": 2_000_000}, Band(0, 2_000_000)),
        ("身体障害者手帳", "2級", "2級"),
        ("受給中の制度", ["児童手当"], frozenset({"児童手当"})),
        ("接種記録", {"BCG": 1}, {"BCG": 1}),
        ("氏名", "山田　花子", "山田 花子"),
        ("妊娠中", False, False),
        ("生年月日", date(2000, 2, 29), date(2000, 2, 29)),
    ],
)
def test_values_of_every_type_are_kept_as_they_were(person_id: str, name: str, given_: Any, kept: Any) -> None:
    tell(person_id, "r1", {name: given_})
    assert value(person_id, name) == kept


@pytest.mark.parametrize(
    ("name", "given_", "reason", "says"),
    [
        ("所特", 1, Refusal.UNKNOWN_ATTRIBUTE, "Did you mean 所得?"),
        ("所得", "1", Refusal.WRONG_VALUE, "whole number"),
        ("所得", True, Refusal.WRONG_VALUE, "whole number"),
        ("所得", -1, Refusal.WRONG_VALUE, "whole number"),
        ("所得", {"min": 2, "max": 1}, Refusal.WRONG_VALUE, "min ≤ max"),
        ("妊娠中", 1, Refusal.WRONG_VALUE, "true or false"),
        ("生年月日", "2000-02-30", Refusal.WRONG_VALUE, "a day that exists"),
        ("身体障害者手帳", "7級", Refusal.WRONG_VALUE, "Did you mean"),
        ("氏名", "", Refusal.WRONG_VALUE, "1 to 200 signs"),
        ("氏名", "山田\n花子", Refusal.WRONG_VALUE, "one line"),
        ("受給中の制度", "児童手当", Refusal.WRONG_VALUE, "list"),
        ("世帯所得", 1, Refusal.WRONG_SUBJECT, "household"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(
    person_id: str, name: str, given_: Any, reason: Refusal, says: str
) -> None:
    with pytest.raises(Refused, match=says.replace("?", r"\?")) as caught:
        tell(person_id, "r1", {name: given_})
    assert caught.value.reason is reason
    assert not Fact.objects.exists()


def individual_numbers() -> st.SearchStrategy[str]:
    return st.integers(0, 10**11 - 1).map(lambda n: f"{n:011d}").map(lambda base: base + str(check_digit(base)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    number=individual_numbers(),
    before=st.sampled_from(["", "番号 ", "a"]),
    wide=st.booleans(),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_no_free_field_takes_an_individual_number(
    person_id: str, number: str, before: str, wide: bool, gap: str
) -> None:
    shown = before + gap.join((number[:4], number[4:8], number[8:]))
    if wide:
        shown = shown.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    for values in ({"氏名": shown}, {"住所": shown}, {"受給中の制度": [shown]}, {"接種記録": {shown: 1}}):
        with pytest.raises(Refused) as caught:
            tell(person_id, "r1", values)
        assert caught.value.reason is Refusal.INDIVIDUAL_NUMBER
        assert number not in str(caught.value)
    with pytest.raises(Refused):
        tell(person_id, shown, {"就労中": True})


def test_ordinary_numbers_are_no_individual_numbers(person_id: str) -> None:
    tell(person_id, "r1", {"電話番号": "042-481-7111", "住所": "東京都調布市小島町2-35-1 8000020132080"})
    assert value(person_id, "電話番号") == "042-481-7111"


def test_a_record_told_twice_is_kept_once(person_id: str) -> None:
    first = tell(person_id, "r1", {"所得": 5, "公務員": False})
    rows = AuditEntry.objects.count(), OutboxEvent.objects.count()
    assert tell(person_id, "r1", {"所得": 5, "公務員": False}) == first
    assert Fact.objects.count() == 2
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == rows


def test_a_record_that_tells_something_else_the_second_time_is_refused(person_id: str) -> None:
    tell(person_id, "r1", {"所得": 5})
    for other, values in ((person_id, {"所得": 6}), (new_person(), {"所得": 5})):
        with pytest.raises(Refused) as caught:
            tell(other, "r1", values)
        assert caught.value.reason is Refusal.CONFLICT
    assert value(person_id, "所得") == 5


def test_a_correction_takes_the_place_and_the_past_stays_readable(person_id: str) -> None:
    start = date(2026, 6, 1)
    tell(person_id, "r1", {"所得": 5}, valid_from=start, obtained_at=NOW - timedelta(days=30))
    tell(person_id, "r2", {"所得": 7}, valid_from=start)
    assert value(person_id, "所得") == 7
    assert value(person_id, "所得", known_at=NOW - timedelta(days=1)) == 5
    assert value(person_id, "所得", known_at=NOW - timedelta(days=31)) is None
    assert value(person_id, "所得", on=date(2026, 5, 31)) is None
    old = Fact.objects.get(source_record="r1")
    assert old.superseded_by is not None
    assert old.superseded_by.source_record == "r2"


def test_a_later_period_leaves_the_earlier_one_for_its_own_days(person_id: str) -> None:
    tell(person_id, "r1", {"所得": 5}, valid_from=date(2025, 6, 1), valid_to=date(2026, 6, 1))
    tell(person_id, "r2", {"所得": 7}, valid_from=date(2026, 6, 1))
    assert [value(person_id, "所得", on=day) for day in (date(2026, 5, 31), date(2026, 6, 1))] == [5, 7]


def test_a_verified_fact_is_not_for_the_person_to_change(person_id: str) -> None:
    tell(person_id, "r1", {"所得": 5})
    with pytest.raises(Refused, match="Ask that office to correct it") as caught:
        services.declare(ACCOUNT, {"所得": 1}, key="k1", now=NOW)
    assert caught.value.reason is Refusal.READ_ONLY
    assert value(person_id, "所得") == 5


def test_a_declaration_can_be_changed_and_taken_back(person_id: str) -> None:
    for second, given_ in enumerate((True, False, None)):
        services.declare(ACCOUNT, {"就労中": given_}, key=f"k{second}", now=NOW + timedelta(seconds=second))
        assert value(person_id, "就労中") is given_
    assert Fact.objects.filter(attribute="就労中").count() == 3


def test_a_verified_fact_goes_before_a_declared_one_and_gives_way_when_it_ends(person_id: str) -> None:
    services.declare(ACCOUNT, {"所得": 1}, key="k1", now=NOW)
    tell(person_id, "r1", {"所得": 5}, valid_to=date(2027, 6, 1))
    assert value(person_id, "所得") == 5
    assert value(person_id, "所得", on=date(2027, 6, 1)) == 1


def test_declaring_about_the_household_begins_one(person_id: str) -> None:
    services.declare(ACCOUNT, {"住居": "民間賃貸", "就労中": True}, key="k1", now=NOW)
    household = api.household_of(person_id, TODAY)
    assert household is not None
    assert [member.person_id for member in household.members] == [person_id]
    assert not household.complete
    assert value(person_id, "住居") == "民間賃貸"
    services.declare(ACCOUNT, {"住居": "持ち家"}, key="k2", now=NOW + timedelta(days=1))
    assert value(person_id, "住居", on=TODAY + timedelta(days=1)) == "持ち家"


def test_one_refused_value_keeps_nothing_of_the_sending(person_id: str) -> None:
    with pytest.raises(Refused):
        services.declare(ACCOUNT, {"就労中": True, "住居": "城"}, key="k1", now=NOW)
    assert not Fact.objects.exists()


def test_staff_write_only_with_the_right_and_only_about_their_own_residents(person_id: str) -> None:
    services.declare(ACCOUNT, {"自治体コード": "132080"}, key="k1", now=NOW)
    paper = {"provenance": Provenance("住民基本台帳", "r1", Method.STAFF), "obtained_at": NOW}
    subject = Subject.person(person_id)
    with pytest.raises(NotPermitted):
        services.record_verified(CHOFU, "131121", subject, {"公務員": True}, **paper)
    with pytest.raises(Refused) as caught:
        services.record_verified(OTHER_CITY, "131121", subject, {"公務員": True}, **paper)
    assert caught.value.reason is Refusal.NOT_FOUND
    services.record_verified(CHOFU, "132080", subject, {"公務員": True}, **paper)
    assert value(person_id, "公務員") is True


def test_a_source_that_the_pack_does_not_name_is_refused(person_id: str) -> None:
    with pytest.raises(Refused) as caught:
        tell(person_id, "r1", {"所得": 5}, provenance=register("r1", source="調布市役所"))
    assert caught.value.reason is Refusal.UNKNOWN_SOURCE


def test_reading_what_a_person_has_takes_one_statement(person_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(person_id, "r1", {"所得": 5, "公務員": False})
    run, ran = statements.rows, []
    monkeypatch.setattr(statements, "rows", lambda sql, given: ran.append(sql) or run(sql, given))
    with CaptureQueriesContext(connection) as context:
        assert len(api.facts_of(person_id, ["所得", "公務員"], on=TODAY)) == 2
    assert len(ran) == 1
    assert not [query for query in context.captured_queries if "people_" in query["sql"] and query["sql"] not in ran][
        1:
    ]


def test_nobody_is_known_under_an_unknown_id(words: None) -> None:
    assert api.facts_of("no such id", ["所得"], on=TODAY) == ()
    assert api.person("no such id") is None
    assert api.person_of_account("nobody") is None


DAYS = st.integers(0, 6).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
MOMENTS = st.integers(0, 6).map(lambda n: datetime(2026, 1, 1, tzinfo=NOW.tzinfo) + timedelta(days=n))


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.none() | DAYS)
    length = draw(st.none() | st.integers(1, 5))
    end = first + timedelta(days=length) if first and length else None
    return {
        "value": draw(st.none() | st.integers(0, 3)),
        "first": first,
        "end": end,
        "at": draw(MOMENTS),
        "declared": draw(st.booleans()),
    }


def best(facts: list[tuple[int, dict[str, Any]]], on: date, known_at: datetime | None) -> int | None:
    """Return the value by the rule, worked out plainly over all facts."""
    for declared in (False, True):
        fitting = [
            (fact["first"] or date.min, fact["at"], number)
            for number, fact in facts
            if fact["declared"] is declared
            and (fact["first"] is None or fact["first"] <= on)
            and (fact["end"] is None or on < fact["end"])
            and (known_at is None or fact["at"] <= known_at)
        ]
        found = dict(facts)[max(fitting)[2]]["value"] if fitting else None
        if found is not None:
            return int(found)
    return None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(facts=st.lists(told(), min_size=1, max_size=6), data=st.data())
def test_any_order_of_facts_gives_the_same_answers_and_none_is_lost(
    words: None, facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    person_id = new_person()
    numbered = list(enumerate(facts))
    for number, fact in data.draw(st.permutations(numbered)):
        write(person_id, number, fact)
    assert Fact.objects.filter(person_id=person_id).count() == len(facts)
    for day in {date(2026, 1, 1) + timedelta(days=n) for n in range(0, 12, 2)}:
        assert value(person_id, "所得", on=day) == best(numbered, day, None)
        moment = data.draw(MOMENTS)
        assert value(person_id, "所得", on=day, known_at=moment) == best(numbered, day, moment)


def write(person_id: str, number: int, fact: dict[str, Any]) -> None:
    """Write one fact whatever its method, through the same door as all writes."""
    from madoguchi.apps.people.services import facts as writing

    method = Method.SELF if fact["declared"] else Method.REGISTRY
    source = "申告" if fact["declared"] else "税"
    provenance = Provenance(source, f"{person_id}-{number}", method)
    period = writing.Period(fact["first"], fact["end"])
    writing._write(SYSTEM, "", Subject.person(person_id), {"所得": fact["value"]}, provenance, period, fact["at"])


def test_the_queries_module_never_hands_out_rows(person_id: str) -> None:
    tell(person_id, "r1", {"所得": 5})
    assert not isinstance(queries.facts_of(person_id, None, on=TODAY)[0], Fact)
