"""Linked data: every programme and dataset keeps the shapes, in two languages, and broken data is found out.

The shapes are this project's own (shapes.ttl). CPSV_SHAPES may name further files of shapes, such as the published ones.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from madoguchi.apps.registry import api as registry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.* is deprecated, use:DeprecationWarning"),  # inside rdflib's own JSON-LD reader
]
SHAPES = (str(Path(__file__).with_name("shapes.ttl")), *os.environ.get("CPSV_SHAPES", "").split())
CPSV, CV = Namespace("http://purl.org/vocab/cpsv#"), Namespace("http://data.europa.eu/m8g/")
DCT, DCAT = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/ns/dcat#")
SH = Namespace("http://www.w3.org/ns/shacl#")


def graph_of(client: Client, path: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/ld+json"
    return Graph().parse(data=answer.content, format="json-ld")


def violations(graph: Graph, shapes: str = SHAPES[0]) -> list[str]:
    """Return what the shapes find, one line each."""
    _, report, _ = validate(graph, shacl_graph=Graph().parse(shapes), advanced=False)
    assert isinstance(report, Graph)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        found.append(f"{report.value(result, SH.focusNode)} {report.value(result, SH.resultPath)}")
    return sorted(found)


def test_all_programmes_and_the_catalogue_keep_every_shape(client: Client, pack: Path) -> None:
    programmes, catalogue = graph_of(client, "/api/v1/programmes.jsonld"), graph_of(client, "/catalog.jsonld")
    services = set(programmes.subjects(RDF.type, CPSV.PublicService))
    assert len(services) == len(registry.views())
    for graph in (programmes, catalogue):
        for shapes in SHAPES:
            assert violations(graph, shapes) == []
    for kind in ("Rule", "PublicService"):
        assert len(set(programmes.subjects(RDF.type, CPSV[kind]))) == len(services)
    for kind in ("LifeEvent", "PublicOrganisation", "Requirement", "Evidence", "Output", "Channel", "Cost"):
        assert set(programmes.subjects(RDF.type, CV[kind])), kind
    for service in services:
        assert {name.language for name in programmes.objects(service, DCT.title)} == {"ja", "en"}  # type: ignore[union-attr] # a literal


def test_one_programme_stands_alone_and_agrees_with_the_whole(client: Client, pack: Path) -> None:
    whole = graph_of(client, "/api/v1/programmes.jsonld")
    for key in ("jidou-teate", "018-support", "kaigo-nintei"):
        alone = graph_of(client, f"/api/v1/programmes/{key}.jsonld")
        assert violations(alone) == []
        assert set(alone) <= set(whole)
    assert client.get("/api/v1/programmes/none.jsonld").status_code == 404
    assert client.get("/api/v1/programmes/jidou-teate").json()["item"]["id"] == "jidou-teate"


def test_addresses_of_programmes_in_linked_data_lead_to_them(client: Client, pack: Path) -> None:
    graph = graph_of(client, "/api/v1/programmes/jidou-teate.jsonld")
    (service,) = graph.subjects(RDF.type, CPSV.PublicService)
    answer = client.get(str(service).removeprefix("http://testserver"), headers={"Accept": "application/ld+json"})
    assert answer["Location"] == "/api/v1/programmes/jidou-teate.jsonld"


def test_the_catalogue_names_the_files_that_are_there(client: Client, pack: Path) -> None:
    graph = graph_of(client, "/catalog.jsonld")
    places = {str(place).removeprefix("http://testserver") for place in graph.objects(None, DCAT.accessURL)}
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) >= 62 + 4
    for place in sorted(places):
        if "municipality" not in place or "131199" in place:
            assert client.get(place).status_code == 200, place


def test_documents_need_nothing_from_elsewhere(client: Client, pack: Path) -> None:
    document: dict[str, Any] = client.get("/api/v1/programmes/jidou-teate.jsonld").json()
    assert document["@context"] == client.get("/api/v1/context.jsonld").json()["@context"]
    text = json.dumps(document["@context"])
    assert '"@import"' not in text
    assert '"@vocab"' not in text


Break = Callable[[Graph, URIRef], Any]
BREAKS: dict[str, Break] = {
    "no name": lambda g, s: g.remove((s, DCT.title, None)),
    "a name without language": lambda g, s: g.add((s, DCT.title, Literal("x"))),
    "two Japanese names": lambda g, s: g.add((s, DCT.title, Literal("別の名", lang="ja"))),
    "no description": lambda g, s: g.remove((s, DCT.description, None)),
    "two numbers": lambda g, s: g.add((s, DCT.identifier, Literal("psid3.0+8000020130001+1+UM1"))),
    "a number of another form": lambda g, s: g.set((s, DCT.identifier, Literal("12"))),
    "no authority": lambda g, s: g.remove((s, CV.hasCompetentAuthority, None)),
    "an authority that is none": lambda g, s: g.set((s, CV.hasCompetentAuthority, s)),
    "a rule that is none": lambda g, s: g.set((s, CPSV.follows, s)),
    "an untyped event": lambda g, s: g.add((s, CV.isGroupedBy, URIRef("urn:x"))),
    "an untyped channel": lambda g, s: g.add((s, CV.hasChannel, URIRef("urn:x"))),
    "a law that is none": lambda g, s: g.set((s, CV.hasLegalResource, Literal("児童手当法"))),
    "an output without a name": lambda g, s: g.remove((g.value(s, CPSV.produces), DCT.title, None)),
    "a rule without words": lambda g, s: g.remove((g.value(s, CPSV.follows), DCT.description, None)),
    "a requirement without number": lambda g, s: g.remove((g.value(s, CV.holdsRequirement), DCT.identifier, None)),
    "an authority without a place": lambda g, s: g.remove((g.value(s, CV.hasCompetentAuthority), DCT.spatial, None)),
    "evidence without a name": lambda g, s: g.remove((g.value(s, CPSV.hasInput), DCT.title, None)),
    "a cost in words": lambda g, s: g.add((g.value(s, CV.hasCost), CV.hasValue, Literal("無料"))),
    "a dataset without publisher": lambda g, s: g.remove((g.value(s, DCT.isPartOf), DCT.publisher, None)),
    "a contact without a page": lambda g, s: g.remove((g.value(s, CV.contactPoint), CV.contactPage, None)),
}


def test_the_shapes_find_every_kind_of_broken_data(client: Client, pack: Path) -> None:
    whole = graph_of(client, "/api/v1/programmes/jidou-teate.jsonld")
    (service,) = whole.subjects(RDF.type, CPSV.PublicService)
    assert isinstance(service, URIRef)
    unseen = []
    for name, spoil in BREAKS.items():
        graph = Graph()
        for triple in whole:
            graph.add(triple)
        spoil(graph, service)
        if not violations(graph):
            unseen.append(name)
    assert unseen == []
