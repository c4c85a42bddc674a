"""The catalogue after DCAT-AP 3: every dataset with its distributions, the API as a data service. Same list as the CKAN one."""

from typing import Any

from django.utils import timezone

from madoguchi.apps.opendata import bulk, datasets
from madoguchi.apps.opendata.datasets import Dataset, Resource
from madoguchi.apps.opendata.linked.graph import Graph, words
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import OrganisationView, Stamp, Text

_IANA = "https://www.iana.org/assignments/media-types/"
_LICENCES = {
    bulk.LICENCE: bulk.LICENCE_URL,
    datasets.CORPORATE_LICENCE: "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
}


def document(base: str, stamp: Stamp) -> dict[str, Any]:
    """Return the catalogue as one JSON-LD document."""
    graph = Graph(base)
    rows = {row.id: row for row in registry.organisations()}
    publisher = graph.organisation(rows[datasets.publisher_id()], rows)
    found = [_dataset(graph, item, rows) for item in datasets.every(stamp)]
    day = timezone.localdate(stamp.changed_at).isoformat()
    graph.add(
        f"{base}/catalog.jsonld",
        "dcat:Catalog",
        name={"ja": "Madoguchi オープンデータ", "en": "Madoguchi open data"},
        description={
            "ja": "東京の制度の登録簿と、そこから切り出したデータの一覧です。",
            "en": "The registry of public programmes in Tokyo and what is cut from it.",
        },
        publisher=publisher,
        language=graph.japanese(),
        license=bulk.LICENCE_URL,
        modified=day,
        landingPage=graph.add(
            f"{base}/open/", "foaf:Document", name={"ja": "アプリを作る人のページ", "en": "For app makers"}
        ),
        dataset=found,
        service=_service(graph, publisher, found),
    )
    return graph.document()


def _dataset(graph: Graph, item: Dataset, rows: dict[str, OrganisationView]) -> str:
    iri = f"{graph.base}/catalog.jsonld#{item.name}"
    owner = rows[item.organisation_id]
    return graph.add(
        iri,
        "dcat:Dataset",
        identifier=item.name,
        name=words(item.title),
        description=words(item.notes),
        keyword={"ja": list(item.tags)} if item.tags else {},
        publisher=graph.organisation(owner, rows),
        spatial=graph.place(owner.code, owner.name) if owner.code else "",
        modified=timezone.localdate(item.changed_at).isoformat(),
        language=graph.japanese(),
        landingPage=f"{graph.base}/open/",
        distribution=[_distribution(graph, item, resource) for resource in item.resources],
    )


def _distribution(graph: Graph, item: Dataset, resource: Resource) -> str:
    address = f"{graph.base}{resource.path}"
    return graph.add(
        f"{graph.base}/catalog.jsonld#{resource.id}-file",
        "dcat:Distribution",
        name=words(resource.name),
        accessURL=address,
        downloadURL=address if resource.is_download else "",
        mediaType=f"{_IANA}{resource.media_type}",
        format=graph.concept("format", resource.format.lower(), Text(resource.format, resource.format)),
        license=_LICENCES[item.licence],
        modified=timezone.localdate(item.changed_at).isoformat(),
    )


def _service(graph: Graph, publisher: str, found: list[str]) -> str:
    return graph.add(
        f"{graph.base}/catalog.jsonld#api",
        "dcat:DataService",
        identifier="api",
        name={"ja": "MadoguchiのAPI", "en": "API of Madoguchi"},
        endpointURL=f"{graph.base}/api/v1/",
        endpointDescription=f"{graph.base}/api/v1/openapi.json",
        publisher=publisher,
        license=bulk.LICENCE_URL,
        servesDataset=found,
    )
