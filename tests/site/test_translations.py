"""Every text of the pages is there in English and やさしい日本語, and the compiled catalogues are those of the sources."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from django.test import Client

SOURCE = Path(__file__).parents[2] / "src" / "madoguchi"
TEXT_FUNCTIONS = {"_", "gettext", "gettext_lazy"}
LOCALES = SOURCE / "site" / "locale"


def messages() -> set[str]:
    found: set[str] = set()
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        found |= {a or b for a, b in re.findall(r"\{%\s*translate\s+(?:\"([^\"]*)\"|'([^']*)')", text)}
        blocks = re.findall(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", text, re.S)
        found |= {re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", block) for block in blocks}
    for path in SOURCE.rglob("*.py"):
        found |= {
            node.args[0].value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXT_FUNCTIONS
            if node.args and isinstance(node.args[0], ast.Constant)
        }
    return found


@pytest.mark.parametrize("locale", ["en", "ja_Easy"])
def test_every_text_is_translated_and_compiled(locale: str) -> None:
    folder = LOCALES / locale / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as file:
        catalogue = {str(m.id): str(m.string) for m in pofile.read_po(file) if m.id}
    missing = {text for text in messages() if not catalogue.get(text)}
    assert not missing
    assert not set(catalogue) - messages(), "no longer used"
    with (folder / "django.mo").open("rb") as file:
        compiled = {str(m.id): str(m.string) for m in mofile.read_mo(file) if m.id}
    assert compiled == catalogue, "Compile it again: msgfmt -o django.mo django.po"


@pytest.mark.django_db
def test_english_pages_speak_english(client: Client, pack: object) -> None:
    html = client.get("/en/").content.decode()
    for word in ("Do not miss what you are entitled to", "Search", "Sources", "Skip to content"):
        assert word in html
    assert "見のがさない" not in html
