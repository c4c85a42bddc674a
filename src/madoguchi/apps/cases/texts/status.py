"""Where a case stands, for its applicant: whose turn it is, what comes next."""

from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from madoguchi.apps.cases.contracts import ActionKind, CaseSummary, CaseView, State


class Turn(StrEnum):
    """Whose turn it is."""

    APPLICANT = "applicant"
    OFFICE = "office"
    NOBODY = "nobody"


def turn(case: CaseView | CaseSummary) -> Turn:
    """Return whose turn it is."""
    if case.state is State.CORRECTING:
        return Turn.APPLICANT
    return Turn.NOBODY if case.state in {State.NOTIFIED, State.WITHDRAWN, State.CLOSED} else Turn.OFFICE


def holder(case: CaseView | CaseSummary, office: str) -> str:
    """Return who has the case now."""
    return {Turn.APPLICANT: _("あなた"), Turn.OFFICE: office, Turn.NOBODY: _("だれも持っていません（終わりました）")}[
        turn(case)
    ]


def next_step(case: CaseView | CaseSummary) -> str:
    """Return what happens next, or what to do."""
    return {
        State.RECEIVED: _("書類がそろっているかを、担当者が確かめます。"),
        State.EXAMINING: _("担当者が内容を審査して、決定します。"),
        State.CORRECTING: _("お願いしたところを直して、送ってください。"),
        State.SUSPENDED: _("理由が解決したら、審査をまた始めます。"),
        State.PROPOSED: _("担当者が内容を審査して、決定します。"),
        State.DECIDED: _("通知書を準備しています。"),
        State.NOTIFIED: _("通知書を受け取ってください。"),
        State.OBJECTED: _("審査請求について、別の担当者が調べて決めます。"),
        State.WITHDRAWN: _("することはありません。"),
        State.CLOSED: _("することはありません。"),
    }[case.state]


def steps(case: CaseView) -> tuple[tuple[str, str], ...]:
    """Return the way of a case as steps (name, `done`, `now` or `open`)."""
    names = (_("届いた"), _("書類の確認"), _("審査"), _("決定"), _("結果のお知らせ"))
    if case.state is State.WITHDRAWN:
        return ((names[0], "done"), (_("取り下げ"), "now"))
    accepted = any(entry.kind is ActionKind.ACCEPTED for entry in case.timeline)
    place = {State.NOTIFIED: 4, State.CLOSED: 4, State.OBJECTED: 4, State.DECIDED: 4}.get(case.state, 1 + accepted)
    ended = case.state in {State.NOTIFIED, State.CLOSED}
    marks = ["done" if number < place or ended else "now" if number == place else "open" for number in range(5)]
    return tuple(zip(names, marks, strict=True))


def days_left(day: date, today: date) -> str:
    """Return how far a day is, in words."""
    left = (day - today).days
    if left < 0:
        return _("%(n)s日過ぎています") % {"n": -left}
    return _("あと%(n)s日") % {"n": left} if left else _("今日まで")


def trouble(value: str) -> str:
    """Return what a trouble of a review is called."""
    return {
        "words": _("言葉がむずかしかった"),
        "long": _("入力することが多かった"),
        "documents": _("書類をそろえるのが大変だった"),
        "sign_in": _("サインインが大変だった"),
        "errors": _("エラーの直し方が分からなかった"),
        "waiting": _("結果まで長く待った"),
        "unclear": _("どこまで進んだか分からなかった"),
    }[value]


def points(value: int) -> str:
    """Return what a number of points (1 to 5) for ease is called."""
    return {
        5: _("とてもかんたん"),
        4: _("かんたん"),
        3: _("どちらともいえない"),
        2: _("むずかしい"),
        1: _("とてもむずかしい"),
    }[value]


def clearness(value: int) -> str:
    """Return what a number of points (1 to 5) for how clear the state of a case was is called."""
    return {
        5: _("よく分かった"),
        4: _("だいたい分かった"),
        3: _("どちらともいえない"),
        2: _("あまり分からなかった"),
        1: _("まったく分からなかった"),
    }[value]
