"""Layouts and wordings with which the rules were written."""

from random import Random

from tests.engines.revising.corpus.facts import PAPER_NAMES, Age, Facts
from tests.engines.revising.corpus.rendering import Bank, Layout, Style


def _age(age: Age | None, s: Style, r: Random, who: str = "") -> str:
    if age is None:
        return ""
    kind, low, high = age
    n = s.n
    if kind == "fy" and high == 6:
        return r.choice(("小学校就学前まで", f"{n(6)}歳に達する日以後の最初の{n(3)}月{n(31)}日まで", "未就学児"))
    if kind == "fy" and high == 15 and r.random() < 0.4:
        return r.choice(("中学校卒業まで", f"中学{n(3)}年生まで"))
    if kind == "fy":
        return r.choice((
            f"{n(high)}歳に達する日以後の最初の{n(3)}月{n(31)}日まで", f"{n(0)}歳から{n(high)}歳に到達した年度の末日まで",
            f"{n(high)}歳到達後最初の{n(3)}月{n(31)}日まで",
        ))  # fmt: skip
    if kind == "fyrange":
        words = {7: "小学1年生", 16: "高校1年生相当"}
        ends = {15: "中学3年生", 18: "高校3年生相当", 12: "小学6年生"}
        return f"{words[low]}から{ends[high]}まで"
    if kind == "lt":
        return r.choice((f"{n(high)}歳未満", f"満{n(high)}歳未満"))
    if kind == "ge":
        return r.choice((f"{n(low)}歳以上", f"満{n(low)}歳以上"))
    if kind == "range":
        return r.choice((f"{n(low)}歳以上{n(high)}歳以下", f"{n(low)}歳から{n(high)}歳まで"))
    years, rest = divmod(high, 12)
    return f"生後{n(low)}か月から{n(years)}歳{n(rest)}か月未満" if rest else f"生後{n(low)}か月から{n(years)}歳未満"


def _lives(facts: Facts, r: Random) -> str:
    area = facts.place[-1]
    if not facts.residence:
        return ""
    if facts.residence == "都内在住":
        return r.choice(("都内に住所を有し、", "都内在住の"))
    if facts.residence == "国内在住":
        return "日本国内に住所がある"
    more = {"在勤": "・在勤", "在学": "・在勤・在学"}.get(facts.residence.split("・")[-1], "")
    return (
        r.choice((f"{area}内在住{more}で、", f"{area}内在住{more}の"))
        if more
        else r.choice((f"{area}内に住所を有し、", f"{area}内在住の", f"{area}内にお住まいの"))
    )


def target_s(f: Facts, s: Style, r: Random) -> str:
    """For whom, as a sentence."""
    age = _age(f.age, s, r)
    if not age and not f.residence:
        return ""
    return f"{_lives(f, r)}{age + 'の' if age else ''}{f.who}が対象です。"


def target_c(f: Facts, s: Style, r: Random) -> str:
    """For whom, as a cell."""
    age = _age(f.age, s, r)
    return f"{_lives(f, r)}{age + 'の' if age else ''}{f.who}" if age or f.residence else ""


def amount_s(f: Facts, s: Style, r: Random) -> str:
    """The figures in one sentence."""
    parts = [
        f"{label + 'は' if label and not label.endswith(('につき', 'に')) else label}{per}{s.y(yen)}"
        for label, per, yen in f.amounts
    ]
    return ("、".join(parts) + r.choice(("です。", "を支給します。"))) if parts else ""


def amount_rows(f: Facts, s: Style, r: Random) -> str:
    """The figures as rows of a table."""
    if not f.amounts:
        return ""
    return "\n".join(f"{label or '金額'}\t{per}{s.y(yen)}" for label, per, yen in f.amounts)


def amount_list(f: Facts, s: Style, r: Random) -> str:
    """The figures as a list."""
    return "\n".join(f"・{label + '　' if label else ''}{per}{s.y(yen)}" for label, per, yen in f.amounts)


def amount_oldnew(f: Facts, s: Style, r: Random) -> str:
    """A table of old and new figures; without a change a plain one."""
    if not f.amounts:
        return ""
    former = f.former_amounts or f.amounts
    lines = ["区分\t令和7年度まで\t令和8年4月から"]
    lines += [
        f"{new[0] or '支給額'}\t{old[1]}{s.y(old[2])}\t{new[1]}{s.y(new[2])}"
        for old, new in zip(former, f.amounts, strict=True)
    ]
    return "\n".join(lines)


def limit_s(f: Facts, s: Style, r: Random) -> str:
    """The limit of income."""
    if not f.limit:
        return ""
    if f.limit == "所得制限なし":
        return r.choice(("所得制限はありません。", "所得による制限はありません。"))
    return f"前年の所得が{f.limit.removeprefix('所得').replace('円', '円')}の方に限ります。"


def window_s(f: Facts, s: Style, r: Random) -> str:
    """When to apply."""
    if f.days:
        event, count = f.days
        words = f"{s.n(count // 365)}年" if count % 365 == 0 else f"{s.n(count)}日"
        return f"{event}の日の翌日から{words}以内に申請してください。"
    if f.opens and f.closes:
        return r.choice(
            (
                f"申請は{s.d(f.opens)}から{s.d(f.closes)}まで受け付けます。",
                f"申請期間は{s.d(f.opens)}～{s.d(f.closes)}です（必着）。",
            )
        )
    return ""


def window_c(f: Facts, s: Style, r: Random) -> str:
    """When to apply, as a cell."""
    if f.days:
        event, count = f.days
        words = f"{s.n(count // 365)}年" if count % 365 == 0 else f"{s.n(count)}日"
        return f"{event}の日の翌日から{words}以内"
    return f"{s.d(f.opens)}から{s.d(f.closes)}まで" if f.opens and f.closes else ""


def docs_list(f: Facts, s: Style, r: Random) -> str:
    """The papers as a list."""
    lines = [f"・{r.choice(PAPER_NAMES[name])}" for name in f.documents if name in PAPER_NAMES]
    if f.dropped in PAPER_NAMES:
        lines.append(f"※{PAPER_NAMES[f.dropped][0]}の提出は不要になりました。")
    return "\n".join(lines)


def docs_inline(f: Facts, s: Style, r: Random) -> str:
    """The papers in one line."""
    names = [r.choice(PAPER_NAMES[name]) for name in f.documents if name in PAPER_NAMES]
    text = "、".join(names)
    if f.dropped in PAPER_NAMES:
        text += f"（{PAPER_NAMES[f.dropped][0]}は不要です）"
    return text


def ways_s(f: Facts, s: Style, r: Random) -> str:
    """How to apply."""
    text = "担当の窓口で申請してください。" if f.ways == ("窓口",) else "担当の窓口または郵送で申請してください。"
    if f.online is True:
        text += r.choice(("マイナポータルから電子申請もできます。", "オンラインでの申請も可能です。"))
    elif f.online is False:
        text += "電子申請はできません。"
    return text


def ways_c(f: Facts, s: Style, r: Random) -> str:
    """How to apply, as a cell."""
    return "・".join(f.ways) + ("・電子申請" if f.online else "（電子申請はできません）" if f.online is False else "")


def contact(f: Facts, s: Style, r: Random) -> str:
    """Whom to ask."""
    phone = s.n(f.phone or "03-3000-0000")
    return f"{f.place} {f.office}\n電話：{phone}　ファクス：{s.n('03-3999-0001')}"


def begins_s(f: Facts, s: Style, r: Random) -> str:
    """From when a change holds."""
    return f"この制度は{s.d(f.begins)}から内容が変更されました。" if f.begins else ""


def ended_s(f: Facts, s: Style, r: Random) -> str:
    """That it has ended."""
    return f"この事業は{s.d(f.ends)}をもって終了しました。" if f.ended and f.ends else ""


def rename_s(f: Facts, s: Style, r: Random) -> str:
    """That it has another name."""
    return f"「{f.old_name}」は、「{f.name}」に名称を変更しました。" if f.old_name else ""


BANK: Bank = {
    "target_s": target_s, "target_c": target_c, "amount_s": amount_s, "amount_rows": amount_rows, "amount_list": amount_list,
    "amount_oldnew": amount_oldnew, "limit_s": limit_s, "window_s": window_s, "window_c": window_c, "docs_list": docs_list,
    "docs_inline": docs_inline, "ways_s": ways_s, "ways_c": ways_c, "contact": contact, "begins_s": begins_s, "ended_s": ended_s,
    "rename_s": rename_s,
}  # fmt: skip

LAYOUTS = (
    Layout("headings", "[[name]]｜[[place]]公式ホームページ", """
トップページ > くらし > 手当・助成 > [[name]]
更新日：令和8年11月2日

[[name]]

[[rename_s]]
[[begins_s]]
[[ended_s]]

■対象者
[[target_s]]

■支給内容
[[amount_list]]

■所得制限
[[limit_s]]

■申請期間
[[window_s]]

■申請方法
[[ways_s]]

■必要なもの
[[docs_list]]

お問い合わせ
[[contact]]

このページに関するアンケート
このページの情報は役に立ちましたか。
Copyright © [[place]] All Rights Reserved.
"""),
    Layout("table", "[[name]]", """
[[name]]のご案内
ページ番号1001234　更新日 2026年10月15日

[[ended_s]]
[[begins_s]]
[[rename_s]]

対象	[[target_c]]
所得制限	[[limit_s]]
申請期間	[[window_c]]
申請方法	[[ways_c]]
必要書類	[[docs_inline]]

支給額
区分	金額
[[amount_rows]]

問い合わせ先
[[contact]]
""", Style("half", "seireki")),
    Layout("prose", "[[name]]について", """
[[name]]について

[[rename_s]]

[[target_s]][[amount_s]][[limit_s]]

[[begins_s]][[ended_s]]

[[window_s]][[ways_s]]

申請に必要なものは次のとおりです。
必要なもの
[[docs_list]]

詳しくは、下記までお問い合わせください。

お問い合わせ先
[[contact]]
""", Style("full", "wareki")),
    Layout("questions", "よくある質問：[[name]]", """
[[name]]（よくある質問）

[[rename_s]]
[[begins_s]]
[[ended_s]]

Q1　対象は何歳までですか。
A1　[[target_s]]

Q2　いくらもらえますか。
A2　[[amount_s]]

Q3　所得制限はありますか。
A3　[[limit_s]]

Q4　いつまでに申請すればよいですか。
A4　[[window_s]]

Q5　申請方法を教えてください。
A5　[[ways_s]]

Q6　申請に必要なものは何ですか。
A6　[[docs_inline]]が必要です。

担当課
[[contact]]
"""),
    Layout("news", "お知らせ：[[name]]", """
お知らせ
2026年11月5日

[[name]]の申請を受け付けています

[[begins_s]][[rename_s]][[ended_s]]

【対象】[[target_c]]
【金額】[[amount_s]]
【所得制限】[[limit_s]]
【申請期間】[[window_c]]
【申請方法】[[ways_s]]
【持ち物】[[docs_inline]]

【問い合わせ】
[[contact]]

関連情報
2026年11月1日	出産応援ギフトの説明会を12月10日に開催します
2026年10月20日	別の手当のご案内（支給額は月額99,000円です）
""", Style("half", "slash")),
    Layout("pdf", "[[name]]のしおり", """
[[name]]のしおり（令和8年度版）

１　対象となる方
[[target_s]]このしおりは、制度のあらましをご案内するものです。

２　支給される額
[[amount_s]]支給は原則として指定の口座への振込によります。

３　所得の制限
[[limit_s]]

４　申請の期限
[[window_s]]期限を過ぎると受け取れないことがありますので、ご注意ください。

５　申請の方法
[[ways_s]]

６　申請に必要なもの
[[docs_list]]

７　その他
[[begins_s]][[ended_s]][[rename_s]]

８　お問い合わせ
[[contact]]
""", Style("full", "wareki"), 28),
    Layout("old-and-new", "[[name]]の改正について", """
[[name]]の改正について
更新日：令和8年4月1日

[[begins_s]]
[[rename_s]]
[[ended_s]]

支給額
[[amount_oldnew]]

対象となる方
[[target_s]]

所得要件
[[limit_s]]

受付期間
[[window_s]]

手続き方法
[[ways_s]]

添付書類
[[docs_list]]

担当
[[contact]]
"""),
    Layout("several", "手当・助成の一覧（[[place]]）", """
手当・助成の一覧

ひとり親家庭住宅手当
対象
18歳に達する日以後の最初の3月31日までの児童を養育するひとり親家庭で、区内に1年以上お住まいの方
支給額
月額12,300円
申請期間
令和8年5月1日から令和8年6月30日まで

[[name]]

[[ended_s]]
[[rename_s]]
[[begins_s]]

対象
[[target_s]]

支給額
[[amount_list]]

所得制限
[[limit_s]]

申請期間
[[window_s]]

申請方法
[[ways_s]]

必要なもの
[[docs_list]]

問い合わせ
[[contact]]

交通遺児等見舞金
対象
交通事故で父または母を亡くした15歳以下の児童
支給額
1回100,000円
"""),
    Layout("mixed-width", "[[name]]", """
◆◇◆　[[name]]　◆◇◆

[[rename_s]]
[[ended_s]]

◎対象者：[[target_c]]
◎支給額：[[amount_s]]
◎所得制限：[[limit_s]]
◎申請期間：[[window_c]]
◎申請方法：[[ways_c]]
◎必要書類：[[docs_inline]]

[[begins_s]]

※振込は申請の翌月末日（例：12月10日申請→1月31日振込）です。

●問合せ
[[contact]]
""", Style("mixed", "both")),
    Layout("weekday", "令和8年度 [[name]]", """
令和8年度　[[name]]

[[begins_s]][[ended_s]][[rename_s]]

1 対象者
[[target_s]]

2 助成額
[[amount_s]]

3 所得要件
[[limit_s]]

4 受付期間
[[window_c]]

5 申込方法
[[ways_s]]

6 提出書類
[[docs_list]]

7 担当課
[[contact]]
""", Style("half", "weekday", "man")),
    Layout("leaflet", "[[name]]（チラシ）", """
[[name]]をご利用ください！

[[ended_s]]
[[rename_s]]
[[begins_s]]

〈対象〉
[[target_s]]

〈助成額〉
[[amount_list]]

〈所得の要件〉
[[limit_s]]

〈申請の締切〉
[[window_s]]

〈申請のしかた〉
[[ways_s]]

〈お持ちいただくもの〉
[[docs_list]]

〈窓口〉
[[contact]]

開庁時間　午前8時30分から午後5時
""", Style("half", "dots", "man")),
    Layout("long-sidebar", "[[name]] - [[place]]", """
本文へスキップします。
文字サイズ　標準　拡大
メニュー
現在地 トップページ > 健康・福祉 > [[name]]
印刷用ページを表示する
[[name]]
掲載日：2026年9月30日更新

[[rename_s]]
[[ended_s]]
[[begins_s]]

制度の概要
[[target_s]]

助成内容
[[amount_s]]

所得制限について
[[limit_s]]

申請期限
[[window_s]]

申請手続き
[[ways_s]]

申請に必要な書類
[[docs_list]]

このページに関するお問い合わせ先
[[contact]]

新着情報
2026年11月10日	子ども医療費助成の自己負担が変わります
2026年11月1日	児童手当の支給日は12月10日です

よく見られているページ
児童扶養手当　月額48,050円
ごみの分別
[[place]]役所
〒100-0000　代表電話：03-9999-9999
Copyright (C) [[place]]
""", Style("half", "seireki")),
    Layout("paragraphs", "[[place]]の[[name]]", """
[[place]]では、[[name]]を実施しています。

[[target_s]]

[[amount_s]]

[[limit_s]]

[[window_s]]

[[ways_s]]申請の際は、[[docs_inline]]をお持ちください。

[[begins_s]]

[[ended_s]]

[[rename_s]]

問い合わせ先
[[contact]]
""", Style("half", "wareki", "plain")),
)  # fmt: skip
