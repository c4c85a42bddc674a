"""What is said about an application: why something was not done, levels of sign-in, offices, lengths of time."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.applications.errors import NotDone, Reason
from madoguchi.apps.procedures import api as procedures

LEVELS: Mapping[str, AssuranceLevel] = {
    "email": AssuranceLevel.EMAIL,
    "passkey": AssuranceLevel.PASSKEY,
    "card": AssuranceLevel.CARD,
}


def level_of(views: tuple[procedures.ProcedureView, ...]) -> AssuranceLevel:
    """Return the sign-in that sending all of these needs: the strongest of them."""
    return max((LEVELS[view.level] for view in views), default=AssuranceLevel.EMAIL)


def level_words(level: AssuranceLevel, subject: str) -> str:
    """Return what sign-in somebody needs."""
    if subject == "business":
        return _("GビズID（プライムまたはメンバー）でのサインイン")
    return {
        AssuranceLevel.CARD: _("マイナンバーカードでのサインイン"),
        AssuranceLevel.PASSKEY: _("パスキーでのサインイン"),
    }.get(level, _("サインイン"))


def refusal(error: NotDone) -> str:
    """Return why something was not done, and what to do."""
    return _refusals()[error.reason]


def _refusals() -> Mapping[Reason, str]:
    return {
        Reason.WRONG_SUBJECT: _(
            "この手続は、いまのアカウントでは申請できません。個人の手続は個人のアカウントで、"
            "事業者の手続は事業者のアカウントでサインインしてください。"
        ),
        Reason.NOT_DELEGATED: _(
            "この手続は、まかされた範囲に入っていません。ご本人に、この手続をえらんで代理を頼みなおしてもらってください。"
        ),
        Reason.NOTHING_CHOSEN: _("手続が1つも選ばれていません。申請する手続に印をつけてください。"),
        Reason.TOO_MANY_DRAFTS: _("書きかけの申請が多すぎます。使わない書きかけを消してから、もう一度始めてください。"),
        Reason.CLOSED: _("この申請はすでに送ったか、消されています。書きかけの一覧から開き直してください。"),
        Reason.ANSWERS_CHANGED: _(
            "このページを開いたあとで、内容が変わりました。いまの内容を表示しています。確かめてから、もう一度送ってください。"
        ),
        Reason.FACTS_CHANGED: _(
            "確認ずみの情報が新しくなりました。変わったところを確かめてから、もう一度送ってください。"
        ),
        Reason.INCOMPLETE: _("まだ答えていないところ、または直すところがあります。下の一覧から開いて直してください。"),
        Reason.DOCUMENTS: _("必要な書類がまだそろっていません。書類のページで追加してください。"),
        Reason.NO_AUTHORITY: _(
            "申請先の区市町村が分かりません。お住まいの区市町村を選んでください。都内でないときは、その区市町村の窓口に申請してください。"
        ),
        Reason.INDIVIDUAL_NUMBER: _(
            "マイナンバー（個人番号）のような数字が入っています。マイナンバーは保存しません。消してから、もう一度送ってください。"
        ),
        Reason.SURER_SIGN_IN: _(
            "送るには、もっと確かな本人確認が必要です。本人確認をしてから、もう一度送ってください。"
        ),
        Reason.NO_SUCH_CHILD: _(
            "選んだお子さんの情報が見つかりません。ページを開き直して、もう一度選ぶか、そのまま入力してください。"
        ),
    }
