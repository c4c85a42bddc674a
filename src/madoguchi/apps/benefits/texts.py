"""What the pages of benefits say, in the reader's language: states, checks, findings, reasons, refusals."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.benefits.contracts import (
    CancelReason,
    CheckState,
    FindingKind,
    Month,
    PaymentState,
    RecipientState,
    Returned,
    RunState,
    Waiting,
)
from madoguchi.apps.benefits.errors import Refusal, Refused
from madoguchi.engines.payments import AccountFault, Outcome


def month(value: Month) -> str:
    """Return a month: 2026年8月 or 2026-08."""
    if get_language() == "en":
        return f"{value[0]}-{value[1]:02d}"
    return f"{value[0]}年{value[1]}月"


def months(values: tuple[Month, ...]) -> str:
    """Return months in words, several in a row as from … to."""
    if not values:
        return ""
    in_row = len(values) > 1 and _number(values[-1]) - _number(values[0]) == len(values) - 1
    if in_row:
        return _("%(first)sから%(last)sまで") % {"first": month(values[0]), "last": month(values[-1])}
    return _("、").join(map(month, values))


def _number(value: Month) -> int:
    return value[0] * 12 + value[1]


def month_of(day: date) -> str:
    """Return the month of a day."""
    return month((day.year, day.month))


def run_state(state: str) -> str:
    """Return the state of a run in words."""
    return {
        RunState.DRAFTED: _("計算中"),
        RunState.CALCULATED: _("承認待ち"),
        RunState.CHECKED: _("承認ずみ"),
        RunState.EXPORTED: _("振込データ作成ずみ"),
        RunState.SENT: _("銀行に渡した（結果待ち）"),
        RunState.SETTLED: _("結果を取り込んだ"),
        RunState.CANCELLED: _("取り消した"),
    }[RunState(state)]


def payment_state(state: str) -> str:
    """Return the state of a payment in words, as staff say it."""
    return {
        PaymentState.PLANNED: _("予定"),
        PaymentState.EXPORTED: _("振込の結果待ち"),
        PaymentState.PAID: _("振込ずみ"),
        PaymentState.FAILED: _("振込不能"),
        PaymentState.REVERSED: _("取消・組戻し"),
    }[PaymentState(state)]


def own_state(state: str) -> str:
    """Return the state of a payment in words, as its payee reads it."""
    return {
        PaymentState.PLANNED: _("支払いの準備中"),
        PaymentState.EXPORTED: _("支払いの準備中"),
        PaymentState.PAID: _("振り込みました"),
        PaymentState.FAILED: _("振り込めませんでした"),
        PaymentState.REVERSED: _("取り消しました"),
    }[PaymentState(state)]


def recipient_state(state: str) -> str:
    """Return whether somebody receives a benefit, in words."""
    return {
        RecipientState.ACTIVE: _("支給中"),
        RecipientState.ENDED: _("支給は終わりました"),
        RecipientState.STOPPED: _("支給を止めています"),
    }[RecipientState(state)]


def check_state(state: str) -> str:
    """Return what a check found, in a word."""
    return {CheckState.OK: _("問題なし"), CheckState.LOOK: _("要確認"), CheckState.STOP: _("承認できません")}[
        CheckState(state)
    ]


def check(name: str) -> tuple[str, str]:
    """Return what a check is called, and what it compares."""
    return {
        "sums": (_("合計"), _("支払いの件数、月数、金額を、1件ずつ足した値と比べます。")),
        "current": (_("計算の新しさ"), _("計算のあとに、口座、住所、支給の終わりが変わった人がいないかを見ます。")),
        "accounts": (
            _("口座"),
            _("口座がない人、形の正しくない人、前回振り込めなかった人です。この人たちには支払いません。"),
        ),
        "shared_accounts": (_("同じ口座"), _("別々の受取人が同じ口座を使っています。")),
        "unconfirmed": (
            _("住所の確認待ち"),
            _("都内に住んでいるか、まだ分からない月です。分かったあとの支払いに回します。"),
        ),
        "overpaid": (_("払い過ぎ"), _("支払った月のうち、今の記録では対象でない月です。自動では取り戻しません。")),
        "budget": (_("予算"), _("この年度の支払いの合計を、予算と比べます。")),
        "difference": (_("前回との差"), _("前回の支払いとの金額の差を、人ごとの理由で説明します。")),
    }[name]


def check_number(name: str) -> str:
    """Return what a number of a check counts."""
    return {
        "payments": _("支払い（件）"),
        "months": _("月数（か月）"),
        "yen": _("金額"),
        "changed": _("変わった人（人）"),
        "recipients": _("対象の人（人）"),
        "year_yen": _("年度の合計"),
        "limit_yen": _("予算"),
        "before_yen": _("前回の合計"),
        "new": _("新しく払う人（人）"),
        "new_yen": _("新しく払う額"),
        "gone": _("今回は払わない人（人）"),
        "gone_yen": _("今回は払わない額"),
        "gone_ended": _("うち支給が終わった人（人）"),
        "gone_account": _("うち口座の問題（人）"),
        "changed_yen": _("額が変わった分"),
    }[name]


def number(name: str, value: int) -> str:
    """Return a number with its separators; a sum of yen as money."""
    money = name == "yen" or name.endswith("_yen")
    if not money:
        return f"{value:,}"
    return f"¥{value:,}" if get_language() == "en" else f"{value:,}円"


def finding(kind: str) -> str:
    """Return a finding of a calculation in words."""
    return {
        FindingKind.NO_ACCOUNT: _("口座がない"),
        FindingKind.BAD_ACCOUNT: _("口座の形が正しくない"),
        FindingKind.ACCOUNT_TO_CORRECT: _("前回振り込めず、口座が直されていない"),
        FindingKind.DUPLICATE_ACCOUNT: _("ほかの受取人と同じ口座"),
        FindingKind.UNCONFIRMED: _("住所の確認待ちの月がある"),
        FindingKind.OVERPAID: _("払い過ぎの月がある"),
    }[FindingKind(kind)]


def failure(outcome: str) -> str:
    """Return why the bank could not pay."""
    return {
        Outcome.NO_ACCOUNT: _("その口座がない"),
        Outcome.NAME_MISMATCH: _("口座の名義が違う"),
        Outcome.CLOSED: _("口座が解約されている"),
        Outcome.REFUSED: _("口座が入金を受け付けない"),
        Outcome.OTHER: _("そのほかの理由"),
    }.get(Outcome(outcome) if outcome else Outcome.OTHER, _("そのほかの理由"))


def returned(reason: Returned) -> str:
    """Return why money came back."""
    return {
        Returned.WRONG_PAYEE: _("別の人に振り込んだ"),
        Returned.NOT_ENTITLED: _("対象ではなかった"),
        Returned.BANK: _("銀行から戻された"),
    }[reason]


def cancelled(reason: CancelReason) -> str:
    """Return why a run is taken back."""
    return {
        CancelReason.WRONG_DATE: _("支払い月か振込日を間違えた"),
        CancelReason.WRONG_CONTENT: _("支払う人か金額に誤りがある"),
        CancelReason.NOT_NEEDED: _("この支払いをしないことになった"),
    }[reason]


def waiting(why: str) -> tuple[str, str]:
    """Return why a granted case is not enrolled yet, and what happens next."""
    return {
        Waiting.NEW: (_("これから確かめます"), _("数分のうちに自動で確かめます。")),
        Waiting.CHILD_UNKNOWN: (
            _("お子さんが住民の記録に見つかりません"),
            _("出生や転入の記録が届くと、自動で登録します。世帯が別のときは、住民の記録の窓口に確かめてください。"),
        ),
        Waiting.TAKEN: (
            _("お子さんの分は、ほかの申請で支給しています"),
            _("どちらに支給するかを確かめ、前の支給を終わらせると、自動で登録します。"),
        ),
        Waiting.NO_MONTH: (
            _("決定に、支給を始める月がありません"),
            _("通知書の内容を確かめて、始める月を入れてください。"),
        ),
    }[Waiting(why)]


def source(name: str) -> str:
    """Return where a number comes from."""
    known: Mapping[str, str] = {
        "matching": _("制度の条件と住民の記録との照合"),
        "register": _("住民の記録"),
        "desk": _("職員の登録"),
        "application": _("届いた申請"),
        "records": _("この窓口の記録"),
        "bank": _("銀行の結果"),
    }
    return known.get(name, name)


def figure(name: str) -> str:
    """Return what a number of a scheme counts."""
    return {
        "listed": _("対象者"),
        "invited": _("案内した人"),
        "applied": _("申請した人"),
        "decided": _("支給が決まった人"),
        "paid": _("振り込んだ人"),
        "failed": _("振り込めず、口座の訂正を待つ人"),
    }[name]


def refusal(refused: Refused) -> str:
    """Return why a step was not taken and what to do next."""
    return {
        Refusal.WRONG_STATE: _("この操作は、もう終わっているか、先に別の操作が必要です。今の状態を確かめてください。"),
        Refusal.SAME_PERSON: _("支払いを準備した人は承認できません。ほかの承認者に頼んでください。"),
        Refusal.CHECK_STOPS: _(
            "問題が残っているため承認できません。「承認できません」の項目を直し、計算し直してください。"
        ),
        Refusal.NOT_LOOKED_AT: _("「要確認」の項目をすべて見て、確かめた印を付けてください。"),
        Refusal.OPEN_RUN: _("終わっていない支払いがあります。先にそれを終えるか、取り消してください。"),
        Refusal.NO_PAYMENT_MONTH: _("この給付は、その月には支払いません。支払い月を選び直してください。"),
        Refusal.WRONG_FILE: _("この結果ファイルは取り込めません。何も変えていません。"),
        Refusal.WRONG_ACCOUNT: _("口座の内容が正しくありません。直してもう一度送ってください。"),
        Refusal.SUMS_DIFFER: _("振込データと記録の合計が合いません。データは作っていません。計算し直してください。"),
        Refusal.NOT_FOUND: _("その番号の記録はありません。番号を確かめてください。"),
    }[refused.reason]


def account_fault(fault: AccountFault) -> tuple[str, str]:
    """Return the input that is wrong, and what to do."""
    return {
        AccountFault.BANK_CODE: ("bank_code", _("金融機関コードは、0000ではない4けたの数字で入れてください。")),
        AccountFault.BRANCH_CODE: ("branch_code", _("支店コードは3けたの数字で入れてください。")),
        AccountFault.KIND: ("kind", _("預金の種類を選んでください。")),
        AccountFault.NUMBER: ("number", _("口座番号は7けたの数字で入れてください。短いときは前に0を付けます。")),
        AccountFault.HOLDER_EMPTY: ("holder", _("口座名義をカタカナで入れてください。")),
        AccountFault.HOLDER_SIGN: ("holder", _("口座名義は、カタカナ、数字、英大文字だけで入れてください。")),
    }[fault]
