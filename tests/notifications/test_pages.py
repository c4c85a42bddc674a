"""The inbox, the choices and the ways of an account: what its person sees and does, and that nobody else does."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from django.utils.safestring import SafeString

from madoguchi.apps.accounts.models import User
from madoguchi.apps.notifications import api, hooks, templates
from madoguchi.apps.notifications.channels import base, vapid
from madoguchi.apps.notifications.contracts import Channel, InboxView, Lane
from madoguchi.apps.notifications.models import Address, Message, Preference, Suppression
from madoguchi.core.access import Kind
from madoguchi.core.models import AuditEntry
from tests.people.conftest import prove

from .outbox import FakeSender, address, notice
from .test_web_push import subscription

pytestmark = pytest.mark.django_db
INBOX, SETTINGS = "/me/inbox/", "/me/notifications/"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(answer: Any) -> str:
    """Return the words of a page."""
    parser = _Text()
    parser.feed(answer.content.decode())
    return " ".join(" ".join(parser.parts).split())


def account(kind: Kind = Kind.RESIDENT, name: str = "hanako") -> tuple[Client, str]:
    """Return a browser in which an invented account is signed in, and its id."""
    user, client = User.objects.create(username=name, display_name="見本 花子", kind=kind), Client()
    prove(client, user)
    return client, str(user.pk)


def send(account_id: str, kind: str = "letter", **changes: Any) -> str:
    """Send a message that came an hour ago and return its id."""
    key = changes.pop("key", str(uuid4()))
    api.send(notice(account_id, kind, key=key, **changes), now=timezone.now() - timedelta(hours=1))
    return str(Message.objects.get(account_id=account_id, notice_key=key).pk)


def actions() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__startswith="notifications.").order_by("pk").values_list("action", flat=True)
    )


CHOICES: Mapping[str, Any] = {
    "language": "en", "quiet": "on", "quiet_from": "22", "quiet_to": "7", "ways-personal": ["email", "line"],
    "ways-offer": ["email"], "offers": "on",
}  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.RESIDENT, Kind.BUSINESS])
def test_messages_are_listed_and_say_in_words_what_was_not_read(messages: None, kind: Kind) -> None:
    client, mine = account(kind)
    assert "お知らせはまだありません" in text_of(client.get(INBOX))
    first, second = send(mine), send(mine, "offer")
    page = text_of(client.get(INBOX))
    assert "読んでいないお知らせが2件あります" in page
    assert page.count("未読 ") >= 2
    opened = text_of(client.get(f"{INBOX}{first}/"))
    assert "「児童手当」の結果が届きました。" in opened
    assert "読んでいないお知らせが1件あります" in text_of(client.get(INBOX))
    client.post(f"{INBOX}all-read/")
    assert "読んでいないお知らせ" not in text_of(client.get(INBOX))
    assert "医療費の助成" in text_of(client.get(f"{INBOX}{second}/"))


def test_many_messages_come_in_pages(messages: None) -> None:
    client, mine = account()
    ids = [send(mine, values={"procedure": f"手続{n}"}) for n in range(45)]
    found: list[str] = []
    for page in (1, 2, 3):
        found += re.findall(r'href="/me/inbox/([0-9a-f-]{36})/"', client.get(f"{INBOX}?page={page}").content.decode())
    assert sorted(found) == sorted(ids)
    assert "古いお知らせ" not in text_of(client.get(f"{INBOX}?page=3"))
    for odd in ("0", "-1", "x", "9999", "²"):
        assert client.get(f"{INBOX}?page={odd}").status_code == 200


def test_a_message_leads_on_in_the_language_of_the_page(messages: None) -> None:
    client, mine = account()
    key = send(mine, link="/me/cases/")
    assert 'href="/me/cases/"' in client.get(f"{INBOX}{key}/").content.decode()
    english = client.get(f"/en{INBOX}{key}/").content.decode()
    assert 'class="button" href="/en/me/cases/"' in english
    assert "EN 「児童手当」" in english
    assert "やさしい 「児童手当」" in text_of(client.get(f"/ja-easy{INBOX}{key}/"))


def test_words_of_a_message_are_words_and_no_code(messages: None) -> None:
    client, mine = account()
    hostile = "<script>alert(1)</script>{{ view }}\u202e\n" + "🏮" * 20_000
    page = client.get(f"{INBOX}{send(mine, values={'procedure': hostile})}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_somebody_elses_message_is_not_there(messages: None) -> None:
    client, _ = account()
    _, other = account(name="jiro")
    key = send(other)
    assert client.get(f"{INBOX}{key}/").status_code == 404
    assert api.unread(other) == 1
    client.post(f"{INBOX}all-read/")
    assert api.unread(other) == 1
    assert client.get(f"{INBOX}{uuid4()}/").status_code == 404
    assert Client().get(f"{INBOX}{key}/").status_code == 302
    staff, _ = account(Kind.STAFF, "staff")
    for path in (INBOX, f"{INBOX}{key}/", SETTINGS):
        assert staff.get(path).status_code == 404


def test_the_room_that_sent_a_message_may_add_a_part(messages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client, mine = account()
    monkeypatch.setattr(hooks, "_footers", {})

    def footer(request: HttpRequest, view: InboxView) -> SafeString:
        return SafeString(f"<p>役に立ちましたか {view.reference}</p>")

    api.register_footer("outreach", footer)
    theirs, other = send(mine, source="outreach", reference="r1"), send(mine)
    assert "役に立ちましたか r1" in text_of(client.get(f"{INBOX}{theirs}/"))
    assert "役に立ちましたか" not in text_of(client.get(f"{INBOX}{other}/"))


def test_choices_are_kept_and_shown_again(messages: None, senders: object) -> None:
    client, mine = account()
    page = client.post(SETTINGS, CHOICES, follow=True)
    assert "お知らせの設定を保存しました" in text_of(page)
    chosen = api.preferences(mine)
    assert (chosen.language, chosen.quiet_from, chosen.quiet_to, chosen.quiet_personal) == ("en", 22, 7, False)
    assert set(chosen.off[Lane.PERSONAL]) == {Channel.WEB_PUSH, Channel.SMS}
    assert set(chosen.off[Lane.OFFER]) == {Channel.WEB_PUSH, Channel.LINE, Channel.SMS}
    html = page.content.decode()
    assert '<option value="en" selected>' in html
    assert '<option value="22" selected>' in html
    assert actions() == ["notifications.choose"]
    client.post(SETTINGS, {**CHOICES, "quiet": "", "offers": ""})
    assert api.preferences(mine).quiet_from == api.preferences(mine).quiet_to
    assert api.suppressed(mine) == {""}
    client.post(SETTINGS, CHOICES)
    assert api.suppressed(mine) == frozenset()


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"quiet_from": "24"}, {"quiet_to": "²"}, {"quiet_to": ""}, {"quiet_from": "-1"}]
)
def test_choices_that_are_none_are_refused_and_change_nothing(messages: None, wrong: dict[str, str]) -> None:
    client, mine = account()
    answer = client.post(SETTINGS, {**CHOICES, **wrong})
    assert answer.status_code == 400
    assert "選べないもの" in text_of(answer)
    assert not Preference.objects.filter(pk=mine).exists()


def test_disasters_cannot_be_put_off_and_the_page_says_why(messages: None, senders: object) -> None:
    client, mine = account()
    client.post(SETTINGS, {**CHOICES, "ways-disaster": []})
    assert Lane.DISASTER not in api.preferences(mine).off
    page = client.get(SETTINGS)
    assert "命にかかわるため" in text_of(page)
    assert "ways-disaster" not in page.content.decode()


def code_of(account_id: str) -> str:
    """Return the code that went out last."""
    from madoguchi.apps.notifications import sealing

    row = Message.objects.filter(account_id=account_id, source=templates.CODE_SOURCE).order_by("pk").last()
    assert row is not None
    return str(sealing.values_of(row)["code"])


@pytest.mark.parametrize(
    ("way", "typed", "shown"),
    [("email", "hanako@example.jp", "h***@example.jp"), ("sms", "０９０－１２３４－５６７８", "678")],
)
def test_an_address_is_added_by_its_code(messages: None, senders: object, way: str, typed: str, shown: str) -> None:
    client, mine = account()
    answer = client.post(f"{SETTINGS}add/{way}/", {"value": typed})
    confirm = answer["Location"]
    assert shown in text_of(client.get(confirm))
    wrong = client.post(confirm, {"code": "000000" if code_of(mine) != "000000" else "111111"})
    assert wrong.status_code == 400
    assert "確認番号がちがいます" in text_of(wrong)
    full_width = code_of(mine).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    done = client.post(confirm, {"code": f" {full_width} "}, follow=True)
    assert "届け先を登録しました" in text_of(done)
    (view,) = api.addresses_of(mine)
    assert view.verified
    assert client.get(confirm).status_code == 302
    assert actions() == ["notifications.address.add", "notifications.address.verify"]
    assert typed not in str([entry.payload for entry in AuditEntry.objects.all()])
    again = client.post(f"{SETTINGS}add/{way}/", {"value": typed}, follow=True)
    assert "もう登録されています" in text_of(again)


def test_a_code_can_be_sent_again_and_the_old_one_is_over(messages: None, senders: object) -> None:
    client, mine = account()
    confirm = client.post(f"{SETTINGS}add/email/", {"value": "hanako@example.jp"})["Location"]
    old = code_of(mine)
    assert "新しい確認番号を送りました" in text_of(client.post(f"{confirm}code/", follow=True))
    if code_of(mine) != old:
        assert client.post(confirm, {"code": old}).status_code == 400
    assert "何度も送った" in text_of(client.post(f"{confirm}code/", follow=True))


def test_codes_cannot_be_guessed(messages: None, senders: object) -> None:
    client, mine = account()
    confirm = client.post(f"{SETTINGS}add/email/", {"value": "hanako@example.jp"})["Location"]
    right = code_of(mine)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert client.post(confirm, {"code": wrong}).status_code == 400
    late = client.post(confirm, {"code": right})
    assert late.status_code == 400
    assert "新しい番号を送ってください" in text_of(late)


@pytest.mark.parametrize(
    "typed",
    ["", "nobody", "a@b", "x" * 50_000, "a@example.jp\r\nBcc: b@example.jp", "a\0@example.jp", "<a@example.jp>"],
)
def test_what_is_no_address_is_told_beside_its_field(messages: None, senders: object, typed: str) -> None:
    client, mine = account()
    answer = client.post(f"{SETTINGS}add/email/", {"value": typed})
    assert answer.status_code == 400
    html = answer.content.decode()
    assert 'aria-invalid="true"' in html
    assert 'href="#email"' in html
    assert not Address.objects.filter(account_id=mine).exists()


def test_ways_that_nobody_types_an_address_for_have_no_form(messages: None, senders: object) -> None:
    client, _ = account()
    for way in ("line", "web_push", "inbox", "nothing"):
        assert client.post(f"{SETTINGS}add/{way}/", {"value": "U1"}).status_code == 404


def test_an_address_is_removed_by_its_owner_only(messages: None, senders: object) -> None:
    client, mine = account()
    key = address(mine, Channel.EMAIL, "hanako@example.jp")
    other, _ = account(name="jiro")
    for path in ("", "code/", "remove/"):
        assert other.post(f"{SETTINGS}{key}/{path}", {"code": "1"}).status_code == 404
    assert other.get(f"{SETTINGS}{key}/").status_code == 404
    assert "h***@example.jp" in text_of(client.get(SETTINGS))
    assert "ここにはもう送りません" in text_of(client.post(f"{SETTINGS}{key}/remove/", follow=True))
    assert api.addresses_of(mine) == []
    assert client.post(f"{SETTINGS}{key}/remove/").status_code == 404


def test_an_address_that_bounced_says_so(messages: None, senders: object) -> None:
    client, mine = account()
    key = address(mine, Channel.EMAIL, "hanako@example.jp")
    Address.objects.filter(pk=key).update(ended_at=timezone.now(), reason="bounced")
    assert "お知らせが届かなかったため、止めました" in text_of(client.get(SETTINGS))


def test_without_any_way_the_page_says_that_the_inbox_is_all(messages: None) -> None:
    client, _ = account()
    page = client.get(SETTINGS)
    assert "「お知らせ」だけで受け取れます" in text_of(page)
    assert "push.js" not in page.content.decode()


def test_a_browser_subscribes_and_leaves(messages: None, settings: Any) -> None:
    settings.VAPID_CONTACT = "mailto:operator@madoguchi.example"
    client, mine = account()
    with base.in_place(FakeSender(Channel.WEB_PUSH)):
        html = client.get(SETTINGS).content.decode()
        signer = vapid.from_settings()
        assert signer is not None
        assert f'data-key="{signer.public}"' in html
        assert "JavaScriptを使えるようにするか" in html
        given = {"subscription": subscription(), "do": "add"}
        assert "このブラウザに通知を送ります" in text_of(client.post(f"{SETTINGS}browser/", given, follow=True))
        client.post(f"{SETTINGS}browser/", given)
        assert [view.channel for view in api.addresses_of(mine)] == [Channel.WEB_PUSH]
        client.post(f"{SETTINGS}browser/", {**given, "do": "remove"})
        assert api.addresses_of(mine) == []
        client.post(f"{SETTINGS}browser/", {**given, "do": "remove"})
        for bad in ("", "{}", subscription("http://push.example/"), json.dumps({"endpoint": "https://a.example"})):
            assert client.post(f"{SETTINGS}browser/", {"subscription": bad, "do": "add"}).status_code == 400
    assert actions() == ["notifications.address.add", "notifications.address.remove"]


def test_stopped_topics_are_shown_and_taken_back(messages: None) -> None:
    client, mine = account()
    api.suppress(mine, "child", now=timezone.now())
    assert "この話題の制度のお知らせ" in text_of(client.get(SETTINGS))
    assert "また送ります" in text_of(client.post(f"{SETTINGS}resume/", {"topic": "child"}, follow=True))
    assert not Suppression.objects.filter(account_id=mine).exists()


def test_topics_have_the_names_that_another_room_gives(messages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_topic_names", [])
    api.register_topic_names(lambda language: {"child": {"ja": "子育て", "en": "Children"}.get(language, "子ども")})
    client, mine = account()
    api.suppress(mine, "child", now=timezone.now())
    assert "子育て" in text_of(client.get(SETTINGS))
    assert "Children" in text_of(client.get(f"/en{SETTINGS}"))


@pytest.mark.parametrize("prefix", ["", "/en", "/ja-easy"])
def test_the_pages_are_there_in_three_languages_without_inline_code(
    messages: None, senders: object, settings: Any, prefix: str
) -> None:
    settings.VAPID_CONTACT = "mailto:operator@madoguchi.example"
    client, mine = account()
    key = send(mine)
    waiting = client.post(f"{SETTINGS}add/email/", {"value": "a@example.jp"})["Location"]
    for path in (INBOX, f"{INBOX}{key}/", SETTINGS, waiting, f"{SETTINGS}line/"):
        answer = client.get(prefix + path)
        html = answer.content.decode()
        assert answer.status_code == 200, path
        assert html.count("<h1") == 1
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", html)
        assert answer["Cache-Control"] == "no-store"
