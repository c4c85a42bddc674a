"""The board tells how stale the registry is, per organisation and with its denominator; the public sees counts only."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import queries
from madoguchi.apps.upkeep.checks import running
from madoguchi.apps.upkeep.models import Finding, Handover, Review
from tests.upkeep.conftest import ID

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = date(2026, 12, 1)


def test_the_figures_are_those_of_the_registry(pack: object) -> None:
    running.run(today=TODAY, now=NOW)
    board = queries.board(TODAY)
    views = registry.views()
    assert board.total.programmes == len(views) == 165
    assert board.total.unconfirmed_fields == sum(len(view.unconfirmed) for view in views)
    assert board.total.overdue == 0
    assert queries.board(date(2027, 4, 1)).total.overdue == 164
    assert board.total.gaps == Finding.objects.filter(check_name="gaps").count()
    chiyoda = next(row for row in board.rows if row.organisation_id == "131016")
    assert (chiyoda.programmes, chiyoda.gaps, chiyoda.oldest_check) == (3, 0, date(2026, 11, 24))


def test_a_municipality_without_programmes_has_no_oldest_check_but_its_gaps(pack: object) -> None:
    running.run(today=TODAY, now=NOW)
    minato = next(row for row in queries.board(TODAY).rows if row.organisation_id == "131032")
    assert (minato.programmes, minato.oldest_check) == (0, None)
    assert minato.gaps == 3


def test_everybody_reads_the_summary_and_its_table(client: Client, pack: object) -> None:
    html = client.get("/registry/upkeep/").content.decode()
    assert "点検はまだしていません" in html
    assert "不明" in html
    running.run(today=TODAY, now=NOW)
    html = client.get("/registry/upkeep/").content.decode()
    assert "点検をした時" in html
    assert "165" in html
    answer = client.get("/registry/upkeep/upkeep.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined,arg-type] # streamed
    assert sum(int(row["programmes"]) for row in rows) == 165
    assert rows[0]["registry_sequence"] == str(registry.latest_sequence())


def test_the_public_summary_names_no_person_and_leads_nowhere_inside(client: Client, publisher: User) -> None:
    running.run(today=TODAY, now=NOW)
    html = client.get("/registry/upkeep/").content.decode()
    assert "/desk/upkeep/organisations/" not in html
    assert publisher.display_name not in html.replace("東京都福祉局", "")


def test_staff_are_led_to_their_own_organisation_only(desk: Client) -> None:
    running.run(today=TODAY, now=NOW)
    html = desk.get("/desk/upkeep/").content.decode()
    assert "/desk/upkeep/organisations/tokyo-fukushi/" in html
    assert "/desk/upkeep/organisations/131016/" not in html
    assert desk.get("/desk/upkeep/organisations/131016/").status_code == 404
    assert desk.get("/desk/upkeep/upkeep.csv").status_code == 200


def test_the_board_needs_a_sign_in(client: Client, pack: object) -> None:
    assert client.get("/desk/upkeep/").status_code == 302
    assert client.get("/desk/upkeep/upkeep.csv").status_code == 302


def test_staff_record_a_review_and_hand_a_programme_over_on_its_page(desk: Client, publisher: User) -> None:
    base = f"/desk/upkeep/programmes/{ID}/"
    form = {"version": "1", "revision": "0", "review_on": "2028-04-01", "note": "確かめた"}
    html = desk.post(f"{base}review/", form, follow=True).content.decode()
    assert "第2版として公開しました" in html
    assert Review.objects.get().by == str(publisher.pk)
    late = desk.post(f"{base}review/", form)
    assert late.status_code == 400
    assert "ほかの人が先に変更しました" in late.content.decode()
    html = desk.post(
        f"{base}hand-over/", {"account": str(publisher.pk), "due_on": "2028-01-15"}, follow=True
    ).content.decode()
    assert "担当を決めました" in html
    assert "2028-01-15まで" in html
    desk.post(f"{base}hand-over/", {"end": "1"})
    assert not Handover.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("day", ["", "きのう", "2026-13-45", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_is_told(desk: Client, day: str) -> None:
    base = f"/desk/upkeep/programmes/{ID}/"
    answer = desk.post(f"{base}review/", {"version": "1", "revision": "0", "review_on": day})
    assert answer.status_code == 400
    assert "3年以内" in answer.content.decode()
    assert desk.post(f"{base}hand-over/", {"account": "x", "due_on": day}).status_code == 400


def test_a_finding_is_marked_as_intended_on_its_page_and_no_more_counted(desk: Client, stranger: User) -> None:
    running.run(today=TODAY, now=NOW)
    row = Finding.objects.create(
        check_name="ages", key="k", organisation_id="tokyo-fukushi", programme_id=ID, code="age_upper",
        detail={"quote": "15歳", "said_months": 179, "structured_months": None}, severity="high", record_hash="h",
        first_seen=NOW, last_seen=NOW,
    )  # fmt: skip
    before = queries.board(TODAY).total.contradictions
    address = f"/desk/upkeep/findings/{row.pk}/"
    assert "制限なし" in desk.get(address).content.decode()
    assert desk.post(address, {"why": ""}).status_code == 400
    assert desk.post(address, {"why": "要綱どおり"}).status_code == 302
    assert queries.board(TODAY).total.contradictions == before - 1
    assert "要綱どおり" in desk.get(address).content.decode()
    assert "意図したもの" in desk.get("/desk/upkeep/organisations/tokyo-fukushi/").content.decode()
    other = Client()
    other.force_login(stranger)
    assert other.get(address).status_code == 404
    assert other.post(address, {"loud": "1"}).status_code == 404
    assert desk.post(address, {"loud": "1"}).status_code == 302
    assert queries.board(TODAY).total.contradictions == before
