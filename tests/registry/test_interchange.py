"""The published registry form: all dirt survives, every finding names its line and field, nothing is lost."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.registry.interchange import exchange, form, reading
from madoguchi.apps.registry.models import ImportedRecord
from madoguchi.core.models import AuditEntry

pytestmark = pytest.mark.django_db
PSID = "psid3.0+8000020131016+10+UM54"


def record(**more: Any) -> dict[str, Any]:
    """Return a sound invented record with some fields replaced."""
    return {
        "institutionName": {"canonicalName": "見本の制度", "shortName": None},
        "summary": "見本です。",
        "target": {"lessThan": {"targetAge": 7, "targetAgeOfMonths": 6}},
        "electronicSubmission": False,
        "area": {"areaCode": "131016;千代田区"},
        "basicInformation": {"psid": PSID, "organization": "8000020131016"},
        "updateDate": "2025-06-01",
        "tag": {"categoryCode": ["003", "027"]},
    } | more


def imported(*records: Any, name: str = "registry.json") -> exchange.ImportReport:
    data = json.dumps(list(records), ensure_ascii=False, indent=1).encode()
    return exchange.import_file(name, data, now=timezone.now())


def fields(report: exchange.ImportReport) -> dict[str, str]:
    return {line.field: line.level for line in report.lines}


def test_a_sound_record_has_no_finding_and_comes_out_as_it_went_in(pack: object) -> None:
    report = imported(record())
    assert (report.read, report.accepted, report.rejected, report.lines) == (1, 1, 0, [])
    assert json.loads("".join(exchange.as_json(exchange.newest()))) == [record()]
    row = ImportedRecord.objects.get()
    assert row.organisation is not None
    assert row.organisation.code == "131016"
    assert AuditEntry.objects.filter(action="registry.import").count() == 1


DIRT = [
    ({"updateDate": "2024/6/3"}, "updateDate"),
    ({"updateDate": None}, "updateDate"),
    ({"updateDate": "2025-02-30"}, "updateDate"),
    ({"implementationPeriod": {"fromYMD": "随時"}}, "implementationPeriod.fromYMD"),
    ({"electronicSubmission": "可"}, "electronicSubmission"),
    ({"tag": {"categoryCode": ["002，003"]}}, "tag.categoryCode"),
    ({"tag": {"targetCode": ["86"]}}, "tag.targetCode"),
    ({"tag": {"contentsCode": "027 "}}, "tag.contentsCode"),
    ({"contact": {"zipCode": "100-0001"}}, "contact.zipCode"),
    ({"target": {"lessThan": {"targetAge": "七"}}}, "target.lessThan.targetAge"),
    ({"area": {"areaCode": "131016;千代田区\t"}}, "area.areaCode"),
    ({"basicInformation": {"psid": "UM54", "organization": "1"}}, "basicInformation.psid"),
    ({"brandNew": {"field": 1}}, "brandNew.field"),
]


@pytest.mark.parametrize(("change", "where"), DIRT)
def test_dirt_is_reported_and_survives(pack: object, change: dict[str, Any], where: str) -> None:
    report = imported(record(**change))
    assert report.accepted == 1
    assert fields(report)[where] == "warning"
    assert all(line.remedy and line.message for line in report.lines)
    assert json.loads("".join(exchange.as_json(exchange.newest()))) == [record(**change)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"institutionName": {"canonicalName": " "}}, "institutionName.canonicalName"),
        ({"area": {"areaCode": "千代田区"}}, "area.areaCode"),
        ({"area": {"areaCode": "999999;どこか"}}, "area.areaCode"),
        ({"basicInformation": {}}, "basicInformation.psid"),
    ],
)
def test_a_record_without_a_home_is_kept_apart(pack: object, change: dict[str, Any], where: str) -> None:
    report = imported(record(), record(**change))
    assert (report.accepted, report.rejected) == (1, 1)
    assert fields(report)[where] == "error"
    assert json.loads("".join(exchange.as_json(exchange.newest(rejected=True)))) == [record(**change)]


def test_the_misspelt_official_key_is_known(pack: object) -> None:
    assert imported(record(utilizationTime={"condiutilizationConditionstions": "平日"})).lines == []


def test_a_broken_record_hides_no_other(pack: object) -> None:
    good = json.dumps(record(), ensure_ascii=False)
    broken = '{"institutionName": {"canonicalName": "こわれた",},'
    text = f'[\n{good},\n{broken}\n"summary": 1}},\n{good.replace("+10+", "+11+")},\n"text",\n]'
    report = exchange.import_file("a.json", text.encode(), now=timezone.now())
    assert (report.read, report.accepted, report.rejected) == (4, 2, 2)
    assert [line.line for line in report.lines] == [3, 6]
    assert ImportedRecord.objects.filter(rejected=True, text__contains="こわれた").count() == 1


@pytest.mark.parametrize("head", ["[", '{"records": [', '{"licence": "CC BY 4.0", "n": 1, "records": [', ""])
def test_records_are_found_wherever_they_stand(head: str) -> None:
    tail = {"[": "]", "": ""}.get(head, "]}")
    text = head + json.dumps(record(), ensure_ascii=False) + "\n" + tail
    assert [raw.record for raw in reading.read(text.encode(), name="a.json")] == [record()]


def test_importing_twice_changes_nothing_and_a_changed_record_wins(pack: object) -> None:
    imported(record())
    again = imported(record())
    assert (again.accepted, again.unchanged) == (0, 1)
    imported(record(summary="新しい"))
    assert [json.loads(text)["summary"] for text in exchange.newest()] == ["新しい"]
    assert ImportedRecord.objects.count() == 2


def test_csv_there_and_back(pack: object) -> None:
    first = record(relatedLink=[{"uri": "https://example.org", "title": "a,b\n「c」"}], brandNew={"field": "x"})
    imported(first)
    text = "".join(exchange.as_csv(exchange.newest()))
    ImportedRecord.objects.all().delete()
    report = exchange.import_file("registry.csv", text.encode(), now=timezone.now())
    assert (report.read, report.accepted) == (1, 1)
    assert "".join(exchange.as_csv(exchange.newest())) == text


def test_csv_rows_of_wrong_length_and_other_encodings(pack: object) -> None:
    heading = "area.areaCode,institutionName.canonicalName,basicInformation.psid,updateDate"
    rows = f"131016;千代田区,見本,{PSID},2025-01-01\n131016;千代田区,多い,{PSID},2025-01-01,余り\n"
    report = exchange.import_file("a.csv", f"{heading}\n{rows}".encode("cp932"), now=timezone.now())
    assert (report.read, report.accepted, report.rejected) == (2, 1, 1)
    assert [(line.line, line.level) for line in report.lines] == [(2, "warning"), (3, "error")]
    assert json.loads(ImportedRecord.objects.get(rejected=True).text)


def test_the_commands_write_what_they_read(pack: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out, findings = tmp_path / "in.json", tmp_path / "out.json", tmp_path / "report.csv"
    source.write_text(json.dumps([record(updateDate=None)], ensure_ascii=False), encoding="utf-8")
    call_command("registry", "import", str(source), report=str(findings))
    assert "1 accepted" in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(findings.read_text(encoding="utf-8"))))
    assert rows[0]["field"] == "updateDate"
    call_command("registry", "export", str(out))
    assert json.loads(out.read_text(encoding="utf-8")) == [record(updateDate=None)]


def test_own_programmes_are_sound_records_of_the_published_form(pack: object) -> None:
    text = "".join(exchange.as_json(exchange.own()))
    report = exchange.import_file("own.json", text.encode(), now=timezone.now())
    assert report.read == report.accepted >= 120
    assert report.lines == []
    ages = {
        item["institutionName"]["canonicalName"]: item["target"]["greaterThanOrEqualTo"] for item in json.loads(text)
    }
    assert next(age["targetAge"] for name, age in ages.items() if "シルバーパス" in name) == 70
    assert len({item["basicInformation"]["psid"] for item in json.loads(text)}) == report.read


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.dictionaries(st.sampled_from([*form.FIELDS, "target", "x"]), _JSON, max_size=4), max_size=4))
def test_any_json_is_read_and_judged_without_an_accident(records: list[dict[str, Any]]) -> None:
    data = json.dumps(records, ensure_ascii=False).encode("utf-8", errors="replace")
    raws = list(reading.read(data, name="a.json"))
    assert len(raws) == len(records)
    for raw in raws:
        assert raw.record is not None
        assert form.findings(raw.record, codes={"131016"}), "a record without name, area and PSID has findings"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200), st.sampled_from(["a.json", "a.csv"]))
def test_any_bytes_are_read_without_an_accident(data: bytes, name: str) -> None:
    for raw in reading.read(data, name=name):
        assert raw.line >= 1
