"""Brings facts of gBizINFO to businesses of the register. Businesses that the register lacks are counted, never made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.businesses import services
from madoguchi.apps.businesses.contracts import Method
from madoguchi.apps.businesses.models import Business
from madoguchi.apps.businesses.sources import mapping
from madoguchi.apps.businesses.sources.gbizinfo import GBizInfo, valid_number

SOURCE = "gbizinfo"


@dataclass(slots=True)
class SyncReport:
    """What a sync did. `read` is the denominator: known + not in the register + invalid numbers."""

    read: int = 0
    known: int = 0
    unknown: int = 0
    invalid: int = 0
    new_values: int = 0


def sync(client: GBizInfo, *, start: date, end: date, now: datetime) -> SyncReport:
    """Take in what changed in a span of days. Each business is its own transaction: a stop in the middle loses none."""
    report = SyncReport()
    for row in client.changed(start, end):
        report.read += 1
        number = valid_number(row)
        if number is None:
            report.invalid += 1
            continue
        business = Business.objects.filter(corporate_number=number).first()
        if business is None:
            report.unknown += 1
            continue
        report.known += 1
        report.new_values += _take(business, client.corporation(number) or row, now)
    return report


def _take(business: Business, info: Mapping[str, Any], now: datetime) -> int:
    as_of = mapping.as_of(info)
    with transaction.atomic():
        places = mapping.workplaces(info)
        if places:
            services.put_establishments(business.pk, places, source=SOURCE, as_of=as_of)
        return services.put_facts(
            business.pk, mapping.facts(info), source=SOURCE, method=Method.REGISTRY, as_of=as_of, now=now
        )
