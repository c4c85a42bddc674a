"""Which event of a room becomes a message to whom. Rooms do not know notifications; here an event becomes a notice.

A key is made of the event, so that an event delivered twice tells once. What a message says stays in the person's inbox;
values are names of procedures and offices, numbers of cases and sums, never reasons or answers.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone, translation

from madoguchi.apps.applications.contracts import Applied
from madoguchi.apps.benefits import api as benefits
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases import contracts as case_events
from madoguchi.apps.consents import api as consents
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.notifications.contracts import AddressEnded, Channel, Lane, Notice
from madoguchi.apps.people import api as people
from madoguchi.apps.procedures import api as procedures

logger = logging.getLogger(__name__)
Values = Mapping[str, object]
LANGUAGES = ("ja", "en", "easy")
TO_APPLICANT = "applicant"
BOUNCED = "bounced"
WAYS = {
    Channel.EMAIL: {"ja": "メール", "en": "e-mail", "easy": "メール"},
    Channel.WEB_PUSH: {"ja": "ブラウザの通知", "en": "browser notification", "easy": "ブラウザの 通知"},
    Channel.LINE: {"ja": "LINE", "en": "LINE", "easy": "LINE"},
    Channel.SMS: {"ja": "SMS", "en": "text message", "easy": "SMS"},
}
WHY_ENDED = {
    "ja": "届け先が見つからないか、受け取りが断られました。",
    "en": "The address was not found, or it refused the message.",
    "easy": "送る ところが 見つからないか、うけとって もらえませんでした。",
}


def on_applied(event: Applied) -> None:
    """Confirm what was sent, with the way to its receipt."""
    labels = [label for key in event.case_ids if (label := cases.label_of(key))]
    values = {
        "procedure": _joined(_procedure(label) for label in labels),
        "number": _joined(dict.fromkeys(LANGUAGES, label.number) for label in labels),
        "office": _joined(_office(label.organisation_id) for label in labels),
    }
    link = _page("applications:receipt", event.receipt_id)
    _tell(event.subject_id, "application-received", f"applied:{event.receipt_id}", values, link)


def on_correction_asked(event: case_events.CorrectionAsked) -> None:
    """Ask the applicant to correct."""
    key = f"correction:{event.case_id}:{event.number}"
    _tell_of_case(event.case_id, event.subject_id, "case-correction-asked", key, page="cases:correct")


def on_case_notified(event: case_events.CaseNotified) -> None:
    """Tell that the decision can be read."""
    _tell_of_case(event.case_id, event.subject_id, "case-letter", f"letter:{event.letter_id}")


def on_case_message(event: case_events.CaseMessage) -> None:
    """Tell the applicant that the office wrote; what the applicant writes stands in the office's queue."""
    if event.to == TO_APPLICANT:
        _tell_of_case(event.case_id, event.subject_id, "case-message", f"message:{event.case_id}:{event.number}")


def on_renewal_due(event: case_events.RenewalDue) -> None:
    """Remind the holder of a permit."""
    more: Values = {"until": _day(date.fromisoformat(event.valid_until)), "days": event.days_left}
    key = f"renewal:{event.case_id}:{event.valid_until}:{event.days_left}"
    _tell_of_case(event.case_id, event.subject_id, "case-renewal", key, more=more)


def on_invited(event: benefits.InvitationsMade) -> None:
    """Invite people to apply for a benefit; for a child, a parent of the household is asked."""
    terms = benefits.terms_of(event.scheme_id)
    if terms is None:
        return
    values = {"benefit": _texts(terms.name), "office": _office(terms.organisation_id)}
    link = _page("applications:start", terms.procedures[0])
    _send(
        [
            _notice(account, "benefit-invited", f"invited:{event.scheme_id}:{subject}", values, link)
            for subject, account in _accounts_of(event.subject_ids).items()
        ]
    )


def on_payment_failed(event: benefits.PaymentFailed) -> None:
    """Ask the payee for an account that can be paid to."""
    link = _page("benefits:account", event.scheme_id)
    values = {"benefit": _benefit(event.scheme_id)}
    _tell(event.payee_id, "benefit-payment-failed", f"payment-failed:{event.payment_id}", values, link)


def on_run_settled(event: benefits.RunSettled) -> None:
    """Tell everybody who was paid, in portions."""
    link, name = _page("benefits:mine"), _benefit(event.scheme_id)
    for portion in benefits.paid_in(event.run_id):
        known = people.accounts_of([paid.payee_id for paid in portion])
        _send(
            [
                _notice(
                    known[paid.payee_id],
                    "benefit-paid",
                    f"paid:{event.run_id}:{paid.payee_id}",
                    {"benefit": name, "amount": _yen(paid.amount_yen), "day": _day(paid.on)},
                    link,
                )
                for paid in portion
                if paid.payee_id in known
            ]
        )


def on_break_glass(event: consents.BreakGlassUsed) -> None:
    """Tell the person that her facts were opened in an emergency; where a law hides it from her, after that time."""
    now = timezone.now()
    hidden = datetime.fromisoformat(event.hidden_until) if event.hidden_until else now
    looked_on = timezone.localdate(datetime.fromisoformat(event.at))
    _tell(
        event.subject_id,
        "access-break-glass",
        f"break-glass:{event.break_glass_id}",
        {"organisation": _office(event.organisation_id), "day": _day(looked_on)},
        _page("consents:accesses"),
        not_before=max(hidden, now),
    )


def on_question_answered(event: consents.AccessQuestionAnswered) -> None:
    """Tell that the office answered the question about an access."""
    values = {"organisation": _office(event.organisation_id)}
    key = f"answer:{event.question_id}"
    _tell(event.subject_id, "access-question-answered", key, values, _page("consents:accesses"))


def on_address_ended(event: AddressEnded) -> None:
    """Tell in the inbox, and by what is left, that an address does not work; what the person did herself needs no word."""
    if event.reason != BOUNCED:
        return
    values = {"way": WAYS[Channel(event.channel)], "why": WHY_ENDED}
    key = f"address-ended:{event.channel}:{timezone.localdate().isoformat()}"
    _send([_notice(event.account_id, "address-ended", key, values, _page("notifications:settings"))])


def _tell_of_case(
    case_id: str, subject_id: str, template: str, key: str, *, page: str = "cases:case", more: Values | None = None
) -> None:
    label = cases.label_of(case_id)
    if label is None:
        return
    office = _office(label.organisation_id)
    values = {"procedure": _procedure(label), "number": label.number, "office": office, **(more or {})}
    _tell(subject_id, template, key, values, _page(page, label.number))


def _tell(
    subject_id: str, template: str, key: str, values: Values, link: str, *, not_before: datetime | None = None
) -> None:
    """Tell a person, or every account that acts for a business. Who has no account is told by letter, not here."""
    known = tuple(people.accounts_of([subject_id]).values()) or businesses.accounts_of(subject_id)
    _send([_notice(account, template, key, values, link, not_before=not_before) for account in known])


def _notice(
    account_id: str, template: str, key: str, values: Values, link: str, *, not_before: datetime | None = None
) -> Notice:
    return Notice(
        key=key,
        account_id=account_id,
        template=template,
        values=values,
        link=link,
        lane=Lane.PERSONAL,
        not_before=not_before,
    )


def _send(notices: Sequence[Notice]) -> None:
    """Send; a pack without the template tells nobody, which must not keep the event from its other handlers."""
    try:
        notifications.send_many(notices, now=timezone.now())
    except notifications.NoticeInvalid as problem:
        logger.warning("Nobody was told: %s", problem)


def _accounts_of(subject_ids: Iterable[str]) -> dict[str, str]:
    """Return an account for each person: her own, or for a child that of a parent who lives with it, the head first."""
    wanted = list(subject_ids)
    found = people.accounts_of(wanted)
    today = timezone.localdate()
    for subject in wanted:
        if subject not in found:
            guardians = people.guardians_of(subject, today)
            theirs = people.accounts_of(guardians)
            account = next((theirs[key] for key in guardians if key in theirs), None)
            if account:
                found[subject] = account
    return found


def _page(name: str, *args: object) -> str:
    """Return the address of a page without a language: who opens the message puts her own before it."""
    with translation.override("ja"):
        return reverse(name, args=args)


def _procedure(label: case_events.CaseLabel) -> dict[str, str]:
    view = procedures.procedure(label.procedure_id, label.version)
    return {language: view.name(_of_site(language)) for language in LANGUAGES}


def _office(organisation_id: str) -> dict[str, str]:
    return {language: procedures.organisation_name(organisation_id, _of_site(language)) for language in LANGUAGES}


def _of_site(language: str) -> str:
    return "ja-easy" if language == "easy" else language


def _benefit(scheme_id: str) -> dict[str, str]:
    terms = benefits.terms_of(scheme_id)
    return _texts(terms.name if terms else {})


def _texts(name: Mapping[str, str]) -> dict[str, str]:
    return {language: name.get(language) or name.get("ja", "") for language in LANGUAGES}


def _joined(names: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return several names as one text per language, in their order, each once."""
    listed = list(names)
    between = {"ja": "、", "en": ", ", "easy": "、"}
    return {key: sign.join(dict.fromkeys(name[key] for name in listed)) for key, sign in between.items()}


def _day(day: date) -> dict[str, str]:
    """Return a day as each language writes it."""
    japanese = f"{day.year}年{day.month}月{day.day}日"
    return {"ja": japanese, "easy": japanese, "en": f"{day.day} {day:%B %Y}"}


def _yen(amount_yen: int) -> dict[str, str]:
    return {"ja": f"{amount_yen:,}円", "easy": f"{amount_yen:,}円", "en": f"{amount_yen:,} yen"}
