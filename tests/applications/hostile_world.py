"""Where hostile input arrives: one person with a draft of every kind of question, and a stranger with secrets of his own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from madoguchi.apps.applications.content import content_of
from madoguchi.apps.applications.models import Draft, Receipt
from madoguchi.apps.applications.services import settling, starting
from madoguchi.apps.cases.models import Action, Case
from madoguchi.apps.files import api as files
from madoguchi.apps.files.models import Content, Piece, StoredFile
from tests.applications import world
from tests.applications.world import NOW, Family, page, question, record, text
from tests.files.samples import png
from tests.files.world import send as send_file
from tests.people.conftest import prove

SECRET, SECRET_FILE = "別人だけの理由", "別人の証明"
OTHERS_WORDS = (SECRET, SECRET_FILE, "別人 次郎", "別人 三郎")
OPTIONS = [{"value": name, "label": text(f"えらぶ{name}")} for name in ("a", "b", "c")]
ROOMS = {"field": "count.rooms"}
KINDS: dict[str, dict[str, Any]] = {
    "count.rooms": question("integer", "部屋の数", schema={"minimum": 0, "maximum": 99}),
    "money.rent": question("yen", "家賃", required=False),
    "count.area": question("decimal", "広さ", required=False),
    "home.kind": question("choice", "住まいの種類", options=OPTIONS, required=False),
    "home.parts": question("choices", "ある設備", options=OPTIONS, required=False),
    "home.since": question("date", "住みはじめた日", required=False),
    "home.month": question("month", "更新の月", required=False),
    "home.time": question("time", "連絡の時刻", required=False),
    "home.post": question("postal_code", "郵便番号", required=False),
    "home.kana": question("kana", "建物のよみ", required=False),
    "home.mail": question("email", "メール", required=False),
    "count.double": question("integer", "計算した数", required=False),
}
"""Questions of all kinds, besides those of the small world."""
PAGES = [
    page(
        "kinds",
        "applicant.name",
        "applicant.has_car",
        {"use": "applicant.car_number", "show_if": {"field": "applicant.has_car", "is": True}},
        *(key for key in KINDS if key != "count.double"),
        {"use": "count.double", "calculate": {"product": [ROOMS, 2]}},
        "applicant.phone",
    ),
    page("children", "children"),
    page("why", "applicant.reason", "photo.front"),
]
PAPERS = [
    {"id": "income_certificate", "required": True, "accepts": ["pdf", "image"], "reuse_days": 90},
    {"id": "health_insurance_card", "required": False, "accepts": ["xlsx"], "reuse_days": 90},
]
ANSWERS: dict[str, Any] = {
    "applicant.has_car": False,
    "count.rooms": 3,
    "home.kind": "a",
    "home.parts": ["a", "b"],
    "home.since": "2020-04-01",
    "children": [{"name": "調布 太郎", "born_on": "2020-05-05"}],
    "applicant.reason": "もとの理由",
}
"""What the draft holds before anything hostile arrives."""
PUT_IN: dict[str, Any] = {"applicant.name": "調布 花子", "count.double": 6}
"""What the server itself puts in when a page is kept: what is verified, and what is calculated."""


def publish(version: int = 1) -> None:
    """Publish the procedure that asks every kind of question, and one that begins in the future."""
    bank = world.procedures.keep_bank({**world.BANK, **KINDS}, _papers(), now=NOW)
    every = record("every", PAGES, level="email", documents=PAPERS, version=version)
    later = record("later", [page("only", "applicant.reason")], level="email", effective_from="2099-04-01")
    for item in (every, later):
        world.procedures.publish_from_pack(item, bank=bank, now=NOW)


def _papers() -> dict[str, dict[str, str]]:
    return {"health_insurance_card": text("保険証"), "income_certificate": text("所得の証明")}


@dataclass(slots=True)
class Stage:
    """The browser of the person under test, her draft, and what belongs to somebody else."""

    browser: Client
    me: Family
    draft: str
    other: Family
    other_draft: str
    other_file: str
    blank: str
    """An own draft without any answer of hers."""

    @property
    def number(self) -> int:
        """Return the number with which the own draft would be shown now."""
        return Draft.objects.get(pk=self.draft).number

    def post(self, place: str, data: Mapping[str, Any], **how: Any) -> HttpResponse:
        """Send a form of the own draft as it was shown just now, whatever is added to it."""
        return self.send(f"/me/drafts/{self.draft}/{place}/", {"number": self.number, "next": "1", **data}, **how)

    def send(self, address: str, data: Any, **how: Any) -> HttpResponse:
        """Send something anywhere and follow to the page that answers."""
        return self.browser.post(address, data, follow=True, **how)

    def raw(self, address: str, body: bytes, content_type: str) -> HttpResponse:
        """Send a body as it is: the client's own `post` would encode it anew."""
        return self.browser.generic("POST", address, body, content_type=content_type)


def stage(hanako: Family, browser: Client) -> Stage:
    """Give both people a draft, the other one also a file."""
    publish()
    draft = starting.begin(hanako.applicant, ["every"], key="hostile", now=NOW, answers=ANSWERS)
    settling.settle(hanako.applicant, draft, NOW)
    other = world.family("別人 次郎", "別人 三郎")
    theirs = starting.begin(other.applicant, ["simple"], key="other", now=NOW, answers={"applicant.reason": SECRET})
    settling.settle(other.applicant, theirs, NOW)
    owner = files.Owner("draft", theirs)
    file = send_file(png(), f"{SECRET_FILE}.png", owner=owner, subject_id=other.parent, document="income_certificate")
    blank = starting.begin(hanako.applicant, ["simple"], key="blank", now=NOW)
    settling.settle(hanako.applicant, blank, NOW)
    return Stage(browser, hanako, draft, other, theirs, file.id, blank)


def browser_of(who: Family, **how: Any) -> Client:
    """Return a second browser in which somebody has signed in."""
    client = Client(**how)
    prove(client, who.user)
    return client


def answers_of(draft: str) -> dict[str, Any]:
    """Return what a draft holds."""
    return dict(content_of(Draft.objects.get(pk=draft)).answers)


def counted() -> dict[str, int]:
    """Return how many rows there are of everything that input could make."""
    models = (Draft, Receipt, Case, Action, StoredFile, Content, Piece)
    return {model.__name__: model.objects.count() for model in models}


def wards_of(draft: str) -> dict[str, tuple[str, ...]]:
    """Return which children a draft was told to be about."""
    return {key: ids for key, ids in content_of(Draft.objects.get(pk=draft)).wards.items() if any(ids)}


def is_part(after: Any, before: Any) -> bool:
    """Tell whether nothing stands in `after` that did not stand in `before`."""
    if isinstance(after, Mapping) and isinstance(before, Mapping):
        return all(key in before and is_part(value, before[key]) for key, value in after.items())
    if isinstance(after, list) and isinstance(before, list):
        return len(after) <= len(before) and all(map(is_part, after, before))
    return bool(after == before)


def multipart(*parts: tuple[str, bytes], charset: str = "") -> tuple[bytes, str]:
    """Return a body and its content type; a part is what stands after `form-data; ` and its content."""
    body = b"".join(
        b"--edge\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    kind = "multipart/form-data; boundary=edge" + (f"; charset={charset}" if charset else "")
    return body + b"--edge--\r\n", kind


def some_id() -> str:
    """Return an id that belongs to nothing."""
    return str(UUID(int=7))


def words(answer: HttpResponse) -> str:
    """Return the text of an answer, empty for one that is no text."""
    return answer.content.decode("utf-8", "replace")


def today() -> datetime:
    """Return this moment; earlier uploads are offered again for days counted from it."""
    return timezone.now()
