"""What a form is made of: questions with their kinds, groups, pages, rules; and what can be wrong with either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from madoguchi.engines.forms.language.ast import TRUE, Condition, Expression

Text = Mapping[str, str]
"""Language (ja, en, easy = やさしい日本語) -> words."""


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONGTEXT = "longtext"
    KANA = "kana"
    DATE = "date"
    MONTH = "month"
    TIME = "time"
    INTEGER = "integer"
    YEN = "yen"
    DECIMAL = "decimal"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    POSTAL_CODE = "postal_code"
    PHONE = "phone"
    EMAIL = "email"
    FILE = "file"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Group:
    """A repeated set of questions, such as one per child; `each` names what one item is about."""

    min: int
    max: int
    item: Text
    each: str
    fields: Mapping[str, "Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `seconds` is the typical time to type the answer; `about` says whose fact it is."""

    key: str
    kind: Kind
    label: Text
    hint: Text = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    attribute: str = ""
    about: str = "applicant"
    required: Condition = TRUE
    show_if: Condition = TRUE
    calculate: Expression | None = None
    group: Group | None = None
    seconds: int = 10
    autocomplete: str = ""
    sensitive: bool = False
    paper: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A check over several answers. It is broken when `check` is false; an unknown check is not broken.

    `at` is the question that shows the message; `group.inner` (or `group[].inner`) checks every item of a group by itself.
    """

    id: str
    check: Condition
    at: str
    message: Text


@dataclass(frozen=True, slots=True)
class Page:
    """Questions asked at once."""

    id: str
    title: Text
    show_if: Condition
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A versioned form: pages in order, every question by its key, and rules over the whole."""

    id: str
    version: int
    pages: tuple[Page, ...]
    fields: Mapping[str, Field]
    rules: tuple[Rule, ...] = ()

    def page(self, page_id: str) -> Page:
        """Return a page; KeyError when there is none of that id."""
        for page in self.pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an answer; `params` are values for the sentence, `raw` among them is what was typed."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with the description of a form: where, what, and what to do."""

    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """Return the defect as one sentence."""
        return f"{self.place}: {self.message}. {self.remedy}"


class FormError(ValueError):
    """A form cannot be used as it is written; carries every defect found."""

    def __init__(self, problems: Sequence[Defect]) -> None:
        """Keep the defects."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
