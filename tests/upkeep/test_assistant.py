"""The update assistant: proposals with their words, piece by piece into the draft, nothing published, two people at once."""

import json
import uuid
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry import services as registry_services
from madoguchi.apps.registry.models import ProgrammeDraft, ProgrammeVersion
from madoguchi.apps.upkeep import assistant
from madoguchi.apps.upkeep.contracts import ChangeState, PageKind
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import ProposedChange, SourcePage
from madoguchi.apps.upkeep.pages import PageText
from madoguchi.core import language_model
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import Actor, NotPermitted
from tests.at_once import at_once
from tests.upkeep.conftest import ID, PAGE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
TODAY = date(2026, 12, 1)
TITLE = "児童育成手当 | 見本市"


def taken(actor: Actor, text: str = PAGE) -> SourcePage:
    page = PageText(text, TITLE)
    return assistant.take_in(actor, ID, page, kind=PageKind.PASTED, url="", today=TODAY, now=NOW)


def field(page: SourcePage, name: str) -> ProposedChange:
    return page.changes.get(field=name)


def accept(actor: Actor, page: SourcePage, *items: ProposedChange, revision: int = 0) -> assistant.Outcome:
    return assistant.accept(actor, page.pk, [item.pk for item in items], revision=revision, today=TODAY, now=NOW)


def test_every_proposal_stands_on_words_of_the_page(publishing: Actor) -> None:
    page = taken(publishing)
    assert {item.field for item in page.changes.all()} >= {"amount", "online", "effective_from"}
    for item in page.changes.all():
        assert item.quote
        assert page.text[item.start : item.end] == item.quote
        assert 0 < item.confidence <= 1
        assert item.state == ChangeState.OPEN


def test_accepting_changes_the_draft_and_nothing_else(publishing: Actor) -> None:
    versions, told = ProgrammeVersion.objects.count(), OutboxEvent.objects.count()
    published = registry.get(ID)
    page = taken(publishing)
    outcome = accept(publishing, page, field(page, "effective_from"))
    assert len(outcome.accepted) == 1
    draft = ProgrammeDraft.objects.get(pk=ID)
    assert draft.content["effective_from"] == "2027-04-01"
    assert draft.content["online"] is None
    assert ProgrammeVersion.objects.count() == versions
    assert OutboxEvent.objects.count() == told
    assert registry.get(ID) == published
    assert AuditEntry.objects.filter(action="upkeep.accept", object_id=ID).count() == 1


def test_a_change_without_a_single_place_is_left_open_with_advice(publishing: Actor) -> None:
    page = taken(publishing)
    amount, online = field(page, "amount"), field(page, "online")
    outcome = accept(publishing, page, amount, online)
    assert outcome.accepted == (online.pk,)
    assert "versions" in outcome.advice[amount.pk]
    assert field(page, "amount").state == ChangeState.OPEN


def test_what_was_accepted_is_published_by_the_registry_only(publishing: Actor) -> None:
    page = taken(publishing)
    outcome = accept(publishing, page, field(page, "online"))
    version = registry_services.publish(publishing, ID, revision=outcome.revision, note="オンライン", now=NOW)
    assert version.number == 2
    assert version.content["online"] is True


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_staff_do_with_proposals_no_version_appears(publishing: Actor, data: st.DataObject) -> None:
    """Any order of accepting, refusing, opening again and reading again, right and stale revisions."""
    from django.db import transaction

    with transaction.atomic():
        page = taken(publishing)
        versions = set(ProgrammeVersion.objects.values_list("pk", "content_hash"))
        keys = list(page.changes.values_list("pk", flat=True))
        for step in data.draw(st.lists(st.sampled_from(["accept", "stale", "reject", "reopen", "again"]), max_size=6)):
            chosen = data.draw(st.lists(st.sampled_from([*keys, 10**9]), max_size=4))
            copy = registry.working_copy(ID)
            assert copy is not None
            try:
                if step in ("accept", "stale"):
                    revision = copy.revision + (step == "stale")
                    assistant.accept(publishing, page.pk, chosen, revision=revision, today=TODAY, now=NOW)
                elif step == "reject":
                    assistant.reject(publishing, page.pk, chosen, why="", now=NOW)
                elif step == "reopen":
                    assistant.reopen(publishing, page.pk, chosen)
                else:
                    page = taken(publishing)
            except Refused as refused:
                assert refused.reason in (Refusal.CHANGED, Refusal.NOTHING_CHOSEN)  # noqa: PT017 - other reasons fail
        assert set(ProgrammeVersion.objects.values_list("pk", "content_hash")) == versions
        for item in page.changes.filter(state=ChangeState.ACCEPTED):
            assert ProgrammeDraft.objects.filter(pk=ID).exists(), item
        transaction.set_rollback(True)


def test_the_same_page_again_gives_the_same_proposals_and_keeps_decisions(publishing: Actor) -> None:
    page = taken(publishing)
    before = set(page.changes.values_list("pk", "key"))
    assistant.reject(publishing, page.pk, [field(page, "online").pk], why="窓口だけです", now=NOW)
    accept(publishing, page, field(page, "effective_from"))
    again = taken(publishing)
    assert again.pk == page.pk
    assert set(again.changes.values_list("pk", "key")) == before
    assert field(again, "online").state == ChangeState.REJECTED
    assert field(again, "online").why == "窓口だけです"
    assert field(again, "effective_from").state == ChangeState.ACCEPTED
    assert field(again, "amount").state == ChangeState.OPEN


def test_piece_by_piece_and_twice_is_the_same_as_once(publishing: Actor) -> None:
    page = taken(publishing)
    accept(publishing, page, field(page, "effective_from"))
    second = accept(publishing, page, field(page, "effective_from"), field(page, "online"), revision=1)
    assert second.accepted == (field(page, "online").pk,)
    assert second.skipped == (field(page, "effective_from").pk,)
    content = ProgrammeDraft.objects.get(pk=ID).content
    assert content["online"] is True
    assert content["effective_from"] == "2027-04-01"


def test_a_draft_that_was_thrown_away_opens_its_proposals_again(publishing: Actor) -> None:
    page = taken(publishing)
    accept(publishing, page, field(page, "effective_from"))
    registry_services.discard_draft(publishing, ID)
    assert field(taken(publishing), "effective_from").state == ChangeState.OPEN


def test_a_change_that_somebody_made_by_hand_is_not_proposed_any_more(publishing: Actor) -> None:
    page = taken(publishing)
    copy = registry.working_copy(ID)
    assert copy is not None
    registry.save_draft(publishing, ID, {**copy.content, "online": True}, revision=0, now=NOW)
    outcome = accept(publishing, page, field(page, "online"), field(page, "effective_from"), revision=1)
    assert outcome.accepted == (field(page, "effective_from").pk,)
    assert outcome.skipped == (field(page, "online").pk,)
    assert field(taken(publishing), "online").state == ChangeState.OUTDATED


def test_a_draft_that_changed_meanwhile_is_told_and_nothing_is_lost(publishing: Actor, editing: Actor) -> None:
    page = taken(publishing)
    copy = registry.working_copy(ID)
    assert copy is not None
    registry.save_draft(editing, ID, {**copy.content, "law": "先の人の根拠"}, revision=0, now=NOW)
    with pytest.raises(Refused) as refused:
        accept(publishing, page, field(page, "effective_from"))
    assert refused.value.reason is Refusal.CHANGED
    assert field(page, "effective_from").state == ChangeState.OPEN
    assert accept(publishing, page, field(page, "effective_from"), revision=1).accepted
    content = ProgrammeDraft.objects.get(pk=ID).content
    assert content["law"] == "先の人の根拠"
    assert content["effective_from"] == "2027-04-01"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_is_told_and_the_draft_is_whole(publishing: Actor, editing: Actor) -> None:
    page = taken(publishing)
    first, second = field(page, "effective_from"), field(page, "online")
    jobs = [lambda: accept(publishing, page, first), lambda: accept(editing, page, second)]
    raised = at_once(jobs)
    assert [type(problem) for problem in raised] == [Refused]
    states = sorted(item.state for item in (field(page, "effective_from"), field(page, "online")))
    assert states == ["accepted", "open"]
    content = ProgrammeDraft.objects.get(pk=ID).content
    assert (content["effective_from"] == "2027-04-01") == (field(page, "effective_from").state == "accepted")
    assert (content["online"] is True) == (field(page, "online").state == "accepted")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_page_taken_in_by_many_at_once_stays_one(publishing: Actor) -> None:
    assert at_once([lambda: taken(publishing)] * 6) == []
    assert SourcePage.objects.count() == 1
    keys = list(ProposedChange.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) >= 3


def test_staff_of_another_organisation_get_nowhere(publishing: Actor, foreign: Actor) -> None:
    page = taken(publishing)
    for step in (
        lambda: taken(foreign),
        lambda: accept(foreign, page, field(page, "effective_from")),
        lambda: assistant.reject(foreign, page.pk, [field(page, "effective_from").pk], why="", now=NOW),
        lambda: assistant.reopen(foreign, page.pk, [1]),
    ):
        with pytest.raises(NotPermitted):
            step()
    assert not ProgrammeDraft.objects.exists()
    with pytest.raises(Refused):
        assistant.reject(publishing, uuid.uuid4(), [1], why="", now=NOW)


def test_a_change_of_another_page_is_not_taken(publishing: Actor) -> None:
    page, other = taken(publishing), taken(publishing, PAGE.replace("14,000", "15,500"))
    with pytest.raises(Refused) as refused:
        accept(publishing, page, field(other, "amount"))
    assert refused.value.reason is Refusal.NOTHING_CHOSEN


class Model(language_model.LanguageModel):
    """Stands for a model that answers what a test wants."""

    answer: str = ""

    def ask(self, messages: object) -> dict[str, object]:
        if not Model.answer:
            raise language_model.LanguageModelError(language_model.Failure.SLOW, "slow", "later")
        return dict(json.loads(Model.answer))


def test_a_model_adds_only_what_it_quotes_word_by_word(publishing: Actor) -> None:
    text = PAGE + "なお、申請は出生の翌日から30日以内にしてください。\n"
    Model.answer = json.dumps(
        {"changes": [
            {"field": "office", "new": "見本市 子育て支援課", "quote": "見本市 子育て支援課"},
            {"field": "online", "new": False, "quote": "オンラインでは申請できません"},
        ]}
    )  # fmt: skip
    page = assistant.take_in(
        publishing, ID, PageText(text, TITLE), kind=PageKind.PASTED, url="", today=TODAY, now=NOW, model=Model("u", "m")
    )
    assert all(page.text[item.start : item.end] == item.quote for item in page.changes.all())
    assert not page.changes.filter(new=False).exists()
    assert page.read["refused"]


def test_a_model_that_fails_leaves_the_rules(publishing: Actor) -> None:
    Model.answer = ""
    page = assistant.take_in(
        publishing, ID, PageText(PAGE, TITLE), kind=PageKind.PASTED, url="", today=TODAY, now=NOW, model=Model("u", "m")
    )
    assert page.changes.filter(field="online").count() == 1
    assert page.read["trouble"] == "slow"


# Pages


def take_in(client: Client, **form: object) -> object:
    return client.post(f"/desk/upkeep/programmes/{ID}/pages/", form)


def test_staff_paste_a_page_see_words_and_confidence_and_accept_a_piece(desk: Client) -> None:
    answer = desk.post(f"/desk/upkeep/programmes/{ID}/pages/", {"text": PAGE}, follow=True)
    html = answer.content.decode()
    assert "<mark>14,000円</mark>" in html
    assert "月額13,500円" in html
    assert "高い（85 / 100）" in html
    assert "公開はされません" in html
    page = SourcePage.objects.get()
    address = f"/desk/upkeep/pages/{page.pk}/"
    form = {"revision": "0", "change": [str(field(page, "effective_from").pk)], "accept": "1"}
    html = desk.post(address, form, follow=True).content.decode()
    assert "1件を下書きに入れました。公開はしていません。" in html
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 1


def test_a_stale_page_keeps_the_ticks_and_says_so(desk: Client, editing: Actor) -> None:
    take_in(desk, text=PAGE)
    page = SourcePage.objects.get()
    copy = registry.working_copy(ID)
    assert copy is not None
    registry.save_draft(editing, ID, {**copy.content, "law": "先"}, revision=0, now=NOW)
    form = {"revision": "0", "change": [str(field(page, "effective_from").pk)], "accept": "1"}
    answer = desk.post(f"/desk/upkeep/pages/{page.pk}/", form)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "ほかの人が先に変更しました" in html
    assert f'value="{field(page, "effective_from").pk}" checked' in html
    assert 'name="revision" value="1"' in html


def test_flaws_that_keep_the_draft_from_being_published_are_shown(desk: Client, publishing: Actor) -> None:
    take_in(desk, text=PAGE)
    page = SourcePage.objects.get()
    copy = registry.working_copy(ID)
    assert copy is not None
    registry.save_draft(publishing, ID, {**copy.content, "effective_to": "2001-01-01"}, revision=0, now=NOW)
    html = desk.get(f"/desk/upkeep/pages/{page.pk}/").content.decode()
    assert "今の下書きは、このままでは公開できません" in html
    assert "effective_to" in html


def test_foreign_staff_and_strangers_see_no_page(client: Client, stranger: User, publishing: Actor) -> None:
    page = taken(publishing)
    paths = (
        f"/desk/upkeep/pages/{page.pk}/",
        f"/desk/upkeep/programmes/{ID}/",
        "/desk/upkeep/organisations/tokyo-fukushi/",
    )
    assert [client.get(path).status_code for path in paths] == [302, 302, 302]
    client.force_login(stranger)
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert client.post(paths[0], {"accept": "1", "revision": "0", "change": "1"}).status_code == 404
    for step in ("pages", "review", "hand-over"):
        assert client.post(f"/desk/upkeep/programmes/{ID}/{step}/", {"text": PAGE}).status_code == 404
    assert client.get(f"/desk/upkeep/pages/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    "form", [{}, {"text": " "}, {"text": "a", "url": "https://example.jp/"}], ids=["nothing", "blank", "two"]
)
def test_exactly_one_of_address_file_and_text_is_wanted(desk: Client, form: dict[str, str]) -> None:
    answer = desk.post(f"/desk/upkeep/programmes/{ID}/pages/", form)
    assert answer.status_code == 400
    assert "どれか1つを入れてください" in answer.content.decode()
    assert not SourcePage.objects.exists()
