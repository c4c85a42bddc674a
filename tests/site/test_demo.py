"""The demonstration: its settings, its sample data told once, its processes, and the check that signs in as each kind."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.apps.accounts.models import Identity, User
from madoguchi.apps.accounts.oidc import providers
from madoguchi.apps.consents.models import AccessEntry, ConsentRecord
from madoguchi.apps.consents.services import consent
from madoguchi.apps.people import api as people
from madoguchi.apps.people.services.sign_in import birth_date
from madoguchi.core import personal_data
from madoguchi.core.access import Kind
from madoguchi.core.management.commands import worker
from madoguchi.core.packs import PackInvalid
from madoguchi.core.permissions import SYSTEM, Permission
from madoguchi.site import cli, demonstration, demonstration_running, sample_cases, sample_people
from madoguchi.site.demonstration_running import Visit
from madoguchi.site.identity import registration, samples, server
from madoguchi.site.identity.issuers import CARD, IssuerName
from madoguchi.site.identity.ports import PROVIDER_PORT, free_port, is_free
from madoguchi.site.identity.provider import Provider
from madoguchi.site.identity.visitor import VisitFailed, Visitor

TODAY = date(2026, 11, 25)
CHILDCARE = f"childcare-place.{demonstration.ITABASHI}"


# --- settings before Django reads them


def test_the_site_knows_the_sample_provider_and_where_passkeys_are_used(tmp_path: Path) -> None:
    variables, more = cli.demo_settings(["--data-dir", str(tmp_path), "--port=8123", "--identity-port", "9123"], {})
    found = providers.read(variables)
    assert set(found) == {"resident", "business", "staff"}
    assert found["resident"].issuer == "http://127.0.0.1:8800/card/api/realms/main", "the issuer's name stays"
    assert found["resident"].endpoints.token.startswith("http://127.0.0.1:9123/"), "it listens elsewhere"
    assert variables["MADOGUCHI_PASSKEY_ORIGINS"] == "http://localhost:8123"
    assert variables["MADOGUCHI_DATA_DIR"] == str(tmp_path)
    assert more == []


def test_an_operators_own_providers_and_origins_win(tmp_path: Path) -> None:
    own = {
        "MADOGUCHI_OIDC_RESIDENT_ISSUER": "https://id.example",
        "MADOGUCHI_PASSKEY_ORIGINS": "https://counter.example",
        "MADOGUCHI_DATA_DIR": str(tmp_path),
    }
    variables, _ = cli.demo_settings([], own)
    assert not [name for name in variables if name.startswith("MADOGUCHI_OIDC_RESIDENT_")]
    assert variables["MADOGUCHI_OIDC_STAFF_ISSUER"] == "http://127.0.0.1:8800/staff"
    assert "MADOGUCHI_PASSKEY_ORIGINS" not in variables


def test_a_used_port_and_a_check_take_a_free_one_and_the_command_is_told(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_free(PROVIDER_PORT):
            holder.bind(("127.0.0.1", PROVIDER_PORT))
            holder.listen()
        for arguments in ([], ["--check"]):
            variables, more = cli.demo_settings(["--data-dir", str(tmp_path), *arguments], {})
            assert more[0] == "--identity-port"
            assert int(more[1]) != PROVIDER_PORT
            base = f"http://127.0.0.1:{more[1]}/"
            assert providers.read(variables)["staff"].endpoints.authorization.startswith(base)


def test_arguments_that_are_wrong_are_left_for_the_command_to_refuse(tmp_path: Path) -> None:
    for arguments in (["--port"], ["--data-dir"], ["--identity-port", "many", "--residents", "3"]):
        variables, _ = cli.demo_settings(arguments, {"MADOGUCHI_DATA_DIR": str(tmp_path)})
        assert variables["MADOGUCHI_DEMO"] == "1"


# --- the sample data


@pytest.fixture
def local(pack: Path, tmp_path: Path, settings: Any) -> Path:
    """Set the site up as a demonstration with a data folder of its own, the pack loaded."""
    settings.OIDC_PROVIDERS = providers.read(registration.environment(tmp_path, port=PROVIDER_PORT))
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nine accounts, quickly
    return tmp_path


@pytest.fixture
def told(local: Path) -> Path:
    """Make the demonstration's sample data."""
    make_all()
    return local


def make_all() -> tuple[Any, ...]:
    return (
        demonstration.create_sample_staff(),
        demonstration.tell_sample_people(),
        demonstration.load_sample_businesses(),
        demonstration.make_sample_disclosures(),
        sample_cases.tell(),
    )


def whole_database() -> dict[str, list[str]]:
    """Return every row of every table as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(str([_plain(cell) for cell in row]) for row in cursor.fetchall())
    return found


def _plain(cell: Any) -> Any:
    return bytes(cell) if isinstance(cell, memoryview) else cell


def cards(issuer: IssuerName) -> dict[str, Any]:
    return {card.id: card.claims for card in samples.load(Path(project.PACK_DIR))[issuer]}


@pytest.mark.django_db
def test_a_second_run_changes_no_row_of_the_database(told: Path) -> None:
    before = whole_database()
    again = make_all()
    after = whole_database()
    assert {name for name in before if before[name] != after[name]} == set()
    assert [step["new"] for step in again[1:]] == [0, 0, 0, 0]
    assert sum(map(len, before.values())) > 500, "there was something to compare"


@pytest.mark.django_db
def test_staff_of_itabashi_may_open_every_page_of_the_desk_and_have_a_card_each(told: Path) -> None:
    known = cards(IssuerName.STAFF)
    held = set()
    for username, name, _, _ in demonstration.SAMPLE_STAFF:
        user = User.objects.get(username=username)
        actor = accounts.actor_of(user)
        held |= {item for item in Permission if actor.may(item, demonstration.ITABASHI)}
        assert known[username]["name"] == user.display_name == name
        assert "サンプル" in name
        assert Identity.objects.get(user=user).issuer == "http://127.0.0.1:8800/staff"
    assert held == set(Permission)
    assert set(known) - {row[0] for row in demonstration.SAMPLE_STAFF} == {"nobody"}


def test_sample_people_are_those_of_the_cards() -> None:
    data = yaml.safe_load((Path(project.PACK_DIR) / sample_people.FILE).read_text(encoding="utf-8"))
    described = {item["id"]: item["facts"][0]["values"] for item in data["people"]}
    known = cards(IssuerName.CARD)
    both = described.keys() & known.keys()
    assert both == {"hanako", "taro", "sakura", "ichiro"}
    for key in both:
        assert described[key]["氏名"] == known[key]["name"]
        assert described[key]["住所"] == known[key]["address"]
        assert described[key]["生年月日"] == birth_date(known[key]["birthdate"])


@pytest.mark.django_db
def test_a_sign_in_with_the_sample_card_finds_the_registers_person(told: Path) -> None:
    for card, size, children in (("hanako", 4, 2), ("taro", 4, 2), ("sakura", 4, 0), ("ichiro", 1, 0)):
        account, claims = f"account of {card}", cards(IssuerName.CARD)[card]
        people.on_resident_signed_in(ResidentSignedIn(account, "card", card, claims, timezone.now().isoformat()))
        person = people.person_of_account(account)
        assert person is not None
        assert person.id == sample_people.person_of(card)
        household = people.household_of(person.id, TODAY)
        assert household is not None
        assert (len(household.members), household.complete) == (size, True)
        assert len(people.children_of(person.id, TODAY)) == children
        sources = {fact.source for fact in people.facts_of(person.id, on=TODAY)}
        assert {"住民基本台帳", "税", "医療保険者", "card"} <= sources


@pytest.mark.django_db
def test_the_sample_person_sees_who_looked_at_her_facts(told: Path) -> None:
    rows = AccessEntry.objects.filter(subject_id=sample_people.person_of("hanako")).order_by("at")
    assert [(row.basis, row.result, bool(row.client_id)) for row in rows] == [
        ("law", "disclosed", True),
        ("consent", "partly", True),
        ("law", "disclosed", False),
    ]
    assert all(row.case_reference.startswith("見本") and "見本" in row.reason for row in rows)
    secret = told / demonstration.CLIENT_SECRET_FILE
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_text(encoding="utf-8")) > 30


@pytest.mark.django_db
def test_what_a_visitor_decided_stays_decided(told: Path) -> None:
    hanako = sample_people.person_of("hanako")
    assert hanako is not None
    consent.withdraw(hanako, CHILDCARE, actor=SYSTEM, now=timezone.now())
    make_all()
    assert [row.state for row in ConsentRecord.objects.filter(individual=hanako)] == ["withdrawn"]
    personal_data.erase_all(hanako, timezone.now(), actor=SYSTEM)
    assert demonstration.tell_sample_people() == {"households": 2, "people": 4, "new": 0}
    assert demonstration.make_sample_disclosures() == {"client": None, "disclosures": 0, "new": 0}


@pytest.fixture
def pack_copy(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """Return how to copy what the loader of people reads, with a change."""

    def copied(change: Callable[[dict[str, Any]], None]) -> Path:
        folder = tmp_path / "pack"
        (folder / "samples").mkdir(parents=True, exist_ok=True)
        source = Path(project.PACK_DIR)
        shutil.copy(source / "attributes.yaml", folder)
        data = yaml.safe_load((source / sample_people.FILE).read_text(encoding="utf-8"))
        change(data)
        (folder / sample_people.FILE).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return folder

    return copied


def _wrong_source(data: dict[str, Any]) -> None:
    data["people"][0]["facts"][0]["source"] = "税"


def _nowhere(data: dict[str, Any]) -> None:
    del data["households"][1]


def _twice(data: dict[str, Any]) -> None:
    data["households"][1]["members"]["hanako"] = "spouse"


def _unlabelled(data: dict[str, Any]) -> None:
    data["label"] = "people"


def _unknown_fact(data: dict[str, Any]) -> None:
    data["people"][0]["facts"][0]["values"]["好きな色"] = "青"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_wrong_source, "hanako: 氏名: 税 does not tell it. Its source is 住民基本台帳."),
        (_nowhere, "ichiro: people: Not described once and placed once."),
        (_twice, "hanako: people: Not described once and placed once."),
        (_unlabelled, "label"),
        (_unknown_fact, "好きな色: 住民基本台帳 does not tell it. Its source is none"),
    ],
)
def test_a_file_of_people_that_is_wrong_is_refused_whole(
    pack_copy: Callable[[Callable[[dict[str, Any]], None]], Path], change: Callable[[dict[str, Any]], None], said: str
) -> None:
    with pytest.raises(PackInvalid) as refused:
        sample_people.tell(pack_copy(change), now=timezone.now())
    assert said in str(refused.value)


@pytest.mark.django_db
def test_a_changed_file_is_told_anew_and_the_newer_record_counts(
    told: Path, pack_copy: Callable[[Callable[[dict[str, Any]], None]], Path]
) -> None:
    def rise(data: dict[str, Any]) -> None:
        data["people"][0]["facts"][1]["values"]["所得"] = 2_222_222
        data["households"][0]["facts"][1]["values"]["世帯所得"] = 6_522_222

    report = sample_people.tell(pack_copy(rise), now=timezone.now())
    assert report["new"] == 0
    hanako = sample_people.person_of("hanako")
    assert hanako is not None
    found = people.facts_of(hanako, ["所得", "世帯所得"], on=TODAY)
    assert [fact.value for fact in found] == [2_222_222, 6_522_222]


@pytest.mark.django_db
def test_the_settings_of_an_operator_link_no_sample_staff(pack: Path, tmp_path: Path, settings: Any) -> None:
    settings.OIDC_PROVIDERS, settings.DATA_DIR = {}, tmp_path
    demonstration.create_sample_staff()
    assert not Identity.objects.exists()


# --- the check in words


@pytest.fixture
def door(tmp_path: Path, settings: Any, live_server: LiveServer) -> Iterator[str]:
    """Run the provider for the live server, named after the usual port as in a demonstration; return the site."""
    listening = server.listen(port=0)
    variables = registration.environment(tmp_path, port=listening.server_port, issuer_port=PROVIDER_PORT)
    settings.OIDC_PROVIDERS, settings.DATA_DIR = providers.read(variables), tmp_path
    named = registration.base_address(PROVIDER_PORT)
    made = Provider(
        base=registration.base_address(listening.server_port),
        issuer_base=named,
        clients=registration.clients(settings.OIDC_PROVIDERS.values(), base=named, origins=(live_server.url,)),
        samples=samples.load(Path(project.PACK_DIR)),
        salt=registration.salt(tmp_path),
    )
    with server.running(listening, made):
        yield live_server.url


@pytest.mark.django_db(transaction=True)
def test_the_check_signs_in_at_a_provider_that_listens_elsewhere_than_it_is_named(pack: Path, door: str) -> None:
    visit = Visit(Kind.RESIDENT, "hanako", (("/me/", "見本 花子"),))
    assert demonstration_running._sign_in(door, "resident", visit)["landed"] == "/me/"
    assert Identity.objects.get().issuer == CARD.url("http://127.0.0.1:8800")


FAILURES = (
    (Visit(Kind.RESIDENT, "no-such-card", ()), "has no button account=no-such-card"),
    (Visit(Kind.RESIDENT, "saburo-low", ()), "/sign-in/resident/callback/ answered 400"),
    (Visit(Kind.RESIDENT, "hanako", (("/me/", "どこにもない文"),)), "/me/ does not show どこにもない文 to hanako"),
    (Visit(Kind.RESIDENT, "hanako", (("/desk/", ""),)), "/desk/ answered 404"),
)


@pytest.mark.django_db(transaction=True)
def test_the_check_says_what_failed_and_no_code(pack: Path, door: str) -> None:
    for visit, said in FAILURES:
        with pytest.raises(VisitFailed) as failed:
            demonstration_running._sign_in(door, "resident", visit)
        assert said in str(failed.value)
        assert "code=" not in str(failed.value)


def test_a_site_that_does_not_answer_is_said_in_words() -> None:
    with Visitor(f"http://127.0.0.1:{free_port()}") as visitor, pytest.raises(VisitFailed, match="did not answer"):
        visitor.open("/")


# --- the command itself


def environment() -> dict[str, str]:
    """Return an environment without this run's database and data folder."""
    return {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "MADOGUCHI_DATA_DIR")}


def command(folder: Path, *arguments: str) -> list[str]:
    return [
        sys.executable, "-m", "madoguchi", "demo", "--residents", "200", "--data-dir", str(folder), *arguments
    ]  # fmt: skip


def run_check(folder: Path) -> dict[str, Any]:
    done = subprocess.run(command(folder, "--check"), env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Run the whole check once in a fresh folder; return the folder and the figures."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, run_check(folder)


def test_the_check_signs_in_as_resident_business_and_staff(checked: tuple[Path, dict[str, Any]]) -> None:
    figures = checked[1]
    assert [item["kind"] for item in figures["sign_in"]] == ["resident", "business", "staff"]
    assert [item["landed"] for item in figures["sign_in"]][::2] == ["/me/", "/desk/"]
    assert {page["status"] for page in figures["pages"]} == {200}
    assert figures["people"] == {"households": 2, "people": 5, "new": 5}
    assert figures["consents"]["new"] == 3
    assert figures["audit"]["problems"] == 0


def test_a_second_check_finds_everything_done_and_the_same_accounts(checked: tuple[Path, dict[str, Any]]) -> None:
    figures = run_check(checked[0])
    assert [figures[name]["new"] for name in ("people", "businesses", "consents")] == [0, 0, 0]
    assert figures["people"]["people"] == 5
    assert len(figures["sign_in"]) == 3


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()


def press_control_c(process: "subprocess.Popen[str]") -> None:
    """Do what a terminal does: every process of the foreground group gets the signal."""
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("end", [kill, press_control_c])
def test_every_process_ends_with_the_site_even_when_it_is_killed(
    checked: tuple[Path, dict[str, Any]], end: Callable[["subprocess.Popen[str]"], None]
) -> None:
    site_port, identity_port = free_port(), free_port()
    ports = ("--port", str(site_port), "--identity-port", str(identity_port))
    process = subprocess.Popen(
        command(checked[0], *ports), env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _wait_until(lambda: _answers(f"http://localhost:{site_port}/sign-in/") or process.poll() is not None)
        assert _answers(f"http://127.0.0.1:{identity_port}{CARD.root}/.well-known/openid-configuration")
        started = _children(process.pid)
        assert {name for name in ("identity", "worker") for line in started.values() if f" {name} " in line} == {
            "identity",
            "worker",
        }
        assert len(started) > 2, "the server's own process is among them"
        end(process)
        said, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait(timeout=20)
    _wait_until(lambda: not any(_runs(pid) for pid in started))
    assert f"http://localhost:{site_port}/sign-in/" in said
    assert (
        said.index("住民") < said.index("見本 花子") < said.index("事業者") < said.index("職員") < said.index("相談員")
    )


def test_a_used_or_impossible_port_is_refused_before_anything_is_done() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        used = holder.getsockname()[1]
        for name, option in (("port", "--port"), ("identity_port", "--identity-port")):
            with pytest.raises(CommandError, match=f"Another program uses port {used}. Stop it, or .* {option}"):
                call_command("demo", **{"port": free_port(), name: used})
            with pytest.raises(CommandError, match=f"between 1 and 65535. Choose another with {option}"):
                call_command("demo", **{name: 65_536})


def test_the_worker_ends_with_its_parent_and_by_sigterm_after_its_first_round(
    checked: tuple[Path, dict[str, Any]],
) -> None:
    own = {**environment(), "MADOGUCHI_DATA_DIR": str(checked[0])}
    working = [sys.executable, "-m", "madoguchi", "worker", "--pause-seconds", "60"]
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        foreign = subprocess.run([*working, "--with-parent", str(other.pid)], env=own, timeout=60, check=False)
        assert foreign.returncode == 0, "whoever is not started by that process does not begin"
    finally:
        other.kill()
        other.wait(timeout=20)
    with closing(sqlite3.connect(checked[0] / "madoguchi.sqlite3", isolation_level=None, timeout=20)) as database:
        (event,) = database.execute("SELECT id FROM core_outboxevent WHERE name = 'ProgrammePublished'").fetchone()
        database.execute("UPDATE core_outboxevent SET delivered_at = NULL WHERE id = ?", (event,))
    process = subprocess.Popen([*working, "--with-parent"], env=own)
    try:
        _wait_until(lambda: _is_delivered(checked[0], event))
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()


@pytest.mark.django_db
def test_a_round_of_the_worker_that_the_database_refuses_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []

    def deliver() -> None:
        rounds.append(len(rounds))
        command_of_worker.stopping = len(rounds) == 2
        if len(rounds) == 1:
            raise OperationalError("database is locked")

    command_of_worker = worker.Command()
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr(worker.events, "deliver_pending", deliver)
    call_command(command_of_worker, pause_seconds=0)
    assert rounds == [0, 1]
    rounds.clear()
    with pytest.raises(OperationalError):
        call_command(worker.Command(), once=True)


def _is_delivered(folder: Path, event: str) -> bool:
    with closing(sqlite3.connect(folder / "madoguchi.sqlite3", timeout=20)) as database:
        rows = database.execute("SELECT delivered_at FROM core_outboxevent WHERE id = ?", (event,)).fetchall()
    return bool(rows[0][0])


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False, timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _children(parent: int) -> dict[int, str]:
    """Return id and command line of the processes that a process started."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in found.splitlines()]
    return {int(pid): args for pid, ppid, args in rows if int(ppid) == parent}


def _runs(pid: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(found.strip()) and not found.strip().startswith("Z")


def _wait_until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < ends_at, "waited for two minutes"
        time.sleep(0.1)
