"""Words of the files room: why an upload was refused and what to do, states, kinds and sizes. Codes come from `inspection`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.files.contracts import State
from madoguchi.apps.files.limits import MEBIBYTE


def refusal(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Return what happened, why, and what to do next; an unknown code has words too."""
    given = dict(params or {})
    words = {
        "empty": _("ファイルの中身がありません。ファイルを開けるか確かめて、もう一度選んでください。"),
        "too_large": _("ファイルが大きすぎます。1つのファイルは%(most)sまでです。小さくするか、分けてください。"),
        "too_many": _("ファイルは%(most)s個までです。いらないファイルを消してから、もう一度選んでください。"),
        "total_too_large": _("ファイルの合計が%(most)sを超えます。いらないファイルを消すか、小さくしてください。"),
        "type_unknown": _("ファイルの種類がわかりませんでした。%(accepted)sのファイルを選んでください。"),
        "not_accepted": _("ここでは%(found)sのファイルは使えません。%(accepted)sのファイルを選んでください。"),
        "executable": _("プログラムのファイルは、安全のため受け取れません。書類を撮った写真か、PDFを選んでください。"),
        "active_markup": _(
            "ウェブページや図形（HTML、SVG、XML）のファイルは、安全のため受け取れません。PDFか画像にしてください。"
        ),
        "archive": _("まとめて圧縮したファイルは受け取れません。中のファイルを1つずつ選んでください。"),
        "office": _("この形式の文書ファイルは受け取れません。PDFに変えてから、もう一度選んでください。"),
        "encrypted": _(
            "パスワードがかかったファイルは、担当者が開けません。パスワードをはずして、もう一度選んでください。"
        ),
        "pdf_active": _(
            "このPDFには、開くと動く命令が入っています。安全のため受け取れません。紙に印刷する操作で「PDFに保存」を選び、"
            "作り直してください。"
        ),
        "pdf_embedded": _(
            "このPDFの中に、別のファイルが入っています。取り出して1つずつ選ぶか、「PDFに保存」で作り直してください。"
        ),
        "pdf_unreadable": _(
            "このPDFの中身を確かめられませんでした。紙に印刷する操作で「PDFに保存」を選び、作り直してください。"
        ),
        "polyglot": _(
            "ファイルの前か後ろに、別のデータがついています。安全のため受け取れません。元の書類から作り直してください。"
        ),
        "truncated": _("ファイルが途中で切れています。もう一度保存するか撮り直して、選び直してください。"),
        "too_many_pixels": _("画像の縦と横が大きすぎます。%(most)s万画素までです。小さくするか、撮り直してください。"),
        "animated": _("動く画像は受け取れません。止まっている画像かPDFを選んでください。"),
        "sheet_macros": _(
            "この表計算ファイルにはマクロ（動く命令）が入っています。マクロなしのExcelブック（.xlsx）で保存してください。"
        ),
        "sheet_links": _(
            "この表計算ファイルは、ほかのファイルとつながっています。リンクを切って保存し、もう一度選んでください。"
        ),
        "sheet_embedded": _("この表計算ファイルの中に、別のファイルが入っています。それを消して保存してください。"),
        "sheet_formula": _(
            "開くとほかのプログラムやサイトにつながる数式が入っています。値だけを貼りつけて保存し、もう一度選んでください。"
        ),
        "bomb": _("ファイルを開くと大きくなりすぎます。安全のため受け取れません。元の書類から作り直してください。"),
        "damaged": _("ファイルがこわれています。もう一度保存するか撮り直して、選び直してください。"),
        "text_unreadable": _(
            "文字を読めませんでした。文字コードをUTF-8かシフトJISにして保存し、もう一度選んでください。"
        ),
        "infected": _(
            "ウイルス検査で問題が見つかったため、このファイルは消しました。別の機器で作り直したファイルを選んでください。"
        ),
        "waiting": _("ウイルス検査が終わるのを待っています。数分たってから、もう一度開いてください。"),
    }
    known = words.get(code)
    if known is None:
        return _("このファイルは受け取れませんでした。PDFか画像にして、もう一度選んでください。")
    return known % {name: _value(name, value) for name, value in given.items()} if "%(" in known else known


def _value(name: str, value: Any) -> str:
    if name == "accepted":
        return kinds_in_words(value)
    if name == "found":
        return kinds_in_words([value])
    return size_in_words(value) if isinstance(value, int) and value >= MEBIBYTE else str(value)


def kinds_in_words(kinds: Sequence[str]) -> str:
    """Return kinds of files as a list of names."""
    names = {
        "pdf": _("PDF"),
        "image": _("画像（JPEG、PNG、HEIC、WebP）"),
        "csv": _("CSV"),
        "xlsx": _("Excel（.xlsx）"),
        "text": _("テキスト"),
    }
    return _("、").join(names.get(kind, kind) for kind in kinds)


def state_in_words(state: State) -> str:
    """Return how a file stands with the scanner, for a badge."""
    return {
        State.QUARANTINED: _("ウイルス検査を待っています"),
        State.CLEAN: _("ウイルス検査済み"),
        State.INFECTED: _("問題が見つかり、消しました"),
        State.UNSCANNED: _("ウイルス検査をしていません"),
        State.DELETED: _("消しました"),
    }[state]


def size_in_words(size: int) -> str:
    """Return bytes as KB or MB (1 MB = 1,048,576 bytes)."""
    if size >= MEBIBYTE:
        return f"{size / MEBIBYTE:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, round(size / 1024)):,} KB"
