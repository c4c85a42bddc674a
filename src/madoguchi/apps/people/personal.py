"""What the people room hands out and erases about a person (個人情報の保護に関する法律 第76条, 第98条).

What is hidden from every reader for protection is not in the export either, and nothing tells that it was left out.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.people import queries
from madoguchi.apps.people.contracts import Method, PersonErased, Subject
from madoguchi.apps.people.models import Fact, Household, LifeEvent, Person, PersonIndex
from madoguchi.apps.people.sealing import value_of
from madoguchi.apps.people.vocabulary import PLACE
from madoguchi.core import events
from madoguchi.core.jsonable import plain
from madoguchi.core.personal_data import ErasureResult


def export(person_id: str) -> dict[str, Any]:
    """Return every fact ever told about a person with its provenance, and her household today."""
    row = Person.objects.filter(pk=queries.uuid_of(person_id), erased_at=None).first()
    if row is None:
        return {}
    today = timezone.localdate()
    facts = Fact.objects.filter(person=row).order_by("attribute", "obtained_at", "pk")
    household = queries.household_of(person_id, today)
    exported: dict[str, Any] = {
        "person": {"id": person_id, "known_since": row.created_at.isoformat()},
        "facts": [_fact(fact) for fact in facts if not (row.protected and fact.attribute in PLACE)],
    }
    if row.account_id:
        exported["account"] = accounts.account_data(row.account_id)
    if household is not None:
        own = [(member.role.value, member.since) for member in household.members if member.person_id == person_id]
        exported["household"] = {
            "role": own[0][0] if own else None,
            "since": own[0][1].isoformat() if own else None,
            "other_members": [m.role.value for m in household.members if m.person_id != person_id],
            "facts": _household_facts(household.id, today),
        }
    return exported


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "attribute": fact.attribute,
        "value": plain(value_of(fact)),
        "source": fact.source,
        "source_record": fact.source_record,
        "verified": Method(fact.method).verified,
        "method": fact.method,
        "told_at": fact.obtained_at.isoformat(),
        "holds_from": fact.valid_from.isoformat() if fact.valid_from else None,
        "holds_until": fact.valid_to.isoformat() if fact.valid_to else None,
        "replaced_at": fact.superseded_at.isoformat() if fact.superseded_at else None,
    }


def _household_facts(household_id: str, today: date) -> list[dict[str, Any]]:
    return [
        {
            "attribute": view.attribute,
            "value": plain(view.value),
            "source": view.source,
            "verified": view.verified,
            "told_on": view.as_of.isoformat(),
        }
        for view in queries.facts_of(Subject.household(household_id), on=today)
    ]


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Erase a person's facts, index, account and lonely households; say what stays, why and until when."""
    row = Person.objects.select_for_update().filter(pk=queries.uuid_of(person_id)).first()
    if row is None or row.erased_at is not None:
        return ErasureResult()
    account_id = row.account_id or ""
    PersonIndex.objects.filter(person=row).delete()
    Fact.objects.filter(person=row).delete()
    Fact.objects.filter(method=Method.SELF, recorded_by=account_id, household__isnull=False).exclude(
        recorded_by=""
    ).delete()
    shared = _erase_households(row)
    Person.objects.filter(pk=row.pk).update(account_id=None, erased_at=now)
    of_account = accounts.erase_account(account_id, now=now) if account_id else ()
    events.publish(PersonErased(person_id, account_id))
    return ErasureResult((*_kept(shared), *of_account))


def _erase_households(row: Person) -> bool:
    """Remove what belongs to this person alone; tell whether she shares a household's history with others."""
    mine = set(LifeEvent.objects.filter(person=row, household__isnull=False).values_list("household_id", flat=True))
    others = LifeEvent.objects.filter(household_id__in=mine).exclude(person=row)
    shared: set[UUID | None] = set(others.values_list("household_id", flat=True))
    alone = [key for key in mine if key not in shared]
    if not shared and not LifeEvent.objects.filter(other=row).exists():
        LifeEvent.objects.filter(person=row).delete()
    else:
        LifeEvent.objects.filter(person=row, household_id__in=alone).delete()
    Fact.objects.filter(household_id__in=alone).delete()
    Household.objects.filter(pk__in=alone).delete()
    return LifeEvent.objects.filter(person=row).exists()


def _kept(shared: bool) -> list[str]:
    kept = [
        _(
            "監査の記録：だれが何をしたかの記録で、番号だけが残り、氏名や住所などは入っていません。"
            "理由：安全管理措置（個人情報の保護に関する法律 第66条）。期限：この基盤を使い続けるあいだ。"
        )
    ]
    if shared:
        kept.append(
            _(
                "世帯の記録のうち日付と続柄：ほかの世帯員の記録でもあるためです。"
                "理由：個人情報の保護に関する法律 第100条。期限：ほかの世帯員全員の記録が消えるまで。"
            )
        )
    return kept
