"""Publishing is checked, audited, ordered, safe under retry and two people at once, and closed to other organisations."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from madoguchi.apps.accounts.api import actor_of
from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry import catalogue, queries, services
from madoguchi.apps.registry.models import ChangeEntry, Programme, ProgrammeVersion
from madoguchi.core import packs
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import Actor, NotPermitted, Role

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ID = "018-support"
FUKUSHI = Actor("f", "f", {"tokyo-fukushi": frozenset({Role.PUBLISHER})})
OTHER = Actor("o", "o", {"132080": frozenset(Role)})


def content(**changes: Any) -> dict[str, Any]:
    return {**Programme.objects.get(pk=ID).current.content, **changes}  # type: ignore[union-attr] # published by the pack


def draft(actor: Actor, **changes: Any) -> int:
    row = services.save_draft(actor, ID, content(**changes), revision=0, now=NOW)
    return row.revision


def test_a_published_change_is_a_new_version_with_feed_audit_and_event(pack: Path) -> None:
    before = catalogue.latest_sequence()
    revision = draft(FUKUSHI, law="新しい根拠")
    version = services.publish(FUKUSHI, ID, revision=revision, note="根拠を直した", now=NOW)
    assert version.number == 2
    view = queries.get(ID)
    assert view is not None
    assert view.law == "新しい根拠"
    assert [c.programme_id for c in queries.changes(since=before)] == [ID]
    assert AuditEntry.objects.filter(action="programme.publish", object_id=ID).count() == 2
    assert OutboxEvent.objects.filter(payload__programme_id=ID, payload__version=2).count() == 1


def test_publishing_again_gives_the_same_version(pack: Path) -> None:
    revision = draft(FUKUSHI, law="x")
    first = services.publish(FUKUSHI, ID, revision=revision, note="", now=NOW)
    again = services.publish(FUKUSHI, ID, revision=revision, note="", now=NOW)
    assert first == again
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 2


def test_a_second_editor_who_saw_an_older_draft_is_told(pack: Path) -> None:
    draft(FUKUSHI, law="first")
    with pytest.raises(services.Conflict):
        services.save_draft(FUKUSHI, ID, content(law="second"), revision=0, now=NOW)


def test_other_organisations_can_do_nothing(pack: Path) -> None:
    revision = draft(FUKUSHI, law="x")
    for deed in (
        lambda: services.save_draft(OTHER, ID, content(), revision=revision, now=NOW),
        lambda: services.publish(OTHER, ID, revision=revision, note="", now=NOW),
        lambda: services.discard_draft(OTHER, ID),
        lambda: services.withdraw(OTHER, ID, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            deed()
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 1


def test_a_record_that_is_not_fit_is_refused_with_every_flaw(pack: Path) -> None:
    revision = draft(FUKUSHI, condition="年齢 >= 5 AND 年齢 <= 3", documents=["nothing"])
    with pytest.raises(services.NotFit) as caught:
        services.publish(FUKUSHI, ID, revision=revision, note="", now=NOW)
    assert {flaw.field for flaw in caught.value.flaws} == {"condition", "documents"}
    assert ChangeEntry.objects.filter(programme_id=ID).count() == 1


def test_a_draft_cannot_move_a_programme_to_another_organisation(pack: Path) -> None:
    services.save_draft(FUKUSHI, ID, content(organisation="132080", id="stolen"), revision=0, now=NOW)
    kept = Programme.objects.get(pk=ID).draft.content
    assert (kept["id"], kept["organisation"]) == (ID, "tokyo-fukushi")


def test_the_pack_neither_overwrites_the_desk_nor_revives_what_was_withdrawn(pack: Path) -> None:
    services.publish(FUKUSHI, ID, revision=draft(FUKUSHI, law="desk"), note="", now=NOW)
    services.withdraw(FUKUSHI, "jidou-ikusei-teate", now=NOW)
    report = packs.load_pack(pack, now=NOW)
    assert report.counts["programmes_kept"] == 1
    view = queries.get(ID)
    assert view is not None
    assert view.law == "desk"
    changed = content() | {"id": "jidou-ikusei-teate", "law": "changed"}
    assert services.publish_from_pack(changed, now=NOW) == "kept"
    assert queries.get("jidou-ikusei-teate") is None


def test_overdue_reviews_come_first_on_the_desk(publisher: User) -> None:
    actor = actor_of(publisher)
    today = datetime(2027, 4, 2, tzinfo=UTC).date()
    rows = queries.desk(actor, today=today)
    assert rows
    assert rows[0].review_due
    assert {row.view.organisation_id for row in rows} == {"tokyo-fukushi"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_publishers_at_once_one_wins_and_nothing_is_torn(transactional_db: None, pack: Path) -> None:
    revision = draft(FUKUSHI, law="race")
    results: list[str] = []

    def work(number: int) -> None:
        try:
            services.publish(Actor(str(number), "", FUKUSHI.roles), ID, revision=revision, note="", now=NOW)
            results.append("won")
        except services.Conflict:
            results.append("conflict")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict"] * 7 + ["won"]
    sequences = list(ChangeEntry.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
