"""The finder's page: one question at a time, three lists beside it. Answers travel in the form and are never stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from madoguchi.apps.registry import finder, queries
from madoguchi.core.access import public
from madoguchi.engines.eligibility import MARK, MAX_CHILDREN, Household, Question

MAX_VALUES = 200
MAX_LENGTH = 40
FIRST_ROWS = 4
Answers = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question in the language of the page."""

    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The options about one person: `mark` ends the names and values of its fields, `label` says whose they are."""

    mark: str
    label: str
    options: list[Option]


@csrf_exempt  # the page only calculates: nothing is written and no cookie is needed
@public
def page(request: HttpRequest) -> HttpResponse:
    """Show the next question and the lists for the answers given so far."""
    known = {record["id"]: record for record in queries.part("questions")}
    answers = _answers(request, known)
    language = "en" if get_language() == "en" else "ja"
    found = finder.find(answers, today=timezone.localdate(), language=language)
    question = found.question
    context: dict[str, Any] = {
        "found": found,
        "answers": [(key, value) for key, values in answers.items() for value in values if not _is_open(key, question)],
        "done": _summary(answers, known),
        "lists": _lists(found),
    }
    if question is not None:
        record = known[question.id]
        context |= {
            "question": question,
            "record": record,
            "texts": _texts(record),
            "groups": _groups(question, record, found.household, answers.get(question.id, ())),
            "none": _none_label(record),
            "municipalities": queries.municipalities() if question.kind == "municipality" else [],
            "rows": range(FIRST_ROWS),
            "more_rows": range(FIRST_ROWS, MAX_CHILDREN),
            "error": found.errors.get(question.id, ""),
            "today": timezone.localdate().isoformat(),
        }
    return render(request, "registry/finder/finder.html", context)


def _is_open(key: str, question: Question | None) -> bool:
    return question is not None and key == question.id


def _answers(request: HttpRequest, known: Mapping[str, Any]) -> Answers:
    """Read the answers from the form; what is too long, too many or for an unknown question is left out."""
    answers: Answers = {}
    for name, values in request.POST.lists():
        key, mark, child = name.removeprefix("q.").partition(MARK)
        if name.startswith("q.") and key in known:
            given = tuple(value[:MAX_LENGTH] + mark + child[:2] for value in values if value)
            answers[key] = (*answers.get(key, ()), *given)[:MAX_VALUES]
    current = request.POST.get("current", "")
    if current in known:
        if request.POST.get("skip"):
            answers[current] = (finder.SKIP,)
        elif request.POST.get("none") or not answers.get(current):
            kind = known[current]["kind"]
            answers[current] = ("none",) if request.POST.get("none") or kind == "checklist" else (finder.SKIP,)
    again = request.POST.get("again", "")
    if again in answers:
        del answers[again]
    if "children" in (again, current):  # other children: what was said of each child by its place no longer fits
        answers = {key: values for key, values in answers.items() if not any(MARK in value for value in values)}
    return answers


def _language_key() -> str:
    return {"en": "en", "ja-easy": "easy"}.get(get_language() or "ja", "ja")


def _texts(record: Mapping[str, Any]) -> Mapping[str, str]:
    texts: Mapping[str, str] = record.get(_language_key()) or record["ja"]
    return texts


def _options(record: Mapping[str, Any], chosen: Iterable[str]) -> list[Option]:
    if record["kind"] == "yes_no":
        return [Option("yes", _("はい"), "yes" in chosen), Option("no", _("いいえ"), "no" in chosen)]
    seen: dict[str, Option] = {}
    for item in record["sets"]:
        if item.get("option") and item["option"] not in seen:
            label = item.get(_language_key()) or item.get("ja", item["option"])
            seen[item["option"]] = Option(item["option"], label, item["option"] in chosen)
    return list(seen.values())


def _groups(question: Question, record: Mapping[str, Any], household: Household, chosen: Iterable[str]) -> list[Group]:
    """Return the options once, or once for every child where the question is about each of several."""
    children = household.children
    if not question.each_child or len(children) < 2:
        return [Group("", "", _options(record, chosen))]
    born = [child.facts.get("生年月日") for child in children]
    names = [_("%(n)s人目のお子さん（%(born)s生まれ）") % {"n": n + 1, "born": day} for n, day in enumerate(born)]
    return [Group(f"{MARK}{n}", name, _options(record, _of_child(n, chosen))) for n, name in enumerate(names)]


def _of_child(number: int, chosen: Iterable[str]) -> list[str]:
    return [value.partition(MARK)[0] for value in chosen if value.endswith(f"{MARK}{number}")]


def _none_label(record: Mapping[str, Any]) -> str:
    none = record.get("none")
    if none:
        return str(none.get(_language_key()) or none["ja"])
    return _("どれもあてはまらない") if record["kind"] == "checklist" else ""


def _summary(answers: Answers, known: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (question id, question, answer in words) of what was answered, so that it can be changed."""
    return [(key, _texts(known[key])["text"], _in_words(known[key], values)) for key, values in answers.items()]


def _in_words(record: Mapping[str, Any], values: tuple[str, ...]) -> str:
    if finder.SKIP in values:
        return _("答えていません")
    if "none" in values:
        return _none_label(record) or _("なし")
    names = {option.id: option.label for option in _options(record, ())}
    names |= {item.code: item.en if get_language() == "en" else item.ja for item in queries.municipalities()}
    return "、".join(_one_in_words(value, names) for value in values)


def _one_in_words(value: str, names: Mapping[str, str]) -> str:
    option, mark, child = value.partition(MARK)
    label = names.get(option, option)
    return _("%(n)s人目：%(answer)s") % {"n": int(child) + 1, "answer": label} if mark and child.isdecimal() else label


def _lists(found: finder.FinderPage) -> list[tuple[str, str, Any, bool]]:
    return [
        ("yes", _("対象"), found.eligible, True),
        ("maybe", _("対象の可能性"), found.possible, found.answered > 0),
        ("no", _("対象外"), found.ineligible, False),
    ]
