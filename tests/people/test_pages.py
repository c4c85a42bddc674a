"""The person's pages: what is known with its source, declaring with plain forms, everything as JSON and PDF, erasure."""

import json
import re
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import User
from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import Role, Subject
from madoguchi.apps.people.models import Fact, Household, LifeEvent, Person, PersonIndex
from madoguchi.core import audit, pdf, personal_data
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM

from .conftest import NOW, TODAY, new_person, prove, register


@pytest.fixture
def known(resident: User) -> str:
    """The resident with facts of a register, a household and a declaration."""
    found = api.person_of_account(str(resident.pk))
    assert found is not None
    values = {"氏名": "山田花子", "生年月日": "1990-05-06", "所得": 1_230_000}
    services.record_verified(SYSTEM, "", Subject.person(found.id), values, provenance=register("r1"), obtained_at=NOW)
    services.form_household(
        SYSTEM, "", {found.id: Role.HEAD}, on=TODAY, complete=True, provenance=register("h"), now=NOW
    )
    services.declare(str(resident.pk), {"就労中": True}, key="k", now=NOW)
    return found.id


def post(client: Client, attribute: str, **fields: str) -> Any:
    return client.post(f"/me/facts/{attribute}/", {"key": "key-1", **fields})


def test_the_page_shows_facts_with_source_day_and_mark(known: str, me: Client) -> None:
    page = me.get("/me/").content.decode()
    for shown in (
        "山田花子 さん",
        "1,230,000円",
        "住民基本台帳",
        "確認ずみ",
        "世帯主",
        "就労中",
        "はい",
        "2026年11月24日",
    ):
        assert shown in page
    assert "/me/facts/%E5%B0%B1%E5%8A%B4%E4%B8%AD/" in page  # a declared fact can be changed
    assert "/me/facts/%E6%89%80%E5%BE%97/" not in page  # a verified one cannot


def test_the_page_is_there_in_english(known: str, me: Client) -> None:
    page = me.get("/en/me/").content.decode()
    assert "Income after deductions" in page


def test_a_resident_without_a_record_is_asked_to_wait(words: None, client: Client) -> None:
    user = User.objects.create(username="resident-2", display_name="住民", kind="resident")
    prove(client, user)
    assert "準備しています" in client.get("/me/").content.decode()
    assert client.get("/me/data/my-data.json").status_code == 404


def test_strangers_sign_in_first_and_for_staff_the_pages_do_not_exist(known: str, client: Client) -> None:
    assert client.get("/me/").status_code == 302
    staff = User.objects.create(username="staff", display_name="職員", kind="staff")
    client.force_login(staff)
    assert client.get("/me/").status_code == 404


@pytest.mark.parametrize(
    ("attribute", "sent", "kept"),
    [
        ("妊娠中", "no", False),
        ("妊娠週数", "１２", 12),
        ("家賃月額", "85,000円", 85_000),
        ("住居", "民間賃貸", "民間賃貸"),
        ("受給中の制度", "児童手当\n児童育成手当", frozenset({"児童手当", "児童育成手当"})),
        ("メールアドレス", "hanako@example.jp", "hanako@example.jp"),
    ],
)
def test_every_kind_of_fact_can_be_declared_with_a_form(
    known: str, me: Client, attribute: str, sent: str, kept: Any
) -> None:
    assert me.get(f"/me/facts/{attribute}/").status_code == 200
    assert post(me, attribute, value=sent).status_code == 302
    assert api.facts_of(known, [attribute], on=timezone.localdate() + timedelta(days=1))[0].value == kept


@pytest.mark.parametrize(
    ("attribute", "sent", "says"),
    [
        ("妊娠中", "maybe", "読み取れませんでした"),
        ("妊娠週数", "many", "読み取れませんでした"),
        ("メールアドレス", "1234 5678 9018", "マイナンバー"),
    ],
)
def test_what_cannot_be_read_is_told_in_the_readers_language_and_kept_in_the_field(
    known: str, me: Client, attribute: str, sent: str, says: str
) -> None:
    before = Fact.objects.count()
    answer = post(me, attribute, value=sent)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert Fact.objects.count() == before


def test_a_second_press_counts_once(known: str, me: Client) -> None:
    for _ in range(2):
        post(me, "学生", value="yes")
    assert Fact.objects.filter(attribute="学生").count() == 1


def test_a_declaration_can_be_taken_back(known: str, me: Client) -> None:
    post(me, "就労中", withdraw="1")
    assert api.facts_of(known, ["就労中"], on=timezone.localdate() + timedelta(days=1)) == ()


def test_a_verified_fact_has_no_form_and_takes_no_post(known: str, me: Client) -> None:
    assert "変えられません" in me.get("/me/facts/所得/").content.decode()
    post(me, "所得", value="1")
    assert api.facts_of(known, ["所得"], on=TODAY)[0].value == 1_230_000


def test_an_unknown_attribute_has_no_page(known: str, me: Client) -> None:
    assert me.get("/me/facts/なにか/").status_code == 404


def test_the_json_holds_every_fact_with_its_provenance(known: str, me: Client) -> None:
    answer = me.get("/me/data/my-data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.content)
    facts = {fact["attribute"]: fact for fact in data["people"]["facts"]}
    assert facts["氏名"]["value"] == "山田花子"
    assert facts["氏名"]["verified"]
    assert facts["就労中"]["source"] == "申告"
    assert data["people"]["household"]["role"] == "head"
    assert AuditEntry.objects.filter(action="person.export").count() == 1


def test_files_need_more_than_an_open_session(known: str, resident: User, client: Client) -> None:
    prove(client, resident, level=AssuranceLevel.NONE)
    assert client.get("/me/").status_code == 200
    for path in ("/me/data/my-data.json", "/me/data/my-data.pdf"):
        assert client.get(path).status_code == 302
    assert client.post("/me/data/erase/", {"sure": "yes"}).status_code == 302
    assert Person.objects.get(pk=known).erased_at is None


def streams(document: bytes) -> str:
    """Return the drawing operators of all pages."""
    import base64

    found = re.findall(rb"/ASCII85Decode /FlateDecode \].*?stream\r?\n(.*?)endstream", document, re.DOTALL)
    parts = [zlib.decompress(base64.a85decode(part.strip().removesuffix(b"~>"))) for part in found]
    return b"\n".join(parts).decode("latin-1")


def test_the_pdf_is_tagged_japanese_and_has_a_title(known: str, me: Client) -> None:
    answer = me.get("/me/data/my-data.pdf")
    document = answer.content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert document.startswith(b"%PDF-")
    for part in (
        b"/StructTreeRoot",
        b"/Marked true",
        b"/Lang (ja)",
        b"/DisplayDocTitle true",
        b"/Outlines",
        b"/ToUnicode",
    ):
        assert part in document or (part == b"/ToUnicode" and pdf.font_name() == pdf.FALLBACK_FONT), part
    drawn = streams(document)
    assert drawn.count("BDC") == drawn.count("EMC") > 5
    assert b"/StructParents 0" in document


def test_a_long_document_keeps_every_line_and_tags_every_page() -> None:
    blocks = [pdf.Block("title", "題"), *(pdf.Block("text", f"{n}番の長い文です。" * 12) for n in range(60))]
    document = pdf.build(blocks, title="題", language="ja", author="a")
    pages = document.count(b"/Type /Page\n") + document.count(b"/Type /Page ")
    assert pages > 3
    assert f"/StructParents {pages - 1}".encode() in document
    assert len(re.findall(rb"/S /P\b", document)) == 60


def test_japanese_lines_fit_and_begin_with_no_closing_sign() -> None:
    text = "住所、氏名、生年月日。" * 30
    lines = pdf.wrapped(text, font=pdf.font_name(), size=10, width=120)
    assert "".join(lines) == text
    assert not [line for line in lines if line[0] in "、。"]


def test_erasing_needs_a_tick_and_then_removes_the_person(known: str, resident: User, me: Client) -> None:
    me.post("/me/data/erase/", {})
    assert Fact.objects.exists()
    staying = me.get("/me/data/").content.decode()
    assert "第66条" in staying
    assert Fact.objects.exists()  # looking at what would stay erases nothing
    assert me.post("/me/data/erase/", {"sure": "yes"}).headers["Location"] == "/"
    assert not Fact.objects.exists()
    assert not PersonIndex.objects.exists()
    assert not Household.objects.exists()
    assert not LifeEvent.objects.exists()
    row = Person.objects.get(pk=known)
    assert (row.account_id, row.erased_at is not None) == (None, True)
    assert api.person(known) is None
    assert personal_data.export_all(known).get("people") is None
    assert me.get("/me/").status_code == 302
    assert not User.objects.get(pk=resident.pk).is_active


def test_after_an_erasure_the_audit_chain_is_whole_and_holds_no_personal_data(known: str, me: Client) -> None:
    me.post("/me/data/erase/", {"sure": "yes"})
    while audit.seal(now=NOW) is not None:
        continue
    assert audit.verify().problems == ()
    payloads = b"".join(bytes(entry.payload) for entry in AuditEntry.objects.all()).decode()
    for private in ("山田", "1990", "1230000", "所得", "就労中"):
        assert private not in payloads


def test_erasing_one_member_leaves_the_others_their_household(words: None) -> None:
    account = str(User.objects.create(username="a1", display_name="住民", kind="resident").pk)
    she, he = new_person(account), new_person()
    services.form_household(
        SYSTEM, "", {she: Role.HEAD, he: Role.SPOUSE}, on=TODAY, complete=True, provenance=register("h"), now=NOW
    )
    services.declare(account, {"就労中": True, "住居": "持ち家"}, key="k", now=NOW)
    results = personal_data.erase_all(she, NOW)
    assert any("続柄" in line for line in results["people"].kept)
    view = api.household_of(he, TODAY)
    assert view is not None
    assert [member.person_id for member in view.members] == [he]
    assert not view.complete
    assert not Fact.objects.exists()
    assert personal_data.erase_all(she, NOW)["people"].kept == ()
