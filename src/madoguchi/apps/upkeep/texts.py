"""What upkeep says in words: fields, findings, refusals, why a page did not come. Values in, sentences out."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.upkeep.contracts import ChangeState, Check, Severity
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.fetching import FetchProblem
from madoguchi.apps.upkeep.pages import Trouble
from madoguchi.core.outbound import Refusal as CallRefusal


def field(name: str) -> str:
    """Return what staff call a field of a record or of a proposal."""
    names = {
        "name.ja": _("名称"), "name": _("名称"), "age": _("年齢"), "amount": _("金額"), "income_limit": _("所得の上限"),
        "window.opens": _("受付のはじまり"), "window.closes": _("受付のおわり"), "window.days": _("申請までの日数"),
        "window": _("申請の時期"), "documents": _("必要な書類"), "online": _("オンラインの申請"), "how": _("手続きの方法"),
        "office": _("担当窓口"), "phone": _("電話番号"), "effective_from": _("この日から有効"),
        "effective_to": _("この日まで有効"), "ended": _("制度の終わり"), "residence": _("住んでいる場所の条件"),
        "programme": _("この制度のページか"), "summary": _("概要"), "benefit_text": _("受けられるもの"),
        "description": _("内容"), "remarks": _("備考"), "amount_cap": _("上限額"),
    }  # fmt: skip
    return names.get(name, name)


def value(item: Any) -> str:
    """Return a value of a proposal as staff read it."""
    if item is None or item == "":
        return _("（記録にありません）")
    if isinstance(item, bool):
        return _("できます") if item else _("できません")
    if isinstance(item, list):
        return "、".join(map(str, item))
    return str(item)


def confidence(rank: float) -> str:
    """Return how sure a rule is, in words; the rank itself stands beside it."""
    if rank >= 0.8:
        return _("高い")
    return _("中くらい") if rank >= 0.5 else _("低い")


def state(name: str) -> str:
    """Return what became of a change."""
    return {
        ChangeState.OPEN: _("まだ決めていません"),
        ChangeState.ACCEPTED: _("下書きに入れました"),
        ChangeState.REJECTED: _("見送りました"),
        ChangeState.OUTDATED: _("もう違いはありません"),
    }[ChangeState(name)]


def check(name: str) -> str:
    """Return the name of a check."""
    return {
        Check.AGES: _("年齢の食い違い"),
        Check.DATES: _("過ぎた日付"),
        Check.AMOUNTS: _("金額の食い違い"),
        Check.LINKS: _("リンク"),
        Check.DUPLICATES: _("重複"),
        Check.GAPS: _("ほかの区市町村にある制度"),
    }[Check(name)]


def severity(name: str) -> str:
    """Return how much a finding matters."""
    return {Severity.HIGH: _("重い"), Severity.MEDIUM: _("中くらいの重さ"), Severity.LOW: _("軽い")}[Severity(name)]


def months(number: int | None) -> str:
    """Return an age in months as people say it."""
    if number is None:
        return _("制限なし")
    years, rest = divmod(number, 12)
    return _("%(years)s歳%(months)sか月") % {"years": years, "months": rest}


def finding(code: str, detail: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what was found, why it is told, and what to do."""
    told = {key: "、".join(map(str, item)) if isinstance(item, list) else item for key, item in detail.items()}
    for key in ("said_months", "structured_months"):
        if key in detail:
            told[key] = months(detail[key])
    if "field" in detail:
        told["field"] = field(str(detail["field"]))
    if code in ("amount_own", "amount_higher"):
        told |= {key: "、".join(f"{yen:,}円" for yen in detail[key]) for key in ("said", "structured")}
    what, why, todo = _sentences()[code]
    return what % told, why % told, todo % told


def _sentences() -> Mapping[str, tuple[str, str, str]]:
    return {**_contradictions(), **_places()}


def _contradictions() -> Mapping[str, tuple[str, str, str]]:
    return {
        "age_upper": (
            _("文章の年齢の上限が、条件と違います。"),
            _("文章「%(quote)s」は%(said_months)sまで、条件は%(structured_months)sまでです。"),
            _("どちらが正しいかページで確かめ、文章か条件を直してください。"),
        ),
        "age_lower": (
            _("文章の年齢の下限が、条件と違います。"),
            _("文章「%(quote)s」は%(said_months)sから、条件は%(structured_months)sからです。"),
            _("どちらが正しいかページで確かめ、文章か条件を直してください。"),
        ),
        "age_field": (
            _("文章の年齢と、年齢の欄が違います。"),
            _("文章「%(quote)s」は %(said)s、欄は %(field)s です。"),
            _("もとの記録の年齢の欄か文章を直してください。"),
        ),
        "field_past": (
            _("%(field)sの日付が過ぎています。"),
            _("記録では%(day)sです。"),
            _("次の日付に直すか、終わった制度なら取り下げてください。"),
        ),
        "year_past": (
            _("%(field)sに、終わった年度が書かれています。"),
            _("「%(quote)s」とあります。"),
            _("今の年度の内容をページで確かめて直してください。"),
        ),
        "text_past": (
            _("%(field)sに、過ぎた期限が書かれています。"),
            _("「%(quote)s」とあります。"),
            _("次の期限に直すか、終わった制度なら取り下げてください。"),
        ),
        "amount_own": (
            _("文章の金額が、記録の金額にありません。"),
            _("文章は%(said)s、記録の金額は%(structured)sです。"),
            _("どちらが正しいかページで確かめ、文章か金額を直してください。"),
        ),
        "amount_higher": (
            _("同じ名前の都や国の制度と、金額が違います。"),
            _("この記録は%(said)s、「%(other_name)s」は%(structured)sです。"),
            _("上乗せなら「意図したもの」とし、そうでなければ直してください。"),
        ),
    }


def _places() -> Mapping[str, tuple[str, str, str]]:
    return {
        "link_dead": (
            _("出典のリンクが切れています。"),
            _("%(url)s は、別々の%(days)s日に開けませんでした（最後に見た日：%(day)s）。"),
            _("新しい場所をさがし、出典を直してください。"),
        ),
        "link_moved": (
            _("出典のページが移りました。"),
            _("%(url)s は %(target)s に移りました（見た日：%(day)s）。"),
            _("移った先が同じ内容なら、出典を新しいアドレスにしてください。"),
        ),
        "name_same": (
            _("同じ名前の記録が2つあります。"),
            _("「%(other_name)s」（%(other)s）と、名前も地域も同じです。"),
            _("1つにまとめるか、違いが分かる名前にしてください。"),
        ),
        "name_near": (
            _("よく似た名前の記録が2つあります。"),
            _("「%(name)s」と「%(other_name)s」（%(other)s）は、地域が同じです。"),
            _("同じ制度なら1つにまとめてください。違う制度なら「意図したもの」としてください。"),
        ),
        "um_same": (
            _("同じメニュー番号の記録が2つあります。"),
            _("「%(name)s」と「%(other_name)s」（%(other)s）は、番号と地域が同じです。"),
            _("同じ制度なら1つにまとめてください。違う制度なら「意図したもの」としてください。"),
        ),
        "gap": (
            _("「%(name)s」をもっていない、または登録されていません。"),
            _("ほかの%(count)sの区市町村が登録しています（%(others)sなど）。"),
            _("制度があるなら登録し、ないなら「意図したもの」としてください。"),
        ),
    }


def refusal(refused: Refused) -> str:
    """Return why a step was not taken and what to do."""
    sentence = {
        Refusal.NOT_THERE: _("見つかりません。"),
        Refusal.REVIEW_DAY: _("次に見直す日は、明日から3年以内の日にしてください。"),
        Refusal.DUE_DAY: _("期限は、今日から3年以内の日にしてください。"),
        Refusal.NOT_STAFF: _("その人は、この組織で制度を直せません。名前を選び直してください。"),
        Refusal.CHANGED: _(
            "ほかの人が先に変更しました。まだ保存していません。今の内容を確かめて、もう一度押してください。"
        ),
        Refusal.NOT_FIT: _("記録に直すところがあるため、記録できません。"),
        Refusal.NO_REASON: _("理由を書いてください。"),
        Refusal.NOTHING_CHOSEN: _("どれも選ばれていません。選んでから押してください。"),
        Refusal.TOO_OFTEN: _("短い間に何度も読み込みました。1分ほど待ってください。"),
        Refusal.NO_PAGE: _("アドレス、ファイル、文章のどれか1つを入れてください。"),
    }[refused.reason]
    return f"{sentence}{refused.detail}"


def trouble(kind: Trouble) -> str:
    """Return why a page gives no text and what to do."""
    return {
        Trouble.TOO_LARGE: _("大きすぎます。10MBまでです。必要なところの文章を貼り付けてください。"),
        Trouble.WRONG_KIND: _("読めない種類のファイルです。HTML、PDF、文章のファイルを使ってください。"),
        Trouble.EMPTY: _("文章がありません。ほかのページを使うか、文章を貼り付けてください。"),
        Trouble.TOO_SLOW: _("読み取りに時間がかかりすぎました。必要なところの文章を貼り付けてください。"),
        Trouble.UNREADABLE: _("ファイルがこわれていて読めません。文章を貼り付けてください。"),
        Trouble.ENCODING: _("文字の種類が分かりません。文章を貼り付けてください。"),
        Trouble.PDF_ENCRYPTED: _("パスワードのついたPDFは読めません。外してから選ぶか、文章を貼り付けてください。"),
        Trouble.PDF_IMAGES: _("画像だけのPDFなので、文字を読めません。文章を貼り付けてください。"),
        Trouble.PDF_PAGES: _("PDFが100ページを超えています。必要なページだけにしてください。"),
    }[kind]


def fetch_problem(problem: FetchProblem) -> str:
    """Return why a page did not come and what to do."""
    if problem.refusal is None:
        return _("相手のサーバーが %(status)s を返しました。アドレスを確かめるか、文章を貼り付けてください。") % {
            "status": problem.status
        }
    closed = _("公開されたページではありません。インターネットで誰でも開けるアドレスを入れてください。")
    slow = _("相手のサーバーが応答しません。あとでもう一度試すか、文章を貼り付けてください。")
    wrong = _("アドレスの書き方が違います。https://example.jp/ のように書いてください。")
    return {
        CallRefusal.NOT_PUBLIC: closed,
        CallRefusal.PORT: closed,
        CallRefusal.CREDENTIALS: _("アドレスに名前やパスワードが入っています。外してください。"),
        CallRefusal.UNKNOWN_HOST: _("そのサーバーは見つかりません。アドレスを確かめてください。"),
        CallRefusal.UNREACHABLE: slow,
        CallRefusal.SLOW: slow,
        CallRefusal.TOO_LARGE: trouble(Trouble.TOO_LARGE),
        CallRefusal.TOO_MANY_REDIRECTS: _("何度も別の場所へ移されました。最後のアドレスを入れてください。"),
    }.get(problem.refusal, wrong)


def model_trouble(failure: str) -> str:
    """Return why a language model added nothing."""
    return {
        "unreachable": _("言語モデルに接続できません。規則で見つけたものだけを示します。"),
        "slow": _("言語モデルの応答が間に合いませんでした。規則で見つけたものだけを示します。"),
    }.get(failure, _("言語モデルの応答を使えません。規則で見つけたものだけを示します。"))
