"""The page of who is paid: her payments in words, the end of her account number, a new account where one failed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import User
from madoguchi.apps.benefits import sealing, services
from madoguchi.apps.benefits.models import Recipient, Scheme
from madoguchi.core.access import Kind
from tests.people.conftest import load_words, new_person, prove

from .conftest import NOW, PREPARER, SCHEME, answer, calculated, enrol, sent
from .desk import text_of

pytestmark = pytest.mark.django_db
MINE, ACCOUNT = "/me/benefits/", f"/me/benefits/{SCHEME}/account/"
FORM = {"bank_code": "0009", "branch_code": "012", "kind": "1", "number": "0000777", "holder": "ミホン ハナコ"}


@pytest.fixture
def payee(scheme: Scheme, client: Client) -> str:
    """Return the person of the signed-in resident."""
    load_words()
    user = User.objects.create(username="hanako", display_name="見本 花子", kind=Kind.RESIDENT)
    prove(client, user)
    return new_person(str(user.pk))


def failed(payee: str) -> None:
    enrol("a", payee=payee, number=123)
    run = sent()
    services.settle(PREPARER, str(run.pk), answer(run, {"a": "closed"}), now=NOW)


def test_nobody_paid_says_where_to_look(client: Client, payee: str) -> None:
    page = text_of(client.get(MINE))
    assert "あなたに支払う給付は、まだありません" in page
    assert "/me/cases/" in client.get(MINE).content.decode()


def test_what_was_paid_is_told_with_months_and_the_end_of_the_account(client: Client, payee: str) -> None:
    enrol("a", payee=payee, number=1_234_567)
    run = sent()
    page = text_of(client.get(MINE))
    assert "支払いの準備中" in page
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    page = text_of(client.get(MINE))
    assert "20,000円 振り込みました 2026年4月から2026年7月までの分" in page
    assert "口座番号の終わりが 567 の口座" in page
    assert "1234567" not in page
    assert "次の支払い" in page


@pytest.mark.parametrize("prefix", ["", "/en", "/ja-easy"])
def test_the_pages_are_there_in_three_languages(client: Client, payee: str, prefix: str) -> None:
    failed(payee)
    for path in (MINE, ACCOUNT):
        html = client.get(prefix + path).content.decode()
        assert html.count("<h1") == 1
        assert " style=" not in html


def test_what_is_only_calculated_is_not_promised(client: Client, payee: str) -> None:
    enrol("a", payee=payee)
    calculated()
    assert "支払いはまだありません" in text_of(client.get(MINE))


def test_the_child_sees_payments_and_not_the_account_of_the_payee(client: Client, payee: str) -> None:
    enrol(payee, payee="parent", number=1_234_567)
    run = sent()
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    page = text_of(client.get(MINE))
    assert "20,000円" in page
    assert "567" not in page
    assert client.get(ACCOUNT).status_code == 404


def test_nothing_of_others_is_shown(client: Client, payee: str) -> None:
    enrol("a", payee="somebody-else")
    sent()
    assert "まだありません" in text_of(client.get(MINE))
    assert client.post(ACCOUNT, FORM).status_code == 404


def test_a_failed_payment_says_why_and_is_paid_after_a_new_account(client: Client, payee: str) -> None:
    failed(payee)
    page = text_of(client.get(MINE))
    assert "口座を直してください" in page
    assert "理由：口座が解約されている" in page
    told = text_of(client.post(ACCOUNT, FORM, follow=True))
    assert "次の支払いから、この口座に振り込みます" in told
    assert "口座を直してください" not in told
    row = Recipient.objects.get()
    content = sealing.content_of(row)
    assert content is not None
    assert content[0] is not None
    assert (row.account_works, content[0].number, content[0].holder) == (True, "0000777", "ﾐﾎﾝ ﾊﾅｺ")
    assert calculated().payments_count == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bank_code": "12"}, "金融機関コードは"),
        ({"branch_code": "abc"}, "支店コードは"),
        ({"kind": ""}, "預金の種類を選んでください"),
        ({"kind": "7"}, "預金の種類を選んでください"),
        ({"number": "0000000"}, "口座番号は7けた"),
        ({"holder": "見本花子"}, "カタカナ、数字、英大文字だけ"),
        ({"holder": ""}, "口座名義をカタカナで"),
    ],
)
def test_a_wrong_account_is_refused_beside_its_input(
    client: Client, payee: str, change: dict[str, str], words: str
) -> None:
    failed(payee)
    told: Any = client.post(ACCOUNT, {**FORM, **change})
    assert told.status_code == 400
    assert words in text_of(told)
    assert 'aria-invalid="true"' in told.content.decode() or "kind-error" in told.content.decode()
    assert not Recipient.objects.get().account_works


def test_an_account_is_changed_only_after_a_fresh_proof(client: Client, payee: str) -> None:
    failed(payee)
    user = User.objects.get(username="hanako")
    weak = Client()
    prove(weak, user, level=AssuranceLevel.PASSKEY)
    assert weak.post(ACCOUNT, FORM).status_code == 302
    assert not Recipient.objects.get().account_works


def test_a_business_has_an_empty_page_and_staff_none(client: Client, scheme: Scheme) -> None:
    for kind, status in ((Kind.BUSINESS, 200), (Kind.STAFF, 404)):
        user = User.objects.create(username=kind.value, display_name="x", kind=kind)
        browser = Client()
        prove(browser, user)
        assert browser.get(MINE).status_code == status
    assert Client().get(MINE).status_code == 302


def test_months_apart_are_named_one_by_one() -> None:
    from django.utils import translation

    from madoguchi.apps.benefits import texts

    with translation.override("en"):
        assert texts.months(((2026, 4), (2026, 6))).startswith("2026-04")
    with translation.override("ja"):
        assert texts.months(((2026, 4), (2026, 6))) == "2026年4月、2026年6月"
        assert texts.months(((2026, 12), (2027, 1))) == "2026年12月から2027年1月まで"
        assert texts.months(()) == ""
        assert texts.month_of(date(2026, 4, 2)) == "2026年4月"
