"""Hostile forms: each is refused in words or ignored, nothing of it is stored, and nobody else's words come back."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.applications import hostile_world as hostile
from tests.applications.hostile_world import ANSWERS, OTHERS_WORDS, PUT_IN, Stage, multipart, words
from tests.applications.world import Family

pytestmark = pytest.mark.django_db
Act = Callable[[Stage], HttpResponse]
FORM = "application/x-www-form-urlencoded"
NOT_HERE = "ページを表示できません"
CHANGED = "このページを開いたあとで、内容が変わりました"
NO_CHILD = "選んだお子さんの情報が見つかりません"
TOO_MUCH = "送られた内容が多すぎるため、受け取れませんでした"


@pytest.fixture
def stage(hanako: Family, browser: Client) -> Stage:
    return hostile.stage(hanako, browser)


def page(name: str, data: Mapping[str, Any]) -> Act:
    """Return the sending of one page with something hostile in it; boxes that are ticked are sent as a browser does."""
    ticked = {"home.parts": ANSWERS["home.parts"]} if name == "kinds" else {}
    return lambda stage: stage.post(f"pages/every-{name}", {**ticked, **data})


def kinds(**given: Any) -> Act:
    """Return the sending of answers on the page of all kinds; `home_kind` stands for `home.kind`."""
    return page("kinds", {name.replace("_", ".", 1): value for name, value in given.items()})


def to_page(stage: Stage, name: str, draft: str = "") -> str:
    return f"/me/drafts/{draft or stage.draft}/pages/{name}/"


def form(body: str, content_type: str = FORM) -> Act:
    """Return a raw form for the page of the reason; `{number}` is the number it was shown with."""
    return lambda stage: stage.raw(
        to_page(stage, "every-why"), body.replace("{number}", str(stage.number)).encode("latin-1"), content_type
    )


def ward(group: str, of: str, page_name: str = "children") -> Act:
    """Return the choice of a child; `of` tells whose it is."""

    def act(stage: Stage) -> HttpResponse:
        child = {"me": stage.me.child, "other": stage.other.child, "nobody": hostile.some_id()}[of]
        return stage.post(f"pages/every-{page_name}", {"ward": f"{group}|{child}"})

    return act


def theirs(place: str, **data: Any) -> Act:
    """Return the sending of a form of the stranger's draft."""
    return lambda stage: stage.send(f"/me/drafts/{stage.other_draft}/{place}/", {"number": "1", **data})


def strict(path: str) -> Act:
    """Return a sending from a page of another site: signed in, but without the token of ours."""

    def act(stage: Stage) -> HttpResponse:
        browser = hostile.browser_of(stage.me, enforce_csrf_checks=True)
        return browser.post(path.format(draft=stage.draft), {"number": stage.number, "key": "0" * 32})

    return act


def opens(path: str) -> Act:
    return lambda stage: stage.browser.get(
        path.format(draft=stage.draft, theirs=stage.other_draft, file=stage.other_file)
    )


def begins(path: str, **data: Any) -> Act:
    return lambda stage: stage.send(path, data)


REFUSED: dict[str, tuple[Act, int, str]] = {
    # texts of the wrong type
    "words for a number": (kinds(count_rooms="たくさん"), 400, "「部屋の数」は数字で入力してください"),
    "negative number": (kinds(count_rooms="-1"), 400, "「部屋の数」は0以上にしてください"),
    "number of 400 digits": (kinds(count_rooms="9" * 400), 400, "「部屋の数」は数字で入力してください"),
    "number in scientific notation": (kinds(count_rooms="1e9"), 400, "「部屋の数」は数字で入力してください"),
    "not a number": (kinds(count_area="NaN"), 400, "「広さ」は数字で入力してください"),
    "endless number": (kinds(count_area="Infinity"), 400, "「広さ」は数字で入力してください"),
    "circled digit": (kinds(count_rooms="九"), 400, "「部屋の数」は数字で入力してください"),
    "negative yen": (kinds(money_rent="-50000"), 400, "「家賃」は0以上にしてください"),
    "list whose last is no number": (kinds(count_rooms=["4", "<b>"]), 400, "「部屋の数」は数字で入力してください"),
    "word for a date": (kinds(home_since="きのう"), 400, "こよみにある日付ではありません"),
    "month 13": (page("kinds", {"home.since.year": "2020", "home.since.month": "13", "home.since.day": "1"}), 400,
                 "こよみにある日付ではありません"),
    "30 February": (kinds(home_since="2020-02-30"), 400, "こよみにある日付ではありません"),
    "year 9999": (kinds(home_since="9999-01-01"), 400, "こよみにある日付ではありません"),
    "a day before its era": (kinds(home_since="令和1年1月1日"), 400, "こよみにある日付ではありません"),
    "month 0": (kinds(home_month="2020-00"), 400, "こよみにある日付ではありません"),
    "25 o'clock": (kinds(home_time="25:00"), 400, "「連絡の時刻」の形がちがいます"),
    "choice that is not offered": (kinds(home_kind="z"), 400, "「住まいの種類」は、並んでいる中から選んでください"),
    "one choice too many": (kinds(home_parts=["a", "z"]), 400, "「ある設備」は、並んでいる中から選んでください"),
    "ten thousand choices": (kinds(home_parts=["z" * 50] * 900), 400, "並んでいる中から選んでください"),
    "maybe for yes or no": (kinds(applicant_has_car="maybe"), 400, "「車がありますか」の形がちがいます"),
    "postal code of words": (kinds(home_post="000-ABCD"), 400, "「郵便番号」は、7けたの数字で"),
    "latin letters for kana": (kinds(home_kana="<script>"), 400, "「建物のよみ」は、カタカナで"),
    "mail with a second line": (kinds(home_mail="a@b.jp\nBcc: c@d.jp"), 400, "「メール」に使えない記号があります"),
    "mail to a script": (kinds(home_mail='"><script>'), 400, "「メール」の形がちがいます"),
    "phone of 400 digits": (kinds(applicant_phone="0" * 400), 400, "「電話番号」は、市外局番から"),
    # texts that are no texts, or too much of them
    "NUL in a text": (page("why", {"applicant.reason": "a\0b"}), 400, "「理由」に使えない記号があります"),
    "text that turns the reading around": (page("why", {"applicant.reason": "\u202egnp.exe"}), 400, "使えない記号"),
    "escape sequence of a terminal": (page("why", {"applicant.reason": "\x1b[2J"}), 400, "使えない記号"),
    "bytes that are no UTF-8": (form("number={number}&next=1&applicant.reason=%ff%fe"), 400, "使えない記号"),
    "lone surrogate as bytes": (form("number={number}&next=1&applicant.reason=%ED%A0%80"), 400, "使えない記号"),
    "lone surrogate by a strange charset": (
        lambda stage: stage.raw(
            to_page(stage, "every-why"),
            *multipart(
                ('name="applicant.reason"', rb"\ud800"), ('name="number"', str(stage.number).encode()),
                ('name="next"', b"1"), charset="unicode_escape",
            ),
        ), 400, NOT_HERE),
    "form in UTF-16": (form("number={number}&applicant.reason=x", f"{FORM}; charset=utf-16"), 400, NOT_HERE),
    "text of 20,000 signs": (page("why", {"applicant.reason": "あ" * 20_000}), 400, "長すぎます。10,000字まで"),
    "text that grows when it is folded": (page("why", {"applicant.reason": "\ufdfa" * 9_000}), 400, "長すぎます"),
    "text of a megabyte": (page("why", {"applicant.reason": "a" * 1_200_000}), 400, TOO_MUCH),
    "text of ten megabytes": (page("why", {"applicant.reason": "a" * 10_000_000}), 400, NOT_HERE),
    "20,000 fields": (page("why", {f"x{n}": "1" for n in range(20_000)}), 400, NOT_HERE),
    "number of a person (個人番号)": (page("why", {"applicant.reason": "123456789018"}), 400, "マイナンバー"),
    # lists
    "item of index 999999": (page("children", {"children[999999].name": "x"}), 400, "多すぎます。3件までにしてください"),
    # hidden fields
    "number that is no number": (page("why", {"number": "一", "applicant.reason": "x"}), 400, CHANGED),
    "number below zero": (page("why", {"number": "-1", "applicant.reason": "x"}), 400, CHANGED),
    "number of the future": (page("why", {"number": "999999", "applicant.reason": "x"}), 400, CHANGED),
    "form without its number": (form("applicant.reason=x&next=1"), 400, CHANGED),
    "child of another household": (ward("children", "other"), 400, NO_CHILD),
    "child of another household as the one child": (ward("", "other"), 400, NO_CHILD),
    "child of nobody": (ward("children", "nobody"), 400, NO_CHILD),
    "child for a question that is no list": (ward("photo.front", "me", "why"), 400, NO_CHILD),
    "child for a list of another page": (ward("children", "me", "why"), 400, NO_CHILD),
    "child for a list that is none": (ward("no.such.list", "me"), 400, NO_CHILD),
    "page that is none": (lambda stage: stage.post("pages/no-such-page", {}), 404, NOT_HERE),
    "page of another procedure": (lambda stage: stage.post("pages/simple-only", {}), 404, NOT_HERE),
    "page with a path in it": (opens("/me/drafts/{draft}/pages/..%2f..%2fetc%2fpasswd/"), 404, NOT_HERE),
    "page with a NUL in it": (opens("/me/drafts/{draft}/pages/%00/"), 404, NOT_HERE),
    # bodies that are no form
    "body of JSON": (form('{"number": 1, "applicant.reason": "x"}', "application/json"), 400, CHANGED),
    "parts without an edge": (form("x", "multipart/form-data"), 400, NOT_HERE),
    "parts that stop in the middle": (
        form('--e\r\nContent-Disposition: form-data; name="applicant.reason"\r\n\r\nx', "multipart/form-data; boundary=e"),
        400, CHANGED),
    "PUT": (lambda stage: stage.browser.put(to_page(stage, "every-why"), b"x"), 405, ""),
    "DELETE": (lambda stage: stage.browser.delete(f"/me/drafts/{stage.draft}/send/"), 405, ""),
    "page sent without our token": (strict("/me/drafts/{draft}/pages/every-why/"), 403, "403"),
    "application sent without our token": (strict("/me/drafts/{draft}/send/"), 403, "403"),
    "draft begun without our token": (strict("/apply/simple/begin/"), 403, "403"),
    # what belongs to somebody else
    "page of another's draft": (theirs("pages/simple-only", **{"applicant.reason": "x"}), 404, NOT_HERE),
    "looking at another's draft": (opens("/me/drafts/{theirs}/check/"), 404, NOT_HERE),
    "sending another's draft": (theirs("send"), 404, NOT_HERE),
    "deleting another's draft": (theirs("delete"), 404, NOT_HERE),
    "another's file through his draft": (opens("/me/drafts/{theirs}/files/{file}/"), 404, NOT_HERE),
    "another's file through the own draft": (opens("/me/drafts/{draft}/files/{file}/"), 404, NOT_HERE),
    "another's draft as a receipt": (opens("/me/applications/{theirs}/receipt/"), 404, NOT_HERE),
    "taking another's file over": (
        lambda stage: stage.post("documents", {"reuse": f"income_certificate|{stage.other_file}"}), 404, NOT_HERE),
    "removing another's file": (
        lambda stage: stage.post("documents", {"remove": f"file:{stage.other_file}"}), 404, NOT_HERE),
    "removing a file that is no id": (lambda stage: stage.post("documents", {"remove": "file:../x"}), 404, NOT_HERE),
    "file for a document that is not asked": (
        lambda stage: stage.post("documents", {"reuse": f"no_such|{stage.other_file}"}), 404, NOT_HERE),
    # beginning and sending
    "procedure that is none": (begins("/apply/nothing/begin/"), 404, NOT_HERE),
    "procedure of the future": (begins("/apply/later/begin/"), 404, NOT_HERE),
    "procedure for businesses": (begins("/apply/permit/begin/"), 200, "いまのアカウントでは申請できません"),
    "event that is none": (begins("/life/nothing/begin/", procedure="simple"), 404, NOT_HERE),
    "event with procedures from outside": (
        begins("/life/event/begin/", procedure=["every", "permit", "no"]), 200, "手続が1つも選ばれていません"),
    "event with a wrong first answer": (begins("/life/event/", **{"applicant.has_car": "x"}), 400, "形がちがいます"),
    "event with a megabyte": (begins("/life/event/", **{"applicant.phone": "1" * 1_200_000}), 400, TOO_MUCH),
    "sending with an old number": (lambda stage: stage.post("send", {"number": "0"}), 409, CHANGED),
    "sending with a number of the future": (lambda stage: stage.post("send", {"number": "9"}), 409, CHANGED),
    "sending without the documents": (lambda stage: stage.post("send", {}), 200, "必要な書類がまだそろっていません"),
    "sending without the answers": (
        lambda stage: stage.send(f"/me/drafts/{stage.blank}/send/", {"number": "2"}), 409, "まだ答えていないところ"),
    "remark of ten megabytes": (lambda stage: stage.post("send", {"remark": "x" * 10_000_000}), 400, NOT_HERE),
    # the open API
    "version of words": (opens("/api/v1/procedures/simple?version=new"), 422, "A parameter is not valid"),
    "version below zero": (opens("/api/v1/procedures/simple?version=-1"), 422, "A parameter is not valid"),
    "version that never was": (opens("/api/v1/procedures/simple?version=77"), 404, "Nothing is here"),
    "language that is none": (opens("/api/v1/procedures/simple/schema?language=x'--"), 422, "A parameter is not valid"),
    "limit of words": (opens("/api/v1/procedures?limit=all"), 422, "A parameter is not valid"),
    "path into the server": (opens("/api/v1/procedures/..%2f..%2fetc%2fpasswd"), 404, "Nothing is here"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_input_is_refused_in_words_and_leaves_nothing(stage: Stage, case: str) -> None:
    act, status, says = REFUSED[case]
    rows, wards = hostile.counted(), hostile.wards_of(stage.draft)
    answer = act(stage)
    assert answer.status_code == status
    assert says in words(answer)
    assert hostile.is_part(hostile.answers_of(stage.draft), ANSWERS | PUT_IN)
    assert (hostile.counted(), hostile.wards_of(stage.draft)) == (rows, wards)
    assert hostile.answers_of(stage.other_draft) == {"applicant.reason": hostile.SECRET}
    assert not [word for word in OTHERS_WORDS if word in words(answer)]
    assert "<script>" not in words(answer)


IGNORED: dict[str, Act] = {
    "verified name posted as another": kinds(applicant_name="偽名 一郎"),
    "calculated number posted": kinds(count_double="999"),
    "question that is not shown posted": kinds(applicant_car_number="品川 300 あ 12-34"),
    "question of another page posted": page("why", {"count.rooms": "99", "home.kind": "b"}),
    "question that nobody asks posted": page("why", {"is_staff": "1", "subject_id": "x", "account.number": "1234567"}),
    "keys inside keys": page("kinds", {"count.rooms[a][b]": "9", "applicant[reason]": "x", "__proto__.x": "y"}),
    "index below zero": page("why", {"children[-1].name": "x"}),
    "index with zeros before it": page("why", {"children[00].name": "x"}),
    "index in another script": page("why", {"children[١].name": "x"}),
    "nine hundred unknown fields": page("why", {f"x{n}": "y" for n in range(900)}),
    "mark of the opening forged": page("why", {"opened": "1:2:3"}),
    "mark of the opening broken": page("why", {"opened": "\0\u202e" * 900}),
    "id of another's file as an answer": lambda stage: stage.post(
        "pages/every-why", {"photo.front": stage.other_file, "income_certificate": stage.other_file}
    ),
    "removing another's file on a page": lambda stage: stage.post(
        "pages/every-why", {"remove": f"file:{stage.other_file}"}
    ),
    "removing an item that is not there": page("children", {
        "children[0].name": "調布 太郎", "children[0].born_on": "2020-05-05", "remove": "children[999]"}),
    "removing an item of another list": page("why", {"remove": "no.such[0]"}),
    "adding to a list that is none": page("why", {"add": "no.such.list"}),
    "opening the address of a button": opens("/apply/simple/begin/"),
    "opening the address of sending": opens("/me/drafts/{draft}/send/"),
    "opening the address of deleting": opens("/me/drafts/{draft}/delete/"),
    "query with a NUL": opens("/apply/?q=%00&for=%00"),
    "query that is no UTF-8": opens("/apply/?q=%ff%fe"),
    "query with a script": opens("/apply/?q=%3Cscript%3Ealert(1)%3C/script%3E"),
}  # fmt: skip


@pytest.mark.parametrize("case", IGNORED)
def test_forged_input_changes_nothing(stage: Stage, case: str) -> None:
    rows, wards = hostile.counted(), hostile.wards_of(stage.draft)
    answer = IGNORED[case](stage)
    assert answer.status_code in (200, 302)
    after = hostile.answers_of(stage.draft)
    assert hostile.is_part(after, ANSWERS | PUT_IN)
    assert {key: after.get(key) for key in ANSWERS} == ANSWERS
    assert (hostile.counted(), hostile.wards_of(stage.draft)) == (rows, wards)
    assert not [word for word in OTHERS_WORDS if word in words(answer)]
    assert "<script>" not in words(answer)


def test_a_page_that_was_too_much_does_not_count_as_sent(stage: Stage) -> None:
    number = stage.number
    assert page("why", {"applicant.reason": "a" * 1_200_000})(stage).status_code == 400
    assert stage.number == number
    assert hostile.answers_of(stage.draft) == ANSWERS


def test_of_ten_items_no_more_are_kept_than_there_may_be(stage: Stage) -> None:
    answer = page("children", {f"children[{n}].school": "x" for n in range(10)})(stage)
    assert answer.status_code == 400
    assert "「お子さん」が多すぎます。3件までにしてください" in words(answer)
    assert len(hostile.answers_of(stage.draft)["children"]) == 3


def test_there_are_at_least_forty_cases_of_each_kind_of_hostility_told_apart() -> None:
    texts = {says for _, _, says in REFUSED.values()}
    assert len(REFUSED) >= 80
    assert len(REFUSED) + len(IGNORED) >= 100
    assert len(texts) >= 30
