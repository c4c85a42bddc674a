"""Pages of other sites may read open data, without anybody's session; pages of people stay closed to them."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/api/v1/conditions", "/api/v1/changes", "/api/v1/nothing-here", "/api/3/action/site_read"]
)
def test_what_machines_call_can_be_read_by_pages_of_other_sites(client: Client, pack: object, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://app.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_browser_that_asks_before_it_posts_is_told_what_it_may_send(client: Client) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/api/v1/sandbox/match", headers=asked)
    assert answer.status_code == 204
    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert "X-API-Key" in answer["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["/", "/me/inbox/", "/desk/", "/receipts/sms"])
def test_pages_of_people_are_not_opened(client: Client, pack: object, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://app.example"})
    assert "Access-Control-Allow-Origin" not in answer
