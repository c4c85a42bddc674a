"""The pages of applying, walked as a browser without JavaScript walks them."""

import html
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.cases.models import Case
from tests.applications.world import Family
from tests.files.samples import png
from tests.people.conftest import prove

pytestmark = pytest.mark.django_db
INPUT = re.compile(r'<input[^>]*type="hidden"[^>]*>')


def hidden(page: str) -> dict[str, str]:
    """Return the hidden inputs of a page."""
    found = {}
    for tag in INPUT.findall(page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = html.unescape(value[1])
    return found


def begin(browser: Client, procedure: str) -> str:
    """Start a draft through the pages and return the address of its first page."""
    start = browser.get(f"/apply/{procedure}/").content.decode()
    answer = browser.post(f"/apply/{procedure}/begin/", hidden(start), follow=True)
    assert answer.status_code == 200, answer.status_code
    return str(answer.redirect_chain[-1][0])


def post(browser: Client, path: str, **fields: object) -> str:
    """Send the form of a page as it was shown, and return the page that comes next."""
    shown = hidden(browser.get(path).content.decode())
    answer = browser.post(path, {**shown, **fields}, follow=True)
    assert answer.status_code in (200, 400), answer.status_code
    return answer.content.decode()


def test_a_procedure_is_applied_for_from_start_to_receipt(browser: Client, hanako: Family) -> None:
    path = begin(browser, "simple")
    page = browser.get(path).content.decode()
    assert "調布 花子" in page
    assert 'name="applicant.name"' not in page
    checked = post(browser, path, **{"applicant.reason": "引っ越したため", "next": "1"})
    assert "引っ越したため" in checked
    draft = Draft.objects.get()
    sent = browser.post(f"/me/drafts/{draft.pk}/send/", hidden(checked), follow=True).content.decode()
    assert Case.objects.get().number in sent
    again = browser.post(f"/me/drafts/{draft.pk}/send/", hidden(checked), follow=True).content.decode()
    assert Case.objects.get().number in again


def test_an_error_is_told_at_the_top_and_at_the_question(browser: Client) -> None:
    page = post(browser, begin(browser, "simple"), **{"applicant.reason": "", "next": "1"})
    assert 'id="errors"' in page
    assert 'aria-invalid="true"' in page
    assert "エラー" in page


def test_what_was_typed_stays_when_the_person_leaves(browser: Client) -> None:
    path = begin(browser, "simple")
    post(browser, path, **{"applicant.reason": "途中まで", "later": "1"})
    assert "途中まで" in browser.get(path).content.decode()
    assert str(Draft.objects.get().pk) in browser.get("/me/drafts/").content.decode()


def test_a_document_is_uploaded_and_a_dangerous_one_refused(browser: Client) -> None:
    begin(browser, "allowance")
    path = f"/me/drafts/{Draft.objects.get().pk}/documents/"
    listed = browser.get(path).content.decode()
    names = re.findall(r'<input[^>]*type="file"[^>]*name="([^"]*)"', listed) or re.findall(
        r'<input[^>]*name="([^"]*)"[^>]*type="file"', listed
    )
    assert names
    bad = SimpleUploadedFile("x.png", b"MZ\x90\x00 not a picture", content_type="image/png")
    assert "error" in post(browser, path, **{names[0]: bad})
    good = SimpleUploadedFile("card.png", png(), content_type="image/png")
    assert "card.png" in post(browser, path, **{names[0]: good})


def test_another_person_sees_nothing_of_a_draft(browser: Client, hanako: Family) -> None:
    path = begin(browser, "simple")
    stranger = Client()
    prove(stranger, User.objects.create(username="stranger", display_name="別人", kind="resident"))
    draft = Draft.objects.get().pk
    for address in (path, f"/me/drafts/{draft}/check/", f"/me/drafts/{draft}/documents/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/me/drafts/{draft}/send/", {"number": "1"}).status_code == 404


def test_a_life_event_asks_first_and_lists_what_applies_in_order(browser: Client) -> None:
    asked = browser.get("/life/event/").content.decode()
    assert "車がありますか" in asked
    told = browser.post("/life/event/", {**hidden(asked), "applicant.has_car": "yes"}, follow=True).content.decode()
    assert told.index("手続allowance") < told.index("手続visit")
    assert "勤め先に出す" in told
    chosen = {**hidden(told), "procedure": ["visit", "allowance"]}
    page = browser.post("/life/event/begin/", chosen, follow=True).content.decode()
    assert page.count("<h1") == 1
    assert Draft.objects.get().bundle_id == "event"


@pytest.mark.parametrize("address", ["/apply/jidou-teate/", "/life/birth/", "/apply/", "/life/"])
def test_tokyos_pages_are_there_for_everybody(client: Client, pack: Path, address: str) -> None:
    assert client.get(address).status_code == 200
