"""A small world to apply in: a bank of questions, two procedures that share them, a permit, a life event, a family."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from madoguchi.apps.accounts.models import User
from madoguchi.apps.applications.contracts import Applicant
from madoguchi.apps.people import services as people
from madoguchi.apps.people.contracts import Assurance, Method, Provenance, Role, Subject
from madoguchi.apps.procedures import services as procedures
from madoguchi.apps.procedures.models import Bundle
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM
from tests.people.conftest import load_words

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CHOFU = "132080"
REGISTER, INSURERS = "住民基本台帳", "医療保険者"


def text(ja: str) -> dict[str, str]:
    """Return a text of a record."""
    return {"ja": ja, "en": f"{ja} (en)", "easy": ja}


def question(kind: str, ja: str, **more: Any) -> dict[str, Any]:
    """Return a question of the bank."""
    return {"kind": kind, "label": text(ja), "seconds": 10, **more}


CHILD_FIELDS = {
    "name": question("text", "お子さんの氏名", attribute="氏名", about="child"),
    "born_on": question("date", "お子さんの生年月日", attribute="生年月日", about="child"),
    "school": question("text", "学校名", required=False),
}
BANK: dict[str, Any] = {
    "applicant.name": question("text", "氏名", attribute="氏名", schema={"maxLength": 100}),
    "applicant.born_on": question("date", "生年月日", attribute="生年月日"),
    "applicant.address": question("text", "住所", attribute="住所"),
    "applicant.phone": question("phone", "電話番号", attribute="電話番号", required=False),
    "applicant.reason": question("longtext", "理由"),
    "applicant.has_car": question("yes_no", "車がありますか"),
    "applicant.car_number": question("text", "車のナンバー"),
    "account.number": question("text", "口座番号", sensitive=True, schema={"pattern": "^[0-9]{7}$"}),
    "photo.front": question("file", "写真", required=False),
    "children": question(
        "group",
        "お子さん",
        group={"min": 1, "max": 3, "item": text("お子さん"), "each": "child", "fields": CHILD_FIELDS},
    ),
}


def record(name: str, pages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a whole record of a procedure with sensible small parts."""
    made: dict[str, Any] = {
        "id": name,
        "version": 1,
        "effective_from": "2026-04-01",
        "kind": "application",
        "subject": "person",
        "level": "card",
        "name": text(f"手続{name}"),
        "summary": text(f"{name}のまとめ"),
        "authority": "municipality",
        "office": text("見本の係"),
        "law": "見本法 第1条",
        "form": {"pages": pages},
        "clock": {
            "online": {"days": 10, "unit": "business"},
            "paper": {"days": 20, "unit": "business"},
            "basis": {"source": "own-assumption"},
        },
        "checks": [{"id": "read", "name": text("読む"), "kind": "person", "how": text("内容を読む"), "required": True}],
        "decision": {"four_eyes": False, "outcomes": ["granted", "refused"], "letter": {"title": text("決定")}},
        "retention_years": 5,
        "paper": {
            "title": {"ja": "紙の様式"},
            "unconfirmed": True,
            "items": [{"id": "p1", "ja": "氏名", "field": "applicant.name"}],
            "minutes": 20,
            "trips": 1,
        },
    }
    return {**made, **more}


def page(name: str, *fields: Any) -> dict[str, Any]:
    """Return a page of a form."""
    return {"id": name, "title": text(f"ページ{name}"), "fields": list(fields)}


PERSON_PAGE = page("person", "applicant.name", "applicant.born_on", "applicant.address", "applicant.phone")
ALLOWANCE = record(
    "allowance",
    [
        PERSON_PAGE,
        page("children", "children"),
        page(
            "more",
            "applicant.has_car",
            {"use": "applicant.car_number", "show_if": {"field": "applicant.has_car", "is": True}},
            "account.number",
        ),
    ],
    gives=["allowance"],
    documents=[
        {
            "id": "health_insurance_card",
            "required": True,
            "accepts": ["pdf", "image"],
            "confirmed_by": ["医療保険"],
            "reuse_days": 90,
            "counter": {"minutes": 30, "trips": 1},
        },
        {"id": "income_certificate", "required": {"field": "applicant.has_car", "is": True}, "reuse_days": 90},
    ],
)
VISIT = record(
    "visit",
    [PERSON_PAGE, page("why", "applicant.reason", "photo.front")],
    needs=["allowance"],
    documents=[{"id": "income_certificate", "required": {"field": "applicant.has_car", "is": True}}],
)
SIMPLE = record("simple", [page("only", "applicant.name", "applicant.reason")], level="email")
PERMIT = record("permit", [page("only", "applicant.reason")], subject="business", authority="tokyo", level="passkey")
BUNDLE: dict[str, Any] = {
    "id": "event",
    "life_event": "birth",
    "name": text("できごと"),
    "summary": text("まとめて"),
    "subject": "person",
    "ask_first": ["applicant.has_car", "applicant.phone"],
    "items": [
        {"procedure": "visit", "when": True, "why": text("いつも")},
        {"procedure": "allowance", "when": {"field": "applicant.has_car", "is": True}, "why": text("車があるので")},
        {"procedure": "simple", "when": {"field": "applicant.has_car", "is": False}, "why": text("車がないので")},
        {"elsewhere": text("勤め先に出す"), "when": True, "why": text("会社員なので")},
    ],
}


def publish(*records: Mapping[str, Any]) -> None:
    """Publish records with the bank."""
    names = {"health_insurance_card": text("保険証"), "income_certificate": text("所得の証明")}
    bank = procedures.keep_bank(BANK, names, now=NOW)
    for item in records:
        procedures.publish_from_pack(item, bank=bank, now=NOW)


def build() -> None:
    """Load words and organisations, publish the procedures and the life event."""
    load_words()
    publish(ALLOWANCE, VISIT, SIMPLE, PERMIT)
    Bundle.objects.create(id="event", record=BUNDLE, order=1, content_hash="world")


@dataclass(frozen=True, slots=True)
class Family:
    """A parent with an account, her child, and what the registers told about them."""

    user: User
    parent: str
    child: str

    @property
    def applicant(self) -> Applicant:
        """Return the parent who applies for herself."""
        return Applicant(str(self.user.pk), "person", self.parent)


def told(record_name: str, source: str = REGISTER) -> Provenance:
    """Return the provenance of a record of a register."""
    return Provenance(source, record_name, Method.REGISTRY, Assurance.CARD)


def family(name: str = "調布 花子", child: str = "調布 太郎") -> Family:
    """Make a parent with a child in one household, told by the register."""
    user = User.objects.create(username=f"user {name}", display_name=name, kind=Kind.RESIDENT)
    parent_id = people.create_person(SYSTEM, "", now=NOW, account_id=str(user.pk)).id
    child_id = people.create_person(SYSTEM, "", now=NOW).id
    tell(Subject.person(parent_id), name, {"氏名": name, "生年月日": date(1990, 4, 2), "住所": "調布市小島町2-35-1"})
    tell(Subject.person(child_id), child, {"氏名": child, "生年月日": date(2020, 5, 5)})
    household_id = people.form_household(
        SYSTEM,
        CHOFU,
        {parent_id: Role.HEAD, child_id: Role.CHILD},
        on=date(2021, 1, 1),
        complete=True,
        provenance=told(f"world {name}"),
        now=NOW,
    )
    tell(Subject.household(household_id), f"household {name}", {"自治体コード": CHOFU})
    return Family(user, parent_id, child_id)


def tell(
    subject: Subject, record_name: str, values: Mapping[str, Any], *, source: str = REGISTER, at: datetime = NOW
) -> None:
    """Let a register tell verified facts about a person or household."""
    people.record_verified(SYSTEM, "", subject, values, provenance=told(f"facts {record_name}", source), obtained_at=at)
