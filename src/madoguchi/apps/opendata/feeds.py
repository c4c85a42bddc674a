"""The changes feed as Atom (RFC 4287), for readers that know feeds and nothing of this API."""

from collections.abc import Sequence
from xml.etree import ElementTree

from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import ChangeRecord, Stamp

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_WORDS = {"created": "新しい制度", "updated": "内容の変更", "withdrawn": "取り下げ"}


def atom(base: str, stamp: Stamp) -> bytes:
    """Return the newest changes as an Atom document, newest first."""
    records = registry.change_records(since=0, limit=MOST_ENTRIES, newest=True)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "ja"})
    _add(feed, "title", "制度の変更（Madoguchi 窓口）")
    _add(feed, "id", f"{base}/api/v1/changes.atom")
    _add(feed, "updated", stamp.changed_at.isoformat())
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{base}/api/v1/changes.atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/open/"})
    author = ElementTree.SubElement(feed, "author")
    _add(author, "name", "Madoguchi")
    _add(feed, "rights", "CC BY 4.0")
    _entries(feed, base, records)
    text = str(ElementTree.tostring(feed, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


def _entries(feed: ElementTree.Element, base: str, records: Sequence[ChangeRecord]) -> None:
    for record in records:
        change = record.change
        entry = ElementTree.SubElement(feed, "entry")
        _add(entry, "title", f"{record.name.ja}：{_WORDS[change.kind]}")
        _add(entry, "id", f"{base}/api/v1/changes#{change.sequence}")
        _add(entry, "updated", change.at.isoformat())
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/programmes/{change.programme_id}/"})
        ElementTree.SubElement(entry, "category", {"term": record.kind})


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
