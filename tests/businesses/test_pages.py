"""Pages, the review desk and the API: who sees what, what is said, what is never shown."""

import pytest
from django.test import Client

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.businesses.models import Business, LinkCase
from madoguchi.core.permissions import Role
from tests.businesses.conftest import Load
from tests.businesses.rows import number, row
from tests.businesses.test_services import linked  # noqa: F401 # a fixture


@pytest.fixture
def register(load: Load) -> None:
    merged = {"process": "21", "closeDate": "2026-08-01", "closeCause": "11", "successorCorporateNumber": number(1)}
    load([row(1), row(2, **merged), row(3, name="株式会社秘密", hihyoji="1"), row(4, nameImageId="00012345")])


@pytest.mark.usefixtures("register")
def test_the_search_page_lists_and_links(client: Client) -> None:
    html = client.get("/businesses/", {"q": "見本1"}).content.decode()
    assert f"/businesses/{number(1)}/" in html
    assert "株式会社秘密" not in client.get("/businesses/", {"q": "秘密"}).content.decode()
    assert "見つかりませんでした" in client.get("/businesses/", {"q": "どこにもない"}).content.decode()


@pytest.mark.usefixtures("register")
def test_the_page_of_a_business_tells_state_successor_source_and_date(client: Client) -> None:
    html = client.get(f"/businesses/{number(2)}/").content.decode()
    for words in ("合併により消滅しました", "株式会社見本1", "西新宿二丁目", "2026-08-19", "国税庁法人番号公表サイト"):
        assert words in html
    assert "画像でしか表示できない" in client.get(f"/businesses/{number(4)}/").content.decode()


@pytest.mark.parametrize("path", ["0000000000000", number(77), "abc", "1"])
@pytest.mark.usefixtures("register")
def test_unknown_numbers_are_not_found(client: Client, path: str) -> None:
    assert client.get(f"/businesses/{path}/").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "２"])
@pytest.mark.usefixtures("register")
def test_odd_pages_are_answered(client: Client, page: str) -> None:
    assert client.get("/businesses/", {"q": "見本", "page": page}).status_code == 200


@pytest.mark.usefixtures("register")
def test_the_api_searches_reads_and_tells_history(client: Client) -> None:
    body = client.get("/api/v1/businesses", {"q": "見本1", "municipality": "131041"}).json()
    assert body["items"][0]["corporate_number"] == number(1)
    assert body["meta"]["sequence"] == 4
    one = client.get(f"/api/v1/businesses/{number(2)}").json()["item"]
    assert (one["status"], one["successor_number"], one["town"]) == ("merged", number(1), "西新宿二丁目")
    assert client.get(f"/api/v1/businesses/{number(2)}/history").json()["items"][0]["process"] == "21"


@pytest.mark.usefixtures("register")
def test_the_feed_is_read_to_its_end_without_sole_proprietors(client: Client, load: Load) -> None:
    body = client.get("/api/v1/businesses/changes", {"limit": 3}).json()
    assert [item["sequence"] for item in body["items"]] == [1, 2, 3]
    rest = client.get("/api/v1/businesses/changes", {"since": body["next_since"]}).json()
    assert [item["sequence"] for item in rest["items"]] == [4]
    assert client.get("/api/v1/businesses/changes", {"since": 4}).json()["next_since"] == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/businesses/1000000000000", 404),
        ("/api/v1/businesses/12", 422),
        ("/api/v1/businesses?municipality=abc", 422),
        ("/api/v1/businesses?limit=0", 422),
        ("/api/v1/businesses/changes?since=-1", 422),
    ],
)
@pytest.mark.django_db
def test_errors_of_the_api_are_problem_documents(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def staff(client: Client, organisation: str, *roles: Role) -> Client:
    accounts.create_staff(
        username=organisation, display_name=organisation, password="a long sample password", roles={organisation: roles}
    )
    assert client.login(username=organisation, password="a long sample password")
    return client


@pytest.mark.usefixtures("linked")
def test_a_reviewer_sees_both_sides_and_decides_once(client: Client) -> None:
    staff(client, "shinjuku", Role.BUSINESS_REVIEWER)
    case = LinkCase.objects.get(state="waiting")
    assert str(case.pk) in client.get("/desk/businesses/review/").content.decode()
    address = f"/desk/businesses/review/{case.pk}/"
    html = client.get(address).content.decode()
    assert "名称が同じ" in html
    assert number(1) in html
    assert client.post(address, {}).status_code == 400
    assert client.post(address, {"business": str(Business.objects.last().pk).replace("1", "2")}).status_code == 400  # type: ignore[union-attr]
    chosen = case.candidates[0]["business"]
    assert client.post(address, {"business": chosen}).status_code == 302
    assert client.post(address, {"business": "none"}).status_code == 409
    assert LinkCase.objects.get(pk=case.pk).state == "accepted"


@pytest.mark.usefixtures("linked")
def test_other_organisations_and_other_roles_see_no_case(client: Client) -> None:
    case = LinkCase.objects.get(state="waiting")
    staff(client, "chuo", Role.BUSINESS_REVIEWER)
    assert client.get(f"/desk/businesses/review/{case.pk}/").status_code == 404
    assert client.post(f"/desk/businesses/review/{case.pk}/", {"business": "none"}).status_code == 404
    assert str(case.pk) not in client.get("/desk/businesses/review/").content.decode()
    plain = staff(Client(), "shinjuku", Role.EDITOR)
    assert plain.get("/desk/businesses/review/").status_code == 404


@pytest.mark.django_db
def test_strangers_are_sent_to_the_sign_in(client: Client) -> None:
    assert client.get("/desk/businesses/review/").status_code == 302
