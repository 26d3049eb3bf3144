"""What is wrong in the sample on purpose: the gaps to be found, and the traps a careless count falls into."""

from __future__ import annotations

# Townships without a public central kindergarten in 2025, and how each looks.
KINDERGARTEN_GAPS = {
    "210224101": "none",  # 獐子岛镇: the only candidate lies in basic farmland
    "210281116": "private_central",  # 仙浴湾镇: "central", but private
    "210281203": "none",  # 土城乡
    "210281206": "public_general",  # 驼山乡: public, not central
    "210281210": "none",  # 泡崖乡
    "210281118": "private_general",  # 瓦窝镇
    "210281113": "building",  # 红沿河镇: under construction, opens 2027
    "210283105": "none",  # 栗子房镇
    "210283109": "private_general",  # 仙人洞镇
    "210283204": "public_general",  # 鞍子山乡
    "210283209": "closed",  # 步云山乡: closed in 2023
    "210283216": "none",  # 石城乡, an island
    "210283113": "none",  # 城山镇: the obvious candidate lies in basic farmland
}
NO_OPTION_KINDERGARTEN = "210224101"
FARMLAND_TRAP_UNIT = "210283113"
LONE_KINDERGARTEN_UNIT = "210281107"  # 许屯镇: one kindergarten, whose walk coverage stays inside the township

# Townships without a government-run standardised health centre in 2025.
HEALTH_GAPS = {
    "210224104": "none",  # 海洋岛镇: only an island site at a price beyond every budget
    "210281204": "unstandardised",  # 阎店乡
    "210281208": "unstandardised",  # 三台满族乡
    "210281112": "unstandardised",  # 老虎屯镇
    "210281201": "none",  # 赵屯乡
    "210283208": "private",  # 太平岭满族乡
    "210283211": "unstandardised",  # 桂云花满族乡
    "210283214": "unstandardised",  # 兰店乡
    "210283111": "none",  # 长岭镇
}
COSTLY_HEALTH_UNIT = "210224104"
FORMER_TOWNS_WITH_HEALTH_CENTRE = (
    "210214005", "210214006", "210214007", "210214008", "210214009", "210214010", "210214011", "210214012", "210214013",
    "210214014", "210214015", "210214016", "210214017", "210214018", "210214019", "210213014", "210213016", "210213017",
    "210213019", "210213020", "210213021", "210213022", "210213024", "210213027", "210213028", "210213029", "210213030",
    "210212007", "210212009", "210212010", "210212011", "210212012", "210211020", "210281010", "210283005",
)  # fmt: skip

# Schools.
CROWDED_UNITS = {  # unit -> classes missing at 55 pupils a class
    "210202005": 2, "210204008": 3, "210211007": 4, "210211018": 7, "210213002": 5, "210213009": 3, "210214001": 4,
    "210281002": 4, "210283001": 3, "210283101": 1,
}  # fmt: skip
LARGE_CLASS_UNIT = "210212001"  # 登峰街道: one class of 56, the average is fine
SHORT_OF_OPTIONS_UNIT = "210213004"  # 马桥子街道: needs more classes than every option adds
SHORT_OF_OPTIONS_BY = 19
TWO_CAMPUS_UNIT = "210204018"  # 西安路街道: two schools in one catchment

# Depots.
COUNTY_DEPOT_UNITS = (
    "210202005",
    "210204018",
    "210211006",
    "210212005",
    "210213009",
    "210281009",
    "210281004",
    "210224100",
)
CITY_DEPOT_UNIT = "210211019"
WITHOUT_COUNTY_DEPOT = ("210203001", "210214001", "210283001", "210211016", "210283005")  # where sites for one lie
WITHOUT_TOWNSHIP_DEPOT = (
    "210224103", "210281011", "210281113", "210281206", "210281109", "210283109", "210283209", "210283211", "210283105",
    "210283216", "210214012", "210214016", "210214015", "210213027", "210213024", "210212009", "210283108", "210281106",
    "210283111", "210281107", "210213020", "210214006",
)  # fmt: skip

LEADING_ZONES = {
    "LZ-GX": (
        "大连高新技术产业园区",
        ("210211016", "210211021", "210212006"),
        "第三方网页，两处一致，未经官方文件核对",
    ),
    "LZ-CXD": ("大连长兴岛经济区", ("210281009", "210281011"), "据街道名称推定，未经官方文件核对"),
    "LZ-HYK": ("大连花园口经济区", ("210283005",), "凭记忆，未经官方文件核对"),
    "LZ-JP": ("大连金普新区", (), "第三方网页称主体为金州区；按金州区全部街道推定，未经官方文件核对"),
}
JINPU_COUNTY = "210213"
LEADING_ZONES_LISTED = "2023-06-30"
