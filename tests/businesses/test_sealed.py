"""What the room knows of people lies sealed: no table holds it in clear, rotation keeps it readable, its holder sees it."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from madoguchi.apps.businesses import api, queries, sealing, services
from madoguchi.apps.businesses.contracts import Attribute, ChangeKind, Method
from madoguchi.apps.businesses.linking import records
from madoguchi.apps.businesses.models import Business, Establishment, Fact, LinkCase, SoleProprietor, Town
from madoguchi.core import rotation, vault
from madoguchi.core.vault_models import VaultKey
from tests.businesses.conftest import NOW, Load
from tests.businesses.rows import number, row
from tests.businesses.test_services import signed_in

CLAIMS = {
    "corp_type": "2", "name": "山田はな商会", "prefecture_name": "東京都", "address1": "新宿区西新宿",
    "address2": "2-8-1",
}  # fmt: skip
SECRETS = ("山田はな", "西新宿二丁目", "西新宿2-8-1", "山田 花子", "例示一郎", "0312345678")
FILE = "record,name,address,representative\n7,山田はな商会,新宿区西新宿2-8-1,例示一郎\n"


@pytest.fixture
def business(towns: None) -> Business:
    """Provide a sole proprietor with facts, and a case about a record that names people."""
    services.on_business_signed_in(signed_in(**CLAIMS))
    made = Business.objects.get()
    told = {Attribute.REPRESENTATIVE: "山田 花子", Attribute.WEBSITE: "tel:0312345678", Attribute.EMPLOYEES: 0}
    services.put_facts(made.pk, told, source="gbizid", method=Method.SELF, as_of=NOW.date(), now=NOW)
    records.link(FILE.encode(), organisation_id="shinjuku", source="台帳", now=NOW)
    return made


def everything_stored() -> str:
    """Return every column of every table of the room but the list of towns; bytes as UTF-8 and as hexadecimal digits."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for model in set(apps.get_app_config("businesses").get_models()) - {Town}:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            found += [_text(cell) for line in cursor.fetchall() for cell in line]
    return "\n".join(found)


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("utf-8", "replace") + bytes(cell).hex()
    text = json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else str(cell)
    return text + text.encode().decode("unicode_escape", "replace") if "\\u" in text else text


@pytest.mark.usefixtures("business")
def test_no_table_of_the_room_holds_a_persons_name_address_or_representative_in_clear() -> None:
    stored = everything_stored()
    assert "gbizid" in stored  # the rows are there and were read
    for secret in SECRETS:
        assert secret not in stored
        assert secret.encode().hex() not in stored


@pytest.mark.usefixtures("towns")
def test_the_search_for_clear_values_finds_one_that_is_there() -> None:
    services.on_business_signed_in(signed_in(**CLAIMS))
    Establishment.objects.create(business=Business.objects.get(), source="x", source_record="1", name="山田はな商会")
    assert "山田はな" in everything_stored()


def test_a_sole_proprietors_row_tells_no_more_than_the_municipality(business: Business) -> None:
    assert (business.city_code, business.town, business.name, business.core) == ("13104", "", "", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Business.objects.filter(pk=business.pk).update(name="山田はな商会")


def seen(business: Business) -> tuple[Any, ...]:
    case = LinkCase.objects.get()
    view = queries.get_by_id(str(business.pk))
    assert view is not None
    facts = {fact.attribute: fact.value for fact in api.facts_of(str(business.pk), list(Attribute))}
    return view.name, str(view.address), view.address.town, facts, sealing.content_of(case), api.export_account("a1")


def test_views_facts_and_export_show_the_values(business: Business) -> None:
    name, address, town, facts, content, exported = seen(business)
    assert (name, address, town) == ("山田はな商会", "東京都新宿区西新宿2-8-1", "西新宿二丁目")
    assert facts == {
        "商号": "山田はな商会",
        "本店所在地": "東京都新宿区西新宿2-8-1",
        "法人の状態": "active",
        "代表者名": "山田 花子",
        "従業員数": 0,
        "ウェブサイト": "tel:0312345678",
    }
    assert (content["name"], content["representative"]) == ("山田はな商会", "例示一郎")
    person = exported["sole_proprietor"]
    assert (person["name"], person["address"]) == ("山田はな商会", "東京都新宿区西新宿2-8-1")
    assert {fact["attribute"]: fact["value"] for fact in person["facts"]}["代表者名"] == "山田 花子"


def test_rotation_seals_every_value_anew_and_keeps_it_readable(business: Business) -> None:
    before = seen(business)
    old = VaultKey.objects.get(active=True).pk
    report = rotation.rotate(now=NOW, batch_rows=2)
    assert report.key_id != old
    keys = {
        key
        for model in (SoleProprietor, Fact, LinkCase)
        for key in model._default_manager.values_list("key_id", flat=True)
    }
    assert keys == {report.key_id}
    vault.forget_opened()
    assert seen(business) == before
    assert report.resealed >= 5


def test_a_value_that_was_moved_to_another_row_does_not_open(business: Business) -> None:
    services.on_business_signed_in(signed_in("a2", **CLAIMS | {"name": "佐藤商会"}))
    other = SoleProprietor.objects.exclude(pk=business.pk).get()
    SoleProprietor.objects.filter(pk=business.pk).update(sealed=other.sealed)
    with pytest.raises(vault.Tampered):
        queries.get_by_id(str(business.pk))


def test_a_newer_value_supersedes_and_an_equal_one_changes_nothing(business: Business) -> None:
    told = {"source": "gbizid", "method": Method.SELF, "as_of": NOW.date(), "now": NOW}
    assert services.put_facts(business.pk, {Attribute.REPRESENTATIVE: "山田 花子"}, **told) == 0
    assert services.put_facts(business.pk, {Attribute.REPRESENTATIVE: "山田 葉子"}, **told) == 1
    assert [fact.value for fact in api.facts_of(str(business.pk), ["代表者名"])] == ["山田 葉子"]
    assert Fact.objects.filter(attribute="代表者名", value__isnull=True).count() == 2


def test_places_of_business_of_a_person_are_refused(business: Business) -> None:
    place = {"record": "1", "name": "山田はな商会", "kana": "", "address": "新宿区西新宿2-8-1"}
    with pytest.raises(ValueError, match="corporations only"):
        services.put_establishments(business.pk, [place], source="x", as_of=None)
    assert not Establishment.objects.exists()


def test_a_sole_proprietor_is_never_a_candidate_for_a_record(business: Business) -> None:
    assert LinkCase.objects.get().candidates == []
    assert str(business.pk) not in json.dumps([case.candidates for case in LinkCase.objects.all()])


def test_facts_of_a_corporation_stay_clear(load: Load) -> None:
    load([row(1)])
    made = Business.objects.get()
    told = {"source": "gbizinfo", "method": Method.REGISTRY, "as_of": NOW.date(), "now": NOW}
    services.put_facts(made.pk, {Attribute.REPRESENTATIVE: "例示 次郎"}, **told)
    fact = Fact.objects.get()
    assert (fact.value, fact.sealed, fact.key_id) == ("例示 次郎", None, None)


def test_who_becomes_a_corporation_leaves_no_record_behind(load: Load) -> None:
    load([row(1)])
    services.on_business_signed_in(signed_in(**CLAIMS))
    services.on_business_signed_in(signed_in(corporate_number=number(1)))
    view = api.business_of_account("a1")
    assert view is not None
    assert view.corporate_number == number(1)
    assert not SoleProprietor.objects.exists()
    assert [change.kind for change in api.changes(since=1, limit=9)] == [ChangeKind.CREATED, ChangeKind.DELETED]
