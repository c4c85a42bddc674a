"""What the engine says about a condition, in Japanese for the desk. The engine itself speaks English only.

A test reads the engine's messages and demands that each has its line here.
"""

import re

_LINES: tuple[tuple[str, str], ...] = (
    (r"Expected (.+) before (.+)\.", r"\2 の前に \1 が要ります。"),
    (r"BETWEEN needs two bounds\.", "BETWEEN には下限と上限の2つが要ります。"),
    (r"A comparison \(.+\) must follow here\.", "ここには比較（=、<>、<、<=、>、>=、BETWEEN）が続きます。"),
    (r"A whole number is needed instead of (.+)\.", r"\1 ではなく、整数を書いてください。"),
    (r"A text in '…' is needed instead of (.+)\.", r"\1 ではなく、'…' で囲んだ文字を書いてください。"),
    (r"(.+) is no date\.", r"\1 は日付ではありません。"),
    (r"(.+) is no day\.", r"\1 は日を表しません。"),
    (r"(.+) is no unit\.", r"\1 は単位ではありません。"),
    (r"(.+) is no person\.", r"\1 は人を表す言葉ではありません。"),
    (r"(.+) is no collection of people\.", r"\1 は人の集まりではありません。"),
    (r"The condition is empty\.", "条件が空です。"),
    (r"(.+) is left over\.", r"\1 が余っています。"),
    (r"The condition is nested deeper than (.+) levels\.", r"かっこが\1段より深くなっています。"),
    (r"The condition has (.+) characters; at most (.+) are read\.", r"条件が\1文字あります。読めるのは\2文字までです。"),
    (r"A condition cannot begin with (.+)\.", r"条件を \1 で始めることはできません。"),
    (r"A name must follow the dot\.", "点の後には名前が要ります。"),
    (r"At most one prefix may stand before a name\.", "名前の前に付けられるのは1つだけです。"),
    (r"(\S+) needs the subject 児童\.", r"\1 は、対象主体が児童のときだけ使えます。"),
    (r"Unknown attribute (.+)\.", r"\1 という項目はありません。"),
    (r"Unknown function (.+)\.", r"\1 という関数はありません。"),
    (r"Unknown income table (.+)\.", r"\1 という限度額表はありません。"),
    (r"Unknown class (.+) of 要確認\.", r"\1 という要確認の分類はありません。"),
    (r"(.+) belongs to the household\.", r"\1 は世帯の項目です。"),
    (r"(.+) belongs to a person\.", r"\1 は人の項目です。"),
    (r"(.+) is a list\.", r"\1 は一覧です。"),
    (r"(.+) is true or false\.", r"\1 は、あてはまるか、あてはまらないかのどちらかです。"),
    (r"(.+) has no order\.", r"\1 に大小はありません。"),
    (r"(.+) is never (.+)\.", r"\1 が \2 になることはありません。"),
    (r"The number of dependants must follow\.", "扶養親族等の数が続きます。"),
    (r"A collection cannot stand inside another one\.", "人の集まりの中に、別の集まりは置けません。"),
    (r"A quotation mark is opened and never closed\.", "引用符が閉じていません。"),
    (r"Only one condition can stand here\.", "ここに置ける条件は1つだけです。"),
    (r"Arithmetic is not part of conditions\.", "条件では計算はできません。"),
    (r"Arithmetic and negative numbers are not part of conditions\.", "条件では計算や負の数は使えません。"),
    (r"Parameters are not part of conditions\.", "条件では変数は使えません。"),
    (r"Casts are not part of conditions\.", "条件では型の変換は使えません。"),
    (r"Names are written without quotation marks; values with '…'\.", "名前に引用符は付けません。値は '…' で囲みます。"),
    (r"The character (.+) has no meaning here\.", r"\1 という文字はここでは使えません。"),
    (r"(.+) mixes a number with a unit\.", r"\1 は数に単位が付いています。"),
    (r"This can never be true: the bounds on (.+) exclude each other\.", r"\1 の範囲が食い違い、だれも対象になりません。"),
    (r"Nobody can ever be eligible\.", "だれも対象になりません。"),
    (r"Everybody is eligible\.", "すべての人が対象になります。"),
    (r"要確認 (.+) has no text\.", r"要確認 \1 の説明がありません。"),
    (r"The check (.+) is not used in the condition\.", r"説明 \1 は条件で使われていません。"),
    (r"IS NULL is not part of conditions: (.+)", "IS NULL は使えません。事実が無ければ、そのまま「不明」になります。"),
    (r"NULL is not part of conditions: (.+)", "NULL は使えません。事実が無ければ、そのまま「不明」になります。"),
    (r"LIKE is not part of conditions; compare with = or IN\.", "LIKE は使えません。= か IN で比べてください。"),
    (r"CASE is not part of conditions; use AND and OR\.", "CASE は使えません。AND と OR を使ってください。"),
    (r"Queries are not part of conditions\.", "問い合わせ文は使えません。"),
    (r"EXISTS is written 存在\(子, 条件\)\.", "EXISTS は 存在(子, 条件) と書きます。"),
    (r"A name for a value is not part of conditions\.", "値に名前を付けることはできません。"),
    (r"Did you mean (.+)\?", r"\1 のことですか。"),
    (r"Write (.+) and compare 年齢, 月齢 or an attribute with it\.", r"\1 と書き、年齢・月齢などの項目と比べてください。"),
    (r"Write TRUE if everybody is meant\.", "すべての人が対象なら TRUE と書いてください。"),
    (r"Write BETWEEN a AND b\.", "BETWEEN 下限 AND 上限 と書いてください。"),
    (r"Write for whom the programme is\.", "だれのための制度かを書いてください。"),
    (r"Write (.+) or (.+)\.", r"\1 か \2 と書いてください。"),
    (r"Write (.+)\.", r"\1 と書いてください。"),
    (r"Use 自治体条件\.", "自治体条件を使ってください。"),
    (r"Use =, <> or IN \(…\)\.", "=、<>、IN (…) を使ってください。"),
    (r"Use (.+) or (.+)\.", r"\1 か \2 を使ってください。"),
    (r"Use (.+)\.", r"\1 を使ってください。"),
    (r"It is one of (.+)\.", r"\1 のどれかです。"),
    (r"It is (.+)\.", r"\1 です。"),
    (r"Add ' at the end\.", "終わりに ' を付けてください。"),
    (r"Add it under `checks:` in Japanese and English\.", "「窓口で確認すること」に説明を日本語と英語で書いてください。"),
    (r"Add (.+)\.", r"\1 を付けてください。"),
    (r"Join conditions with AND or OR\.", "条件は AND か OR でつないでください。"),
    (r"Begin with an attribute or a function\.", "項目か関数で始めてください。"),
    (r"Split the programme or use 自治体条件\.", "制度を分けるか、自治体条件を使ってください。"),
    (r"Split it\.", "分けて書いてください。"),
    (r"Remove it; see the list of allowed forms\.", "取り除いてください。使える書き方は条件式の説明にあります。"),
    (r"Remove it or use 要確認\.", "取り除くか、要確認で使ってください。"),
    (r"Correct one of the bounds, or join the alternatives with OR\.", "範囲を直すか、別の場合なら OR でつないでください。"),
    (r"Make sure that there is no condition at all\.", "本当に条件がないことを確かめてください。"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), japanese) for pattern, japanese in _LINES)
_WORDS = (("'nothing'", "何もないところ"), ("'the end'", "終わり"))


def in_japanese(sentence: str) -> str:
    """Return the engine's sentence in Japanese; one that is not known stays as it is, so that nothing is hidden."""
    for pattern, japanese in _PATTERNS:
        match = pattern.fullmatch(sentence)
        if match:
            said = match.expand(japanese)
            for english, word in _WORDS:
                said = said.replace(english, word)
            return said
    return sentence
