"""Judges what no rule has explained: does a clause restrict, in which class, or does it describe something else.

When in doubt a clause of the target or the conditions restricts: it is left to a person, never dropped.
"""

import re

from madoguchi.engines.eligibility.reading.proposal import Reason, TextField
from madoguchi.engines.eligibility.reading.segments import EXCLUDING
from madoguchi.engines.eligibility.reading.words_money import NO_LIMIT

_CLASSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("世帯", re.compile(r"(?:家族|親族|周囲|祖父母).{0,14}(?:支援|援助|協力|手助け)|(?:支援|援助|手助け|手伝い?).{0,4}(?:者|人)(?:が|の)?い?ない")),
    ("滞納", re.compile(r"滞納|完納|未納|納付済|納めて|納税して|納期")),
    ("居住期間", re.compile(
        r"(?:居住|住所|住民|在住|住んで|転入).{0,20}(?:以上|引き続|継続|時点|現在|以降|以前)|(?:以上|引き続き|継続して|時点"
        r"|以降).{0,20}(?:居住|住所|住民|住んで|お住まい)|転入(?:した|後|し)|定住|永住"
    )),
    ("就労", re.compile(
        r"(?:父母|両親|保護者|夫婦)(?:とも|が?(?:いずれも|ともに|共に)|双方|の双方|全員).{0,8}(?:就労|働|勤|就業|仕事)|(?:就労|勤務|就業"
        r"|労働).{0,14}(?:時間|日以上|日数|週\d|月\d)|(?:週|月)\d+(?:日|時間)以上.{0,6}(?:就労|勤|働|就業)|共働き|勤務先|雇用|事業主|夜勤"
        r"|勤務(?!する医)|就職(?:が|して|する|先)|就労(?!支援)"
    )),
    ("医師判断", re.compile(
        r"医師|診断|医療行為|医療的ケア|主治医|意見書|病状|診察|受診が必要|治療(?:が|を|の)?(?:必要|要)|治療中|療養|慢性|疾患|疾病(?:に|が"
        r"|の)|症状|感染症|伝染|アレルギー"
    )),
    ("所得", re.compile(r"所得|収入|年収|経済|均等割|課税|困窮|要保護|資産|預貯金|生計が困難|生活に困|低所得|生活困難")),
    ("他制度", re.compile(
        r"(?:他|同種|同様|同じ|類似|同一|(?<!特)別|(?<!外)国|都|東京都|この|(?<!日)本|過去).{0,16}(?:助成|給付|手当|制度|補助|支援|サービス|貸付)|(?:助成|給付"
        r"|手当|補助|支援|貸付|祝い?金|年金|扶助|サービス)(?:金|券|事業|費)?(?:の[^、。]{0,6})?(?:を|の|が)?(?:承認|支給|決定|交付|認定"
        r"|対象)?.{0,6}(?:受け|受給|利用|決定|認定)|重複|併給|受けたこと"
    )),
    ("世帯", re.compile(
        r"家族|世帯|同居|別居|祖父母|双子|ふたご|三つ子|多胎|双生児|里親|親族|寡婦|寡夫|事実婚|きょうだい|兄弟|扶養して|扶養する(?:方|者)"
        r"|手伝|支援者|援助者|親権|保護者がいない|両親|一人暮らし|単身|協力者|身寄り|養子|単身赴任|支援(?:を|が)(?:十分に)?(?:受けられ"
        r"|得られ)|家庭環境|核家族"
    )),
)  # fmt: skip

_PROCEDURE = re.compile(
    r"(?:お?持ち(?:ください|になって)|(?:申請|申込|申し込|届け?出|連絡|相談|確認|提出|予約|参照|問い合わせ|ご覧|記入|郵送|手続き?)(?:を"
    r"|に)?(?:して|し|の上|のうえ|お越し|なって)?(?:い)?(?:ください|下さい|くださ|いただ)|お問い?合わ?せ|ご覧(?:に|くだ)"
    r"|手続き?を(?:して|お)|(?:勤務先|職場|所属庁)(?:で|に|へ|での|への)(?:の)?(?:申請|手続|請求)|詳し(?:く|い)|詳細|ホームページ"
    r"|受付(?:は|時間|期間)|個別に?(?:通知|案内)|通知(?:し|を|が)|ご案内|案内(?:を|し)ます|郵送(?:し|で)|お送り|窓口(?:で|に|へ)(?:申請"
    r"|お)|必要書類|持ち物|添付|予約(?:制|は|が)|申し?込み(?:は|方法|先)|電話(?:で|に)|申請(?:は不要|の必要は|が必要です|期限|は、?毎年)"
    r"|(?:開館|利用|受付)時間|手続き?(?:は|が)?(?:不要|必要です)|(?:申し?込み|申請)(?:の)?必要は|ください。?$|下さい。?$|ましょう。?$"
    r"|ご了承|ご注意)"
)
_BENEFIT = re.compile(
    r"(?:(?:自己負担|利用者負担|負担金|利用料|保育料|料金|費用|実費)[^。]{0,20}(?:あり|生じ|かかり|必要|異なり|徴収|ます|円|決ま|負担)"
    r"|(?:手当|補助|助成|支給|給付|限度|上限|対象)額(?:は|が)|月額|日額|年額\d|円(?:を|まで|の|が)|割引|無料|減額|加算|増額|贈呈"
    r"|配布します|支給します|助成します|給付します|補助します|援助します|交付します|貸し付けます|貸付けます"
    r"|行います|実施(?:し(?:ています|ます)|して)|提供(?:し|する)ます?|支援します|訪問します|お預かりします|派遣します|相談に応じ"
    r"|ご相談いただけ|相談できます|利用できます|参加できます|受けられます|目的(?:と|に)|図る|ための(?:手当|制度|事業)です|施設です"
    r"|場(?:所)?です|活動です|制度です|事業です|楽しめ|内容です|お渡しします|進呈|支払います|応じて|定員)"
)
_PREFERENCE = re.compile(
    r"優先(?:し|さ|的|が|と|に|$|\))|加算(?:が|さ|し|あり)|増額|上乗せ|多胎妊娠(?:中)?の方は対象外"
)
_STRONG = re.compile(
    r"(?:所得|収入)[^。]{0,8}(?:制限|限度|要件|基準|上限)|対象(?!の方には|者には|額|経費|となる費用|費用)|限(?:り|る|定)|除(?:く|き)"
    r"|未満|以下|以上|のみ|条件|要件|満たす|必要がある方|該当"
)
_PEOPLE = (
    r"(?:方|者|世帯|家庭|保護者|妊婦さん?|産婦|お子さん|お子さま|お子様|児童|子ども|こども|幼児|生徒|乳児|赤ちゃん|家族|夫婦|区民|市民"
    r"|町民|村民|学生|高校生|中学生"
    r"|小学生|母親|親子)(?:の(?:方|保護者))?(?:など)?"
)
_CUES = re.compile(
    r"(?:を|が)?対象(?:と(?:し|な)|に|です|者は|は)|に対し(?:て)?|に限(?:り|る)|限定|を除(?:く|き)|のみ"
    rf"|{_PEOPLE}(?:(?:に|へ)(?!は?(?:は通知|個別|関|つい|応じ|なり|よる|ふさ))|が(?:利用|参加|対象|通|入|受|無料|、)|(?:を"
    rf"|に)(?=[^。、]{{0,14}}訪問)|向け"
    r"|(?=の[^。、]{0,14}(?:医療費|費用|保育料|利用料|給食費|自己負担)[^。]{0,14}(?:助成|補助|援助|軽減|無料|支給)))"
)
_ABOUT_TARGET = re.compile(
    r"対象(?:者|児童?|児|年齢|となる(?:方|の))?(?:は|:)|(?:利用|支給|受給|申請)できる(?:の|方|人)は|対象外|除(?:く|き)"
    r"|(?:でき|られ)ません|を超える|対象の(?:クラス|組|回)"
)
_NEUTRAL_WORDS = [
    "村立",
    "町立",
    "市立",
    "区立",
    "在学",
    "高齢者",
    "その保護者",
    "その家族",
    "そのパートナー",
    "その配偶者",
    "お子さん",
    "お子さま",
    "お子様",
    "こどもたち",
    "子どもたち",
    "子ども",
    "こども",
    "子供",
    "児童",
    "生徒",
    "園児",
    "幼児",
    "乳児",
    "赤ちゃん",
    "新生児",
    "保護者",
    "養育者",
    "父又は母",
    "父または母",
    "父もしくは母",
    "父母等",
    "父母",
    "父親",
    "母親",
    "妊婦",
    "本人",
    "ご本人",
    "申請者",
    "申請日",
    "申請時",
    "対象者",
    "対象となる方",
    "対象となる",
    "対象児童",
    "対象",
    "世帯主",
    "世帯",
    "家庭",
    "家族",
    "皆さん",
    "次の",
    "以下の",
    "下記の",
    "上記の",
    "上記",
    "いずれか",
    "いずれにも",
    "いずれも",
    "すべての",
    "すべて",
    "全ての",
    "全て",
    "ひとつに",
    "一つに",
    "1つに",
    "どれか",
    "要件",
    "条件",
    "項目",
    "満たす",
    "満たし",
    "該当する",
    "該当し",
    "該当",
    "当てはまる",
    "あてはまる",
    "養育している",
    "養育し",
    "養育する",
    "養育",
    "子育て中の",
    "子育て中",
    "子育て",
    "扶養している",
    "扶養し",
    "扶養する",
    "扶養",
    "育てている",
    "育てる",
    "監護し",
    "いる場合",
    "場合",
    "とき",
    "時",
    "こと",
    "方々",
    "方",
    "者",
    "人",
    "親子",
    "母",
    "父",
    "児",
    "子",
    "現在",
    "現に",
    "及び",
    "および",
    "並びに",
    "または",
    "又は",
    "もしくは",
    "若しくは",
    "かつ",
    "ただし",
    "なお",
    "また",
    "その",
    "それぞれ",
    "うち",
    "など",
    "等",
    "接種日",
    "受診日",
    "利用日",
    "基準日",
    "当日",
    "年度内",
    "程度",
    "手帳",
    "持つ",
    "お持ち",
    "いずれ",
    "対象年齢",
    "年齢",
    "対象児",
    "親",
    "原則として",
    "原則",
    "おおむね",
    "概ね",
    "約",
    "者等",
    "国公立の",
    "公立の",
    "受給している",
    "受給",
    "受けている",
    "受けて",
    "同じく",
    "属する",
    "最初の",
    "日以後",
    "年生",
    "学年",
    "満",
    "お住まい",
    "在住",
    "支給",
    "助成",
    "給付",
    "受給できません",
    "受給者",
    "利用できません",
    "利用",
    "受けられません",
    "認定",
    "交付",
    "所持",
    "女性",
    "提出",
    "区長",
    "名",
    "心配",
    "限",
    "除",
    "場",
    "いる",
    "ある",
    "する",
    "している",
    "してい",
    "令和",
    "平成",
    "要旨",
    "現に居住している",
    "実際に居住している",
    "居住していること",
    "いずれの手当も",
    "手当も",
    "未熟児",
    "雇用保険の",
    "国の",
    "都の",
    "区の",
    "市の",
    "町の",
    "村の",
    "妻の年齢",
    "夫の年齢",
    "どちらか一方",
    "いずれか一方",
    "在籍",
    "在園",
    "通う",
    "通園",
    "入学",
    "請求者",
    "申請",
    "記載",
    "対象外",
    "夫婦のいずれか",
    "妻",
    "同一",
    "制度",
    "人数",
    "国籍",
]
_NEUTRAL = re.compile("|".join(re.escape(word) for word in sorted(_NEUTRAL_WORDS, key=len, reverse=True)))
_ON_A_DAY = re.compile(
    r"(?:[一-龥]{1,8}(?:日|時点|時)|4月1日)(?:現在|時点)?(?:における|において|現在|で、?|に、?|の(?=妻|夫|年齢))"
)
_HEADED = re.compile(r"^[^\s、。]{2,16}(?:手当|給付金|助成|事業|祝い?金)\s")
_DENIES = re.compile(
    r"(?:ない|なかった)(?:方|者|人|こと|世帯|家庭|児|お?子|場合|$)|(?:給付|助成|手当|補助|支援)(?:金|等)?を?(?:受け|受給)"
)
_LACKS = re.compile(r"里親|遺児|孤児|亡くし|死別|双子|三つ子|(?:の|が)い?ない(?:方|者|人|お?子|児|世帯|家庭|こと|場合)")
_CONTENT = re.compile(r"[一-龥々ァ-ヶーA-Za-z0-9]")
_PLAIN_SPEECH = re.compile(r"[ぁ-ん]{5,}")
_GRAMMAR = re.compile(
    r"(?:であること|であって|である|でない|ではない|している|していない|された|されて|ていない|ている|しない|しており|できません"
    r"|できない|になりません|となりません|なりません|ません|ありません|について|において|における|として|によって|により|による|に対して"
    r"|のための|となった|となる|になる|から|まで|ための|ために|です|ます|でした|くださる|いただく|および|または|すべての|いずれか"
    r"|それぞれ|これらの|もしくは|あてはまる|ともに|のうち|のいる|がいる|をもつ|を持つ)"
)


def category(clause: str) -> str:
    """Return the class of a clause that a person must judge."""
    return next((name for name, pattern in _CLASSES if pattern.search(clause)), "その他")


def says_something(text: str) -> bool:
    """Tell whether words are left after everything that names people or joins words is taken away."""
    plain = _NEUTRAL.sub("|", _ON_A_DAY.sub("|", _HEADED.sub("", text)))
    if len(_CONTENT.findall(plain)) >= 2 or _LACKS.search(text):
        return True
    return bool(_PLAIN_SPEECH.search(_GRAMMAR.sub("|", plain)))


def denies(clause: str) -> bool:
    """Tell whether a clause in which no rule found a test demands that something is not so (他の給付を受けていない方)."""
    return bool(_DENIES.search(clause))


def readable_part(sentence: str, place: TextField) -> int:
    """Return how many characters of a summary's sentence speak of the person: up to its last cue; else all or none."""
    if place is not TextField.SUMMARY or _ABOUT_TARGET.search(sentence):
        return len(sentence)
    ends = [match.end() for match in _CUES.finditer(sentence)]
    return ends[-1] if ends else 0


def aside(sentence: str, place: TextField) -> Reason | None:
    """Return why a whole sentence restricts nobody, or None when it may restrict."""
    if _PREFERENCE.search(sentence):
        return Reason.PREFERENCE
    restricts = bool(EXCLUDING.search(sentence)) or bool(
        re.search(
            r"限(?:り|る|定)|こと。?$|に限|のみ|未満の|以上の|以下の|(?:方|者|世帯|家庭|場合|とき|児童)。?$|場合(?:は|に)"
            r"|(?:でき|られ)ません|を超える|負担し(?:た|て)|面接|審査",
            sentence,
        )
    )
    if place is TextField.SUMMARY:
        return _aside_of_summary(sentence)
    if NO_LIMIT.search(sentence) and not re.search(r"ただし|未満|以下|以上|限(?:り|る)|除(?:く|き)", sentence):
        return Reason.NO_LIMIT
    if _PROCEDURE.search(sentence) and not restricts:
        return Reason.PROCEDURE
    if _BENEFIT.search(sentence) and not restricts and not _STRONG.search(sentence):
        return Reason.BENEFIT
    return None


def _aside_of_summary(sentence: str) -> Reason | None:
    if NO_LIMIT.search(sentence):
        return Reason.NO_LIMIT
    if _PROCEDURE.search(sentence) and not re.search(r"限(?:り|る)|除(?:く|き)|対象(?:は|と|外)", sentence):
        return Reason.PROCEDURE
    return (
        None
        if _CUES.search(sentence) or _ABOUT_TARGET.search(sentence) or EXCLUDING.search(sentence)
        else Reason.BENEFIT
    )
