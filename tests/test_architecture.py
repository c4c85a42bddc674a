"""Guards that hold the house up: storeys, doors, keys, routes, events, queues, settings, migrations, sizes."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "madoguchi"
APP_ORDER = [
    "accounts",
    "registry",
    "people",
    "businesses",
    "upkeep",
    "opendata",
    "consents",
    "notifications",
    "files",
    "procedures",
    "cases",
    "applications",
    "benefits",
    "grants",
    "outreach",
]  # from the ground up; a new room is added here and in pyproject.toml
DOORS = {"api", "contracts"}
ENGINE_LIBRARIES = {
    "eligibility": {"numba", "numpy", "polars", "sqlglot"},
    "addresses": set(),
    "calendars": {"jpholiday"},
    "identifiers": set(),
    "linkage": set(),
    "search": {"jaconv"},
    "merkle": set(),
    "population": {"numpy", "polars"},
    "forms": {"jsonschema"},
    "prediction": {"numpy"},
    "payments": set(),
    "planning": {"numba", "numpy"},
    "revising": set(),
}
TASK_MODULES = [".".join(path.relative_to(SOURCE.parent).with_suffix("").parts) for path in SOURCE.rglob("tasks.py")]
MODULES = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_import_linter_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_other_rooms_are_reached_only_through_their_doors() -> None:
    wrong = []
    for path in (SOURCE / "apps").rglob("*.py"):
        own = path.relative_to(SOURCE / "apps").parts[0]
        for name in imports_of(path):
            parts = name.split(".")
            if parts[:2] == ["madoguchi", "apps"] and len(parts) > 3 and parts[2] != own and parts[3] not in DOORS:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong, wrong


def test_every_engine_imports_only_its_libraries() -> None:
    allowed_everywhere = set(sys.stdlib_module_names) | {"madoguchi"}
    engines = {path.name for path in (SOURCE / "engines").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert engines == set(ENGINE_LIBRARIES)
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for engine, libraries in ENGINE_LIBRARIES.items()
        for path in (SOURCE / "engines" / engine).rglob("*.py")
        for name in imports_of(path)
        if name.split(".")[0] not in allowed_everywhere | libraries
    ]
    assert not wrong, wrong


def test_rooms_are_listed_in_order() -> None:
    rooms = {path.name for path in (SOURCE / "apps").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == set(APP_ORDER)


def test_foreign_keys_point_down() -> None:
    height = {"core": 0, **{name: level for level, name in enumerate(APP_ORDER, start=1)}}
    wrong = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        if model._meta.app_label in height
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        if height.get(field.related_model._meta.app_label, 0) > height[model._meta.app_label]
    ]
    assert not wrong, wrong


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def test_every_page_declares_who_may_call_it() -> None:
    pages = [item for item in routes(get_resolver().url_patterns) if not item[0].startswith("api/")]
    assert pages
    silent = [route for route, pattern in pages if getattr(pattern.callback, "access", None) is None]
    assert not silent, silent


def test_every_api_operation_declares_who_may_call_it() -> None:
    from ninja.constants import NOT_SET

    from madoguchi.site.api import api

    operations = [
        (path, operation)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    assert operations
    silent = [path for path, operation in operations if operation.auth_param is NOT_SET]
    assert not silent, silent


def test_every_event_has_a_handler_or_a_stated_reason() -> None:
    from madoguchi.core.events import handlers
    from madoguchi.site.wiring import UNHANDLED

    published = set()
    for path in (SOURCE / "apps").rglob("*.py"):
        published |= set(
            re.findall(r"events\.publish\(\s*(?:contracts\.)?([A-Z]\w+)\(", path.read_text(encoding="utf-8"))
        )
    assert published
    handled = {event_type.__name__ for event_type in handlers()}
    reasons = {event_type.__name__: reason for event_type, reason in UNHANDLED.items()}
    assert all(reasons.values())
    assert published <= handled | set(reasons), published - handled - set(reasons)


def test_every_task_queue_is_consumed() -> None:
    from django.conf import settings
    from django_tasks.base import Task

    modules = [importlib.import_module(name) for name in TASK_MODULES]
    declared = {value.queue_name for module in modules for value in vars(module).values() if isinstance(value, Task)}
    assert declared
    assert declared <= set(settings.TASKS["default"]["QUEUES"])


FACT_READERS = {"consents", "people"}
"""Rooms in which facts about people may be read: people's own pages, and the one door that records who looked."""


def test_facts_about_people_leave_through_the_door_of_consents_only() -> None:
    wrong = []
    for path in (SOURCE / "apps").rglob("*.py"):
        own = path.relative_to(SOURCE / "apps").parts[0]
        text = path.read_text(encoding="utf-8")
        if own not in FACT_READERS and re.search(r"people(\.api)?\.(facts_of|eligibility_household)\b", text):
            wrong.append(str(path.relative_to(ROOT)))
    readers = {
        path.name for path in (SOURCE / "site").rglob("*.py") if "people.facts_of" in path.read_text(encoding="utf-8")
    }
    assert not wrong, wrong
    assert readers == {"sources.py"}, readers


def test_every_setting_is_documented() -> None:
    text = (SOURCE / "site" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text))
    documentation = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(names) > 10
    assert not [name for name in sorted(names) if f"`{name}`" not in documentation]


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_and_functions_stay_short() -> None:
    long_files = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in MODULES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 420
    ]
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in functions(path)
    }
    assert not long_files, long_files
    assert not [name for name, lines in lengths.items() if lines > 70]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.name != "__init__.py" and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert not silent, silent


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for readme in ("README.md", "README.ja.md"):
        for target in re.findall(r"^    make ([a-z-]+)", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{readme} names make {target}"
