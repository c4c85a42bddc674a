"""What states, actions, outcomes and results are called."""

from django.utils.translation import gettext as _

from madoguchi.apps.cases.contracts.states import DOCUMENT_PREFIX, ActionKind, CheckResult, Party, State
from madoguchi.apps.procedures.contracts import ProcedureView, in_language


def state(value: State | str) -> str:
    """Return what a state is called."""
    return {
        State.RECEIVED: _("受け付けました"),
        State.EXAMINING: _("審査しています"),
        State.CORRECTING: _("訂正をお願いしています"),
        State.SUSPENDED: _("一時止めています"),
        State.PROPOSED: _("決裁を待っています"),
        State.DECIDED: _("決まりました（通知の前）"),
        State.NOTIFIED: _("結果をお知らせしました"),
        State.OBJECTED: _("審査請求を受けています"),
        State.WITHDRAWN: _("取り下げられました"),
        State.CLOSED: _("終わりました"),
    }[State(value)]


def action(value: ActionKind | str) -> str:
    """Return what an action is called."""
    return {
        ActionKind.SUBMITTED: _("申請が届きました"),
        ActionKind.ACCEPTED: _("書類がそろっていることを確かめました"),
        ActionKind.CORRECTION_ASKED: _("訂正をお願いしました"),
        ActionKind.CORRECTED: _("訂正が届きました"),
        ActionKind.SUSPENDED: _("審査を一時止めました"),
        ActionKind.RESUMED: _("審査をまた始めました"),
        ActionKind.EXTENDED: _("審査の期間を延ばしました"),
        ActionKind.ASSIGNED: _("担当を変えました"),
        ActionKind.FORWARDED: _("受け持つ機関へ送りました"),
        ActionKind.CHECK_DONE: _("確認をしました"),
        ActionKind.NOTED: _("メモを書きました"),
        ActionKind.MESSAGE_IN: _("申請者からのメッセージ"),
        ActionKind.MESSAGE_OUT: _("窓口からのメッセージ"),
        ActionKind.PROPOSED: _("決定の案を出しました"),
        ActionKind.PROPOSAL_RETURNED: _("決定の案を差し戻しました"),
        ActionKind.DECIDED: _("決定しました"),
        ActionKind.NOTIFIED: _("結果を通知しました"),
        ActionKind.OBJECTED: _("審査請求が届きました"),
        ActionKind.OBJECTION_DECIDED: _("審査請求の結果が出ました"),
        ActionKind.WITHDRAWN: _("申請が取り下げられました"),
        ActionKind.CLOSED: _("手続が終わりました"),
    }[ActionKind(value)]


def deed(value: ActionKind | str) -> str:
    """Return what doing an action is called."""
    return {
        ActionKind.SUBMITTED: _("申請"),
        ActionKind.ACCEPTED: _("審査の開始"),
        ActionKind.CORRECTION_ASKED: _("訂正のお願い"),
        ActionKind.CORRECTED: _("訂正"),
        ActionKind.SUSPENDED: _("審査の一時停止"),
        ActionKind.RESUMED: _("審査の再開"),
        ActionKind.EXTENDED: _("期間の延長"),
        ActionKind.ASSIGNED: _("担当の変更"),
        ActionKind.FORWARDED: _("ほかの機関への送付"),
        ActionKind.CHECK_DONE: _("確認"),
        ActionKind.NOTED: _("メモ"),
        ActionKind.MESSAGE_IN: _("申請者からのメッセージ"),
        ActionKind.MESSAGE_OUT: _("窓口からのメッセージ"),
        ActionKind.PROPOSED: _("決定の案"),
        ActionKind.PROPOSAL_RETURNED: _("案の差し戻し"),
        ActionKind.DECIDED: _("決定"),
        ActionKind.NOTIFIED: _("結果の通知"),
        ActionKind.OBJECTED: _("審査請求"),
        ActionKind.OBJECTION_DECIDED: _("審査請求の決定"),
        ActionKind.WITHDRAWN: _("取り下げ"),
        ActionKind.CLOSED: _("手続の終了"),
    }[ActionKind(value)]


def party(value: Party | str) -> str:
    """Return what a capacity is called."""
    return {
        Party.APPLICANT: _("申請者"),
        Party.EXAMINER: _("審査の担当者"),
        Party.ASSIGNER: _("担当を決める人"),
        Party.DECIDER: _("決裁者"),
        Party.SYSTEM: _("自動の確認"),
    }[Party(value)]


def desk() -> str:
    """Return what the office is called to an applicant; who works there she is not told."""
    return _("窓口")


def outcome(value: str) -> str:
    """Return what an outcome is called; one that is not known stands for itself."""
    return {
        "granted": _("認めます"),
        "partly_granted": _("一部を認めます"),
        "refused": _("認めません"),
        "accepted": _("受理しました"),
        "upheld": _("審査請求を認めました"),
        "dismissed": _("審査請求を認めませんでした"),
    }.get(value, value)


def result(value: CheckResult | str) -> str:
    """Return what a result of a check is called."""
    return {
        CheckResult.PASSED: _("問題なし"),
        CheckResult.FAILED: _("問題あり"),
        CheckResult.OPEN: _("まだ確認していない"),
    }[CheckResult(value)]


def standing(value: str) -> str:
    """Return whether a letter still holds."""
    return {
        "valid": _("有効です"),
        "replaced": _("新しい決定に替わりました"),
        "expired": _("有効な期間が終わりました"),
    }[value]


def check_name(check_id: str, view: ProcedureView, language: str) -> str:
    """Return what a check of a procedure is called; an unknown one stands for itself."""
    found = next((item for item in view.record.get("checks") or () if item["id"] == check_id), None)
    return in_language(found["name"], language) if found else check_id


def field_label(key: str, view: ProcedureView, language: str) -> str:
    """Return what a field or document (`document:<id>`) of a procedure is called; an unknown one stands for itself."""
    if key.startswith(DOCUMENT_PREFIX):
        return view.document_name(key.removeprefix(DOCUMENT_PREFIX), language)
    item = view.form.fields.get(key.split("[", 1)[0])
    return in_language(item.label, language) if item else key
