"""Words of the grants room for codes: states, sources, what fits and why, imports."""

from django.utils.translation import gettext as _

from madoguchi.apps.grants.contracts import CallState, Source
from madoguchi.apps.grants.fitting import Aspect, Finding, Fit
from madoguchi.apps.grants.models import ImportRun


def state(value: CallState) -> str:
    """Return the words for whether a call takes applications."""
    return {
        CallState.OPEN: _("受付中"),
        CallState.COMING: _("受付前"),
        CallState.CLOSED: _("受付終了"),
        CallState.UNKNOWN: _("受付期間の記載なし"),
    }[value]


def source(value: Source) -> str:
    """Return the line that names where a call comes from."""
    return {
        Source.JGRANTS: _("Jグランツ（jGrants）からの出典"),
        Source.PACK: _("この基盤の見本です。実在する公募ではありません。"),
    }[value]


def fit(value: Fit) -> str:
    """Return the words for how a call stands to a business."""
    return {
        Fit.YES: _("条件に合います"),
        Fit.NO: _("合わない条件があります"),
        Fit.UNKNOWN: _("合うかどうか、まだわかりません"),
    }[value]


def finding(item: Finding) -> str:
    """Return one comparison as a sentence."""
    given = {"wanted": item.wanted, "has": item.has}
    if item.fit is Fit.YES and not item.wanted:
        return {
            Aspect.EMPLOYEES: _("従業員の数の条件はありません。"),
            Aspect.AREA: _("地域の条件はありません。"),
            Aspect.INDUSTRY: _("業種の条件はありません。"),
        }[item.aspect]
    if item.fit is Fit.UNKNOWN:
        return {
            Aspect.EMPLOYEES: _(
                "従業員の数の条件は「%(wanted)s」です。あなたの人数は登録がないので、確かめてください。"
            ),
            Aspect.AREA: _("対象の地域は「%(wanted)s」です。あなたの所在地は登録がないので、確かめてください。"),
            Aspect.INDUSTRY: _("対象の業種は「%(wanted)s」です。あなたの業種は登録がないので、確かめてください。"),
        }[item.aspect] % given
    known = {
        Aspect.EMPLOYEES: _("従業員の数の条件は「%(wanted)s」、あなたは%(has)s人です。"),
        Aspect.AREA: _("対象の地域は「%(wanted)s」、あなたの所在地は「%(has)s」です。"),
        Aspect.INDUSTRY: _("対象の業種は「%(wanted)s」、あなたの業種は「%(has)s」です。"),
    }
    bare = {
        Aspect.EMPLOYEES: _("従業員の数の条件は「%(wanted)s」です。"),
        Aspect.AREA: _("対象の地域は「%(wanted)s」です。"),
        Aspect.INDUSTRY: _("対象の業種は「%(wanted)s」です。"),
    }
    return (known if item.has else bare)[item.aspect] % given


def attachment(kind: str) -> str:
    """Return the words for a kind of document; the kind itself when it has none."""
    known = {
        "application_guidelines": _("公募要領"),
        "outline_of_grant": _("交付要綱"),
        "application_form": _("申請様式"),
    }
    return known.get(kind, kind)


def run_state(value: str) -> str:
    """Return the words for how an import stands."""
    return {
        ImportRun.State.RUNNING: _("取り込み中"),
        ImportRun.State.DONE: _("完了"),
        ImportRun.State.FAILED: _("途中で止まりました"),
    }[ImportRun.State(value)]


def count(name: str) -> str:
    """Return the words for what an import counted."""
    known = {
        "read": _("読んだ件数"),
        "new": _("新しい公募"),
        "changed": _("変わった公募"),
        "same": _("変わらない公募"),
        "withdrawn": _("取り下げ"),
        "missing": _("詳細なし"),
        "refused": _("読めない記録"),
    }
    return known.get(name, name)
