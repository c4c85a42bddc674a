"""What may cross the door of procedures: one version of a procedure, bundles, a page of a form ready to be drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.engines.forms import Form

MUNICIPALITY = "municipality"
"""The authority that stands for the applicant's own municipality."""
_KEYS = {"en": "en", "ja-easy": "easy"}


class UnknownProcedure(LookupError):
    """There is no such procedure, no such version, or nothing of it is in force yet."""


class UnknownBundle(LookupError):
    """There is no such bundle."""


def in_language(text: Mapping[str, str] | None, language: str) -> str:
    """Return a text {ja, en, easy} for `ja`, `en` or `ja-easy`, falling back to Japanese; "" for nothing."""
    if not text:
        return ""
    return text.get(_KEYS.get(language, "ja")) or text.get("ja", "")


@dataclass(frozen=True, slots=True, eq=False)
class ProcedureView:
    """One version of a procedure. `record` is the whole record in the pack's form (docs/packs.md).

    A version is built once in a process and equals only itself, so that what follows from it may be kept beside it.
    """

    id: str
    version: int
    record: Mapping[str, Any]
    form: Form
    kind: str
    """application | notification | benefit | subsidy | permit"""
    subject: str
    """person | business"""
    level: str
    """Strength of sign-in: email | passkey | card."""
    authority: str
    """Organisation id, or `municipality`: see `organisation_for`."""
    programme: str
    """Programme of the registry, or "" when there is none."""
    documents: tuple[Mapping[str, Any], ...]
    fees: tuple[Mapping[str, Any], ...]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    deadline: Mapping[str, Any] | None
    clock: Mapping[str, Any]
    checks: tuple[Mapping[str, Any], ...]
    decision: Mapping[str, Any]
    retention_years: int
    paper: Mapping[str, Any]
    effective_from: date
    published_at: datetime | None
    origin: str
    """pack | editor"""
    document_names: Mapping[str, Mapping[str, str]]
    """Id → {ja, en} of the documents that the record names."""

    def name(self, language: str = "ja") -> str:
        """Return the name in a language (`ja`, `en`, `ja-easy`)."""
        return in_language(self.record["name"], language)

    def text(self, key: str, language: str = "ja") -> str:
        """Return a text of the record by its dotted key, such as `summary` or `deadline.text`; "" when there is none."""
        value: Any = self.record
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return in_language(value, language) if isinstance(value, Mapping) else str(value or "")

    def document_name(self, document_id: str, language: str = "ja") -> str:
        """Return the name of a document; its id when the pack knows no name."""
        return in_language(self.document_names.get(document_id), language) or document_id


@dataclass(frozen=True, slots=True)
class BundleView:
    """Procedures of one event of life. `items` are the records of bundles.yaml in an order that respects what needs what."""

    id: str
    life_event: str
    subject: str
    record: Mapping[str, Any]
    ask_first: tuple[str, ...]
    items: tuple[Mapping[str, Any], ...]

    def name(self, language: str = "ja") -> str:
        """Return the name in a language."""
        return in_language(self.record["name"], language)

    def summary(self, language: str = "ja") -> str:
        """Return the summary in a language."""
        return in_language(self.record["summary"], language)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where the value of a field comes from, to be shown beside it. `value` is already in words."""

    value: str
    source: str
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice."""

    value: str
    label: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """One of the three inputs of a date."""

    name: str
    id: str
    label: str
    value: str
    maxlength: int
    autocomplete: str


@dataclass(frozen=True, slots=True)
class FileView:
    """An uploaded file as the room that keeps it calls it; `remove` is the value of its remove button, "" for none."""

    name: str
    size: str = ""
    state: str = ""
    remove: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a repeated group."""

    index: int
    path: str
    legend: str
    widgets: tuple["Widget", ...]
    removable: bool


@dataclass(frozen=True, slots=True)
class Widget:
    """One question ready to be drawn."""

    path: str
    name: str
    id: str
    kind: str
    control: str
    """input | textarea | date | select | radios | checkboxes | file | group | read_only"""
    label: str
    hint: str
    required: bool
    value: str = ""
    input_type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    maxlength: int | None = None
    unit: str = ""
    options: tuple[OptionView, ...] = ()
    parts: tuple[PartView, ...] = ()
    errors: tuple[str, ...] = ()
    note: SourceNote | None = None
    """Read-only: the value is shown with its source and not asked."""
    offered: SourceNote | None = None
    """The input is filled with this value, which may be changed."""
    files: tuple[FileView, ...] = ()
    items: tuple[ItemView, ...] = ()
    add_label: str = ""
    """Words of the button that adds an item; "" when no more may be added."""
    described_by: str = ""

    @property
    def first_id(self) -> str:
        """Return the id that a link of the error summary points at: the first thing that can have the focus."""
        if self.parts:
            return self.parts[0].id
        return self.options[0].id if self.options and self.control in {"radios", "checkboxes"} else self.id


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """One line of the summary of errors."""

    path: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of a form ready to be drawn by `procedures/_page.html`."""

    id: str
    title: str
    widgets: tuple[Widget, ...]
    errors: tuple[ErrorLink, ...] = ()

    @property
    def has_files(self) -> bool:
        """Tell whether the form must be sent as multipart/form-data."""
        return any(widget.control == "file" for widget in self.widgets)


@dataclass(frozen=True, slots=True)
class Line:
    """One answer in words."""

    path: str
    label: str
    words: tuple[str, ...]
    """One entry per line; empty when nothing was answered."""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Answers of one page of a form in words; `page_id` is what a change link points at."""

    page_id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class GroupButton:
    """Which button of a repeated group was pressed on a page."""

    action: str
    """add | remove"""
    group: str
    index: int = -1


@dataclass(frozen=True, slots=True)
class ProcedurePublished:
    """Event: a version of a procedure was published; it may come into force later."""

    procedure_id: str
    version: int
    organisation_id: str
    effective_from: str
