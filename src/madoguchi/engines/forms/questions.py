"""Reads single questions of the bank: kind, words, options, limits, and the questions of a group."""

import re
from collections.abc import Mapping
from typing import Any

from madoguchi.engines.forms.language.ast import TRUE, Condition, Expression
from madoguchi.engines.forms.language.reading import Reader
from madoguchi.engines.forms.limits import ITEM_LIMIT, NUMBER_LIMIT, TEXT_LIMIT
from madoguchi.engines.forms.model import Defect, Field, Group, Kind, Option, Text

_KEY = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)*")
_INNER_KEY = re.compile(r"[a-z0-9][a-z0-9_]*")
_NESTED_REPEAT = re.compile(r"\([^()]*[+*][^()]*\)\s*[+*{]")
"""A repeated part that repeats inside itself: matching it can take exponential time (CWE-1333)."""
ABOUT = ("applicant", "household", "child", "business")
SIZES = {
    "minLength": TEXT_LIMIT,
    "maxLength": TEXT_LIMIT,
    "minItems": ITEM_LIMIT,
    "maxItems": ITEM_LIMIT,
}
NUMBERS = ("minimum", "maximum", "multipleOf")
NOTES = ("format", "examples", "description", "$comment")
OPTION_LIMIT = 2_000


class QuestionReader:
    """Reads questions and adds their defects to the list of the form."""

    def __init__(self, defects: list[Defect], language: Reader) -> None:
        """Keep the list and the reader of conditions."""
        self.defects, self.language = defects, language

    def field(self, key: str, data: Mapping[str, Any], place: str, *, inner: bool = False) -> Field:
        """Return the question; a text question after noting that the kind is unknown."""
        if not (_INNER_KEY if inner else _KEY).fullmatch(key):
            self._defect(place, f"{key!r} is no key", "Use small letters, digits and _; dots only outside a group")
        kind = self._kind(data.get("kind"), place)
        if kind is Kind.GROUP and inner:
            self._defect(place, "a group inside a group", "Ask about the inner items in a group of their own")
        return Field(
            key=key,
            kind=kind,
            label=self.text(data.get("label"), f"{place}.label"),
            hint=self.text(data["hint"], f"{place}.hint") if data.get("hint") else {},
            schema=self._schema(data.get("schema", {}), f"{place}.schema"),
            options=self._options(kind, data.get("options", []), f"{place}.options"),
            attribute=self._word(data, "attribute", place),
            about=self._about(data.get("about", "applicant"), place),
            required=self._condition(data, "required", place),
            show_if=self._condition(data, "show_if", place),
            calculate=self._calculation(kind, data, place),
            group=self._group(data.get("group"), f"{place}.group") if kind is Kind.GROUP and not inner else None,
            seconds=self._whole(data.get("seconds", 10), f"{place}.seconds", 3_600),
            autocomplete=self._word(data, "autocomplete", place),
            sensitive=data.get("sensitive") is True,
            paper=self._paper(data.get("paper", []), f"{place}.paper"),
        )

    def text(self, data: Any, place: str) -> Text:
        """Return words in ja and en, and in easy Japanese where given."""
        if not isinstance(data, Mapping):
            self._defect(place, "the words are missing", "Write ja and en, and easy for residents")
            return {}
        for language in ("ja", "en"):
            if not isinstance(data.get(language), str) or not data[language].strip():
                self._defect(place, f"the words in {language} are missing", f"Write {language}")
        return {str(language): str(words) for language, words in data.items() if words}

    def _kind(self, data: Any, place: str) -> Kind:
        try:
            return Kind(data)
        except ValueError:
            self._defect(f"{place}.kind", f"{data!r} is no kind", f"Use one of {', '.join(Kind)}")
            return Kind.TEXT

    def _options(self, kind: Kind, data: Any, place: str) -> tuple[Option, ...]:
        chooses = kind in (Kind.CHOICE, Kind.CHOICES)
        if not isinstance(data, list | tuple) or bool(data) is not chooses or len(data) > OPTION_LIMIT:
            remedy = "List value and label of every option" if chooses else "Leave options out, or use kind choice"
            self._defect(place, "the options do not fit the kind", remedy)
            return ()
        options = tuple(self._option(option, f"{place}[{i}]") for i, option in enumerate(data))
        if len({option.value for option in options}) < len(options):
            self._defect(place, "two options have the same value", "Give each option its own value")
        return options

    def _option(self, data: Any, place: str) -> Option:
        value = data.get("value") if isinstance(data, Mapping) else None
        if not isinstance(value, str) or not 0 < len(value) <= 200:
            self._defect(place, f"{value!r} is no value of an option", "Write the value as text, in quotation marks")
        return Option(str(value), self.text(data.get("label") if isinstance(data, Mapping) else None, f"{place}.label"))

    def _group(self, data: Any, place: str) -> Group:
        if not isinstance(data, Mapping) or not isinstance(data.get("fields"), Mapping) or not data["fields"]:
            self._defect(place, "the group has no questions", "Write item and fields")
            return Group(0, 1, {}, "", {})
        low = self._whole(data.get("min", 0), f"{place}.min", ITEM_LIMIT)
        high = self._whole(data.get("max", ITEM_LIMIT), f"{place}.max", ITEM_LIMIT)
        if low > high or high < 1:
            self._defect(place, f"between {low} and {high} items is impossible", "Correct min and max")
        fields = {
            str(key): self.field(str(key), inner if isinstance(inner, Mapping) else {}, f"{place}.{key}", inner=True)
            for key, inner in data["fields"].items()
        }
        return Group(low, high, self.text(data.get("item"), f"{place}.item"), self._word(data, "each", place), fields)

    def _calculation(self, kind: Kind, data: Mapping[str, Any], place: str) -> Expression | None:
        if data.get("calculate") is None:
            return None
        if kind in (Kind.GROUP, Kind.FILE, Kind.CHOICES):
            self._defect(f"{place}.calculate", f"a {kind.value} is not calculated", "Ask for it instead")
        return self.language.expression(data["calculate"], f"{place}.calculate")

    def _condition(self, data: Mapping[str, Any], name: str, place: str) -> Condition:
        return self.language.condition(data[name], f"{place}.{name}") if name in data else TRUE

    def _schema(self, data: Any, place: str) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self._defect(place, "the schema is no mapping", "Write keywords of JSON Schema with their values")
            return {}
        for name, value in data.items():
            if name in SIZES:
                self._whole(value, f"{place}.{name}", SIZES[name])
            elif name in NUMBERS:
                self._number(value, f"{place}.{name}", lowest=1 if name == "multipleOf" else -NUMBER_LIMIT)
            elif name == "pattern":
                self._pattern(value, f"{place}.pattern")
            elif name not in NOTES and not str(name).startswith("x-"):
                self._defect(f"{place}.{name}", "the keyword is not supported", f"Use {', '.join((*SIZES, *NUMBERS))}")
        return dict(data)

    def _pattern(self, data: Any, place: str) -> None:
        try:
            re.compile(data)
        except (re.error, TypeError) as error:
            self._defect(place, f"{data!r} is no regular expression: {error}", "Correct it")
            return
        if len(data) > 500 or _NESTED_REPEAT.search(data):
            self._defect(
                place, "the expression can take very long to match", "Write it without a repeat inside a repeat"
            )

    def _number(self, data: Any, place: str, *, lowest: int) -> None:
        if not isinstance(data, int) or isinstance(data, bool) or not lowest <= data <= NUMBER_LIMIT:
            self._defect(place, f"{data!r} is no whole number from {lowest}", "Write a whole number")

    def _whole(self, data: Any, place: str, highest: int) -> int:
        if isinstance(data, int) and not isinstance(data, bool) and 0 <= data <= highest:
            return data
        self._defect(place, f"{data!r} is no whole number from 0 to {highest}", "Write such a number")
        return 0

    def _about(self, data: Any, place: str) -> str:
        if data not in ABOUT:
            self._defect(f"{place}.about", f"{data!r} is nobody", f"Use one of {', '.join(ABOUT)}")
        return str(data)

    def _word(self, data: Mapping[str, Any], name: str, place: str) -> str:
        value = data.get(name) or ""
        if not isinstance(value, str):
            self._defect(f"{place}.{name}", f"{value!r} is no text", "Write a text")
        return str(value)

    def _paper(self, data: Any, place: str) -> tuple[str, ...]:
        values = [data] if isinstance(data, str) else data
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            self._defect(place, "the items of the paper are no list of ids", "Write [p1, p2]")
            return ()
        return tuple(values)

    def _defect(self, place: str, message: str, remedy: str) -> None:
        self.defects.append(Defect(place, message, remedy))
