"""What no browser sends: a form in a strange encoding, an address with a NUL, a form without its token."""

import pytest
from django.test import Client

from tests.applications import hostile_world as hostile
from tests.applications.hostile_world import Stage, multipart, words
from tests.applications.world import Family

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(hanako: Family, browser: Client) -> Stage:
    return hostile.stage(hanako, browser)


@pytest.mark.parametrize("charset", ["idna", "zlib", "rot13", "undefined", "utf-16", "unicode_escape"])
def test_a_form_in_another_encoding_is_refused_in_words(stage: Stage, charset: str) -> None:
    rows, body = hostile.counted(), multipart(('name="key"', b"\xff"), charset=charset)
    for address in (f"/me/drafts/{stage.draft}/pages/every-why/", "/apply/simple/begin/", "/life/event/"):
        answer = stage.raw(address, *body)
        assert answer.status_code == 400
        assert "読み取れない形" in words(answer)
    assert hostile.counted() == rows


def test_an_address_with_a_nul_names_nothing(stage: Stage) -> None:
    assert stage.browser.get("/api/v1/procedures/a%00b").status_code == 404


def test_a_form_without_its_token_is_refused_in_words(stage: Stage) -> None:
    browser = hostile.browser_of(stage.me, enforce_csrf_checks=True)
    answer = browser.post(f"/me/drafts/{stage.draft}/send/", {"number": stage.number})
    assert answer.status_code == 403
    assert "時間がたったか" in words(answer)
