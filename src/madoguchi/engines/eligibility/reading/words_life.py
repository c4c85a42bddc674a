"""Rules on the family and the household: children counted, reasons of single parenthood, marriage, insurance, housing.

Attribute names are the pack's; a test whose attribute the vocabulary does not know is left to a person later.
"""

import re

from madoguchi.engines.eligibility.reading.folding import number
from madoguchi.engines.eligibility.reading.hits import Family, Hit, Pattern, Scene, listed, says

_COUNT = re.compile(
    r"(?P<who>(?:お)?(?:子(?!の?医療)(?:ども|供|さん|さま|様)?|こども|児童|幼児|きょうだい|兄弟))(?:を|が)?(?:(?P<n>[2-9二三四五])人以上"
    r"|(?P<m>[2-9二三四五])人(?:いる|を))(?:を)?(?:(?:養育|扶養|監護|育て|いる|持つ|有する|お持ち)(?:して(?:いる|い)|する|ている|る"
    r"|の)?)?(?P<hh>(?:多子)?(?:世帯|家庭|保護者|方))?"
)
_ORDER = re.compile(
    r"(?:第(?P<n>[2-9二三四五])子|(?P<m>[2-9二三四五])人目)(?:\([^()]*\))?(?P<up>以降|以上|から|目以降)?(?:の)?(?:お?子(?:ども|さん"
    r"|さま)?|児童・?生徒|児童|園児|出生児|幼児)?"
)


def _count(match: "re.Match[str]", scene: Scene) -> Hit:
    return Hit(
        match.start(),
        match.end(),
        Family.COUNT,
        "number-of-children",
        (f"人数(子, TRUE) >= {number(match['n'] or match['m'])}",),
        confidence=0.85,
    )


def _order(match: "re.Match[str]", scene: Scene) -> "Hit | None":
    limit = 22
    if found := re.search(r"(18|19|20|22)歳(?:未満|以下|に達|到達|年度末|の年度)", scene.text):
        limit = 18 if found[1] in ("18", "19") else int(found[1])
    sign = ">=" if match["up"] else "="
    test = f"出生順位({limit}) {sign} {number(match['n'] or match['m'])}"
    return Hit(match.start(), match.end(), Family.COUNT, "birth-order", (test,), confidence=0.85)


_CAUSES = (
    ("離婚", r"(?:父母|両親|父と母|夫婦)(?:が|の)?(?:婚姻(?:関係)?を解消|離婚)(?:し(?:た|ている)|後)?"),
    (
        "死亡",
        r"(?:父(?:又は|または|もしくは|か|や|、|・)?(?:は)?母?|母)(?:が|の)(?:死亡|死別|亡くな)(?:し(?:た|ている)|った)?",
    ),
    (
        "重度障害",
        (
            r"(?:父(?:又は|または|もしくは|か|や|、|・)?母?|母)(?:が|に)(?:政令で定める|一定の|重度の|規則で定める)*(?:程度の)?(?:重度の)?障害"
            r"(?:の状態)?(?:に|が|を)?(?:ある|有する|持つ)?"
        ),
    ),
    (
        "生死不明",
        r"(?:父(?:又は|または|もしくは|か|や|、|・)?母?|母)の?(?:が)?(?:生死(?:が|の)?(?:明らかで(?:は)?ない|不明(?:である|な)?))",
    ),
    (
        "遺棄",
        (
            r"(?:父(?:又は|または|もしくは|か|や|、|・)?母?|母)(?:に|から|が)?(?:\d年以上|引き続き|1年以上)*(?:遺棄)(?:され(?:ている|た)?"
            r"|している)?"
        ),
    ),
    ("保護命令", r"(?:父(?:又は|または|もしくは|か|や|、|・)?母?|母)?(?:が|の)?[^、。]{0,14}?保護命令(?:を受けた?)?"),
    (
        "拘禁",
        (
            r"(?:父(?:又は|または|もしくは|か|や|、|・)?母?|母)が?(?:法令により)?(?:引き続き)?(?:\d年以上|1年以上)?(?:刑務所等に)?(?:拘禁"
            r"|拘束)(?:され(?:ている|た)?|されて)?"
        ),
    ),
    (
        "婚外",
        (
            r"(?:母が)?(?:婚姻によらない?(?:で)?(?:出産|生まれ|懐胎|出生)?(?:した|た)?|未婚の母(?:の|から)?(?:生まれ)?|婚姻しないで(?:生まれ"
            r"|懐胎し)た?)"
        ),
    ),
)


def _causes() -> "tuple[Pattern, ...]":
    return tuple(
        says(
            "single-parent-cause",
            rf"{pattern}(?:お?子(?:ども)?|児童)?",
            Family.CAUSE,
            f"ひとり親事由 = '{value}'",
            about="child",
            confidence=0.88,
        )
        for value, pattern in _CAUSES
    )


_DAMAGE = ("一部損壊", "準半壊", "半壊", "中規模半壊", "大規模半壊", "全壊")
_RUINED = re.compile(
    r"(?:(?:災害|地震|火災|風水害)(?:等)?により、?)?(?:住(?:宅|家|居)が)?(?P<d>一部損壊|準半壊|中規模半壊|大規模半壊|半壊"
    r"|全壊)(?P<up>以上)?(?:(?:の)?(?:被害を受け|した|と認定され|の判定)(?:た)?)?"
)


def _damage(match: "re.Match[str]", scene: Scene) -> Hit:
    place = _DAMAGE.index(match["d"])
    values = _DAMAGE[place:] if match["up"] else _DAMAGE[place : place + 1]
    return Hit(match.start(), match.end(), Family.HEALTH, "damage", (f"世帯.{listed('被災', values)}",))


COUNTS: tuple[Pattern, ...] = (
    Pattern("number-of-children", _COUNT, _count),
    Pattern("birth-order", _ORDER, _order),
)
"""Looked for before ages, since an age may belong to the children that are counted."""

CAUSES = _causes()
PATTERNS: tuple[Pattern, ...] = (
    says(
        "single-parent",
        (
            r"(?:離婚|死別|未婚)[離婚死別未や、・等などに又はま]{0,14}(?:に)?より、?(?=ひとり親)|母子家庭の母(?:又は|または|及び|および|・|、"
            r"|や)父子家庭の父|ひとり親(?:家庭)?(?:等)?(?:の(?:方|父又?は?母|親))?|母子家庭?(?:及び|・|や|または|又は|、|および)?父子家庭(?:等)?"
            r"|母子・父子家庭(?:等)?|(?:母子|父子)(?:家庭|世帯)(?:等)?(?:の(?:母|父))?|シングル(?:マザー|ファザー|ペアレント)"
            r"|配偶者のない(?:女子|男子)で[^、。]{0,10}児童を扶養している(?:方|者)?|配偶者のない(?:母|父)"
        ),
        Family.FAMILY,
        "ひとり親",
        about="adult",
    ),
    says("widow", r"寡婦(?:の方)?|寡夫(?:の方)?", Family.FAMILY, category="世帯"),
    says("no-spouse", r"配偶者(?:の|が)(?:い)?ない", Family.FAMILY, "NOT 申請者.婚姻中"),
    says(
        "couple",
        (
            r"婚姻の?届出?を(?:して(?:いる|い)|した)(?:ご?夫婦)?|(?:法律上の?)?婚姻(?:関係(?:に|が)?)?(?:を)?(?:して(?:いる|い)|ある|中の?)(?:ご?夫婦)?|法律上の(?:ご)?夫婦|(?:ご)?夫婦(?!の(?:合計"
            r"|いずれか|所得)|\((?:事実|内縁)|いずれか|ともに|で、?そ)(?:である)?"
        ),
        Family.FAMILY,
        "婚姻中",
        about="adult",
    ),
    says("care-of-child", r"監護(?:し(?:ている|て)?|する)?(?:かつ)?", Family.FAMILY, "監護", about="adult"),
    says(
        "apart",
        r"(?:父(?:又は|または|もしくは|か)母|父|母)と生計を(?:同じく|共に|一に)し(?:てい)?ない",
        Family.FAMILY,
        "ひとり親",
        about="adult",
        confidence=0.6,
    ),
    says(
        "one-livelihood",
        r"生計を?(?:同じく|一に|同一に|共に)(?:し(?:ている|て)?|する)?(?!世帯|家族|方の|者の)|生計同一(?:の|である)?",
        Family.FAMILY,
        "生計同一",
        about="adult",
    ),
    says("woman", r"女性(?:の方)?|女子(?!大|高)", Family.FAMILY, "性別 = '女'"),
    says("man", r"男性(?:の方)?", Family.FAMILY, "性別 = '男'"),
    says(
        "foreigner",
        r"外国(?:籍|人|国籍)(?:の|を有する)?(?:お?子(?:ども|さん)?|児童|生徒|方|住民)",
        Family.FAMILY,
        "NOT 日本国籍",
        about="child",
    ),
    says(
        "japanese",
        r"日本国籍(?:を|の)?(?:有する|有し|持つ|お持ちの?|ある|あり)?",
        Family.FAMILY,
        "日本国籍",
        about="child",
    ),
    says(
        "violence",
        r"(?:配偶者等?(?:から|による)(?:の)?暴力|DV(?:被害)?|ドメスティック・?バイオレンス)(?:を受け(?:て(?:い|お)る|た))?",
        Family.FAMILY,
        "DV被害",
        about="adult",
        confidence=0.85,
    ),
    says(
        "national-insurance",
        r"国民健康保険(?:に)?(?:加入|の被保険者|被保険者|加入者)(?:して(?:いる|い)|である|の)?",
        Family.HEALTH,
        "医療保険 = '国民健康保険'",
        about="child",
    ),
    says(
        "employees-insurance",
        r"(?:被用者保険|社会保険|会社の健康保険|職場の健康保険)(?:に加入|の被保険者|の被扶養者)(?:して(?:いる|い)|である)?",
        Family.HEALTH,
        "医療保険 = '被用者保険'",
        about="child",
    ),
    says(
        "insured",
        (
            r"(?:国内の|公的な?|各種|日本の)?(?:医療|健康)保険(?:各法|等|制度)?(?:\([^()]*\))?(?:の|に|へ)?(?:規定による)?(?:加入|被保険者"
            r"|被扶養者)(?:及び被扶養者|者|または被扶養者|又は被扶養者)?(?:し(?:て)?|である)?(?:い|お)?(?:る|り)?"
        ),
        Family.HEALTH,
        "医療保険 <> 'なし'",
        about="child",
    ),
    says(
        "facility",
        (
            r"(?:児童が|お子さんが|子どもが|本人が)?(?:(?:児童)?(?:福祉|養護|入所|社会福祉|障害者?|障害児入所|救護|乳児院?)*施設(?:等|など)?"
            r"|乳児院|児童養護施設等?)(?:\([^()]*\))?(?:に|へ|の)?(?:措置(?:により)?)?(?:入所|入院|入居|措置)(?:して|中|者|児|した|措置"
            r"|され)?(?:い|お)?(?:る|り)?(?:方|者|児童|場合|とき)?|施設入所(?:中|者|児|児童)?(?:の方)?"
        ),
        Family.FACILITY,
        "施設入所",
        about="child",
    ),
    says(
        "in-hospital",
        r"入院(?:中|して(?:いる|い)|養育を?(?:必要|要)(?:とする)?)(?:の)?",
        Family.HEALTH,
        "入院中",
        about="child",
        confidence=0.75,
    ),
    Pattern("damage", _RUINED, _damage),
    says(
        "rented",
        r"民間(?:の)?賃貸(?:住宅|アパート)?(?:等)?に(?:現に)?(?:居住|入居|お?住ま?(?:い|んで|む))(?:して(?:いる|い)|の|する)?(?:いる)?",
        Family.FAMILY,
        "世帯.住居 = '民間賃貸'",
    ),
    says(
        "public-housing",
        (
            r"(?:公営|都営|市営|区営|公的|公社)(?:住宅|の住宅)(?:等)?(?:の|に)?(?:入居者|入居(?:して(?:いる|い)|する)|居住(?:して(?:いる|い)"
            r"|する)|お住まい|入居)(?:の方)?"
        ),
        Family.FAMILY,
        "世帯.住居 = '公営住宅'",
    ),
    says("sudden-loss", r"家計(?:が)?急変(?:した|により|世帯|で)?", Family.NEED, "世帯.家計急変"),
)
