"""The loader of procedures: what is wrong in a pack is said with file, record, field and remedy; nothing is half loaded."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.apps.procedures import api, pack, services
from madoguchi.apps.procedures.models import Bundle, FieldBank, ProcedureVersion
from madoguchi.core.packs import LoadReport, PackInvalid
from tests.procedures import broken, records
from tests.procedures.broken import RECORDS, Broken
from tests.procedures.records import NOW, text

BUNDLE: dict[str, Any] = {
    "id": "dogs",
    "life_event": "birth",
    "name": text("犬", "Dogs"),
    "summary": text("犬を飼う", "Keeping a dog"),
    "subject": "person",
    "ask_first": ["household.has_dog"],
    "items": [
        {
            "procedure": "inu-touroku",
            "when": {"field": "household.has_dog", "is": True},
            "why": text("犬がいるため", "There is a dog"),
        }
    ],
}
Contents = dict[str, Any]


def contents() -> Contents:
    return {
        "fields": copy.deepcopy(records.FIELDS),
        "records": [records.record()],
        "bundles": [copy.deepcopy(BUNDLE)],
    }


def written(folder: Path, given: Contents) -> Path:
    """Write a pack of one procedure with the lists of other rooms that it refers to."""
    lists: dict[str, Any] = {
        "pack.yaml": {"id": "small"},
        "organisations.yaml": {
            "organisations": [
                {"id": "tokyo", "kind": "metropolis", "ja": "東京都", "en": "Tokyo"},
                {"id": "tokyo-hoken", "kind": "bureau", "ja": "局", "en": "Bureau"},
                {"id": "131199", "kind": "municipality", "ja": "板橋区", "en": "Itabashi", "code": "131199"},
            ]
        },
        "documents.yaml": {"documents": [{"id": "id_card", "name": text("本人確認書類", "Identity document")}]},
        "attributes.yaml": {"attributes": [{"name": "生年月日"}]},
        "life_events.yaml": {"life_events": [{"id": "birth"}]},
        "programmes/small.yaml": {"programmes": [{"id": "jidou-teate"}]},
        "procedures/fields.yaml": {"fields": given["fields"]},
        "procedures/small.yaml": {"procedures": given["records"]},
        "procedures/bundles.yaml": {"bundles": given["bundles"]},
    }
    for name, data in lists.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def test_the_small_pack_is_right(tmp_path: Path) -> None:
    assert [str(error) for error in pack.check(written(tmp_path, contents()))] == []


def test_a_pack_without_procedures_is_right(tmp_path: Path) -> None:
    assert pack.check(tmp_path) == []


def one(given: Contents) -> dict[str, Any]:
    record: dict[str, Any] = given["records"][0]
    return record


@pytest.mark.parametrize("case", broken.ALL, ids=str)
def test_what_is_wrong_is_said(tmp_path: Path, case: Broken) -> None:
    given = contents()
    case.apply(given)
    found = pack.check(written(tmp_path, given))
    place = (case.file, case.record, case.field)
    told = [error.message for error in found if (error.file, error.record, error.field) == place]
    assert any(case.message in message for message in told), [str(error) for error in found]
    assert all(error.remedy for error in found)


def test_a_bundle_that_stands_twice_is_said(tmp_path: Path) -> None:
    given = contents()
    given["bundles"] *= 2
    assert {error.message for error in pack.check(written(tmp_path, given))} == {"The id stands twice."}


def test_items_of_a_bundle_that_need_each_other_are_refused(tmp_path: Path) -> None:
    given = contents()
    given["records"] = [
        records.record(id="one", needs=["b"], gives=["a"]),
        records.record(id="two", needs=["a"], gives=["b"]),
    ]
    why = text("x")
    given["bundles"][0]["items"] = [{"procedure": name, "when": True, "why": why} for name in ("one", "two")]
    found = pack.check(written(tmp_path, given))
    assert [(error.file, error.record, error.field) for error in found] == [(broken.BUNDLES, "dogs", "items")]
    assert "one → two" in found[0].message


def test_items_come_after_what_they_need(tmp_path: Path, db: None) -> None:
    records.organisations()
    given = contents()
    given["records"] = [records.record(id="late", needs=["a"], gives=[]), records.record(id="early", gives=["a"])]
    given["bundles"][0]["items"] = [{"procedure": name, "when": True, "why": text("x")} for name in ("late", "early")]
    folder = written(tmp_path, given)
    assert pack.check(folder) == []
    pack.load(folder, LoadReport(), NOW)
    assert [item["procedure"] for item in api.bundle("dogs").items] == ["early", "late"]


def loaded(folder: Path) -> dict[str, int]:
    report = LoadReport()
    assert pack.check(folder) == []
    pack.load(folder, report, NOW)
    return report.as_dict()


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    records.organisations()
    return written(tmp_path, contents())


def test_loading_counts_and_loading_again_changes_nothing(folder: Path) -> None:
    assert loaded(folder)["procedures_created"] == 1
    again = loaded(folder)
    assert again["procedures_unchanged"] == 1
    assert "procedures_created" not in again
    assert ProcedureVersion.objects.count() == FieldBank.objects.count() == Bundle.objects.count() == 1


def test_the_municipalities_are_filled_in(folder: Path) -> None:
    loaded(folder)
    options = FieldBank.objects.get().fields["applicant.municipality"]["options"]
    assert options == [{"value": "131199", "label": {"ja": "板橋区", "en": "Itabashi"}}]


def test_a_changed_record_needs_a_raised_version(tmp_path: Path, folder: Path) -> None:
    loaded(folder)
    given = contents()
    one(given)["law"] = "別の法律"
    written(tmp_path, given)
    with pytest.raises(PackInvalid) as caught:
        loaded(folder)
    error = caught.value.errors[0]
    assert (error.file, error.record, error.field, error.remedy) == (
        RECORDS,
        "inu-touroku",
        "version",
        "Raise it by one.",
    )
    one(given)["version"] = 2
    written(tmp_path, given)
    assert loaded(folder)["procedures_updated"] == 1
    assert sorted(ProcedureVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_what_leaves_the_pack_is_withdrawn_and_comes_back(tmp_path: Path, folder: Path) -> None:
    loaded(folder)
    given = contents()
    given["records"], given["bundles"] = [records.record(id="neko-touroku")], []
    written(tmp_path, given)
    assert loaded(folder)["procedures_withdrawn"] == 1
    with pytest.raises(api.UnknownProcedure):
        api.procedure("inu-touroku")
    assert api.procedure("inu-touroku", 1).version == 1
    assert not Bundle.objects.exists()
    written(tmp_path, contents())
    assert loaded(folder)["procedures_restored"] == 1
    assert api.procedure("inu-touroku").version == 1


def test_a_version_keeps_the_words_of_the_bank_it_was_published_with(tmp_path: Path, folder: Path) -> None:
    loaded(folder)
    given = contents()
    given["fields"]["applicant.name"]["label"] = text("お名前", "Your name")
    written(tmp_path, given)
    loaded(folder)
    assert api.procedure("inu-touroku").form.fields["applicant.name"].label["ja"] == "氏名"
    assert api.bank()["applicant.name"]["label"]["ja"] == "お名前"
    one(given)["version"] = 2
    written(tmp_path, given)
    loaded(folder)
    assert api.procedure("inu-touroku").form.fields["applicant.name"].label["ja"] == "お名前"
    assert api.procedure("inu-touroku", 1).form.fields["applicant.name"].label["ja"] == "氏名"


def test_a_broken_file_is_said_with_its_line(folder: Path) -> None:
    (folder / "procedures" / "small.yaml").write_text("procedures: [", encoding="utf-8")
    error = pack.check(folder)[0]
    assert error.file == RECORDS
    assert "line" in error.record
    assert error.message == "The file is not YAML."


def test_what_staff_published_is_kept(tmp_path: Path, folder: Path) -> None:
    loaded(folder)
    version = ProcedureVersion.objects.get()
    version.pk, version.number, version.origin = None, 2, "editor"
    version.save()
    given = contents()
    one(given)["version"], one(given)["law"] = 3, "別の法律"
    written(tmp_path, given)
    assert loaded(folder)["procedures_kept"] == 1
    assert not ProcedureVersion.objects.filter(number=3).exists()


def test_an_owner_is_the_authority_or_the_keeper_of_what_is_shared(db: None) -> None:
    records.organisations()
    assert services.owner_of({"authority": "tokyo-hoken"}) == "tokyo-hoken"
    assert services.owner_of({"authority": "municipality"}) == "tokyo-digital"
