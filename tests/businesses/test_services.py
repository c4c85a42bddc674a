"""Sign-in of businesses, erasing, the feed's order under concurrency, linking and deciding cases."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from madoguchi.apps.accounts.contracts import BusinessSignedIn
from madoguchi.apps.businesses import api, feed, queries, services
from madoguchi.apps.businesses.contracts import Attribute, ChangeKind, Method, NotLinked
from madoguchi.apps.businesses.linking import records
from madoguchi.apps.businesses.models import Business, ChangeEntry, Fact, LinkCase
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Actor, NotPermitted, Role
from tests.businesses.conftest import NOW, Load, organisations
from tests.businesses.rows import number, row

REVIEWER = Actor("reviewer", "照合係", {"shinjuku": frozenset({Role.BUSINESS_REVIEWER})})
OTHER = Actor("other", "ほかの区", {"chuo": frozenset({Role.BUSINESS_REVIEWER})})


def signed_in(account: str = "a1", **claims: Any) -> BusinessSignedIn:
    given = {"account_type": "2", "corp_type": "1", **claims}
    return BusinessSignedIn(account, "https://gbiz-id.go.jp/oauth/", "subject", given, NOW.isoformat())


def test_a_checked_account_is_linked_by_its_number(load: Load) -> None:
    load([row(1)])
    for _ in range(2):
        services.on_business_signed_in(signed_in(corporate_number=number(1)))
    view = api.business_of_account("a1")
    assert view is not None
    assert view.corporate_number == number(1)
    assert AuditEntry.objects.filter(action="businesses.link-account").count() == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"account_type": "1"},
        {"account_type": ""},
        {"corporate_number": "1000000000000"},
        {"corporate_number": number(9)},
    ],
)
def test_what_proves_nothing_links_nothing(load: Load, claims: dict[str, str]) -> None:
    load([row(1)])
    services.on_business_signed_in(signed_in(**{"corporate_number": number(1), **claims}))
    assert api.business_of_account("a1") is None


def test_a_sole_proprietor_gets_a_business_of_their_own_once(towns: None) -> None:
    claims = {"corp_type": "2", "name": "山田 花子", "address1": "東京都新宿区", "address2": "西新宿2-8-1"}
    for _ in range(2):
        services.on_business_signed_in(signed_in(**claims))
    view = api.business_of_account("a1")
    assert view is not None
    assert (view.corporate_number, view.name, view.source) == (None, "山田 花子", "gbizid")
    assert (view.address.town, view.address.city_code) == ("西新宿二丁目", "13104")
    services.on_business_signed_in(signed_in(**claims | {"name": "佐藤 花子"}))
    assert api.get_by_id(view.id).name == "佐藤 花子"  # type: ignore[union-attr]
    assert Business.objects.count() == 1
    assert [change.kind for change in api.changes(since=0, limit=9)] == [ChangeKind.CREATED, ChangeKind.UPDATED]


def test_an_address_elsewhere_in_japan_is_kept_but_not_read_as_one_of_the_metropolis(towns: None) -> None:
    claims = {"corp_type": "2", "name": "山田商会", "prefecture_name": "見本県", "address1": "中央区銀座1-1"}
    services.on_business_signed_in(signed_in(**claims))
    view = api.business_of_account("a1")
    assert view is not None
    assert (str(view.address), view.address.city_code, view.address.town) == ("見本県中央区銀座1-1", "", "")


@pytest.mark.parametrize(
    ("claims", "reason", "told"),
    [
        ({"account_type": "1"}, NotLinked.ENTRY_ACCOUNT, ""),
        ({"corporate_number": "12"}, NotLinked.NO_NUMBER, ""),
        ({"corporate_number": number(9)}, NotLinked.UNKNOWN_NUMBER, number(9)),
    ],
)
def test_why_an_account_acts_for_nobody_is_kept_until_it_does(
    load: Load, claims: dict[str, str], reason: NotLinked, told: str
) -> None:
    load([row(1)])
    for _ in range(2):
        services.on_business_signed_in(signed_in(**{"corporate_number": number(1), **claims}))
    unlinked = queries.unlinked("a1")
    assert unlinked is not None
    assert (unlinked.reason, unlinked.corporate_number) == (reason, told)
    assert api.export_account("a1")["not_linked"] == reason
    services.on_business_signed_in(signed_in(corporate_number=number(1)))
    assert queries.unlinked("a1") is None
    assert api.business_of_account("a1") is not None


def test_a_checked_number_that_nobody_knows_ends_the_old_link(load: Load) -> None:
    load([row(1)])
    services.on_business_signed_in(signed_in(corporate_number=number(1)))
    services.on_business_signed_in(signed_in(corporate_number=number(9)))
    assert api.business_of_account("a1") is None
    assert api.erase_account("a1", NOW).removed == 1
    assert queries.unlinked("a1") is None


def test_a_sole_proprietor_can_be_exported_and_erased(towns: None) -> None:
    services.on_business_signed_in(signed_in(corp_type="2", name="山田 花子"))
    assert api.export_account("a1")["sole_proprietor"]["name"] == "山田 花子"
    assert api.erase_account("a1", NOW).kept == ()
    assert not Business.objects.exists()
    assert api.export_account("a1") == {}
    assert api.erase_account("a1", NOW).removed == 0
    assert [change.kind for change in api.changes(since=0, limit=9)] == [ChangeKind.CREATED, ChangeKind.DELETED]


def test_erasing_an_account_leaves_what_the_register_publishes(load: Load) -> None:
    load([row(1)])
    services.on_business_signed_in(signed_in(corporate_number=number(1)))
    assert api.erase_account("a1", NOW).kept
    assert queries.get(number(1)) is not None


def test_an_older_statement_never_replaces_a_newer_fact(load: Load) -> None:
    load([row(1)])
    business = Business.objects.get()
    put = {"source": "gbizinfo", "method": Method.REGISTRY, "now": NOW}
    assert services.put_facts(business.pk, {Attribute.EMPLOYEES: 9}, as_of=NOW.date(), **put) == 1
    older = NOW.date() - timedelta(days=1)
    assert services.put_facts(business.pk, {Attribute.EMPLOYEES: 5}, as_of=older, **put) == 0
    assert Fact.objects.get().value == 9


def test_facts_name_only_attributes_that_exist(load: Load) -> None:
    load([row(1)])
    with pytest.raises(ValueError, match="給料"):
        api.facts_of(str(Business.objects.get().pk), ["給料"])


FILE = (
    "record,number,name,address,postal_code\n"
    f"1,{number(1)},(株)見本1,東京都新宿区西新宿2-8-1,160-0023\n"
    "2,,見本２株式会社,中央区銀座1-1,\n"
    "3,,無関係な商店,新宿区西新宿2-8-1,\n"
    "4,,見本1,,\n"
    ",,名前だけ,,\n"
)


def link(text: str = FILE) -> records.LinkReport:
    return records.link(text.encode(), organisation_id="shinjuku", source="台帳", now=NOW)


@pytest.fixture
def linked(load: Load) -> records.LinkReport:
    load([row(1), row(2, cityName="中央区", cityCode="102", streetNumber="銀座１丁目１番")])
    return link()


def test_records_are_matched_left_to_a_person_or_unknown(linked: records.LinkReport) -> None:
    assert (linked.read, linked.matched, linked.waiting, linked.unknown) == (5, 2, 1, 1)
    assert len(linked.rejected) == 1
    states = dict(LinkCase.objects.values_list("source_record", "state"))
    assert states == {"1": "matched", "2": "matched", "3": "unknown", "4": "waiting"}


def test_linking_again_keeps_one_case_and_leaves_decided_ones_alone(linked: records.LinkReport) -> None:
    case = LinkCase.objects.get(state="waiting")
    services.decide_case(REVIEWER, case.pk, business_id=None, now=NOW)
    report = link()
    assert (report.waiting, report.decided) == (0, 1)
    assert LinkCase.objects.count() == 4
    assert LinkCase.objects.get(pk=case.pk).state == "rejected"


def test_a_decision_is_recorded_once_and_not_overturned(linked: records.LinkReport) -> None:
    case = LinkCase.objects.get(state="waiting")
    chosen = case.candidates[0]["business"]
    for _ in range(2):
        services.decide_case(REVIEWER, case.pk, business_id=chosen, now=NOW)
    assert AuditEntry.objects.filter(action="businesses.case-accepted").count() == 1
    with pytest.raises(services.AlreadyDecided):
        services.decide_case(REVIEWER, case.pk, business_id=None, now=NOW)


def test_only_shown_businesses_and_permitted_people_decide(linked: records.LinkReport) -> None:
    case = LinkCase.objects.get(state="waiting")
    with pytest.raises(NotPermitted):
        services.decide_case(OTHER, case.pk, business_id=None, now=NOW)
    with pytest.raises(services.NotACandidate):
        services.decide_case(REVIEWER, case.pk, business_id="6d61646f-6775-8000-8000-000000000001", now=NOW)
    assert queries.waiting_cases(OTHER) == []
    assert queries.waiting_cases(REVIEWER) == [case]


def test_a_record_with_the_old_address_is_linked_through_the_history(load: Load) -> None:
    load([row(1, streetNumber="市谷田町１丁目１番", latest="0", changeDate="2020-01-01"), row(1)])
    report = link("record,name,address\n1,見本1株式会社,新宿区市谷田町1-1\n")
    assert report.matched == 1


def test_a_file_without_names_is_refused_whole(towns: None) -> None:
    with pytest.raises(records.RecordsProblem, match="name"):
        link("record,address\n1,新宿区\n")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sequences_have_no_gaps_and_follow_commits_with_many_writers_and_rollbacks() -> None:
    organisations()
    seen: list[list[int]] = []
    stop = threading.Event()

    def write(writer: int) -> None:
        for turn in range(10):
            try:
                with transaction.atomic():
                    counter = feed.lock()
                    row_ = Business.objects.create(source=f"{writer}-{turn}")
                    feed.add(counter, business_id=row_.pk, corporate_number=None, kind=ChangeKind.CREATED, now=NOW)
                    if turn % 4 == 3:
                        raise RuntimeError("rolled back on purpose")
            except RuntimeError:
                continue
        connections.close_all()

    def read() -> None:
        known: list[int] = []
        while not stop.is_set():
            since = known[-1] if known else 0
            known += [change.sequence for change in queries.changes(since=since, limit=100)]
        seen.append(known + [change.sequence for change in queries.changes(since=known[-1] if known else 0, limit=100)])
        connections.close_all()

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    total = ChangeEntry.objects.count()
    assert total == 48
    assert seen == [list(range(1, total + 1))]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sign_ins_of_one_sole_proprietor_at_once_make_one_business() -> None:
    organisations()

    def sign_in() -> None:
        services.on_business_signed_in(signed_in(corp_type="2", name="山田 花子"))
        connections.close_all()

    threads = [threading.Thread(target=sign_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connection.vendor == "postgresql"
    assert Business.objects.count() == 1
