"""Prefectures and the regions in which jGrants sums them up: a call for a region is one for each of its prefectures."""

NATIONWIDE = "全国"
REGIONS = {
    "北海道": ("北海道",),
    "東北": ("青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"),
    "関東・甲信越": (
        "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "山梨県", "長野県"),
    "東海・北陸": ("富山県", "石川県", "福井県", "岐阜県", "静岡県", "愛知県", "三重県"),
    "近畿": ("滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"),
    "中国": ("鳥取県", "島根県", "岡山県", "広島県", "山口県"),
    "四国": ("徳島県", "香川県", "愛媛県", "高知県"),
    "九州・沖縄": ("福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
}  # fmt: skip
PREFECTURES = tuple(name for names in REGIONS.values() for name in names)


def names_for(prefecture: str) -> tuple[str, ...]:
    """Return the names under which a call for this prefecture may be listed, itself first."""
    region = next((name for name, names in REGIONS.items() if prefecture in names), "")
    return (prefecture, NATIONWIDE, region, f"{region}地方") if region else (prefecture, NATIONWIDE)
