"""The public page and the API of procedures: what anybody may read, of which version, and that a period says its source."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from jsonschema import Draft202012Validator

from madoguchi.apps.procedures import endpoints
from madoguchi.apps.procedures.models import Procedure
from madoguchi.core.problems import Problem
from tests.procedures import records

pytestmark = pytest.mark.django_db
PAGE = "/procedures/inu-touroku/"
REQUEST = HttpRequest()


def test_the_page_says_what_when_where_and_how_long(client: Client, procedure: Procedure) -> None:
    html = client.get(PAGE).content.decode()
    for words in (
        "犬の登録",
        "東京都保健医療局",
        "「生年月日」から30日以内",
        "開庁日で5日",
        "目安",
        "本人確認書類",
        "3,000円",
        "第1版",
    ):
        assert words in html, words
    english = client.get(f"/en{PAGE}").content.decode()
    assert "Dog registration" in english
    assert "Identity document" in english


def test_a_period_with_a_source_names_it(client: Client, procedure: Procedure) -> None:
    basis = {"source": "東京都の標準処理期間", "url": "https://example.jp/", "checked_on": "2026-11-25"}
    clock = {"online": {"days": 3, "unit": "calendar"}, "paper": {"days": 9, "unit": "calendar"}, "basis": basis}
    records.published(version=2, clock=clock)
    html = client.get(PAGE).content.decode()
    assert 'href="https://example.jp/"' in html
    assert "公表された期間がない" not in html


@pytest.mark.parametrize("address", ["/procedures/neko/", f"{PAGE}?version=2"])
def test_what_is_not_there_is_no_page(client: Client, procedure: Procedure, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("query", ["version=", "version=x", "version=-1", "version=99999999999", "version=١"])
def test_a_nonsense_version_shows_a_page_or_none(client: Client, procedure: Procedure, query: str) -> None:
    assert client.get(f"{PAGE}?{query}").status_code in {200, 404}


def test_another_shape_of_documents(client: Client, procedure: Procedure) -> None:
    needed = {"field": "household.has_dog", "is": True}
    records.published(version=2, documents=[{"id": "photo", "required": needed, "accepts": ["image"]}], fees=[])
    html = client.get(PAGE).content.decode()
    assert "人によって必要" in html
    assert "かかりません" in html


def test_the_list_tells_what_can_be_applied_for(procedure: Procedure) -> None:
    answer = endpoints.list_procedures(REQUEST)
    assert answer.total == 1
    assert answer.items[0].name["en"] == "Dog registration"
    assert endpoints.list_procedures(REQUEST, subject="business").total == 0
    assert endpoints.list_procedures(REQUEST, offset=5).items == []


def test_one_procedure_gives_its_whole_record(procedure: Procedure) -> None:
    assert endpoints.get_procedure(REQUEST, "inu-touroku").record == records.RECORD
    records.published(version=2, law="第5条")
    assert endpoints.get_procedure(REQUEST, "inu-touroku").record["law"] == "第5条"
    assert endpoints.get_procedure(REQUEST, "inu-touroku", version=1).record["law"] == "狂犬病予防法 第4条"
    with pytest.raises(Problem) as caught:
        endpoints.get_procedure(REQUEST, "inu-touroku", version=3)
    assert caught.value.status == 404


def answers() -> Iterator[tuple[dict[str, Any], bool]]:
    good = {
        "applicant.name": "犬山花子",
        "applicant.born_on": "1990-01-05",
        "household.has_dog": True,
        "dogs": [{"name": "ポチ", "old": False}],
    }
    yield good, True
    yield {**good, "applicant.name": 5}, False
    yield {**good, "dogs": []}, False
    yield {**good, "applicant.born_on": "yesterday"}, False
    yield {**good, "cat": "x"}, False


def test_the_schema_takes_right_answers_and_refuses_wrong_ones(procedure: Procedure) -> None:
    response = endpoints.get_schema(REQUEST, "inu-touroku")
    assert response.headers["Content-Type"] == "application/schema+json"
    schema = json.loads(response.content)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for given, right in answers():
        assert validator.is_valid(given) is right, given
    english = json.loads(endpoints.get_schema(REQUEST, "inu-touroku", language="en").content)
    assert "Date of birth" in json.dumps(english)
    with pytest.raises(Problem):
        endpoints.get_schema(REQUEST, "neko")


def test_every_operation_says_that_it_is_public() -> None:
    operations = [one for view in endpoints.router.path_operations.values() for one in view.operations]
    assert len(operations) == 3
    assert all(one.auth_param is None for one in operations)
