"""Words of this room's pages: ways, kinds of messages, why something was refused or ended."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.notifications import hooks
from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.errors import Refusal


def language() -> str:
    """Return the language of the page as messages know it: `ja`, `en` or `easy`."""
    return {"en": "en", "ja-easy": "easy"}.get(get_language() or "ja", "ja")


def channel(which: Channel) -> str:
    """Return what a way is called."""
    return {
        Channel.INBOX: _("このサイトの「お知らせ」"),
        Channel.EMAIL: _("メール"),
        Channel.WEB_PUSH: _("ブラウザの通知"),
        Channel.LINE: _("LINE"),
        Channel.SMS: _("SMS（電話番号へのメッセージ）"),
    }[which]


def lane(which: Lane) -> str:
    """Return what a kind of messages is called."""
    return {
        Lane.DISASTER: _("災害のお知らせ"),
        Lane.PERSONAL: _("あなたの手続のお知らせ"),
        Lane.OFFER: _("使えるかもしれない制度のお知らせ"),
    }[which]


def lane_hint(which: Lane) -> str:
    """Return what a kind of messages is about."""
    return {
        Lane.DISASTER: _("命にかかわるため、登録したすべての方法で、夜でもすぐに送ります。止められません。"),
        Lane.PERSONAL: _(
            "申請、通知書、支払いなど、あなたの手続についてのお知らせです。「お知らせ」には必ず届きます。"
        ),
        Lane.OFFER: _("あなたが同意したときだけ、まとめて送ります。"),
    }[which]


def languages() -> Mapping[str, str]:
    """Return the languages of messages, each in its own name."""
    return {"ja": "日本語", "easy": "やさしい日本語", "en": "English"}


def hour(value: int) -> str:
    """Return an hour of the day."""
    return _("%(n)s時") % {"n": value}


def topic(name: str) -> str:
    """Return what a topic of offers is called."""
    if not name:
        return _("すべての制度のお知らせ")
    return hooks.topic_names(language()).get(name) or _("この話題の制度のお知らせ")


def ended(reason: str) -> str:
    """Return why an address is not used any more."""
    return {
        "bounced": _("お知らせが届かなかったため、止めました。まちがいがないか、確かめてください。"),
        "unsubscribed": _("届け先で止められたため、送っていません。"),
    }.get(reason, _("使っていません。"))


def refusal(kind: Refusal) -> str:
    """Return why something was refused and what to do."""
    return {
        Refusal.FORM: _("形がちがいます。見本のように、もう一度入力してください。"),
        Refusal.WAY_OFF: _("この方法は、いまは使えません。ほかの方法を選んでください。"),
        Refusal.TOO_MANY_CODES: _(
            "確認番号を何度も送ったため、いまは送れません。1時間ほど待って、もう一度送ってください。"
        ),
        Refusal.TOO_MANY_ADDRESSES: _("届け先は20件までです。使わないものを消してから、登録してください。"),
        Refusal.WRONG_CODE: _("確認番号がちがいます。いちばん新しいメッセージの番号を入力してください。"),
        Refusal.CODE_OVER: _("確認番号の時間が過ぎたか、入力のまちがいが続きました。新しい番号を送ってください。"),
        Refusal.UNKNOWN: _("この届け先は登録されていません。もう一度、登録してください。"),
        Refusal.CHOICE: _("選べないものが選ばれています。もう一度選んでください。"),
    }[kind]
