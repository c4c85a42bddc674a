"""Every procedure of Tokyo's pack: it loads, every page of it is drawn, its schema holds, its sample answers fit."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.procedures import api, pack
from madoguchi.apps.procedures.papercheck import compare
from madoguchi.apps.procedures.rendering.samples import sample_answers
from madoguchi.core import packs
from madoguchi.core.permissions import Role
from madoguchi.engines import forms
from tests.procedures.records import NOW

FOLDER = Path(settings.PACK_DIR)
TODAY = NOW.date()
RECORDS = [record for _, record in pack.read(FOLDER)[0].records]
LANGUAGES = ("ja", "en", "ja-easy")


def test_the_pack_has_no_flaws() -> None:
    assert [str(error) for error in pack.check(FOLDER)] == []
    assert RECORDS


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_every_page_can_be_drawn(client: Client) -> None:
    packs.load_pack(FOLDER, now=NOW)
    counts = packs.load_pack(FOLDER, now=NOW).as_dict()
    assert counts["procedures_unchanged"] == len(RECORDS)
    views = api.procedures(today=TODAY)
    assert {view.id for view in views} == {record["id"] for record in RECORDS if record["effective_from"] <= str(TODAY)}
    for view in views:
        answers = sample_answers(view.form, today=TODAY)
        for language in LANGUAGES:
            for page in view.form.pages:
                drawn = api.page_view(view.form, page.id, answers, language=language, today=TODAY)
                assert all(widget.label for widget in drawn.widgets), (view.id, page.id)
            sections = api.answers_in_words(view.form, answers, language, today=TODAY)
            assert sections, view.id
        schema = forms.json_schema(view.form)
        Draft202012Validator.check_schema(schema)
        if not forms.problems_of(view.form, answers, today=TODAY):
            assert not list(Draft202012Validator(schema).iter_errors(answers)), view.id
        assert compare(view, "ja").items, view.id
        html = client.get(f"/procedures/{view.id}/").content.decode()
        assert view.name() in html


@pytest.mark.django_db
def test_every_desk_page_of_every_procedure_opens(client: Client) -> None:
    packs.load_pack(FOLDER, now=NOW)
    roles = {view.authority: {Role.PUBLISHER} for view in api.procedures() if view.authority != "municipality"}
    user = accounts.create_staff(
        username="all",
        display_name="all",
        password="a long sample password",
        roles={**roles, "tokyo-digital": {Role.PUBLISHER}},
    )
    client.force_login(user)
    parts = ("", "texts/", "form/", "documents/", "clock/", "checks/", "yaml/", "preview/", "paper/")
    for view in api.procedures():
        for part in parts:
            answer = client.get(f"/desk/procedures/{view.id}/{part}")
            assert answer.status_code == 200, (view.id, part)
        assert "公開する前に直すこと" not in client.get(f"/desk/procedures/{view.id}/").content.decode(), view.id
    assert client.get("/desk/procedures/").status_code == 200
    assert client.get("/desk/procedures/paper/").status_code == 200


@pytest.mark.django_db
def test_bundles_are_in_order() -> None:
    packs.load_pack(FOLDER, now=NOW)
    for bundle in api.bundles():
        given: set[str] = set()
        everything = {
            result for item in bundle.items if "procedure" in item for result in api.procedure(item["procedure"]).gives
        }
        for item in bundle.items:
            if "procedure" in item:
                view = api.procedure(item["procedure"])
                assert set(view.needs) & everything <= given | set(view.gives), (bundle.id, view.id)
                given |= set(view.gives)
