"""A graph in the making: nodes by address, each told once, and the small nodes that every document shares."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from madoguchi.apps.opendata.addresses import entry_iri
from madoguchi.apps.opendata.linked.context import CONTEXT
from madoguchi.apps.registry.api import OrganisationView, Text

JAPANESE = "http://publications.europa.eu/resource/authority/language/JPN"
MEDIA_TYPE = "application/ld+json"
_GEO = "https://data.e-stat.go.jp/lod/sac/C{code}"
"""Addresses of Japanese areas as the statistics bureau gives them (five-digit codes)."""


class Graph:
    """Nodes of one document. `base` is where this platform stands."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._nodes: dict[str, dict[str, Any]] = {}

    def add(self, iri: str, types: str | list[str], **properties: Any) -> str:
        """Tell a node once and return its address; empty properties are left out."""
        if iri not in self._nodes:
            told = {key: value for key, value in properties.items() if value not in ("", None, [], {})}
            self._nodes[iri] = {"id": iri, "type": types, **told}
        return iri

    def has(self, iri: str) -> bool:
        """Tell whether a node was told already."""
        return iri in self._nodes

    def document(self) -> dict[str, Any]:
        """Return the JSON-LD document."""
        return {"@context": CONTEXT, "@graph": list(self._nodes.values())}

    def concept(self, scheme: str, key: str, name: Text) -> str:
        """Tell a concept of one of this platform's own lists."""
        iri = f"{self.base}/api/v1/context.jsonld#{scheme}-{quote(key, safe='')}"
        return self.add(iri, "skos:Concept", label=words(name))

    def japanese(self) -> str:
        """Tell the Japanese language."""
        label = {"ja": "日本語", "en": "Japanese"}
        return self.add(JAPANESE, ["dct:LinguisticSystem", "skos:Concept"], label=label)

    def place(self, code: str, name: Text) -> str:
        """Tell an area by its six-digit code."""
        return self.add(_GEO.format(code=code[:5]), "dct:Location", identifier=code, label=words(name))

    def organisation(self, row: OrganisationView, rows: Mapping[str, OrganisationView]) -> str:
        """Tell an organisation and where it is competent; bureaus where their parent is, national bodies in Japan."""
        iri = entry_iri(self.base, "organisations", row.id)
        if self.has(iri):
            return iri
        at = row
        while not at.code and at.parent_id in rows:
            at = rows[at.parent_id]
        place = self.place(at.code, at.name) if at.code else self.japan()
        return self.add(
            iri,
            ["cv:PublicOrganisation", "org:Organization", "foaf:Agent"],
            identifier=row.corporate_number or row.id,
            name=words(row.name),
            label=words(row.name),
            spatial=place,
            parent=entry_iri(self.base, "organisations", row.parent_id) if row.parent_id else "",
        )

    def japan(self) -> str:
        """Tell the country."""
        label = {"ja": "日本", "en": "Japan"}
        iri = "http://publications.europa.eu/resource/authority/country/JPN"
        return self.add(iri, "dct:Location", label=label)


def words(text: Text) -> dict[str, str]:
    """Return a text by language; a language without words is left out."""
    return {language: value for language, value in (("ja", text.ja), ("en", text.en)) if value}
