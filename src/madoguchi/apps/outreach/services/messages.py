"""A message out of items: one text in each language with reason, day, what to do and until when; the notice of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import translation

from madoguchi.apps.notifications.contracts import Lane, Notice
from madoguchi.apps.outreach import reasons, terms
from madoguchi.apps.outreach.models import Enrolment, Sent
from madoguchi.apps.outreach.services.common import SOURCE, vocabulary
from madoguchi.apps.outreach.services.looks import Look
from madoguchi.apps.outreach.subjects import HOUSEHOLD
from madoguchi.apps.registry.contracts import ProgrammeView, Text
from madoguchi.engines.planning.model import Item

TEMPLATE = "outreach-programmes"
_LABELS = {
    "ja": ("理由：", "することは：", "申込みの期間："),
    "en": ("Why: ", "What to do: ", "When to apply: "),
    "easy": ("理由：", "すること：", "もうしこみ："),
}
_BULLETS = {"ja": "・{name}", "en": "- {name}", "easy": "・{name}"}
_WHOM = {"ja": "（{whom}）", "en": " ({whom})", "easy": "（{whom}）"}
_NUMBERS = {"ja": "{n}件", "en": "{n}", "easy": "{n}つ"}


def notice_of(message: Sent, enrolment: Enrolment, items: Sequence[Item], look: Look, now: datetime) -> Notice:
    """Return the notice of a message. Its key is the person and the day: a second try changes nothing."""
    with translation.override("ja"):
        link = reverse("outreach:message", args=[message.pk])
    return Notice(
        key=f"{SOURCE}:{enrolment.pk}:{message.on.isoformat()}",
        account_id=enrolment.account_id,
        template=TEMPLATE,
        values={
            "programmes": {language: _text(items, look, language) for language in terms.LANGUAGES},
            "count": {language: _NUMBERS[language].format(n=len(items)) for language in terms.LANGUAGES},
        },
        link=link,
        lane=Lane.OFFER,
        topic=_topic(items, look),
        source=SOURCE,
        reference=str(message.pk),
    )


def _text(items: Iterable[Item], look: Look, language: str) -> str:
    return "\n\n".join(_paragraph(item, look, language) for item in items)


def _paragraph(item: Item, look: Look, language: str) -> str:
    view, (why, what, when) = look.book.views[item.programme], _LABELS[language]
    name = in_language(view.name, language)
    about = reasons.child_words(item.about, look.matched) if item.about != HOUSEHOLD else None
    head = _BULLETS[language].format(name=name)
    if about:
        head += _WHOM[language].format(whom=about[language])
    line = reasons.reason_line(item, look.matched, look.book, vocabulary(), today=look.today)[language]
    return "\n".join(
        [
            head,
            f"{why}{line}",
            f"{what}{in_language(view.how, language)}",
            f"{when}{in_language(view.window, language)}",
        ]
    )


def in_language(text: Text, language: str) -> str:
    """Return a registry's text in a language of messages."""
    return text.in_language("ja-easy" if language == "easy" else language)


def _topic(items: Iterable[Item], look: Look) -> str:
    """Return the topic that all items share and the person chose; empty when there is none."""
    shared = set(look.chosen)
    for item in items:
        shared &= look.known.topics_of(_view(look, item))
    return min(shared, default="")


def _view(look: Look, item: Item) -> ProgrammeView:
    return look.book.views[item.programme]
