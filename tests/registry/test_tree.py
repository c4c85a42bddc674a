"""Staff see the tree of a condition: every atom, its truth, the value used, the source's words; nobody else does."""

import json
import re

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry.examples import UnfitHousehold, pasted
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
ID = "jidou-ikusei-teate"
TREE = f"/desk/{ID}/tree/"
HOUSEHOLD = {
    "facts": {"自治体コード": "131199"},
    "applicant": {"生年月日": "1990-05-10", "所得": {"min": 1_000_000, "max": 2_000_000}, "扶養親族等の数": 1},
    "children": [{"生年月日": "2020-05-10", "ひとり親事由": "離婚", "施設入所": False}, {"生年月日": "2001-01-01"}],
}


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.django_db
def test_staff_see_the_tree_for_an_example_and_for_a_pasted_household(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    first = client.get(TREE)
    assert first.status_code == 200
    assert "no-store" in first["Cache-Control"]
    html = client.post(TREE, {"household": json.dumps(HOUSEHOLD)}).content.decode()
    text = words(html)
    assert "お子さん 1" in text
    assert "お子さん 2" in text
    assert "100万円～200万円" in text
    assert "離婚" in text
    assert "世帯の判定はこの人によります。" in text
    assert "18歳の年度末（3月31日）を過ぎている" not in text
    assert text.count("判定を決めた条件") >= 5
    english = words(client.post(f"/en{TREE}", {"household": json.dumps(HOUSEHOLD)}).content.decode())
    assert "1,000,000 yen～2,000,000 yen" in english


@pytest.mark.django_db
def test_the_source_stands_beside_its_atom(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    text = words(client.get(TREE).content.decode()).replace("&lt;", "<")
    assert re.search(r"年度年齢 <= 18 生年月日 \d{4}-05-10 出典の言い方 18歳に達", text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["{", "[]", '{"applicant": 3}', '{"children": 5}', '{"children_complete": "x"}', "[" * 9_000]
)
def test_what_cannot_be_read_is_said(client: Client, publisher: User, text: str) -> None:
    client.force_login(publisher)
    answer = client.post(TREE, {"household": text})
    assert answer.status_code == 200
    assert "世帯を読み取れません" in answer.content.decode()


@pytest.mark.django_db
def test_others_do_not_see_it(client: Client, stranger: User) -> None:
    assert client.get(TREE).status_code == 302
    client.force_login(stranger)
    assert client.get(TREE).status_code == 404
    assert client.post(TREE, {"household": json.dumps(HOUSEHOLD)}).status_code == 404


@pytest.mark.parametrize(
    ("part", "facts", "name"),
    [
        ("applicant", {"所徳": 1}, "所徳"),
        ("applicant", {"所得": "多い"}, "所得"),
        ("applicant", {"所得": -1}, "所得"),
        ("applicant", {"所得": {"min": 5, "max": 1}}, "所得"),
        ("applicant", {"妊娠中": 1}, "妊娠中"),
        ("applicant", {"医療保険": "ない"}, "医療保険"),
        ("applicant", {"生年月日": "春"}, "生年月日"),
        ("applicant", {"住民税非課税": True}, "住民税非課税"),
        ("applicant", {"受給中の制度": [1]}, "受給中の制度"),
        ("applicant", {"接種記録": {"BCG": "x"}}, "接種記録"),
        ("facts", {"妊娠中": True}, "妊娠中"),
    ],
)
def test_a_value_that_does_not_fit_is_named(tokyo: Tokyo, part: str, facts: dict[str, object], name: str) -> None:
    with pytest.raises(UnfitHousehold) as caught:
        pasted(json.dumps({part: facts}), tokyo.book.vocabulary)
    assert caught.value.name == name


def test_a_household_that_fits_is_read(tokyo: Tokyo) -> None:
    household = pasted(json.dumps(HOUSEHOLD), tokyo.book.vocabulary)
    assert len(household.children) == 2
    with pytest.raises(UnfitHousehold):
        pasted(json.dumps({"children": [{}] * 30}), tokyo.book.vocabulary)
