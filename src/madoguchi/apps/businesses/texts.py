"""Words for codes: kinds, states and processes of the corporate register, facts, sources, reasons of the linkage engine."""

from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.businesses.contracts import Attribute, Status
from madoguchi.engines.linkage import Reason


def status(value: Status) -> str:
    """Return the words for a status."""
    return {
        Status.ACTIVE: _("登記があります"),
        Status.CLOSED: _("閉鎖されました"),
        Status.MERGED: _("合併により消滅しました"),
        Status.DELETED: _("法人番号が削除されました"),
    }[value]


def kind(code: str) -> str:
    """Return the words for a kind of corporation (法人種別)."""
    known = {
        "101": _("国の機関"), "201": _("地方公共団体"), "301": _("株式会社"), "302": _("有限会社"), "303": _("合名会社"),
        "304": _("合資会社"), "305": _("合同会社"), "399": _("その他の設立登記法人"), "401": _("外国会社等"),
        "499": _("その他の法人"),
    }  # fmt: skip
    return known.get(code, "")


def close_cause(code: str) -> str:
    """Return the words for why a register entry was closed."""
    known = {
        "01": _("清算の結了など"),
        "11": _("合併による解散など"),
        "21": _("登記官による閉鎖"),
        "31": _("その他の清算の結了など"),
    }
    return known.get(code, "")


def process(code: str) -> str:
    """Return the words for what a published row is about (処理区分)."""
    known = {
        "01": _("新規"), "11": _("名称の変更"), "12": _("国内の所在地の変更"), "13": _("国外の所在地の変更"),
        "21": _("登記記録の閉鎖"), "22": _("登記記録の復活"), "71": _("吸収合併"), "72": _("吸収合併の無効"),
        "81": _("商号の登記の抹消"), "99": _("削除"),
    }  # fmt: skip
    return known.get(code, code)


def source(code: str) -> str:
    """Return the name of a source; the code itself when it has none."""
    known = {"nta": _("国税庁法人番号公表サイト"), "gbizid": "gBizID", "gbizinfo": "gBizINFO"}
    return known.get(code, code)


def attribute(name: str) -> str:
    """Return the words for a fact that sources besides the register tell; the name itself for others."""
    known = {
        Attribute.REPRESENTATIVE: _("代表者"),
        Attribute.CAPITAL_YEN: _("資本金"),
        Attribute.EMPLOYEES: _("従業員の数"),
        Attribute.ESTABLISHED_ON: _("設立した日"),
        Attribute.SUMMARY: _("事業の内容"),
        Attribute.WEBSITE: _("ウェブサイト"),
        Attribute.QUALIFICATION_GRADE: _("入札に参加する資格の等級"),
    }
    return known.get(Attribute(name), name)


def value(name: str, given: Any) -> str:
    """Return the value of a fact as a person reads it; yen and people with their unit."""
    if name == Attribute.CAPITAL_YEN and isinstance(given, int):
        return _("%(n)s円") % {"n": f"{given:,}"}
    if name == Attribute.EMPLOYEES and isinstance(given, int):
        return _("%(n)s人") % {"n": f"{given:,}"}
    return str(given)


def reason(value: Reason) -> str:
    """Return the words for one thing that linking compared."""
    return {
        Reason.NUMBER_SAME: _("法人番号が同じ"),
        Reason.NUMBER_NEAR: _("法人番号が1か所だけちがう"),
        Reason.NUMBER_UNLIKE: _("法人番号が2か所以上ちがう"),
        Reason.NUMBER_OTHER: _("法人番号がちがう"),
        Reason.NAME_SAME: _("名称が同じ"),
        Reason.NAME_FORMER: _("以前の名称と同じ"),
        Reason.NAME_KANA: _("よみが同じ"),
        Reason.NAME_SLIP: _("名称の字の順がちがうか、1字多い"),
        Reason.NAME_NEAR_LONG: _("長い名称がほぼ同じ"),
        Reason.NAME_NEAR: _("名称がほぼ同じ"),
        Reason.NAME_BRANCH: _("名称のうしろに支店などがついている"),
        Reason.NAME_CUT: _("名称が途中で切れている"),
        Reason.NAME_OTHER: _("名称がちがう"),
        Reason.FORM_OTHER: _("法人の種類がちがう"),
        Reason.BLOCK_SAME: _("番地まで同じ"),
        Reason.TOWN_SAME: _("町が同じ"),
        Reason.TOWN_FORMER: _("以前の所在地と同じ町"),
        Reason.AREA_SAME: _("丁目をのぞいて町が同じ"),
        Reason.CITY_SAME: _("区市町村が同じ"),
        Reason.PLACE_OTHER: _("所在地がちがう"),
        Reason.POSTCODE_SAME: _("郵便番号が同じ"),
        Reason.REPRESENTATIVE_SAME: _("代表者が同じ"),
        Reason.REPRESENTATIVE_OTHER: _("代表者がちがう"),
        Reason.CLOSED: _("登記が閉鎖されている"),
        Reason.RIVAL: _("ほかにも同じくらい近い候補がある"),
    }[value]
