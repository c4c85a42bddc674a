"""Pages, the review desk and the API: who sees what, what is said, what is never shown."""

import pytest
from django.test import Client

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.businesses import services
from madoguchi.apps.businesses.contracts import Attribute, Method
from madoguchi.apps.businesses.models import Business, LinkCase
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Role
from tests.businesses.conftest import NOW, Load
from tests.businesses.rows import number, row
from tests.businesses.test_services import linked, signed_in  # noqa: F401 # `linked` is a fixture


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


def signed_in_as(username: str, **claims: str) -> Client:
    """Return the browser of a business that signed in with these claims."""
    user = User.objects.create_user(username, "a long sample password", kind=Kind.BUSINESS, display_name=username)
    services.on_business_signed_in(signed_in(str(user.pk), **claims))
    client = Client()
    client.force_login(user)
    return client


def put(business: Business, method: Method, **told: object) -> None:
    facts = {Attribute[name]: value for name, value in told.items()}
    services.put_facts(business.pk, facts, source="gbizinfo", method=method, as_of=NOW.date(), now=NOW)


@pytest.mark.usefixtures("register")
def test_a_corporation_sees_what_is_known_of_it_with_source_and_day() -> None:
    business = Business.objects.get(corporate_number=number(1))
    put(business, Method.REGISTRY, CAPITAL_YEN=3_000_000, EMPLOYEES=1200)
    put(business, Method.SELF, SUMMARY="見本の小売")
    place = {"record": "1", "name": "見本工場", "kana": "", "address": "東京都中央区銀座1-1"}
    services.put_establishments(business.pk, [place], source="gbizinfo", as_of=NOW.date())
    answer = signed_in_as("prime", corporate_number=number(1)).get("/businesses/mine/")
    html = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    for words in (number(1), "株式会社見本1", "国税庁法人番号公表サイト", "2026年8月19日", "3,000,000円", "1,200人"):
        assert words in html
    for words in ("確認ずみ", "申告", "gBizINFO", "2026年11月24日", "見本工場", "/me/consents/", "/me/access/"):
        assert words in html
    assert html.count("<h1>") == 1


@pytest.mark.usefixtures("register")
def test_another_business_sees_nothing_of_it() -> None:
    put(Business.objects.get(corporate_number=number(1)), Method.REGISTRY, REPRESENTATIVE="例示 次郎")
    first = signed_in_as("person", corp_type="2", name="山田はな商会", address1="新宿区西新宿2-8-1")
    services.put_facts(
        Business.objects.get(corporate_number=None).pk, {Attribute.REPRESENTATIVE: "山田 花子"}, source="gbizid",
        method=Method.SELF, as_of=None, now=NOW,
    )  # fmt: skip
    own = first.get("/businesses/mine/").content.decode()
    for words in ("山田はな商会", "新宿区西新宿2-8-1", "山田 花子", "個人事業主", "日付は分かりません"):
        assert words in own
    other = signed_in_as("other", corporate_number=number(4)).get("/businesses/mine/").content.decode()
    assert number(4) in other
    for words in ("山田", "例示 次郎", number(1)):
        assert words not in other
    assert "例示 次郎" not in own


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"account_type": "1"}, ("gBizIDエントリー", "gBizIDプライムを申しこみます")),
        ({"corporate_number": number(77)}, (number(77), "1週間たっても")),
        ({"corporate_number": ""}, ("正しい法人番号がとどきませんでした", "直してから")),
    ],
)
@pytest.mark.usefixtures("register")
def test_an_account_that_acts_for_nobody_is_told_why_and_what_to_do(
    claims: dict[str, str], words: tuple[str, ...]
) -> None:
    html = signed_in_as("nobody", **claims).get("/businesses/mine/").content.decode()
    assert "まだどの事業者にも結びついていません" in html
    assert all(text in html for text in words)
    assert "株式会社見本1" not in html


@pytest.mark.usefixtures("register")
def test_an_account_whose_sign_in_is_still_on_its_way_is_asked_to_wait(client: Client) -> None:
    user = User.objects.create_user("new", "a long sample password", kind=Kind.BUSINESS, display_name="new")
    client.force_login(user)
    assert "開き直してください" in client.get("/businesses/mine/").content.decode()


@pytest.mark.usefixtures("register")
def test_a_closed_business_sees_that_it_is_closed_and_by_whom_it_is_carried_on() -> None:
    html = signed_in_as("merged", corporate_number=number(2)).get("/businesses/mine/").content.decode()
    assert "合併により消滅しました" in html
    assert f"/businesses/{number(1)}/" in html


@pytest.mark.django_db
def test_only_businesses_have_a_page_of_their_own(client: Client) -> None:
    assert client.get("/businesses/mine/").status_code == 302
    user = User.objects.create_user("someone", "a long sample password", kind=Kind.RESIDENT, display_name="x")
    client.force_login(user)
    assert client.get("/businesses/mine/").status_code == 404
    assert client.post("/businesses/mine/").status_code == 404
