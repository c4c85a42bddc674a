"""Words for levels, methods, providers and refusals. It knows no request and decides nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.apps.accounts.oidc.refusals import Reason, Remedy, remedy_of
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Role


def level_text(level: AssuranceLevel) -> str:
    """Return a level in words."""
    return {
        AssuranceLevel.NONE: _("確認なし"),
        AssuranceLevel.EMAIL: _("レベル1（パスワードやメールで確認）"),
        AssuranceLevel.PASSKEY: _("レベル2（パスキーで確認）"),
        AssuranceLevel.CARD: _("レベル3（マイナンバーカードやgBizIDプライムで確認）"),
    }[level]


def method_text(method: Method) -> str:
    """Return a method in words."""
    return {
        Method.UNKNOWN: _("不明"),
        Method.PASSWORD: _("名前とパスワード"),
        Method.PASSKEY: _("パスキー"),
        Method.OPENID: _("外部の認証サービス"),
    }[method]


def role_text(role: Role) -> str:
    """Return the name of a role of staff."""
    return {
        Role.READER: _("閲覧"),
        Role.EDITOR: _("制度と手続きの編集"),
        Role.PUBLISHER: _("制度と手続きの公開"),
        Role.AUDITOR: _("記録の点検"),
        Role.CASEWORKER: _("住民の担当"),
        Role.BUSINESS_REVIEWER: _("事業者の照合"),
        Role.ADMINISTRATOR: _("管理"),
        Role.EMERGENCY: _("緊急の確認"),
        Role.EXAMINER: _("申請の審査"),
        Role.DECIDER: _("申請の決定"),
        Role.PAYMASTER: _("支払いの準備"),
        Role.PAYMENT_APPROVER: _("支払いの承認"),
    }[role]


def provider_label(provider: ProviderSettings) -> str:
    """Return the name of a provider for a button."""
    usual = {Kind.RESIDENT: _("マイナンバーカード"), Kind.BUSINESS: "gBizID", Kind.STAFF: _("職員認証")}
    return provider.label or usual[provider.kind]


@dataclass(frozen=True, slots=True)
class RefusalText:
    """What happened, why, and what to do next."""

    happened: str
    why: str
    todo: str


def refusal_text(reason: Reason) -> RefusalText:
    """Return the words of a refusal; they name no value and no person."""
    return {
        Remedy.AGAIN: RefusalText(
            _("サインインできませんでした"),
            _("サインインの手続きが古いか、別の画面やブラウザで始めたものでした。"),
            _("このブラウザで、サインインを最初からやり直してください。"),
        ),
        Remedy.CANCELLED: RefusalText(
            _("サインインを中止しました"),
            _("認証サービスの画面で中止されました。何も記録や変更はしていません。"),
            _("続けるときは、もう一度サインインを選んでください。"),
        ),
        Remedy.LATER: RefusalText(
            _("認証サービスにつながりません"),
            _("認証サービスが今は使えません。あなたの操作のせいではありません。"),
            _("しばらく待って、もう一度お試しください。サインインのいらないページは、そのまま使えます。"),
        ),
        Remedy.SURER: RefusalText(
            _("より確かな本人確認が必要です"),
            _("この手続きに必要な強さの本人確認が、今回のサインインではできませんでした。"),
            _("マイナンバーカードやgBizIDプライムなど、より確かな方法でサインインしてください。"),
        ),
        Remedy.OTHER_ACCOUNT: RefusalText(
            _("別のアカウントの認証でした"),
            _("使われた認証は、このアカウントのものではないか、別のアカウントに結び付いています。"),
            _("いったんサインアウトし、その認証で始めたアカウントでサインインしてください。困ったときは窓口へ。"),
        ),
        Remedy.LINK: RefusalText(
            _("この職員認証は、まだ登録されていません"),
            _("職員のアカウントは、名前やメールアドレスでは自動的に結び付けません。"),
            _(
                "名前とパスワードでサインインし、アカウントのページで職員認証を登録してください。または、管理者に登録を頼んでください。"
            ),
        ),
        Remedy.ENDED: RefusalText(
            _("このアカウントは終了しています"),
            _("終了したアカウントではサインインできません。"),
            _("心当たりがないときは、窓口か管理者に連絡してください。"),
        ),
        Remedy.TELL: RefusalText(
            _("サインインできませんでした"),
            _("認証サービスの答えを確かめたところ、正しくない点がありました。安全のために受け付けませんでした。"),
            _("もう一度お試しください。続くときは、下の番号を添えて窓口に連絡してください。"),
        ),
    }[remedy_of(reason)]
