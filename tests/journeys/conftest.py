"""Prints what the journeys cost at the end of a run: screens, inputs, seconds."""

from typing import Any

import pytest

JOURNEY = "journey"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines that tests recorded, wherever they ran."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
    lines = [
        value
        for report in reports
        if report.when == "call" and "tests/journeys/" in report.nodeid
        for name, value in report.user_properties
        if name == JOURNEY
    ]
    if lines:
        terminalreporter.section("what applying costs")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def told(record_property: Any) -> Any:
    """Return how a test says a line that is printed at the end."""
    return lambda line: record_property(JOURNEY, line)
