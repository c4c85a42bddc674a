"""Rules on work and the need of childcare, on nurseries, kindergartens and schools that are attended.

A list of reasons is the need of childcare, one reason alone its own attribute; hours and employers stay for a person.
"""

import re

from madoguchi.engines.eligibility.reading.hits import Family, Hit, Make, Pattern, Scene, listed, says

_DUTY = (
    r"(?:就労|仕事|労働|就業|働いて|共働き|疾病|病気|傷病|けが|負傷|妊娠|出産|介護|看護|看病|就学|通学|求職(?:活動)?|就職活動|災害(?:復旧)?"
    r"|障害|育児休業|冠婚葬祭|入院|通院)"
)
_UNABLE = (
    r"(?:保育|保護|監護|世話)[^。]{0,12}?(?:できな|困難|受けられな|必要|欠け|でき(?:ず|ません)|行えな|当たれな)(?:い|と(?:する|なる"
    r"|認められる)|に(?:な(?:る|った))|な|である|と)*(?:場合|状況|状態|とき)?"
)
_NINE = re.compile(
    rf"(?:保護者(?:の|が|等の|等が)?|父母(?:の|が)|(?:ご)?家族(?:の|が))?[^、。\n]{{0,4}}?{_DUTY}[^。\n、・]{{0,6}}?(?:(?:、|・|や|または"
    rf"|又は|や、)[^。\n、]{{0,4}}?(?:{_DUTY}|その他)){{1,8}}[^。\n]{{0,16}}?(?:理由|事由|事情|ため|により|で"
    rf"|から)[^。\n]{{0,20}}?{_UNABLE}"
)
_NEED = re.compile(
    r"(?:保護者(?:の|が)[^、。\n]{0,4}(?:就労|仕事|労働)[^。\n]{0,14}?)?(?:保育(?:の|が|を)必要(?:性(?:の(?:認定|事由)|が(?:ある"
    r"|認め(?:られる|られた)))?|とする(?:事由)?|な(?:事由)?)?|(?:2号|3号|2・3号|保育)(?:・3号)?(?:の)?認定)(?:を(?:受けて(?:い|お)?"
    r"|受けた|お持ち)|のある|に該当|と認め)?(?:る|り|があ(?:る|り))?(?:事由)?"
    r"|(?:保護者|父母)[^、。\n]{0,3}(?:仕事|就労|労働)(?:等|など)(?:の)?(?:理由|ため|により|で)[^。\n]{0,24}?(?:保育|保護|監護"
    r"|世話)[^。\n]{0,10}?(?:できない|困難|受けられない|ができ)|(?:保護者(?:の|が)[^、。\n]{0,4}(?:就労|仕事|労働)[^。\n]{0,14}?)?昼間(?:家庭に)?(?:保護者が)?(?:いない|留守)[^、。]{0,8}|(?:仕事"
    r"|就労)などで(?:、)?(?:昼間)?[^。\n]{0,14}?保育(?:が)?でき(?:ない|ず)"
)
_ANY_NURSERY = (
    r"(?:[国公私都市区町村]立の?)?(?:認可外保育(?:施設|所|園)|認可保育(?:所|園)|認証保育(?:所|園)|保育(?:所|園)|幼稚園|認定(?:こども"
    r"|子ども)園|地域型保育(?:事業)?|小規模保育(?:事業)?(?:所)?|家庭的保育(?:事業)?)"
)
_SCHOOLS = (
    ("小・?中学校|小学校(?:又は|または|及び|や|、|・|か)中学校|義務教育(?:諸)?学校", ("小学校", "中学校")),
    ("小学校", ("小学校",)),
    ("(?<!小)(?<!小・)中学校", ("中学校",)),
    ("(?:特別支援学校)", ("特別支援学校",)),
    ("高等学校等?|高校等?", ("高校公立", "高校私立")),
    ("大学院?|短期大学|専門学校|専修学校", ("大学等",)),
)
_NURSERIES = (
    ("認可外(?:の)?保育(?:施設|所|園)|ベビーホテル", "認可外"),
    ("認証保育(?:所|園)", "認証保育所"),
    ("認定(?:こども|子ども)園", "認定こども園"),
    ("幼稚園", "幼稚園"),
    ("認可保育(?:所|園)|認可の保育園", "認可保育所等"),
    ("保育(?:所|園)|保育施設", ""),
)
_AT_SCHOOL = (
    r"(?:等|など)?(?:\([^()]*\))?(?:に|へ|の)?(?:現に)?(?:在学|在籍|通学|通って|通う|就学|通わせ|進学|所属(?:が(?=ある))?|児童・?生徒|生徒|在校生)(?:して|する"
    r"|中の?|し)?(?:い|お)?(?:る|り|ている)?"
)
_AT_NURSERY = (
    r"(?:等|など)?(?:\([^()]*\))?(?:に|へ|を|と|の)?(?:現に)?(?:(?=と?月\d+時間)|在籍|在園|通園|通う|通って|入所|入園|利用|契約|預け|通わせ"
    r"|通所)(?:して|する|中の?|し|児)?(?:い|お)?(?:る|り|ている)?"
)


def _school_rules() -> "tuple[Pattern, ...]":
    rules = []
    for words, values in _SCHOOLS:
        pattern = re.compile(
            rf"(?P<kind>(?:国公立|[国公私都市区町村県]立)[・、又はまたは及び]*(?:[国公私]立)?)?(?:の)?(?:{words}){_AT_SCHOOL}"
        )
        rules.append(Pattern("school", pattern, _school(values)))
    return tuple(rules)


def _school(values: "tuple[str, ...]") -> Make:
    def make(match: "re.Match[str]", scene: Scene) -> Hit | None:
        kind = match["kind"] or ""
        chosen = values
        if re.search("私立|国立", kind) and not re.search("公立|[都区市町村]立", kind) and "高校私立" not in values:
            return None
        if "高校私立" in values and ("私立" in kind) != ("公立" in kind or "都立" in kind):
            chosen = ("高校私立",) if "私立" in kind else ("高校公立",)
        return Hit(match.start(), match.end(), Family.SCHOOL, "school", (scene.child(listed("在学", chosen)),))

    return make


def _several_nurseries(match: "re.Match[str]", scene: Scene) -> Hit:
    """Several kinds at once: one of them, or with ない none at all."""
    named = [value for words, value in _NURSERIES if value and re.search(words, match["kinds"])]
    whole = (
        "保育所等利用 = 'なし'"
        if match["no"]
        else listed("保育所等利用", [v for v in _KINDS_OF_NURSERY if v in named] or ["認可保育所等"])
    )
    if not match["no"] and re.search(r"(?<!認可)(?<!認可外)(?<!認証)保育(?:所|園)", match["kinds"]):
        named = ["認可保育所等", *named]
        whole = listed("保育所等利用", [v for v in _KINDS_OF_NURSERY if v in named])
    return Hit(
        match.start(), match.end(), Family.SCHOOL, "nursery", (scene.child(whole),), settled=True, confidence=0.8
    )


_KINDS_OF_NURSERY = ("認可保育所等", "認証保育所", "認可外", "幼稚園", "認定こども園")


def _nursery_rules() -> "tuple[Pattern, ...]":
    several = (
        rf"(?P<kinds>{_ANY_NURSERY}(?:等|など)?(?:(?:、|・|や|または|又は|もしくは|及び|および)(?:{_ANY_NURSERY})(?:等"
        rf"|など)?)+){_AT_NURSERY}(?P<no>[^、。\n]{{0,3}}?(?:ない|なく|ません|いず|おらず))?"
    )
    rules = [Pattern("nursery", re.compile(several), _several_nurseries)]
    for words, value in _NURSERIES:
        pattern = re.compile(
            rf"(?:[国公私都市区町村]立の?)?(?:{words}){_AT_NURSERY}(?P<no>[^、。\n]{{0,3}}?(?:ない|なく|ません|いず|おらず))?"
        )
        rules.append(Pattern("nursery", pattern, _nursery(value)))
    return tuple(rules)


def _nursery(value: str) -> Make:
    def make(match: "re.Match[str]", scene: Scene) -> Hit:
        test = f"保育所等利用 = '{value}'" if value else "保育所等利用 <> 'なし'"
        test = f"NOT {test}" if match["no"] else test
        return Hit(
            match.start(), match.end(), Family.SCHOOL, "nursery", (scene.child(test),), settled=bool(match["no"])
        )

    return make


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "need-of-childcare",
        _NINE,
        lambda m, s: Hit(
            m.start(), m.end(), Family.DUTY, "need-of-childcare", (s.child("保育の必要性"),), confidence=0.85
        ),
    ),
    Pattern(
        "need-of-childcare",
        _NEED,
        lambda m, s: Hit(
            m.start(), m.end(), Family.DUTY, "need-of-childcare", (s.child("保育の必要性"),), confidence=0.9
        ),
    ),
    says(
        "hours-of-work",
        r"(?:月|週|1日|1か月|1週間?)(?:に)?\d+(?:時間|日)以上(?:の)?(?:就労|勤務|仕事|労働|働)[^、。\n]{0,8}",
        Family.REVIEW,
        category="就労",
    ),
    says(
        "not-in-kindergarten",
        r"未就園児?|在宅(?:で)?(?:子育て|育児)(?:を)?(?:して(?:いる|い))",
        Family.SCHOOL,
        "保育所等利用 = 'なし'",
        about="child",
        confidence=0.6,
    ),
    says(
        "both-parents-work",
        (
            r"(?:父母|両親|保護者|夫婦|父及び母|父と母)(?:が|の)?(?:とも(?:に)?|いずれも|双方(?:が|とも)?|共に)[^、。]{0,6}(?:就労|就業|働|勤務"
            r"|仕事)[^、。\n]{0,8}"
        ),
        Family.REVIEW,
        category="就労",
    ),
    says(
        "childcare-leave",
        r"育児休業(?:を)?(?:取得)?(?:中|して(?:いる|い))(?:の)?",
        Family.DUTY,
        "育児休業中",
        about="adult",
    ),
    says(
        "job-seeking",
        r"(?:求職|就職)活動(?:を)?(?:中|して(?:いる|い)|の(?:ため|方)|を行(?:う|って))|求職中",
        Family.DUTY,
        "求職中",
        about="adult",
    ),
    says(
        "working",
        (
            r"(?<!未)(?:保護者(?:が|の)?)?(?:就労|就業|仕事)(?:中|して(?:いる|おり|い)|(?:の|等の)(?:ため|理由)|により|をして(?:いる|い))(?:に)?"
            r"|働いて(?:いる|い)"
        ),
        Family.DUTY,
        "就労中",
        about="adult",
        confidence=0.85,
    ),
    says(
        "carer",
        r"(?:家族|親|親族)(?:を|の)介護(?:して(?:いる|い)|のため|により)",
        Family.DUTY,
        "家族を介護中",
        about="adult",
    ),
    says(
        "employment-insurance",
        r"雇用保険(?:に加入|の被保険者)(?:して(?:いる|い)|である)?",
        Family.DUTY,
        "雇用保険加入",
        about="adult",
    ),
    says("public-servant", r"公務員(?:の方|である)?", Family.DUTY, "公務員", about="adult", confidence=0.7),
    *_nursery_rules(),
    *_school_rules(),
)
