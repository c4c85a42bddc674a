"""Versions: which one is in force on a day, what stays readable, publishing with a second person, two editors at once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures import api, services
from madoguchi.apps.procedures.models import Procedure, ProcedureVersion
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import NotPermitted, Role
from tests.procedures import records
from tests.procedures.records import NOW, record

pytestmark = pytest.mark.django_db
ID = "inu-touroku"
TODAY = date(2026, 11, 25)


def draft_by(user: User, revision: int = 0, **changes: object) -> ProcedureVersion:
    return services.save_draft(
        accounts.actor_of(user), ID, record(law="狂犬病予防法 第4条の2", **changes), revision=revision, now=NOW
    )


def publish_by(user: User, revision: int = 1, effective_from: date = TODAY) -> ProcedureVersion:
    return services.publish(
        accounts.actor_of(user), ID, revision=revision, effective_from=effective_from, note="改正", now=NOW
    )


def test_a_view_holds_the_record_and_its_form(procedure: Procedure) -> None:
    view = api.procedure(ID)
    assert (view.id, view.version, view.kind, view.subject, view.level) == (ID, 1, "notification", "person", "email")
    assert view.name() == "犬の登録"
    assert view.name("en") == "Dog registration"
    assert view.name("ja-easy") == "犬の とうろく"
    assert view.text("office", "en") == "Animals section"
    assert view.text("decision.objection.to") == "知事"
    assert view.text("nothing.there") == ""
    assert view.document_name("id_card", "en") == "Identity document"
    assert [page.id for page in view.form.pages] == ["you", "dog"]
    assert api.organisation_for(view) == "tokyo-hoken"


def test_a_shared_procedure_belongs_to_the_municipality_of_the_applicant(db: None) -> None:
    records.published(authority="municipality")
    view = api.procedure(ID)
    assert api.organisation_for(view, "131199") == "131199"
    assert api.organisation_for(view, "999999") == ""
    assert api.organisation_for(view, "130001") == "", "the metropolis is no municipality"


def test_what_is_unknown_is_said(procedure: Procedure) -> None:
    for wrong in ((ID, 2), ("neko", None), (ID, 0)):
        with pytest.raises(api.UnknownProcedure):
            api.procedure(*wrong)
    with pytest.raises(api.UnknownBundle):
        api.bundle("dogs")


def test_a_version_is_built_once_and_a_read_costs_one_query(procedure: Procedure) -> None:
    first = api.procedure(ID)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.procedure(ID) is first
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert api.procedures()[0] is first
    assert len(queries) == 1
    assert api.procedures("business") == []


def test_a_changed_row_never_gives_the_old_view(procedure: Procedure) -> None:
    """The database may be loaded anew under a running process: the hash is part of the key."""
    assert api.procedure(ID).record["law"] == "狂犬病予防法 第4条"
    ProcedureVersion.objects.all().delete()
    services.publish_from_pack(record(law="新しい法律"), bank=records.bank(), now=NOW)
    assert api.procedure(ID).record["law"] == "新しい法律"


def test_a_version_ahead_waits_for_its_day(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor)
    ahead = TODAY + timedelta(days=30)
    assert publish_by(publisher, effective_from=ahead).number == 2
    assert api.procedure(ID, today=TODAY).version == 1
    assert api.procedure(ID, today=ahead).version == 2
    assert [view.version for view in api.procedures(today=ahead)] == [2]
    assert api.procedure(ID, 1, today=ahead).record["law"] == "狂犬病予防法 第4条", "cases point at old versions"


def test_publishing_needs_another_person_than_the_last_editor(
    procedure: Procedure, publisher: User, staff: Callable[..., User]
) -> None:
    draft_by(publisher)
    with pytest.raises(services.SameEditor):
        publish_by(publisher)
    assert api.procedure(ID).version == 1
    assert publish_by(staff("second", Role.PUBLISHER)).number == 2
    assert api.procedure(ID).record["version"] == 2


def test_an_editor_may_not_publish(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(publisher)
    with pytest.raises(NotPermitted):
        publish_by(editor)
    assert not ProcedureVersion.objects.filter(number=2).exists()


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.EDITOR, Role.READER])
def test_another_organisation_may_do_nothing(procedure: Procedure, staff: Callable[..., User], role: Role) -> None:
    foreign = staff("foreign", role, "131199")
    with pytest.raises(NotPermitted):
        draft_by(foreign)
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_publishing_again_gives_the_same_version(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor)
    first = publish_by(publisher)
    assert publish_by(publisher).pk == first.pk
    assert ProcedureVersion.objects.filter(state="published").count() == 2
    assert AuditEntry.objects.filter(action="procedure.publish", object_id=ID).count() == 2
    events = OutboxEvent.objects.filter(name="ProcedurePublished").order_by("created_at")
    assert [event.payload["version"] for event in events] == [1, 2]


def test_of_two_editors_the_second_is_told(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor)
    with pytest.raises(services.Conflict):
        draft_by(publisher)
    assert draft_by(publisher, revision=1).revision == 2
    with pytest.raises(services.Conflict):
        publish_by(publisher, revision=1)
    with pytest.raises(services.Conflict):
        services.discard_draft(accounts.actor_of(editor), ID, revision=1)


def test_a_draft_that_the_pack_overtook_is_not_published(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor)
    services.publish_from_pack(record(version=2, law="第5条"), bank=records.bank(), now=NOW)
    with pytest.raises(services.Conflict):
        publish_by(publisher)
    assert api.procedure(ID).record["law"] == "第5条"


def test_a_day_in_the_past_is_refused(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor)
    with pytest.raises(services.NotFit) as caught:
        publish_by(publisher, effective_from=TODAY - timedelta(days=1))
    assert caught.value.flaws[0].field == "effective_from"


def test_an_unchanged_draft_is_refused(procedure: Procedure, editor: User, publisher: User) -> None:
    services.save_draft(accounts.actor_of(editor), ID, record(), revision=0, now=NOW)
    with pytest.raises(services.NotFit) as caught:
        publish_by(publisher)
    assert "Nothing was changed" in str(caught.value)


def test_a_flawed_draft_is_kept_but_not_published(procedure: Procedure, editor: User, publisher: User) -> None:
    draft_by(editor, programme="moon")
    with pytest.raises(services.NotFit) as caught:
        publish_by(publisher)
    assert [flaw.field for flaw in caught.value.flaws] == ["programme"]


def test_a_record_of_another_shape_is_not_kept(procedure: Procedure, editor: User) -> None:
    with pytest.raises(services.NotFit):
        services.save_draft(accounts.actor_of(editor), ID, {"name": "x"}, revision=0, now=NOW)


def test_id_authority_and_version_cannot_be_edited(procedure: Procedure, editor: User) -> None:
    draft = draft_by(editor, id="neko", authority="131199", version=99)
    assert (draft.record["id"], draft.record["authority"], draft.record["version"]) == (ID, "tokyo-hoken", 1)


@pytest.mark.parametrize("wrong", ["犬\0", float("nan"), "\ud800"])
def test_what_the_database_cannot_keep_is_refused(procedure: Procedure, editor: User, wrong: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        draft_by(editor, note=wrong)


def test_a_copy_begins_as_draft_and_is_published_by_another(
    procedure: Procedure, editor: User, publisher: User
) -> None:
    services.start_copy(
        accounts.actor_of(editor), source_id=ID, new_id="neko-touroku", authority="tokyo-hoken", now=NOW
    )
    with pytest.raises(api.UnknownProcedure):
        api.procedure("neko-touroku")
    with pytest.raises(services.Conflict):
        services.start_copy(
            accounts.actor_of(editor), source_id=ID, new_id="neko-touroku", authority="tokyo-hoken", now=NOW
        )
    services.publish(accounts.actor_of(publisher), "neko-touroku", revision=1, effective_from=TODAY, note="", now=NOW)
    assert api.procedure("neko-touroku", today=TODAY).version == 1


def test_a_copy_for_another_organisation_is_refused(procedure: Procedure, editor: User) -> None:
    with pytest.raises(NotPermitted):
        services.start_copy(accounts.actor_of(editor), source_id=ID, new_id="neko", authority="131199", now=NOW)
