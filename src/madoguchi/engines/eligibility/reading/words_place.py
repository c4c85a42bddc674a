"""Rules on where people live: the record's own municipality, Tokyo, Japan, and for how long.

Residence is the record's own municipality; what lies inside it (a school, a firm) is no residence.
"""

import re

from madoguchi.engines.eligibility.reading.hits import Family, Hit, Pattern, Scene, says

_AREA = (
    r"(?:[区市町村島]内|都内|東京都内|東京都|本[区市町村]|当[区市町村]|(?:[一-龥ヶ]{0,4}?|あきる野|日の出)[区市町村](?=内?(?:に|の)(?:住|居"
    r"|引|現|お|在|継|ある?住|\d|一|ともに|転|本)))(?:内)?"
)
_FILL = (
    r"(?:(?:に|へ|で|の)?(?:引き?続き|引続き|継続して|続けて|ともに|共に|現に|現在|実際に|ご?家族で|本人が"
    r"|(?:の)?(?:(?:[0-9一二三四五六七八九十]{1,3})(?:年|か月|カ月|日)以上)?(?:前から)?)*、?)"
)
_LIVE = (
    r"(?:住所(?:を|が|の|地)?|住民登録(?:を|が|の)?|住民基本台帳(?:に|へ)?|住民票(?:を|が|の)?|居住(?:地)?|在住|お住まい|お住い|住まい"
    r"|住んで|住む|住まわれ|生活の本拠|本籍)"
)
_VERB = (
    r"(?:(?:に|を|が)?(?:有し|有する|有して|おき|置き|置いて|置く|持ち|持つ|ある|あり|あって|し|する|して|記録|登録|登載|記載"
    r"|届け?出)(?:され)?(?:て)?(?:い|お)?(?:る|り|た)?)*"
)
_RESIDENCE = re.compile(
    rf"(?:(?:引き?続き|継続して)?[0-9一二三四五六七八九十]{{1,3}}(?:年|か月)以上(?:継続して|引き?続き)?)?(?P<area>{_AREA})(?:に|の"
    rf"|へ)?{_FILL}(?:に|の|を)?{_LIVE}{_VERB}(?P<more>[・、,]?(?:または|又は|もしくは|若しくは|か|及び|および)?(?P<other>(?:在勤|在学"
    rf"|通勤|通学|在園|勤務)(?:(?:・|、|または|又は|もしくは|か|及び)*(?:在勤|在学|通勤|通学|在園|在住))*))?"
)
_REVERSED = re.compile(
    r"(?P<area>[区市町村都]内)(?P<more>(?:在勤|在学|通勤|通学)(?:・|、|または|又は|か|及び)*(?P<other>在住|在勤|在学)(?:・|、)?(?:在住|在勤|在学)?)"
)
_CITIZEN = re.compile(
    r"(?<![住農国漁移市区町村県])(?P<area>[区市町村都島])民(?!税|館|間|会館|カード|センター|共済|活動|農園|票|体育|プール|ホール|病院|会"
    r"|団体|の森|広場|祭|交流|生委員)(?:の(?:方|みなさん))?"
)


def _in_tokyo(area: str, scene: Scene) -> bool:
    return area.startswith(("都", "東京都")) or scene.record.municipality not in scene.vocabulary.municipalities


def _residence(match: "re.Match[str]", scene: Scene) -> Hit:
    """Own municipality or 都内(); 在勤・在学 beside it is an alternative that a person judges."""
    named = match.groupdict()
    near = scene.text[max(0, match.start() - 12) : match.end()]
    if _in_tokyo(match["area"], scene):
        year = re.search(r"(?:1|一)年以上", near) is not None
        test = "東京都に一年以上居住" if year else "都内()"
        test = scene.adult(test) if year else test
    else:
        test = f"世帯.自治体コード = '{scene.record.municipality}'"
    other = "その他" if named.get("other") else None
    return Hit(match.start(), match.end(), Family.PLACE, "residence", (test,), category=other, confidence=0.95)


LENGTH = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:年|か月|日)以上|引き?続き|継続して|続けて|時点で|基準日|以前から|\d+月\d+日(?:現在"
    r"|に(?!達)|から(?!.{0,8}生)|以前|以後|以降)|日前から|から引き続き|通じて|前から"
)
"""Words that make a residence one of some length or on some day."""


PATTERNS: tuple[Pattern, ...] = (
    says(
        "moved-in",
        r"(?:転入(?:後|(?:した)?日から)?(?:14|十四)日以内|(?:14|十四)日以内に[区市町村]?内?に?転入)(?:の方|した方)?",
        Family.PLACE,
        "世帯.直近の転入",
    ),
    says(
        "stays-resident",
        r"(?:[区市町村]外(?:に|へ)?)?転出(?:した|された|する|され(?:る|た)|後の?)(?:方|者|場合)?",
        Family.PLACE,
        "NOT @home",
    ),
    Pattern("residence", _RESIDENCE, _residence),
    Pattern("residence", _REVERSED, _residence),
    Pattern("citizen", _CITIZEN, _residence),
    says(
        "registered",
        r"(?<![人の])住民登録(?:が|を|の)?(?:必要|ある|あり|して(?:いる|い))(?:です|の?方|こと)?",
        Family.PLACE,
        "@home",
        confidence=0.7,
    ),
    says(
        "in-japan",
        r"(?:日本)?国内に(?:居住|住所)(?:を有し|を有する|して(?:いる|い)|がある|する|し)?(?:いる)?",
        Family.PLACE,
        "国内居住",
        about="child",
    ),
)
