"""A side's upkeep: a programme in somebody's hands, a review, a page with proposals, a finding. Invented."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from madoguchi.apps.upkeep import assistant, services
from madoguchi.apps.upkeep.contracts import PageKind
from madoguchi.apps.upkeep.models import Finding, Review
from madoguchi.apps.upkeep.pages import PageText
from madoguchi.core.permissions import Role

if TYPE_CHECKING:
    from tests.site.world import Side


def fill(side: "Side") -> None:
    """Let a side's editor look after its programme."""
    now, today = timezone.now(), timezone.localdate()
    actor, words, key = side.actor(Role.EDITOR), side.words, side.words.place.programme_id
    due = today + timedelta(days=30)
    services.hand_over(actor, key, account_id=actor.id, due_on=due, today=today, now=now)
    text = f"{words.place.name} 子ども医療費助成\n{words.text('ページの文')}\nオンラインで申請できます。\n"
    page = PageText(text, f"{words.place.name} 子ども医療費助成")
    source = assistant.take_in(actor, key, page, kind=PageKind.PASTED, url="", today=today, now=now)
    Review.objects.create(
        programme_id=key, organisation_id=side.organisation_id, version=1, checked_on=today, review_on=due,
        note=words.text("見直しのメモ"), by=actor.id, at=now,
    )  # fmt: skip
    finding = Finding.objects.create(
        check_name="ages", key=f"finding-{side.organisation_id}", organisation_id=side.organisation_id, programme_id=key,
        code="age_upper", detail={"quote": words.text("指摘の文"), "said_months": 179, "structured_months": 215},
        severity="high", record_hash="h", first_seen=now, last_seen=now,
    )  # fmt: skip
    side.ids |= {
        "source_id": [str(source.pk)], "finding_id": [str(finding.pk)], "organisation_id": [side.organisation_id]
    }  # fmt: skip
