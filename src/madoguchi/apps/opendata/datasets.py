"""The datasets of this platform: one list from which the CKAN catalogue and the DCAT catalogue are told.

The registry as a whole, cut by municipality and by kind; its conditions; its changes; the changes of the corporate register.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from madoguchi.apps.opendata import bulk
from madoguchi.apps.opendata.bulk import Cut
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import ProgrammeView, Stamp, Text

METROPOLIS = "metropolis"
CORPORATE_LICENCE = "public-data-1.0"
KIND_NAMES = {
    "benefit": Text("給付", "Benefits"),
    "medical_aid": Text("医療費の助成", "Medical aid"),
    "vaccination": Text("予防接種", "Vaccinations"),
    "checkup": Text("健診", "Check-ups"),
    "service": Text("サービス", "Services"),
    "exemption": Text("減免", "Exemptions"),
    "loan": Text("貸付", "Loans"),
    "consultation": Text("相談", "Consultation"),
    "certificate": Text("証明・手帳", "Certificates"),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One file or address of a dataset. `path` begins with a slash; `media_type` as in Content-Type without charset."""

    id: str
    name: Text
    format: str
    media_type: str
    path: str
    is_download: bool = True


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset. `groups` are life events, `tags` words in Japanese."""

    name: str
    title: Text
    notes: Text
    organisation_id: str
    licence: str
    changed_at: datetime
    resources: tuple[Resource, ...]
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    municipality: str = ""
    count: int | None = None
    """Programmes that it holds; None where it holds something else."""


def every(stamp: Stamp) -> list[Dataset]:
    """Return all datasets, the whole registry first."""
    publisher = publisher_id()
    return [*_whole(stamp, publisher), *_municipal(stamp), *_kinds(stamp, publisher)]


def publisher_id() -> str:
    """Return who publishes what belongs to no single municipality: the metropolis, or the first organisation."""
    rows = registry.organisations()
    return next((row.id for row in rows if row.kind == METROPOLIS), rows[0].id if rows else "")


def files_of(name: str, cut: Cut) -> tuple[Resource, ...]:
    """Return the files of a cut in every form."""
    query = "&".join(
        f"{key}={value}" for key, value in (("municipality", cut.municipality), ("kind", cut.kind)) if value
    )
    tail = f"?{query}" if query else ""
    return tuple(
        Resource(
            f"{name}-{ending}",
            Text(f"{form.name}形式のファイル", f"File as {form.name}"),
            form.name,
            form.media_type.partition(";")[0],
            f"/api/v1/programmes.{ending}{tail}",
        )
        for ending, form in bulk.FORMS.items()
    )


def _whole(stamp: Stamp, publisher: str) -> Iterator[Dataset]:
    views = registry.views()
    linked = Resource(
        "programmes-jsonld", Text("CPSV-AP（JSON-LD）", "CPSV-AP (JSON-LD)"), "JSON-LD", "application/ld+json",
        "/api/v1/programmes.jsonld",
    )  # fmt: skip
    yield Dataset(
        "programmes",
        Text("東京の制度の登録簿（全体）", "Registry of public programmes in Tokyo (whole)"),
        Text(
            "住民が使える制度の一覧です。対象になる条件を、機械で読める式で含みます。",
            "Programmes that residents may use, each with its condition as a formula that machines read.",
        ),
        publisher,
        bulk.LICENCE,
        stamp.changed_at,
        (*files_of("programmes", Cut()), linked),
        tags=_tags(views, "制度"),
        groups=_groups(views),
        count=len(views),
    )
    yield Dataset(
        "conditions",
        Text("対象になる条件と、その読み方", "Conditions of eligibility and how to judge them"),
        Text(
            "端末の中だけで照合するための一式です。条件式、項目、質問、所得の表を含みます。",
            "All that is needed to match on a device: conditions, attributes, questions, income tables.",
        ),
        publisher,
        bulk.LICENCE,
        stamp.changed_at,
        (_api("conditions-json", "条件式の一式", "Book of conditions", "/api/v1/conditions"),),
        tags=("条件", "照合"),
    )
    yield _changes(stamp, publisher)
    yield Dataset(
        "corporation-changes",
        Text("法人の登録簿の変更", "Changes of the corporate register"),
        Text("法人番号の登録簿で変わった法人の番号を、順番に返します。", "Corporate numbers that changed, in order."),
        publisher,
        CORPORATE_LICENCE,
        stamp.changed_at,
        (_api("corporation-changes-json", "変更の一覧", "List of changes", "/api/v1/businesses/changes"),),
        tags=("法人", "変更"),
    )


def _changes(stamp: Stamp, publisher: str) -> Dataset:
    feed = Resource(
        "changes-atom",
        Text("変更のフィード", "Feed of changes"),
        "Atom",
        "application/atom+xml",
        "/api/v1/changes.atom",
    )
    return Dataset(
        "programme-changes",
        Text("制度の登録簿の変更", "Changes of the registry of programmes"),
        Text("公開、変更、取り下げを、起きた順番に返します。", "What was published, changed or withdrawn, in order."),
        publisher,
        bulk.LICENCE,
        stamp.changed_at,
        (_api("changes-json", "変更の一覧", "List of changes", "/api/v1/changes"), feed),
        tags=("制度", "変更"),
    )


def _api(key: str, ja: str, en: str, path: str) -> Resource:
    return Resource(key, Text(ja, en), "JSON", "application/json", path, is_download=False)


def _municipal(stamp: Stamp) -> Iterator[Dataset]:
    ids = {row.code: row.id for row in registry.organisations() if row.code}
    for place in registry.municipalities():
        cut = Cut(municipality=place.code)
        views = bulk.chosen(cut)
        name = f"programmes-{place.code}"
        yield Dataset(
            name,
            Text(f"{place.ja}の人が使える制度", f"Programmes for residents of {place.en}"),
            Text(
                f"{place.ja}に住む人が使える制度です。都内全域の制度も含みます。",
                f"Programmes for residents of {place.en}, those of the whole metropolis included.",
            ),
            ids[place.code],
            bulk.LICENCE,
            stamp.changed_at,
            files_of(name, cut),
            tags=_tags(views, "制度"),
            groups=_groups(views),
            municipality=place.code,
            count=len(views),
        )


def _kinds(stamp: Stamp, publisher: str) -> Iterator[Dataset]:
    for kind in sorted({view.kind for view in registry.views()}):
        cut = Cut(kind=kind)
        views, words = bulk.chosen(cut), kind_name(kind)
        name = f"programmes-{kind.replace('_', '-')}"
        yield Dataset(
            name,
            Text(f"種類ごとの制度：{words.ja}", f"Programmes by kind: {words.en}"),
            Text(f"「{words.ja}」の制度です。", f"Programmes of the kind “{words.en}”."),
            publisher,
            bulk.LICENCE,
            stamp.changed_at,
            files_of(name, cut),
            tags=_tags(views, "制度"),
            groups=_groups(views),
            count=len(views),
        )


def kind_name(kind: str) -> Text:
    """Return the name of a kind of programme; the kind itself where it has none."""
    return KIND_NAMES.get(kind, Text(kind, kind))


def _tags(views: Sequence[ProgrammeView], *more: str) -> tuple[str, ...]:
    return tuple(sorted({*more, *(kind_name(view.kind).ja for view in views)}))


def _groups(views: Sequence[ProgrammeView]) -> tuple[str, ...]:
    return tuple(sorted({event for view in views for event in view.life_events}))
