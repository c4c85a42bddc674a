"""The API answers any request as its OpenAPI document says, and never with a server error."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
limits = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def answer(case: schemathesis.Case) -> None:
    plain = {"Host": "localhost", "Accept-Encoding": "identity"}  # the tool's WSGI client does not unpack gzip
    case.call_and_validate(checks=CHECKS, headers=plain)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's connection open between requests, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
def test_any_request_is_answered_as_documented(pack: object) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    operations = [item.ok() for item in schema.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:
        limits(given(case=operation.as_strategy())(answer))()
