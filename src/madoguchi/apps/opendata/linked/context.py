"""The JSON-LD context: short names of this platform and the terms of CPSV-AP and DCAT-AP that they stand for.

It stands in every document, so that a reader needs nothing else; no context of somebody else is fetched.
"""

from typing import Any

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def _words(term: str) -> dict[str, str]:
    return {"@id": term, "@container": "@language"}


def _link(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


CONTEXT: dict[str, Any] = {
    **PREFIXES,
    "id": "@id",
    "type": "@type",
    "identifier": "dct:identifier",
    "name": _words("dct:title"),
    "description": _words("dct:description"),
    "label": _words("skos:prefLabel"),
    "keyword": _words("dcat:keyword"),
    "authority": _link("cv:hasCompetentAuthority"),
    "lifeEvent": _link("cv:isGroupedBy"),
    "requirement": _link("cv:holdsRequirement"),
    "fulfils": _link("cv:fulfils"),
    "evidence": _link("cv:hasSupportingEvidence"),
    "input": _link("cpsv:hasInput"),
    "rule": _link("cpsv:follows"),
    "implements": _link("cpsv:implements"),
    "legalResource": _link("cv:hasLegalResource"),
    "output": _link("cpsv:produces"),
    "channel": _link("cv:hasChannel"),
    "ownedBy": _link("cv:ownedBy"),
    "cost": _link("cv:hasCost"),
    "contactPoint": _link("cv:contactPoint"),
    "contactPage": _link("cv:contactPage"),
    "classification": _link("cv:isClassifiedBy"),
    "kind": _link("dct:type"),
    "spatial": _link("dct:spatial"),
    "language": _link("dct:language"),
    "partOf": _link("dct:isPartOf"),
    "publisher": _link("dct:publisher"),
    "landingPage": _link("dcat:landingPage"),
    "parent": _link("org:subOrganizationOf"),
    "modified": {"@id": "dct:modified", "@type": "xsd:date"},
    "dataset": _link("dcat:dataset"),
    "service": _link("dcat:service"),
    "distribution": _link("dcat:distribution"),
    "accessURL": _link("dcat:accessURL"),
    "downloadURL": _link("dcat:downloadURL"),
    "mediaType": _link("dcat:mediaType"),
    "format": _link("dct:format"),
    "license": _link("dct:license"),
    "endpointURL": _link("dcat:endpointURL"),
    "endpointDescription": _link("dcat:endpointDescription"),
    "servesDataset": _link("dcat:servesDataset"),
    "issued": {"@id": "dct:issued", "@type": "xsd:date"},
}
