"""A small world for tests: an in-memory source of facts with real behaviour, agreements, and people who decide."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from madoguchi.apps.consents import sources
from madoguchi.apps.consents.contracts import Basis, Disclosure, Request, Standing, SubjectKind
from madoguchi.apps.consents.models import ConsentRecord, DataAgreement
from madoguchi.apps.consents.services import consent, terms
from madoguchi.core import audit
from madoguchi.core.models import AuditEntry, Organisation
from madoguchi.core.permissions import Actor, Role

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PERSON = "6f1f5a52-0f0c-4b2e-9d7b-1d4f1c0a0001"
OTHER = "6f1f5a52-0f0c-4b2e-9d7b-1d4f1c0a0002"
HERSELF = Actor(id="account-of-the-person", name="本人")
ATTRIBUTES = ("氏名", "住所", "生年月日", "所得", "口座・カード番号")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as the fake source tells it."""

    attribute: str
    value: Any
    source: str = "住民基本台帳"
    as_of: date | None = date(2026, 11, 1)
    verified: bool = True


@dataclass
class Memory:
    """A source of facts in memory: subjects, protection, accounts. It answers only what it was asked."""

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def put(self, subject_id: str, **values: Any) -> None:
        """Make a subject known with these facts."""
        self.facts.setdefault(subject_id, {}).update(values)

    def facts_of(self, subject_id: str, attributes: Sequence[str], on: date, *, protected_too: bool) -> Sequence[Fact]:
        """Return what is known of the subject among the attributes."""
        self.asked.append(tuple(attributes))
        known = self.facts.get(subject_id, {})
        return [Fact(name, known[name]) for name in attributes if name in known]

    def standing(self, subject_id: str) -> Standing | None:
        """Return whether the subject is known and protected."""
        if subject_id not in self.facts:
            return None
        return Standing.PROTECTED if subject_id in self.protected else Standing.OPEN

    def subject_of_account(self, account_id: str) -> str | None:
        """Return the subject of an account."""
        return self.accounts.get(account_id)


@contextmanager
def memory() -> Iterator[Memory]:
    """Join one source for persons and businesses; take it away afterwards."""
    before = dict(sources._sources)
    fake = Memory()
    for person in (PERSON, OTHER):
        fake.put(
            person, 氏名="東京 花子", 住所="東京都新宿区西新宿二丁目8番1号", 生年月日=date(1990, 4, 1), 所得=3_200_000
        )
    fake.facts[PERSON]["口座・カード番号"] = "0001-001-1234567"
    sources.register(SubjectKind.PERSON, fake)
    sources.register(SubjectKind.BUSINESS, fake)
    try:
        yield fake
    finally:
        sources._sources.clear()
        sources._sources.update(before)


def build() -> None:
    """Make two organisations, the words, and one agreement for each basis."""
    for order, (key, name) in enumerate((("shinjuku", "新宿区"), ("nenkin", "日本年金機構"))):
        Organisation.objects.create(id=key, kind="municipality", name_ja=name, name_en=key, order=order)
    for order, name in enumerate(ATTRIBUTES):
        category = "account_numbers" if "口座" in name else "ordinary"
        terms.put_attribute({"name": name, "category": category, "sensitivity": 1, "ja": name, "en": name}, order)
    policy = {"id": "standard", "name": {"ja": "標準"}, "jurisdiction": "JP", "storage_location": "JP"}
    terms.put_policy(policy, now=NOW)
    for order, key in enumerate(("childcare", "pension", "rescue")):
        words = {"ja": f"目的{key}", "en": key, "easy": key}
        terms.put_purpose({"id": key, "subject": "person", "name": words, "description": words}, order, now=NOW)
    terms.put_purpose({"id": "grant", "subject": "business", "name": words, "description": words}, 9, now=NOW)
    terms.put_agreements([agreement(), law(), rescue(), business()], now=NOW)


def agreement(**changes: Any) -> dict[str, Any]:
    """Return an agreement by consent of 新宿区."""
    base = {
        "id": "childcare.shinjuku",
        "organisation": "shinjuku",
        "purpose": "childcare",
        "policy": "standard",
        "basis": "consent",
        "attributes": list(ATTRIBUTES),
        "default_on": [name for name in ATTRIBUTES if "口座" not in name],
        "retention_days": 365,
        "consent_days": 30,
    }
    return base | changes


def law(**changes: Any) -> dict[str, Any]:
    """Return an agreement by law of 日本年金機構."""
    article = {"ja": "国民年金法 第108条", "en": "National Pension Act, Article 108"}
    base = agreement(id="pension.nenkin", organisation="nenkin", purpose="pension", basis="law", article=article)
    return base | {"attributes": ["氏名", "住所", "所得"], "default_on": []} | changes


def rescue(**changes: Any) -> dict[str, Any]:
    """Return an agreement for emergencies of 新宿区."""
    base = agreement(id="rescue.shinjuku", purpose="rescue", basis="break_glass", article={"ja": "法", "en": "Act"})
    return base | {"attributes": ["氏名", "住所"], "default_on": [], "covers_protected": True} | changes


def business(**changes: Any) -> dict[str, Any]:
    """Return an agreement by consent of 新宿区 about businesses."""
    return agreement(id="grant.shinjuku", purpose="grant", attributes=["氏名"], default_on=["氏名"]) | changes


def ask(**changes: Any) -> Request:
    """Return a request of 新宿区's system for the childcare purpose."""
    base: dict[str, Any] = {
        "organisation_id": "shinjuku",
        "client_id": "" if changes.get("actor") else "shinjuku-childcare",
        "subject_id": PERSON,
        "purpose_id": "childcare",
        "attributes": ATTRIBUTES,
        "basis": Basis.CONSENT,
    }
    return Request(**(base | changes))


def ask_by_law(**changes: Any) -> Request:
    """Return a request of 日本年金機構 by law."""
    base: dict[str, Any] = {
        "organisation_id": "nenkin",
        "client_id": "nenkin-core",
        "purpose_id": "pension",
        "attributes": ("氏名", "所得"),
        "basis": Basis.LAW,
        "case_reference": "N-2026-7",
    }
    return ask(**(base | changes))


def grant(subject: str = PERSON, attributes: Sequence[str] | None = None, now: datetime = NOW) -> ConsentRecord:
    """Let the person consent to 新宿区's agreement."""
    return consent.grant(subject, "childcare.shinjuku", actor=HERSELF, now=now, attributes=attributes)


def withdraw(subject: str = PERSON, now: datetime = NOW) -> int:
    """Let the person withdraw."""
    return consent.withdraw(subject, "childcare.shinjuku", actor=HERSELF, now=now)


def member(organisation: str, *roles: Role) -> Actor:
    """Return a member of staff with these roles."""
    return Actor(id=f"staff-{organisation}-{'-'.join(roles)}", name="職員", roles={organisation: frozenset(roles)})


def given(disclosure: Disclosure) -> dict[str, Any]:
    """Return what left, by attribute."""
    return {fact.attribute: fact.value for fact in disclosure.values}


def held_back(disclosure: Disclosure) -> dict[str, str]:
    """Return what did not leave, with the reason."""
    return {item.attribute: item.reason.value for item in disclosure.withheld}


def revision_hash(agreement_id: str = "childcare.shinjuku") -> str:
    """Return the hash of the revision in force."""
    row = DataAgreement.objects.select_related("revision").get(pk=agreement_id)
    assert row.revision is not None
    return row.revision.hash


def seal_everything() -> None:
    """Seal all rows now. Other transactions of a shared server may delay real sealing, so this does not wait for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "_sealable", lambda: AuditEntry.objects.filter(seal__isnull=True).order_by("id"))
        while audit.seal(now=NOW) is not None:
            continue
