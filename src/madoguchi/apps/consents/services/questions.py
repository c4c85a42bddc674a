"""Writes of questions: a person asks about one access to her facts, the organisation answers. Both are final."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from madoguchi.apps.consents.contracts import AccessQuestionAnswered
from madoguchi.apps.consents.models import AccessEntry, AccessQuestion
from madoguchi.core import audit, events
from madoguchi.core.permissions import Actor, NotPermitted, Permission


class QuestionInvalid(Exception):
    """A question or an answer that cannot be taken; says what to do."""


@transaction.atomic
def ask(actor: Actor, subject_id: str, entry_id: str, *, text: str, now: datetime) -> AccessQuestion:
    """Send a question about an access to one's own facts; asked again, the first question stays."""
    visible = Q(hidden_until=None) | Q(hidden_until__lte=now)
    entry = AccessEntry.objects.filter(visible, pk=entry_id, subject_id=subject_id).first()
    if entry is None:
        raise QuestionInvalid("There is no such access to your data. Choose one from the list.")
    if not text.strip():
        raise QuestionInvalid("The question is empty. Write what you want to know.")
    held = AccessQuestion.objects.filter(entry=entry).first()
    return held or _put(actor, entry, text.strip()[:1000], now)


def _put(actor: Actor, entry: AccessEntry, text: str, now: datetime) -> AccessQuestion:
    """Keep a question; when another call was faster, that one's question stays."""
    question = AccessQuestion(entry=entry, organisation_id=entry.organisation_id, asked_at=now)
    question.put_words(text=text)
    try:
        with transaction.atomic():
            question.save(force_insert=True)
    except IntegrityError:
        return AccessQuestion.objects.get(entry=entry)
    _note(actor, question, "access.ask")
    return question


@transaction.atomic
def answer(actor: Actor, question_id: int, *, text: str, now: datetime) -> AccessQuestion:
    """Answer a question that was put to the actor's organisation; a second answer changes nothing."""
    question = AccessQuestion.objects.select_for_update(of=("self",)).select_related("entry").get(pk=question_id)
    if not may_answer(actor, question.organisation_id):
        raise NotPermitted(Permission.READ_AUDIT, question.organisation_id)
    if question.answered_at is not None:
        return question
    if not text.strip():
        raise QuestionInvalid("The answer is empty. Say who looked, and what for.")
    question.put_words(text=question.text, answer=text.strip()[:2000])
    question.answered_by = actor.id
    question.answered_at = now
    question.save(update_fields=["sealed", "key", "answered_by", "answered_at"])
    _note(actor, question, "access.answer")
    events.publish(
        AccessQuestionAnswered(
            question_id=question.pk,
            organisation_id=question.organisation_id,
            subject_kind=question.entry.subject_kind,
            subject_id=question.entry.subject_id,
            at=now.isoformat(),
        )
    )
    return question


def may_answer(actor: Actor, organisation_id: str) -> bool:
    """Tell whether the actor may see and answer questions put to that organisation."""
    return actor.may(Permission.READ_AUDIT, organisation_id) or actor.may(Permission.READ_PEOPLE, organisation_id)


def _note(actor: Actor, question: AccessQuestion, action: str) -> None:
    audit.record(
        actor=actor,
        organisation_id=question.organisation_id,
        action=action,
        object_kind="access-question",
        object_id=str(question.pk),
    )
