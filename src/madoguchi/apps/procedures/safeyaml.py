"""Reads YAML that somebody typed: only plain data, no aliases, no tags, bounded in size and depth; errors name the line."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from madoguchi.core.packs import plain

MAX_SIGNS = 400_000
MAX_DEPTH = 40
MAX_NODES = 50_000


class Unreadable(Exception):
    """The text is no YAML that is taken; `line` counts from 1, 0 when the place is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases and tags, which stops at limits of depth and number."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = self.nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call] # yaml has no types here
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(_("別名（& と *）は使えません。同じ内容を書いてください。"), line)
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise Unreadable(_("タグ（!）は使えません。消してください。"), line)
        self.depth, self.nodes = self.depth + 1, self.nodes + 1
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unreadable(_("入れ子が深すぎるか、項目が多すぎます。短くしてください。"), line)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [child.value for child, _value in node.value if isinstance(child, yaml.ScalarNode)]
        doubled = next((child for child, _value in node.value if names.count(child.value) > 1), None)
        if doubled is not None:
            words = _("「%(name)s」が同じ場所に2回あります。1つにしてください。") % {"name": str(doubled.value)[:60]}
            raise Unreadable(words, doubled.start_mark.line + 1)
        return super().construct_mapping(node, deep)


def read(text: str) -> Any:
    """Return the data of a text as JSON values (dates as ISO text); raise `Unreadable` with the line."""
    if len(text) > MAX_SIGNS:
        raise Unreadable(_("文章が長すぎます。%(limit)s字までにしてください。") % {"limit": f"{MAX_SIGNS:,}"})
    try:
        loader = _Loader(text)
        try:
            return plain(loader.get_single_data())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise Unreadable(
            _("YAMLとして読み取れません。字下げと記号を確かめてください。"), mark.line + 1 if mark else 0
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable(_("YAMLとして読み取れません。使えない記号があります。")) from None


def write(record: Any) -> str:
    """Return data as YAML in the order of its keys, Japanese readable."""
    return str(yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=120))


def line_of(text: str, place: str) -> int:
    """Return the line on which a place of a record (`form.pages.0.title`) stands in a text, 0 when it is not found."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return 0
    line = node.start_mark.line + 1 if node else 0
    for part in place.replace("[", ".").replace("]", "").split("."):
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return int(line)


def _child(node: Any, part: str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        if part.isdecimal() and int(part) < len(node.value):
            child = node.value[int(part)]
            return child.start_mark.line + 1, child
        for child in node.value:
            named = (
                [value.value for key, value in getattr(child, "value", []) if getattr(key, "value", "") == "id"]
                if isinstance(child, yaml.MappingNode)
                else []
            )
            if part in named:
                return child.start_mark.line + 1, child
    return None
