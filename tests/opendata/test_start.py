"""The page for app makers: its examples run as they stand, and a newcomer gets to a first answer in few steps."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.opendata.models import ApiKey
from tests.opendata.world import new_key

EXAMPLE = re.compile(
    r'<pre tabindex="0" data-step="(\w+)" data-language="(\w+)"><code lang="en">(.*?)</code></pre>', re.DOTALL
)
RUNNERS = {
    "curl": ["bash", "-ceu", "{}"],
    "Python": [sys.executable, "-c", "{}"],
    "JavaScript": ["node", "--input-type=module", "-e", "{}"],
}


def examples(page: str) -> list[tuple[str, str, str]]:
    """Return step, language and text of every example as a reader copies it."""
    return [(step, language, html.unescape(text)) for step, language, text in EXAMPLE.findall(page)]


def run(language: str, text: str, folder: Path) -> str:
    command = [part.replace("{}", text) for part in RUNNERS[language]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_every_example_runs_as_it_stands(live_server: LiveServer, client: Client, pack: Path, tmp_path: Path) -> None:
    host = live_server.url.removeprefix("http://")
    page = client.get("/open/", headers={"Host": host}).content.decode()
    found = examples(page)
    assert len(found) == 4 * 3 + 2
    said: dict[tuple[str, str], str] = {}
    for step, language, text in found:
        assert live_server.url in text
        said[step, language] = run(language, text, tmp_path)
    for language in ("Python", "JavaScript"):
        assert "018サポート" in said["match", language]
        assert len(said["look", language].splitlines()) == 3
    assert said["match", "Python"] == said["match", "JavaScript"]
    assert json.loads((tmp_path / "conditions.json").read_text(encoding="utf-8"))["conditions"]
    assert json.loads(said["current", "curl"])["next_since"] == 3
    assert json.loads(said["ckan", "curl"])["success"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en", "/ja-easy"])
def test_a_newcomer_walks_from_the_page_to_the_first_matched_household(client: Client, pack: Path, prefix: str) -> None:
    """Count what somebody does who knows nothing: each step is one page read or one command copied."""
    steps = 0
    home = client.get(f"{prefix}/open-data/").content.decode()
    steps += 1
    assert f'href="{prefix}/open/"' in home
    page = client.get(f"{prefix}/open/").content.decode()
    steps += 1
    copied = {step: text for step, language, text in examples(page) if language == "curl"}
    path = re.search(r"'http://testserver(/[^']+)'", copied["look"])
    assert path
    assert len(client.get(path[1]).json()["items"]) == 3
    steps += 1
    body = re.search(r"-d '(\{.*\})'", copied["match"], re.DOTALL)
    assert body
    answer = client.post("/api/v1/sandbox/match", json.loads(body[1]), content_type="application/json").json()
    steps += 1
    eligible = {item["programme"] for item in answer["items"] if item["verdict"] == "eligible"}
    assert "018-support" in eligible
    assert steps == 4


@pytest.mark.django_db
def test_links_of_the_page_lead_somewhere(client: Client, pack: Path) -> None:
    page = client.get("/open/").content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    links = {link for link in re.findall(r'href="(/[^"#]*)', main) if link != "/open/matcher/"}
    assert {"/open/keys/", "/open/webhooks/", "/api/v1/openapi.json", "/open-data/"} <= links
    for link in sorted(links):
        assert client.get(link).status_code == 200, link


@pytest.mark.django_db
def test_a_key_is_made_and_ended_on_the_page(client: Client) -> None:
    made = client.post("/open/keys/", {"name": "見本アプリ", "email": ""})
    secret = re.search(r"mdg_[\w-]{40,}", made.content.decode())
    assert secret
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert secret[0] not in client.get("/open/keys/").content.decode()
    ended = client.post("/open/keys/", {"end": "1", "key": secret[0]}).content.decode()
    assert "「見本アプリ」の鍵を終わらせました" in ended
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "見本", "email": "no address"}, "email"),
        ({"end": "1", "key": "mdg_wrong"}, "end_key"),
    ],
)
def test_what_is_wrong_stands_at_its_field(client: Client, form: dict[str, str], place: str) -> None:
    answer = client.post("/open/keys/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{place}"' in page
    assert re.search(rf'id="{place}"[^>]*aria-invalid="true"', page)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_the_page_of_webhooks_shows_nothing_without_the_key(client: Client) -> None:
    held = new_key(client)["Authorization"].removeprefix("Bearer ")
    wrong = client.post("/open/webhooks/", {"key": "mdg_wrong"})
    assert wrong.status_code == 422
    right = client.post("/open/webhooks/", {"key": held})
    assert "この鍵には、まだWebhookがありません" in right.content.decode()
    assert held not in right.content.decode()


@pytest.mark.django_db
def test_guessing_keys_is_slowed_down(client: Client) -> None:
    answers = [client.post("/open/webhooks/", {"key": f"mdg_{number}"}).status_code for number in range(60)]
    assert 429 in answers


def test_pages_have_addresses_in_three_languages() -> None:
    for code, prefix in (("ja", ""), ("en", "/en"), ("ja-easy", "/ja-easy")):
        with translation.override(code):
            assert reverse("opendata:start") == f"{prefix}/open/"
