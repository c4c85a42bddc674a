"""Why something was refused: what, why, what to do instead."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.cases.contracts.refusals import Refusal
from madoguchi.apps.cases.texts import names
from madoguchi.apps.procedures.contracts import ProcedureView


def refusal(given: Refusal) -> str:
    """Return a refusal in words; a code without words is a defect and raises KeyError."""
    return str({**_machine(), **_given(), **_opening()}[given.code] % _shown(given))


def explained(given: Refusal, view: ProcedureView) -> Refusal:
    """Return a refusal in which checks and fields stand by their names in the reader's language."""
    language = get_language() or "ja"
    params = dict(given.params)
    if "checks" in params:
        params["checks"] = [names.check_name(key, view, language) for key in params["checks"]]
    if "keys" in params:
        params["keys"] = [names.field_label(key, view, language) for key in params["keys"]]
    return Refusal(given.code, params)


def _shown(given: Refusal) -> Mapping[str, Any]:
    params = dict(given.params)
    if "state" in params:
        params["state"] = names.state(params["state"])
    if "kind" in params:
        params["action"] = names.deed(params["kind"])
    if "parties" in params:
        params["parties"] = "、".join(names.party(party) for party in params["parties"])
    if "proposed" in params:
        params["proposed"] = names.outcome(params["proposed"])
    return {
        key: "、".join(map(str, value)) if isinstance(value, list | tuple) else value for key, value in params.items()
    }


def _machine() -> dict[str, str]:
    return {
        "missing": _("この番号の申請は見つかりません。番号を確かめてください。"),
        "stale": _(
            "画面を開いたあとに、ほかの人がこの申請を進めました。何も変えていません。"
            "新しい内容を読んでから、もう一度おこなってください。"
        ),
        "wrong_party": _("「%(action)s」ができるのは、%(parties)sだけです。必要なときは、その人に頼んでください。"),
        "wrong_state": _(
            "いまの状態（%(state)s）では、「%(action)s」はできません。いまできることは、画面のボタンのとおりです。"
        ),
        "four_eyes": _("決定の案を出した人は、同じ案を決裁できません。ほかの決裁者に頼んでください。"),
        "no_proposal": _("この手続は、2人で確かめて決めます。先に担当者が決定の案を出してください。"),
        "checks_open": _("まだ終わっていない確認があるので、決められません（%(checks)s）。先に確認を終えてください。"),
        "checks_failed": _(
            "問題がある確認があるので、認める決定はできません（%(checks)s）。訂正をお願いするか、"
            "決裁者が理由を書いて先へ進めてください。"
        ),
        "own_objection": _(
            "もとの決定にかかわった人は、審査請求を決められません（行政不服審査法第9条）。ほかの決裁者に頼んでください。"
        ),
        "objection_possible": _(
            "認めなかった申請は、審査請求ができる期間が終わるまで閉じられません。期間が終わると、自動で閉じます。"
        ),
        "override_needs_decider": _("問題がある確認を先へ進められるのは、決裁者だけです。決裁者に頼んでください。"),
        "failed_needs_override": _(
            "自動の確認で問題が見つかっています。訂正をお願いするか、決裁者が理由を書いて先へ進めてください。"
        ),
        "assign_others": _("ほかの人に担当を割り当てるのは、担当を決める人だけができます。その人に頼んでください。"),
        "already_assigned": _("担当は、もうその人になっています。何も変えていません。"),
        "no_period": _("この手続には処理期間がないので、延ばすことができません。"),
        "not_asked": _("訂正をお願いしていない項目は変えられません（%(keys)s）。お願いした項目だけを直してください。"),
    }


def _given() -> dict[str, str]:
    return {
        "text_missing": _("文章がありません。内容を書いてください。"),
        "text_too_long": _("文章が長すぎます。%(most)s字までにしてください。"),
        "bad_outcome": _("決定の種類が正しくありません。この手続で選べるものから選んでください。"),
        "bad_reason": _("この手続にない理由が選ばれています（%(reasons)s）。一覧から選んでください。"),
        "no_reason": _("認めない決定には理由が必要です（行政手続法第8条）。理由を選ぶか、書いてください。"),
        "bad_values": _("決定の内容を読めませんでした。文字、整数、日付だけを入れてください。"),
        "bad_amount": _("金額は0円以上の整数で入れてください。"),
        "bad_date": _("日付を読めませんでした。2026-04-01 のように入れてください。"),
        "until_before_from": _("終わりの日が始めの日より前です。どちらかを直してください。"),
        "not_as_proposed": _(
            "決定が案（%(proposed)s）とちがいます。案を差し戻してから、新しい案を出してもらってください。"
        ),
        "unknown_check": _("この手続にない確認です。画面を開き直してください。"),
        "nothing_asked": _("訂正してもらう項目がありません。1つ以上選んでください。"),
        "unknown_field": _("この手続にない項目が選ばれています（%(keys)s）。一覧から選んでください。"),
        "bad_days": _("延ばす日数は1日から%(most)s日までです。"),
        "beyond_longest": _("法律で決まった最長の期間を超えます。延ばせるのは、あと%(most)s日までです。"),
        "bad_assignee": _("その人は、この機関で申請を担当できません。担当できる人から選んでください。"),
        "nothing_corrected": _("訂正がありません。お願いした項目を直すか、書類を選んでください。"),
        "review_too_early": _("まだ結果が出ていません。結果のお知らせのあとで、感想を書いてください。"),
        "reviewed_already": _("この申請の感想は、もういただきました。ありがとうございました。"),
        "bad_points": _("1から%(most)sまでの中から、1つ選んでください。"),
        "bad_minutes": _("時間は、0から%(most)sまでの数（分）で書いてください。"),
        "files_missing": _("書類のファイルが見つかりません。もう一度ファイルを選んでください。"),
        "bad_answers": _("訂正した内容に、直すところがあります。印のついた項目を確かめてください。"),
        "too_many_cases": _("一度に決められるのは%(most)s件までです。選ぶ数を減らしてください。"),
    }


def _opening() -> dict[str, str]:
    return {
        "key_reused": _("同じ送信の番号で、内容のちがう申請が届きました。画面を開き直して、もう一度送ってください。"),
        "unknown_organisation": _("送り先の機関がわかりません（%(organisation)s）。一覧から選んでください。"),
        "bad_key": _("送信の番号が正しくありません。画面を開き直して、もう一度送ってください。"),
        "bad_submission": _(
            "だれの申請か、どこから出されたかがわかりません。画面を開き直して、もう一度送ってください。"
        ),
    }
