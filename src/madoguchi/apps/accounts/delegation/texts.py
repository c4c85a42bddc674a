"""Words for delegations: why one is refused, and what one reaches. It knows no request and decides nothing."""

from django.utils.translation import gettext as _

from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.rules import ANYTHING, DelegationKind, Reason, Scope


def reason_text(reason: Reason) -> str:
    """Return what happened and what to do next, in the reader's language."""
    texts = {
        Reason.LEVEL: _("カードでの確認が必要です。カードでサインインしてからやり直してください。"),
        Reason.CHAIN: _("代理の操作中はできません。先に「ご本人にもどる」を押してください。"),
        Reason.SELF: _("自分の代理人にはなれません。番号は、代理をお願いする相手に渡してください。"),
        Reason.SPAN: _("期間が正しくありません。おわりの日は今日より後で、1年以内にしてください。"),
        Reason.SCOPE: _("任せる手続きか情報を、1つ以上選んでください。"),
        Reason.LIMIT: _("任された回数か金額をこえています。ご本人に相談してください。"),
        Reason.EVIDENCE: _("関係を確認できませんでした。窓口で相談してください。"),
        Reason.CODE: _("番号がちがうか、使い終わったか、期限が切れています。新しい番号をもらってください。"),
        Reason.CONFLICT: _("この画面は別の内容で使われました。画面を開き直してください。"),
        Reason.UNKNOWN: _("この番号の方が見つかりません。番号を確認してください。"),
        Reason.ABSENT: _("この方の代理はできません。ご本人に代理をお願いしてもらってください。"),
    }
    return texts[reason]


def kind_text(kind: DelegationKind) -> str:
    """Return in words why somebody acts for another."""
    return {
        DelegationKind.PARENT: _("親（世帯の情報で確認）"),
        DelegationKind.AGENT: _("ご本人からの依頼"),
        DelegationKind.GUARDIAN: _("後見人（窓口で登録）"),
    }[kind]


def guardian_text(reason: Reason) -> str:
    """Return why a guardian was not registered and what to do next, in words for staff."""
    texts = {
        Reason.CODE: _(
            "登録番号がちがうか、使い終わったか、期限が切れています。後見人の方に新しい番号を出してもらってください。"
        ),
        Reason.SELF: _("ご本人や、登録する職員自身を、後見人として登録することはできません。"),
        Reason.SPAN: _("期間が正しくありません。おわりの日は今日より後で、はじまりの日から5年以内にしてください。"),
        Reason.UNKNOWN: _("この番号の方が見つかりません。住民のページの番号を確認してください。"),
    }
    return texts.get(reason) or reason_text(reason)


def scope_words(scope: Scope) -> list[str]:
    """Return a scope in the reader's words."""
    names = {item.id: item.name for item in (*directory().procedures(), *directory().attributes())}
    procedures = [
        _("すべての手続き") if item == ANYTHING else names.get(item, item) for item in sorted(scope.procedures)
    ]
    attributes = [_("すべての情報") if item == ANYTHING else names.get(item, item) for item in sorted(scope.attributes)]
    return [*procedures, *attributes]
