"""Reads what is known about an applicant and her children through the one door, anew each time it is asked.

Nothing is kept here and nothing is logged: only herself, or who lawfully acts for her, sees it. Sending is logged elsewhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.applications import known, subjects
from madoguchi.apps.applications.content import content_of
from madoguchi.apps.applications.contracts import Applicant, DraftState, Known, Standing
from madoguchi.apps.applications.conversation import Talk
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.cases import api as cases
from madoguchi.apps.consents import api as consents
from madoguchi.apps.people import api as people
from madoguchi.engines import forms

EARLIER_DRAFTS = 5
STAYING = frozenset({"applicant", "business"})
"""First parts of the keys of questions about the applicant herself, who is a person or a business."""
MUNICIPALITY = "自治体コード"
"""Tells which office is in charge, whether or not it is asked."""


def facts_for(applicant: Applicant, talk: Talk, wards: Sequence[str], now: datetime) -> known.Facts:
    """Return the facts that fill the questions of a conversation; `wards` are the chosen children.

    A child that is none of the applicant's on that day has no facts here.
    """
    own, of_children = known.attributes_of(talk.form)
    documents = tuple(name for view in talk.views for item in view.documents for name in item.get("confirmed_by", ()))
    checks = tuple(check["attribute"] for view in talk.views for check in view.checks if check["kind"] == "fact")
    wanted = tuple(dict.fromkeys((*own, *documents, *checks, MUNICIPALITY)))
    return known.Facts(
        own=_own(applicant, talk, wanted, now),
        wards=_of_children(applicant, wards, of_children, now),
        earlier=earlier_answers(applicant, talk.form),
    )


def _own(
    applicant: Applicant, talk: Talk, attributes: Sequence[str], now: datetime
) -> Mapping[str, consents.DisclosedFact]:
    if not attributes:
        return {}
    kind = consents.SubjectKind(applicant.subject_kind)
    found: list[consents.DisclosedFact] = []
    names = {cases.delegated_name(applicant, view, timezone.localdate(now)) for view in talk.views}
    for name in sorted(names) if applicant.acting_for else [""]:
        try:
            found += consents.own_facts(
                applicant.account_id, applicant.subject_id, attributes, now, kind=kind, procedure_id=name
            )
        except consents.NotOwn:
            continue
    return known.by_attribute(found)


def _of_children(
    applicant: Applicant, wards: Sequence[str], attributes: Sequence[str], now: datetime
) -> Mapping[str, Mapping[str, consents.DisclosedFact]]:
    children = subjects.children_by_name(applicant, timezone.localdate(now)) if wards and attributes else {}
    return {
        child: known.by_attribute(consents.own_facts(applicant.account_id, child, attributes, now))
        for child in dict.fromkeys(wards)
        if child in children
    }


def all_facts(applicant: Applicant, attributes: Sequence[str], now: datetime) -> known.Facts:
    """Return facts of an applicant who acts for herself and of all her minor children, to see what concerns them."""
    if applicant.acting_for or not attributes:
        return known.Facts()
    kind = consents.SubjectKind(applicant.subject_kind)
    own = consents.own_facts(applicant.account_id, applicant.subject_id, attributes, now, kind=kind)
    children = tuple(subjects.children_by_name(applicant, timezone.localdate(now)))
    return known.Facts(known.by_attribute(own), _of_children(applicant, children, attributes, now))


def earlier_answers(applicant: Applicant, form: forms.Form) -> dict[str, Known]:
    """Return what the applicant told of herself in her latest applications by key, the newest first.

    Never sensitive answers, and nothing that belongs to one occasion: another child, an event, a declaration, a yes or no.
    """
    rows = Draft.objects.filter(
        account_id=applicant.account_id, subject_id=applicant.subject_id, state=DraftState.SUBMITTED
    )
    found: dict[str, Known] = {}
    for row in rows.exclude(sealed=None).order_by("-changed_at")[:EARLIER_DRAFTS]:
        day = timezone.localdate(row.changed_at).isoformat()
        for key, value in content_of(row).answers.items():
            one = form.fields.get(key)
            if key in found or one is None or one.sensitive or not _stays(one):
                continue
            found[key] = Known(value, _("前に出した申請"), day, Standing.EARLIER)
    return found


def _stays(one: forms.Field) -> bool:
    """Tell whether an answer is about the applicant herself and the same next time, as far as anybody can tell."""
    passing = (forms.Kind.GROUP, forms.Kind.FILE, forms.Kind.YES_NO)
    return one.key.partition(".")[0] in STAYING and one.about != known.CHILD and one.kind not in passing


def individual_number_in(answers: object) -> bool:
    """Tell whether an answer holds what looks like an individual number (個人番号), at any depth."""
    if isinstance(answers, Mapping):
        return any(individual_number_in(value) for value in answers.values())
    if isinstance(answers, list):
        return any(individual_number_in(value) for value in answers)
    return isinstance(answers, str | int) and people.without_individual_numbers(str(answers)) != str(answers)
