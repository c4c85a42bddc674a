"""The forms of what may be done in a case now, and why something that would come next may not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.cases import texts
from madoguchi.apps.cases.contracts import ActionKind, CaseView, Refusal, State
from madoguchi.apps.cases.queries.counts import UNFINISHED
from madoguchi.apps.cases.views.desk.common import MAX_TEXT, Trouble, language
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

K, S = ActionKind, State
TYPICAL: Mapping[State, tuple[ActionKind, ...]] = {
    S.RECEIVED: (K.ACCEPTED, K.CORRECTION_ASKED, K.PROPOSED),
    S.EXAMINING: (K.CORRECTION_ASKED, K.PROPOSED, K.DECIDED),
    S.CORRECTING: (K.RESUMED, K.PROPOSED),
    S.SUSPENDED: (K.RESUMED, K.PROPOSED),
    S.PROPOSED: (K.DECIDED, K.PROPOSAL_RETURNED, K.CORRECTION_ASKED),
    S.DECIDED: (K.NOTIFIED,),
    S.NOTIFIED: (K.CLOSED,),
    S.OBJECTED: (K.OBJECTION_DECIDED,),
    S.WITHDRAWN: (K.CLOSED,),
    S.CLOSED: (K.NOTED,),
}
"""What somebody looks for in each state; where it may not be done, the page says why."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form. `control`: textarea, number or select."""

    name: str
    label: str
    control: str = "textarea"
    hint: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    maxlength: int = MAX_TEXT


@dataclass(frozen=True, slots=True)
class Form:
    """One thing that may be done: `do` names it to the view that does it."""

    do: str
    button: str
    hint: str = ""
    inputs: tuple[Input, ...] = ()
    quiet: bool = False
    """Not what usually comes next."""
    opened: bool = False


def forms_of(view: CaseView, actor: Actor, trouble: Trouble | None) -> list[Form]:
    """Return the forms of what may be done now, with what was typed into a refused one."""
    made = [*_next(view), *_keeping(view, actor), *_aside(view)]
    return [typed(form, trouble) for form in made]


def typed(form: Form, trouble: Trouble | None) -> Form:
    """Return a form as it was typed when it was refused: values kept, the error at its input."""
    if trouble is None or trouble.do != form.do:
        return form
    inputs = tuple(
        replace(
            item,
            value=trouble.typed.get(item.name, item.value),
            error=trouble.text if item.name == trouble.where else "",
        )
        for item in form.inputs
    )
    return replace(form, inputs=inputs, opened=True)


def _may(view: CaseView, kind: ActionKind) -> bool:
    return view.may[kind] is None


def _next(view: CaseView) -> Iterator[Form]:
    """Yield what usually comes next in the state of the case."""
    if _may(view, K.ACCEPTED):
        yield Form("accept", _("審査を始める"), _("書類と答えがそろっていることを確かめました。"))
    if _may(view, K.RESUMED):
        hint = (
            _("訂正を待たずに審査を続けます。お願いした訂正は取り下げになります。")
            if view.state is S.CORRECTING
            else _("止めていた審査と期限の計算を、また始めます。")
        )
        yield Form("resume", _("審査をまた始める"), hint, quiet=view.state is S.CORRECTING)
    if _may(view, K.NOTIFIED):
        yield Form("notify", _("通知する"), _("通知書を作り、申請者のページに出します。取り消すことはできません。"))
    if _may(view, K.CLOSED):
        yield Form(
            "close",
            _("手続を終える"),
            _("終えると、何も書き足せなくなります。審査請求もできなくなります。期間が過ぎると自動で終わります。"),
            quiet=True,
        )


def _keeping(view: CaseView, actor: Actor) -> Iterator[Form]:
    """Yield who works on the case."""
    if not _may(view, K.ASSIGNED):
        return
    if view.assignee_id == actor.id:
        yield Form("release", _("担当をはずれる"), quiet=True)
    else:
        yield Form("take", _("自分の担当にする"), quiet=bool(view.assignee_id) or view.state not in UNFINISHED)
    if actor.may(Permission.ASSIGN_CASES, view.organisation_id):
        people = accounts.staff_of(view.organisation_id, Permission.WORK_CASES)
        options = tuple((key, name) for key, name in people if key != view.assignee_id)
        nobody = (("", _("担当なしにする")),) if view.assignee_id else ()
        if options or nobody:
            who = Input("assignee_id", _("だれに"), "select", options=(*options, *nobody))
            yield Form("assign", _("担当を決める"), inputs=(who,), quiet=True)


def _aside(view: CaseView) -> Iterator[Form]:
    """Yield what is done seldom, and notes."""
    if _may(view, K.NOTED):
        text = Input("text", _("メモ"), hint=_("申請者には見えません。マイナンバー（個人番号）は書かないでください。"))
        yield Form("note", _("メモを残す"), inputs=(text,), quiet=True)
    reason = Input("reason", _("理由（申請者に見えます）"))
    if _may(view, K.SUSPENDED):
        hint = _("ほかの機関の返事を待つときなどに使います。止めているあいだ、期限の計算も止まります。")
        yield Form("suspend", _("審査を一時止める"), hint, inputs=(reason,), quiet=True)
    if _may(view, K.EXTENDED) and view.clock is not None:
        unit = _("延ばす日数（開庁日）") if view.clock.unit == "business" else _("延ばす日数")
        days = Input("days", unit, "number", maxlength=3)
        yield Form("extend", _("期間を延ばす"), inputs=(days, reason), quiet=True)
    if _may(view, K.FORWARDED):
        hint = _("受け持つ機関がちがうときに使います。送ると、ここからは見えなくなります。")
        where = Input("organisation_id", _("送り先の機関"), "select", options=tuple(_others(view.organisation_id)))
        yield Form("forward", _("ほかの機関へ送る"), hint, inputs=(where, reason), quiet=True)


def _others(organisation_id: str) -> Iterator[tuple[str, str]]:
    yield "", _("選んでください")
    for row in Organisation.objects.exclude(pk=organisation_id):
        yield row.pk, row.name_en if language() == "en" else row.name_ja


def message_form(view: CaseView, trouble: Trouble | None) -> Form | None:
    """Return the form of a message to the applicant, None when nothing may be written any more."""
    if not _may(view, K.MESSAGE_OUT):
        return None
    hint = _("申請者のページに届きます。マイナンバー（個人番号）は書かないでください。")
    return typed(Form("message", _("メッセージを送る"), inputs=(Input("text", _("本文"), hint=hint),)), trouble)


def return_form(view: CaseView, trouble: Trouble | None) -> Form | None:
    """Return the form that sends a proposal back, None when that may not be done."""
    if not _may(view, K.PROPOSAL_RETURNED):
        return None
    reason = Input("reason", _("差し戻す理由"), hint=_("申請者には見えません。"))
    return typed(Form("return", _("案を差し戻す"), inputs=(reason,), quiet=True), trouble)


def refused(view: CaseView) -> Sequence[str]:
    """Return why what would come next may not be done now, each reason once."""
    found = [view.may[kind] for kind in TYPICAL[view.state]]
    if view.clock is None and _may(view, K.EXTENDED):
        found.append(Refusal("no_period"))
    return list(dict.fromkeys(texts.refusal(item) for item in found if item is not None))
