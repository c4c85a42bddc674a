"""Other layouts and other wordings, written before the rules were tuned and not used for tuning."""

from random import Random

from tests.engines.revising.corpus.facts import PAPER_NAMES, Age, Facts
from tests.engines.revising.corpus.rendering import Bank, Layout, Style


def _age(age: Age | None, s: Style, r: Random) -> str:
    if age is None:
        return ""
    kind, low, high = age
    n = s.n
    if kind == "fy" and high == 6:
        return r.choice(("小学校に入学するまで", "小学校入学前", f"満{n(6)}歳に達した日の属する年度の末日まで"))
    if kind == "fy" and high == 12 and r.random() < 0.5:
        return r.choice(("小学校を卒業するまで", "小学6年生まで"))
    if kind == "fy" and high == 15 and r.random() < 0.5:
        return r.choice((f"中学生まで（{n(15)}歳到達年度末まで）", "中学校を修了するまで"))
    if kind == "fy" and high == 18 and r.random() < 0.3:
        return r.choice((f"高校生年代まで（{n(18)}歳になって最初の年度末まで）", "0歳から高校生世代まで"))
    if kind == "fy":
        return r.choice((
            f"{n(high)}歳の誕生日以後、最初に迎える{n(3)}月{n(31)}日まで", f"満{n(high)}歳に達した日の属する年度の末日まで",
            f"{n(high)}歳到達年度の末日（{n(3)}月{n(31)}日）まで", f"出生から{n(high)}歳の年度末まで",
        ))  # fmt: skip
    if kind == "fyrange":
        words = {7: ("小学生", "小学校1年生"), 16: ("高校生相当年齢", "高校1年生の学年")}[low]
        ends = {15: ("中学生", "中学校3年生"), 18: ("高校生世代", "高校3年生の学年"), 12: ("小学生", "小学校6年生")}[
            high
        ]
        if r.random() < 0.5:
            return words[0] if words[0] == ends[0] or low == 16 else f"{words[0]}から{ends[0]}まで"
        return f"{words[1]}～{ends[1]}"
    if kind == "lt":
        return r.choice((f"{n(high)}歳の誕生日の前日まで", f"{n(high)}歳に満たない", f"{n(high - 1)}歳以下"))
    if kind == "ge":
        return r.choice((f"{n(low)}歳に達している", f"{n(low)}歳以上（申請日現在）", f"年齢が{n(low)}歳以上"))
    if kind == "range":
        return r.choice(
            (
                f"{n(low)}～{n(high)}歳",
                f"満{n(low)}歳以上{n(high + 1)}歳未満",
                f"{n(low)}歳から{n(high + 1)}歳の誕生日の前日まで",
            )
        )
    years, rest = divmod(high, 12)
    upper = f"{n(years)}歳{n(rest)}か月" if rest else f"{n(years)}歳"
    return r.choice((f"生後{n(low)}ヶ月から{upper}に至るまで", f"生後{n(low)}カ月以上{n(high)}カ月未満"))


def _lives(f: Facts, r: Random) -> str:
    area = f.place[-1]
    if not f.residence:
        return ""
    if f.residence == "都内在住":
        return r.choice(("東京都内にお住まいで、", "都内に住民登録がある"))
    if f.residence == "国内在住":
        return "日本国内に居住する"
    if f.residence.endswith("在学"):
        return r.choice((f"{area}内に在住、在勤または在学の", f"{area}内在住・在勤・在学の"))
    if f.residence.endswith("在勤"):
        return r.choice((f"{area}内に在住または在勤の", f"{area}内在住・在勤の"))
    return r.choice((f"{area}内に住民票のある", f"{area}内に住民登録があり、", f"{f.place}に住んでいる"))


def _for(f: Facts, s: Style, r: Random) -> str:
    age = _age(f.age, s, r)
    return (
        f"{_lives(f, r)}{age + ('の' if age[-1] not in 'いる' else '') if age else ''}{f.who}"
        if age or f.residence
        else ""
    )


def who_s(f: Facts, s: Style, r: Random) -> str:
    """For whom, as a sentence."""
    text = _for(f, s, r)
    return r.choice((f"{text}を対象としています。", f"対象となるのは、{text}です。")) if text else ""


def who_c(f: Facts, s: Style, r: Random) -> str:
    """For whom, in a cell."""
    return _for(f, s, r)


_PER = {
    "月額": ("月", "ひと月"),
    "年額": ("年", "1年につき"),
    "1回": ("1回あたり", "1回につき"),
    "1時間": ("1時間あたり", "1時間につき"),
    "日額": ("1日あたり", "1日につき"),
    "": ("", ""),
}


def sums_s(f: Facts, s: Style, r: Random) -> str:
    """The figures in sentences."""
    if not f.amounts:
        return ""
    one = [
        f"{label + ('、' if label.endswith('につき') else 'の場合、' if not label.endswith('に') else '') if label else ''}{r.choice(_PER[per])}{s.y(yen)}"
        for label, per, yen in f.amounts
    ]
    if len(one) == 1:
        return f"金額は、{one[0]}となります。"
    return "次のとおり支給（助成）します。" + "。".join(one) + "。"


def sums_rows(f: Facts, s: Style, r: Random) -> str:
    """Rows: what for, figure, remark."""
    notes = {"月額": "（月額）", "年額": "（年額）", "1回": "/回", "1時間": "/時間", "日額": "/日", "": ""}
    return "\n".join(f"{label or 'お一人'}\t{s.y(yen)}{notes[per]}\t－" for label, per, yen in f.amounts)


def sums_change(f: Facts, s: Style, r: Random) -> str:
    """What changed from when, in sentences."""
    if not f.amounts:
        return ""
    lines = []
    for old, new in zip(f.former_amounts or f.amounts, f.amounts, strict=True):
        lead = f"{new[0]}：" if new[0] else ""
        if old != new:
            lines.append(f"・{lead}{r.choice(_PER[new[1]])}{s.y(old[2])}から{s.y(new[2])}に引き上げられました。")
        else:
            lines.append(f"・{lead}{r.choice(_PER[new[1]])}{s.y(new[2])}")
    return "\n".join(lines)


def sums_twice(f: Facts, s: Style, r: Random) -> str:
    """Figures until and since a month."""
    if not f.amounts:
        return ""
    lines = []
    for old, new in zip(f.former_amounts or f.amounts, f.amounts, strict=True):
        lead = f"{new[0]}　" if new[0] else ""
        per = new[1] if new[1] in ("月額", "年額") else {"1回": "1回", "1時間": "1時間", "日額": "1日"}.get(new[1], "")
        if old != new:
            lines.append(f"{lead}{per}{s.y(old[2])}（令和8年9月分まで）、{per}{s.y(new[2])}（令和8年10月分から）")
        else:
            lines.append(f"{lead}{per}{s.y(new[2])}")
    return "\n".join(lines)


def income(f: Facts, s: Style, r: Random) -> str:
    """The limit of income."""
    if not f.limit:
        return ""
    if f.limit == "所得制限なし":
        return r.choice(("所得制限は設けておりません。", "所得にかかわらず利用できます。", "所得制限なし"))
    figure = f.limit.removeprefix("所得")
    return r.choice((f"申請者の所得金額が{figure}であること。", f"所得の上限は{figure}です。"))


def term_s(f: Facts, s: Style, r: Random) -> str:
    """When to apply."""
    if f.days:
        event, count = f.days
        words = f"{s.n(count // 365)}年" if count % 365 == 0 else f"{s.n(count)}日"
        return (
            r.choice(
                (
                    f"{event}から数えて{words}以内に手続きをしてください。",
                    f"{event}した日から{words}以内にお届けください。",
                )
            )
            if event != "妊娠の確認"
            else f"妊娠の確認後{words}以内に申請が必要です。"
        )
    if f.opens and f.closes:
        return r.choice((
            f"受付開始は{s.d(f.opens)}、締切は{s.d(f.closes)}（当日消印有効）です。",
            f"{s.d(f.opens)}より受付を開始し、{s.d(f.closes)}まで申請いただけます。",
        ))  # fmt: skip
    return ""


def term_c(f: Facts, s: Style, r: Random) -> str:
    """When to apply, in a cell."""
    if f.days:
        event, count = f.days
        return f"{event}から" + (f"{s.n(count // 365)}年" if count % 365 == 0 else f"{s.n(count)}日") + "以内"
    return f"{s.d(f.opens)} ～ {s.d(f.closes)}" if f.opens and f.closes else ""


def papers_list(f: Facts, s: Style, r: Random) -> str:
    """The papers, numbered."""
    names = [name for name in f.documents if name in PAPER_NAMES]
    lines = [f"（{s.n(at)}）{PAPER_NAMES[name][1]}" for at, name in enumerate(names, start=1)]
    if f.dropped in PAPER_NAMES:
        lines.append(f"（注）{PAPER_NAMES[f.dropped][0]}の添付は省略できるようになりました。")
    return "\n".join(lines)


def papers_s(f: Facts, s: Style, r: Random) -> str:
    """The papers in a sentence."""
    names = [PAPER_NAMES[name][0] for name in f.documents if name in PAPER_NAMES]
    if not names and not f.dropped:
        return ""
    text = (
        "申請書に、" + "・".join(names) + "を添えて提出してください。" if names else "申請書のほかに書類はいりません。"
    )
    if f.dropped in PAPER_NAMES:
        text += f"なお、{PAPER_NAMES[f.dropped][0]}は必要ありません。"
    return text


def how_s(f: Facts, s: Style, r: Random) -> str:
    """How to apply."""
    text = (
        "申請書を窓口へ直接お持ちください。" if f.ways == ("窓口",) else "申請書を窓口へ提出するか、郵送してください。"
    )
    if f.online is True:
        return text + r.choice(("電子申請（LoGoフォーム）もご利用いただけます。", "スマートフォンからも申請できます。"))
    return text + ("オンライン申請は受け付けておりません。" if f.online is False else "")


def how_c(f: Facts, s: Style, r: Random) -> str:
    """How to apply, in a cell."""
    return "または".join(f.ways) + ("（電子申請可）" if f.online else "（電子申請不可）" if f.online is False else "")


def ask(f: Facts, s: Style, r: Random) -> str:
    """Whom to ask, with the building."""
    return f"{f.place}役所 {f.office}（本庁舎3階）\n電話番号 {s.n(f.phone or '03-3000-0000')}（直通）\nFAX番号 {s.n('03-3999-0002')}"


def ask_line(f: Facts, s: Style, r: Random) -> str:
    """Whom to ask, in one line."""
    return f"{f.office}　TEL {s.n(f.phone or '03-3000-0000')}"


def since(f: Facts, s: Style, r: Random) -> str:
    """From when it holds."""
    return (
        r.choice((f"{s.d(f.begins)}より、制度が拡充されました。", f"{s.d(f.begins)}に制度の一部が改正されました。"))
        if f.begins
        else ""
    )


def over(f: Facts, s: Style, r: Random) -> str:
    """That it has ended."""
    return (
        r.choice(
            (f"本制度は、{s.d(f.ends)}で廃止となりました。", f"{s.d(f.ends)}をもちまして、事業を終了いたしました。")
        )
        if f.ended and f.ends
        else ""
    )


def renamed(f: Facts, s: Style, r: Random) -> str:
    """That it has another name."""
    return f"事業の名称が「{f.old_name}」から「{f.name}」に変わりました。" if f.old_name else ""


BANK: Bank = {
    "who_s": who_s, "who_c": who_c, "sums_s": sums_s, "sums_rows": sums_rows, "sums_change": sums_change, "sums_twice": sums_twice,
    "income": income, "term_s": term_s, "term_c": term_c, "papers_list": papers_list, "papers_s": papers_s, "how_s": how_s, "how_c": how_c,
    "ask": ask, "ask_line": ask_line, "since": since, "over": over, "renamed": renamed,
}  # fmt: skip

LAYOUTS = (
    Layout("municipal-cms", "[[name]]：[[place]]", """
ホーム > 子育て・教育 > 各種手当 > [[name]]

[[name]]

公開日：2026年4月1日　最終更新日：2026年11月12日

[[renamed]]
[[since]]
[[over]]

対象となる方
[[who_s]]

助成の額
[[sums_s]]

所得の制限
[[income]]

申請の期限
[[term_s]]

申請の方法
[[how_s]]

申請時に必要な書類
[[papers_list]]

注意事項
支給は年3回（4月・8月・12月）、各月の15日に行います。

このページの作成担当
[[ask]]

お探しの情報は見つかりましたか
はい　いいえ
"""),
    Layout("one-table", "[[name]]のご案内", """
[[name]]のご案内

項目	内容
対象者	[[who_c]]
受付期間	[[term_c]]
申込方法	[[how_c]]
提出書類	[[papers_s]]
所得要件	[[income]]
問合せ先	[[ask_line]]

[[since]]
[[over]]
[[renamed]]

助成額
対象	助成額	備考
[[sums_rows]]
""", Style("half", "both")),
    Layout("letter", "[[name]]のお知らせ", """
[[name]]のお知らせ

[[place]]にお住まいの皆さまへ

[[renamed]]
[[since]]
[[over]]

（１）対象者について
[[who_s]]

（２）金額について
[[sums_s]]

（３）所得について
[[income]]

（４）申請の時期について
[[term_s]]

（５）申請の方法について
[[how_s]]

（６）必要書類について
[[papers_s]]

（７）問い合わせ先について
[[ask]]
""", Style("full", "wareki", "comma")),
    Layout("faq-2", "[[name]] Q&A", """
[[name]] Q&A

[[renamed]][[since]][[over]]

問１　どんな人が対象ですか。
答　[[who_s]]

問２　金額はいくらですか。
答　[[sums_s]]

問３　所得の制限はありますか。
答　[[income]]

問４　申請の期限はいつまでですか。
答　[[term_s]]

問５　どのように申請しますか。
答　[[how_s]]

問６　何が必要ですか。
答　[[papers_s]]

担当部署
[[ask]]
""", Style("full", "seireki")),
    Layout("increase", "[[name]]が変わりました", """
[[name]]が変わりました

[[since]]
[[renamed]]
[[over]]

● 手当額
[[sums_change]]

● 対象
[[who_s]]

● 所得制限
[[income]]

● 申請受付
[[term_s]]

● 手続き
[[how_s]]

● 用意するもの
[[papers_list]]

● 連絡先
[[ask]]

※振込予定日は12月11日（金）です。
"""),
    Layout("two-times", "[[name]]の支給について", """
[[name]]の支給について（令和8年度）

1.対象
[[who_s]]
2.支給額
[[sums_twice]]
3.所得制限
[[income]]
4.申請期間
[[term_s]]
5.申請方法
[[how_s]]
6.必要なもの
[[papers_list]]
7.その他
[[since]][[over]][[renamed]]
8.担当
[[ask]]
""", Style("half", "weekday")),
    Layout("pdf-narrow", "[[name]]　ご利用の手引き", """
[[name]]　ご利用の手引き

１．対象となる方
[[who_s]]なお、生活保護を受けている世帯など、ほかの制度により同様の給付を受けられる場合は対象となりません。

２．支給額
[[sums_s]]手当は、申請された口座に振り込みます。

３．所得制限
[[income]]

４．申請期限
[[term_s]]この日を過ぎますと受け付けできませんので、早めの手続きをお願いします。

５．申請方法
[[how_s]]

６．必要書類
[[papers_list]]

７．お知らせ
[[since]][[over]][[renamed]]

８．問い合わせ
[[ask]]

- 3 -
""", Style("full", "wareki"), 24),
    Layout("catalogue", "子育て・福祉の制度ガイド", """
子育て・福祉の制度ガイド

〔 赤ちゃん訪問指導事業 〕
対象：生後4か月未満の乳児のいる家庭
費用：無料
申込：出生後14日以内に出生通知票を郵送してください。

〔 [[name]] 〕
[[over]][[renamed]][[since]]
対象：[[who_c]]
金額：[[sums_s]]
所得制限：[[income]]
期間：[[term_c]]
方法：[[how_s]]
持ち物：[[papers_s]]
担当：[[ask_line]]

〔 私立幼稚園等保護者補助金 〕
対象：満3歳から小学校就学前の幼児の保護者
金額：月額9,800円
期間：令和8年9月1日から令和8年10月30日まで
担当：学務課 幼稚園係　TEL 03-3111-2222
""", Style("half", "wareki", "man")),
    Layout("press", "[[name]]（報道発表）", """
報道発表資料
2026年10月30日
[[place]]

[[name]]について

[[since]][[over]][[renamed]]

記

対象者　[[who_s]]
支給額　[[sums_s]]
所得要件　[[income]]
受付期間　[[term_s]]
申請方法　[[how_s]]
提出書類　[[papers_s]]

【本件に関する問い合わせ先】
[[ask]]
""", Style("mixed", "both")),
    Layout("bullets", "[[name]]", """
[[name]]

[[over]]
[[renamed]]

・対象：[[who_c]]
・金額：[[sums_s]]
・所得制限：[[income]]
・受付期間：[[term_c]]
・申請方法：[[how_c]]
・必要なもの：[[papers_s]]
・お問い合わせ：[[ask_line]]

[[since]]

ご注意
令和7年度の受付は終了しました。
""", Style("half", "slash")),
    Layout("sloppy", "[[name]]", """
★[[name]]★

[[renamed]]

▼対象▼
[[who_s]]
▼支給金額▼
[[sums_s]]
▼所得制限▼
[[income]]
▼申請期限▼
[[term_s]]
▼申請方法▼
[[how_s]]
▼必要書類▼
[[papers_list]]
▼お知らせ▼
[[since]][[over]]
▼問合せ先▼
[[ask]]
代表電話　０３－１２３４－００００（代表）
""", Style("mixed", "dots", "plain")),
    Layout("running-text", "[[name]]のページ", """
[[name]]は、[[place]]が行っている制度です。

[[who_s]][[income]]

[[sums_s]]

[[term_s]]

[[how_s]][[papers_s]]

[[since]][[over]][[renamed]]

このページについてのお問い合わせは[[ask_line]]まで
""", Style("half", "seireki", "man")),
    Layout("sidebar-2", "[[name]]／[[place]]", """
このページの本文へ移動
サイト内検索
[[place]]
くらし・手続き
健康・福祉
現在の位置　ホーム > 健康・福祉 > [[name]]
[[name]]
更新日：2026年11月1日

[[renamed]]
[[since]]
[[over]]

支給対象
[[who_s]]

支給金額
[[sums_s]]

所得要件
[[income]]

申請受付期間
[[term_s]]

申請手続
[[how_s]]

添付書類
[[papers_list]]

関連ページ
障害者住宅改修費助成（限度額20万円）
おむつ代の助成　月額8,000円　令和8年12月25日まで

お問い合わせ
[[ask]]

ページの先頭へ戻る
""", Style("half", "wareki")),
)  # fmt: skip
