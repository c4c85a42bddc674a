"""The steps of the demonstration. Knows how the rooms fit together; every record that it makes is labelled sample.

A step that finds its work done changes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts import identities
from madoguchi.apps.accounts.models import Identity, User
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.apps.businesses.models import Statement
from madoguchi.apps.businesses.register import files, loading
from madoguchi.apps.businesses.register.rows import Row
from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import queries as consent_queries
from madoguchi.apps.consents.models import AccessEntry, Client
from madoguchi.apps.consents.services import clients, consent
from madoguchi.core import audit, packs
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor, Role
from madoguchi.site import sample_people
from madoguchi.site.identity import registration, tokens
from madoguchi.site.identity.issuers import STAFF
from madoguchi.site.identity.ports import PROVIDER_PORT, free_port

__all__ = ["free_port"]  # tests take it from here
SAMPLE_PASSWORD = "madoguchi-sample"  # noqa: S105 # printed on purpose; accounts exist only where MADOGUCHI_DEMO is set
ITABASHI = "131199"
SAMPLE_STAFF = (
    ("itabashi-editor", "板橋区 サンプル担当", ITABASHI, Role.PUBLISHER),
    ("itabashi-caseworker", "板橋区 サンプル相談員", ITABASHI, Role.CASEWORKER),
    ("itabashi-business", "板橋区 サンプル照合担当", ITABASHI, Role.BUSINESS_REVIEWER),
    ("itabashi-admin", "板橋区 サンプル管理者", ITABASHI, Role.ADMINISTRATOR),
    ("itabashi-emergency", "板橋区 サンプル緊急担当", ITABASHI, Role.EMERGENCY),
    ("itabashi-examiner", "板橋区 サンプル審査担当", ITABASHI, Role.EXAMINER),
    ("itabashi-decider", "板橋区 サンプル決裁者", ITABASHI, Role.DECIDER),
    ("itabashi-paymaster", "板橋区 サンプル支払担当", ITABASHI, Role.PAYMASTER),
    ("itabashi-approver", "板橋区 サンプル支払承認", ITABASHI, Role.PAYMENT_APPROVER),
    ("itabashi-auditor", "板橋区 サンプル監査", ITABASHI, Role.AUDITOR),
    ("chofu-editor", "調布市 サンプル担当", "132080", Role.PUBLISHER),
    ("fukushi-editor", "東京都福祉局 サンプル担当", "tokyo-fukushi", Role.PUBLISHER),
    ("fukushi-paymaster", "東京都福祉局 サンプル支払担当", "tokyo-fukushi", Role.PAYMASTER),
    ("fukushi-approver", "東京都福祉局 サンプル支払承認", "tokyo-fukushi", Role.PAYMENT_APPROVER),
    ("fukushi-examiner", "東京都福祉局 サンプル審査担当", "tokyo-fukushi", Role.EXAMINER),
    ("fukushi-decider", "東京都福祉局 サンプル決裁者", "tokyo-fukushi", Role.DECIDER),
    ("tokyo-auditor", "東京都 サンプル監査", "tokyo", Role.AUDITOR),
)
"""Name, shown name, organisation, role. The names are also those of the cards in `samples/identities.yaml`."""
CORPORATIONS = "samples/corporations.csv"
SAMPLE_PERSON, CASEWORKER = "hanako", "itabashi-caseworker"
SAMPLE_CLIENT, SAMPLE_CLIENT_NAME = "sample-itabashi-childcare", "板橋区 保育システム（見本）"
CLIENT_SECRET_FILE = "sample-client-secret"  # noqa: S105 # the name of a file
PREPARATION = Actor("demonstration", "見本の準備")


@dataclass(frozen=True, slots=True)
class SampleDisclosure:
    """One request for facts about the sample person. Its case number is told once."""

    case: str
    purpose: str
    basis: consents.Basis
    attributes: tuple[str, ...]
    by_staff: bool


SAMPLE_DISCLOSURES = (
    SampleDisclosure(
        "見本-1",
        "child-allowance",
        consents.Basis.LAW,
        ("氏名", "住所", "生年月日", "所得", "世帯人数"),
        by_staff=False,
    ),
    SampleDisclosure(
        "見本-2",
        "childcare-place",
        consents.Basis.CONSENT,
        ("氏名", "住所", "住民税所得割額", "就労中"),
        by_staff=False,
    ),
    SampleDisclosure(
        "見本-3", "child-allowance", consents.Basis.LAW, ("氏名", "所得", "扶養親族等の数"), by_staff=True
    ),
)


def migrate() -> str:
    """Bring the database to its present form."""
    call_command("migrate", verbosity=0)
    return "ready"


def load_pack() -> dict[str, Any]:
    """Load the pack into the database; unchanged records stay as they are."""
    report = packs.load_pack(Path(settings.PACK_DIR), now=timezone.now())
    return dict(report.as_dict())


def create_sample_staff() -> list[dict[str, str]]:
    """Make one labelled sample account per role that the demonstration shows, linked with its card."""
    provider = sample_providers().get(Kind.STAFF)
    made = []
    for username, name, organisation, role in SAMPLE_STAFF:
        if _roles_of(username) != {organisation: frozenset({role})}:
            accounts.ensure_staff(
                username=username, display_name=name, password=SAMPLE_PASSWORD, roles={organisation: {role}}
            )
        if provider is not None:
            _link(User.objects.get(username=username), provider)
        made.append({"username": username, "password": SAMPLE_PASSWORD, "organisation": name, "role": role.value})
    return made


def sample_providers() -> Mapping[Kind, ProviderSettings]:
    """Return the providers of the settings that are the local one; an operator's own are left alone."""
    return registration.local(settings.OIDC_PROVIDERS.values(), base=registration.base_address(PROVIDER_PORT))


def _roles_of(username: str) -> Mapping[str, frozenset[Role]]:
    user = User.objects.filter(username=username).first()
    return accounts.actor_of(user).roles if user else {}


def _link(user: User, provider: ProviderSettings) -> None:
    """Link a sample account with the card of its name; one that has a card of this issuer keeps it."""
    if Identity.objects.filter(user=user, issuer=provider.issuer).exists():
        return
    subject = tokens.subject(STAFF, provider.client_id, user.username, salt=registration.salt(Path(settings.DATA_DIR)))
    identities.link_staff(
        user, provider=provider.name, issuer=provider.issuer, subject=subject, now=timezone.now(), actor=PREPARATION
    )


def tell_sample_people() -> dict[str, int]:
    """Tell the sample people and households; a pack without them has none."""
    folder = Path(settings.PACK_DIR)
    if not (folder / sample_people.FILE).exists():
        return {"households": 0, "people": 0, "new": 0}
    return sample_people.tell(folder, now=timezone.now())


def load_sample_businesses() -> dict[str, int]:
    """Load the sample corporations once; a pack without them has none. A rejected row is an error."""
    path = Path(settings.PACK_DIR) / CORPORATIONS
    if not path.exists():
        return {"rows": 0, "new": 0}
    lines = [line.row for line in files.read(path, defaults={})]
    rows = [row for row in lines if isinstance(row, Row)]
    told = set(
        Statement.objects.filter(corporate_number__in=[row.number for row in rows]).values_list(
            "corporate_number", "digest"
        )
    )
    if len(rows) == len(lines) and {(row.number, row.digest) for row in rows} <= told:
        return {"rows": len(rows), "new": 0}
    report = loading.load_file(path, now=timezone.now())
    if report.rejected:
        first = report.rejections[0]
        raise CommandError(f"{CORPORATIONS}:{first.line}: {first.field}: {first.reason} {first.remedy}")
    return {"rows": report.read, "new": report.statements}


def make_sample_disclosures() -> dict[str, Any]:
    """Let one sample system and one sample caseworker look at the sample person, so that her log shows something."""
    person_id = sample_people.person_of(SAMPLE_PERSON)
    if person_id is None:
        return {"client": None, "disclosures": 0, "new": 0}
    _make_client()
    _consent(person_id)
    new = sum(_disclose(person_id, sample) for sample in SAMPLE_DISCLOSURES)
    return {"client": SAMPLE_CLIENT, "disclosures": len(SAMPLE_DISCLOSURES), "new": new}


def _make_client() -> None:
    """Make the client once; its secret lies in the data folder, readable by its owner only."""
    if Client.objects.filter(pk=SAMPLE_CLIENT).exists():
        return
    _client, secret = clients.create(
        SAMPLE_CLIENT,
        organisation_id=ITABASHI,
        name=SAMPLE_CLIENT_NAME,
        purposes=["child-allowance", "childcare-place"],
        now=timezone.now(),
    )
    path = Path(settings.DATA_DIR) / CLIENT_SECRET_FILE
    path.unlink(missing_ok=True)
    registration.kept_once(path, lambda: secret)


def _consent(person_id: str) -> None:
    """Grant the sample person's consent unless she decided before: a visitor's withdrawal stays."""
    agreement, now = f"childcare-place.{ITABASHI}", timezone.now()
    standing = consent_queries.standing_of(person_id, agreement, consents.SubjectKind.PERSON, now)
    if standing is not None and standing.record is None:
        consent.grant(person_id, agreement, actor=PREPARATION, now=now)


def _disclose(person_id: str, sample: SampleDisclosure) -> bool:
    """Make one disclosure; false when it stands in the log already."""
    if any(entry.case_reference == sample.case for entry in AccessEntry.objects.filter(subject_id=person_id)):
        return False
    actor = accounts.actor_of(User.objects.get(username=CASEWORKER)) if sample.by_staff else None
    request = consents.Request(
        organisation_id=ITABASHI,
        subject_id=person_id,
        purpose_id=sample.purpose,
        attributes=sample.attributes,
        basis=sample.basis,
        client_id="" if sample.by_staff else SAMPLE_CLIENT,
        actor=actor,
        case_reference=sample.case,
        reason="見本の手続き",
    )
    consents.disclose(request, timezone.now())
    return True


def population_dir() -> Path:
    """Return where the demonstration keeps its synthetic residents."""
    return Path(settings.DATA_DIR) / "population"


def ensure_population(residents: int) -> dict[str, Any]:
    """Make the synthetic population once; a manifest of the same size and day means it is there."""
    manifest = population_dir() / "manifest.json"
    if not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8")).get("size") != residents:
        call_command("population", size=residents, seed=1, out=str(population_dir()), stdout=StringIO())
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return {key: content.get(key) for key in ("label", "size", "seed", "as_of")}


def match() -> dict[str, Any]:
    """Match the residents against every programme, keep the counts for the desk, and return the totals."""
    output, today = StringIO(), timezone.localdate().isoformat()
    call_command("match", population=str(population_dir()), as_of=today, json=True, stdout=output)
    call_command("outreach", "count", "--population", str(population_dir()), "--as-of", today, stdout=StringIO())
    report: dict[str, Any] = json.loads(output.getvalue())
    return {key: value for key, value in report.items() if not isinstance(value, list | dict)}


def seal_audit() -> dict[str, Any]:
    """Seal what was recorded so far and verify the whole chain."""
    while audit.seal(now=timezone.now()) is not None:
        pass
    report = audit.verify()
    return {"entries": report.entries, "blocks": report.blocks, "problems": len(report.problems)}
