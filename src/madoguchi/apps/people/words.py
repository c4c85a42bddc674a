"""Facts, roles and sources in the reader's words. It formats what it is given and reads nothing."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.people import vocabulary
from madoguchi.apps.people.contracts import FactValue, Method, Role
from madoguchi.apps.people.vocabulary import MUNICIPALITY, FactKind, Spec
from madoguchi.apps.registry import api as registry
from madoguchi.engines.calendars import to_wareki
from madoguchi.engines.eligibility import Band


def label(spec: Spec) -> str:
    """Return how an attribute is called."""
    return (spec.en or spec.name) if get_language() == "en" else spec.ja


def attribute_names() -> list[tuple[str, str]]:
    """Return every attribute with its words in the reader's language."""
    return [(spec.name, label(spec)) for spec in vocabulary.specs().values()]


def value_in_words(attribute: str, given: FactValue | None) -> str:
    """Return a value of an attribute in words; of one that the pack does not list, as it is."""
    return value(given, vocabulary.specs().get(attribute))


def value(given: FactValue | None, spec: Spec | None) -> str:
    """Return a value in words."""
    if isinstance(given, bool):
        return _("はい") if given else _("いいえ")
    if isinstance(given, Band):
        low, high = (_number(end, spec) if end is not None else "" for end in (given.low, given.high))
        return f"{low}–{high}"
    if isinstance(given, int):
        return _number(given, spec)
    if isinstance(given, date):
        return day(given)
    if isinstance(given, Mapping):
        return "、".join(f"{name} {count}" for name, count in given.items()) or _("なし")
    if isinstance(given, frozenset):
        return "、".join(sorted(given)) or _("なし")
    return option(given, spec) if given is not None else ""


def day(given: date) -> str:
    """Return a day as the reader writes it: 1990年5月6日（平成2年）, or 1990-05-06."""
    if get_language() == "en":
        return given.isoformat()
    era = to_wareki(given).split("年")[0]
    return f"{given.year}年{given.month}月{given.day}日（{era}年）"


def _number(number: int, spec: Spec | None) -> str:
    grouped = f"{number:,}"
    return _("%(n)s円") % {"n": grouped} if spec is not None and spec.kind is FactKind.YEN else grouped


def option(name: str, spec: Spec | None) -> str:
    """Return one value of an enum in words."""
    english = get_language() == "en"
    if spec is not None and spec.name == MUNICIPALITY:
        found = {item.code: item.en if english else item.ja for item in registry.municipalities()}
        return found.get(name, name)
    words = (spec.labels or {}).get("en" if english else "ja", {}) if spec is not None else {}
    return words.get(name, name)


def role(given: Role) -> str:
    """Return a role (続柄) in words."""
    return {
        Role.HEAD: _("世帯主"),
        Role.SPOUSE: _("配偶者"),
        Role.CHILD: _("子"),
        Role.GRANDCHILD: _("孫"),
        Role.PARENT: _("親"),
        Role.SIBLING: _("きょうだい"),
        Role.OTHER: _("そのほかの世帯員"),
    }[given]


def method(given: Method) -> str:
    """Return how a fact came here, in words."""
    return {
        Method.SELF: _("自分で申告"),
        Method.STAFF: _("職員が書類で確認"),
        Method.REGISTRY: _("公的な台帳から"),
        Method.CREDENTIAL: _("サインインのときに確認"),
    }[given]
