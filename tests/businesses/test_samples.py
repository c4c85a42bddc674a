"""The sample register of Tokyo's pack: it loads without a rejected row, and the sample businesses' sign-ins find it."""

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from madoguchi.apps.businesses import api, queries, services
from madoguchi.apps.businesses.contracts import NotLinked, Status
from madoguchi.apps.businesses.models import Business
from tests.businesses.test_services import signed_in

SAMPLES = Path(__file__).resolve().parents[2] / "packs" / "tokyo" / "samples"
CARDS: Mapping[str, Mapping[str, Any]] = {
    card["id"]: card for card in yaml.safe_load((SAMPLES / "identities.yaml").read_text(encoding="utf-8"))["business"]
}


@pytest.fixture
def report(towns: None) -> dict[str, Any]:
    """Load the sample register as an operator does; return what the command reports."""
    out = StringIO()
    call_command("businesses", "load", str(SAMPLES / "corporations.csv"), "--json", stdout=out)
    loaded: dict[str, Any] = json.loads(out.getvalue())
    return loaded


def test_every_row_of_the_sample_register_is_taken_and_called_invented(report: dict[str, Any]) -> None:
    assert (report["read"], report["statements"], report["rejected"], report["latest_doubled"]) == (11, 11, 0, 0)
    numbers = list(Business.objects.values_list("corporate_number", flat=True))
    assert len(numbers) == 10
    for number in numbers:
        assert number is not None
        assert number[1:5] == "9999"
        assert all("見本" in statement.cause for statement in queries.history(number))


@pytest.mark.usefixtures("report")
def test_one_is_closed_one_merged_and_one_renamed() -> None:
    closed = queries.get("5999900000004")
    merged = queries.get("4999900000005")
    renamed = queries.get("3999900000006")
    assert closed is not None
    assert merged is not None
    assert renamed is not None
    assert (closed.status, merged.status, merged.successor_number) == (Status.CLOSED, Status.MERGED, "8999900000001")
    assert [item.name for item in queries.history("3999900000006")] == ["合同会社例示デザイン", "合同会社例示企画"]
    assert renamed.name == "合同会社例示デザイン"


@pytest.mark.parametrize("card", ["mihon-shoten", "mihon-member"])
@pytest.mark.usefixtures("report")
def test_the_sample_business_is_linked_by_its_sign_in(card: str) -> None:
    services.on_business_signed_in(signed_in(**CARDS[card]["claims"]))
    view = api.business_of_account("a1")
    assert view is not None
    assert (view.name, view.corporate_number) == ("株式会社見本商店", "8999900000001")


@pytest.mark.usefixtures("report")
def test_the_sample_entry_account_is_told_why_it_is_not_linked() -> None:
    services.on_business_signed_in(signed_in(**CARDS["reiji-kosan"]["claims"]))
    unlinked = queries.unlinked("a1")
    assert unlinked is not None
    assert unlinked.reason is NotLinked.ENTRY_ACCOUNT


@pytest.mark.usefixtures("report")
def test_the_sample_sole_proprietor_gets_a_record_of_their_own() -> None:
    services.on_business_signed_in(signed_in(**CARDS["kaku-farm"]["claims"]))
    view = api.business_of_account("a1")
    assert view is not None
    assert (view.name, str(view.address), view.corporate_number) == ("架空農園", "東京都調布市見本町14番地", None)
