"""Programmes after CPSV-AP 3.2 (SEMIC, 2024): PublicService with authority, life events, rule, requirement, evidence, output,
channel, cost, legal basis. Classes and cardinalities were read in the specification; what a record does not say is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.apps.opendata import bulk, datasets
from madoguchi.apps.opendata.addresses import entry_iri, programme_iri
from madoguchi.apps.opendata.linked.graph import Graph, words
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import OrganisationView, ProgrammeView, Text

_AUDIENCES = {"本人": Text("本人", "Persons"), "児童": Text("児童", "Children"), "世帯": Text("世帯", "Households")}
_RULE = Text("対象になる条件", "Condition of eligibility")


def document(base: str, views: Iterable[ProgrammeView]) -> dict[str, Any]:
    """Return programmes and everything they point to as one JSON-LD document."""
    graph = Graph(base)
    lists = _Lists()
    for view in views:
        _programme(graph, view, lists)
    return graph.document()


class _Lists:
    """The lists of the registry by id, read once for a document."""

    def __init__(self) -> None:
        self.organisations: Mapping[str, OrganisationView] = {row.id: row for row in registry.organisations()}
        self.by_code = {row.code: row for row in self.organisations.values() if row.code}
        self.events = {item["id"]: item for item in registry.part("life_events")}
        self.papers = {item["id"]: item for item in registry.part("documents")}


def _programme(graph: Graph, view: ProgrammeView, lists: _Lists) -> None:
    psid = registry.psids(view)[0]
    iri = programme_iri(graph.base, psid)
    owner = graph.organisation(lists.organisations[view.organisation_id], lists.organisations)
    law = _law(graph, view)
    rule = _rule(graph, iri, view, law)
    papers = [_paper(graph, lists.papers[key]) for key in view.documents if key in lists.papers]
    graph.add(
        iri,
        "cpsv:PublicService",
        identifier=psid,
        name=words(view.name),
        description=words(view.summary),
        keyword={"ja": list(view.content.get("keywords") or [])} if view.content.get("keywords") else {},
        authority=owner,
        lifeEvent=[_event(graph, lists.events[key]) for key in view.life_events if key in lists.events],
        requirement=_requirement(graph, iri, view, rule, papers),
        rule=rule,
        input=papers,
        legalResource=law,
        output=_output(graph, iri, view),
        channel=_channels(graph, iri, view, owner),
        cost=_cost(graph),
        contactPoint=_contact(graph, iri, view),
        classification=[graph.concept("kind", view.kind, datasets.kind_name(view.kind))],
        spatial=_places(graph, view, lists),
        language=graph.japanese(),
        partOf=_registry(graph, lists),
        modified=view.published_at.date().isoformat(),
        **{"dct:audience": {"id": graph.concept("audience", view.subject, _AUDIENCES[view.subject])}},
    )


def _rule(graph: Graph, iri: str, view: ProgrammeView, law: str) -> str:
    """Tell the condition in words; the tree that machines judge stands in the programme's JSON."""
    said = {language: _sentence(registry.condition_in_words(view.id, language), language) for language in ("ja", "en")}
    return graph.add(
        f"{iri}#rule",
        "cpsv:Rule",
        identifier=f"{view.id}-rule",
        name={
            language: f"{text}: {words(view.name).get(language, view.name.ja)}"
            for language, text in words(_RULE).items()
        },
        description={language: text for language, text in said.items() if text},
        implements=law,
        language=graph.japanese(),
    )


def _sentence(parts: list[str], language: str) -> str:
    return ("、かつ " if language == "ja" else "; and ").join(parts) or {"ja": "条件なし", "en": "No condition"}[
        language
    ]


def _requirement(graph: Graph, iri: str, view: ProgrammeView, rule: str, papers: list[str]) -> str:
    return graph.add(
        f"{iri}#requirement",
        "cv:Requirement",
        identifier=f"{view.id}-requirement",
        name={"ja": f"{view.name.ja}を使うための条件", "en": f"Requirements of {view.name.en or view.name.ja}"},
        fulfils=rule,
        evidence=papers,
    )


def _law(graph: Graph, view: ProgrammeView) -> str:
    if not view.law:
        return ""
    return graph.add(
        f"{programme_iri(graph.base, registry.psids(view)[0])}#law", "eli:LegalResource", name={"ja": view.law}
    )


def _event(graph: Graph, item: Mapping[str, Any]) -> str:
    name = Text(item["name"]["ja"], item["name"].get("en", ""))
    iri = entry_iri(graph.base, "life-events", item["id"])
    return graph.add(iri, ["cv:LifeEvent", "cv:Event"], identifier=item["id"], name=words(name))


def _paper(graph: Graph, item: Mapping[str, Any]) -> str:
    name = Text(item["name"]["ja"], item["name"].get("en", ""))
    iri = entry_iri(graph.base, "documents", item["id"])
    return graph.add(iri, "cv:Evidence", identifier=item["id"], name=words(name), language=graph.japanese())


def _output(graph: Graph, iri: str, view: ProgrammeView) -> str:
    return graph.add(
        f"{iri}#output",
        "cv:Output",
        identifier=f"{view.id}-output",
        name={"ja": f"{view.name.ja}の内容", "en": f"What {view.name.en or view.name.ja} gives"},
        description=words(view.benefit),
    )


def _channels(graph: Graph, iri: str, view: ProgrammeView, owner: str) -> list[str]:
    """Tell the counter, and the way online only where the record says that there is one."""
    told = words(Text(f"{view.how.ja} {view.office.ja}", f"{view.how.en} {view.office.en}".strip()))
    counter = graph.add(
        f"{iri}#counter",
        "cv:Channel",
        identifier=f"{view.id}-counter",
        description=told,
        kind=graph.concept("channel", "counter", Text("窓口・郵送など", "Counter, post and so on")),
        ownedBy=owner,
    )
    if view.online is not True:
        return [counter]
    online = graph.add(
        f"{iri}#online",
        "cv:Channel",
        identifier=f"{view.id}-online",
        description=words(view.how),
        kind=graph.concept("channel", "online", Text("オンライン", "Online")),
        ownedBy=owner,
    )
    return [counter, online]


def _cost(graph: Graph) -> str:
    """Tell that the registry does not say what applying costs: unknown is not free of charge."""
    return graph.add(
        f"{graph.base}/api/v1/context.jsonld#cost-unknown",
        "cv:Cost",
        identifier="cost-unknown",
        description={
            "ja": "申請にかかる費用は、この登録簿には書かれていません。窓口で確かめてください。",
            "en": "The registry does not say what applying costs. Ask the office.",
        },
    )


def _contact(graph: Graph, iri: str, view: ProgrammeView) -> str:
    pages = [graph.add(source.url, "foaf:Document") for source in view.sources]
    return graph.add(f"{iri}#contact", "cv:ContactPoint", label=words(view.office), contactPage=pages)


def _places(graph: Graph, view: ProgrammeView, lists: _Lists) -> list[str]:
    if view.area is None:
        rows = [row for row in lists.by_code.values() if row.kind == datasets.METROPOLIS]
    else:
        rows = [lists.by_code[code] for code in view.area if code in lists.by_code]
    return [graph.place(row.code, row.name) for row in rows]


def _registry(graph: Graph, lists: _Lists) -> str:
    """Tell the dataset that programmes are part of."""
    publisher = graph.organisation(lists.organisations[datasets.publisher_id()], lists.organisations)
    page = graph.add(
        f"{graph.base}/open/", "foaf:Document", name={"ja": "アプリを作る人のページ", "en": "For app makers"}
    )
    return graph.add(
        f"{graph.base}/catalog.jsonld#programmes",
        "dcat:Dataset",
        identifier="programmes",
        name={"ja": "東京の制度の登録簿", "en": "Registry of public programmes in Tokyo"},
        description={"ja": "住民が使える制度の一覧です。", "en": "Programmes that residents may use."},
        publisher=publisher,
        landingPage=page,
        license=bulk.LICENCE_URL,
    )
