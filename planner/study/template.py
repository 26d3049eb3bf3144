"""The words of a new study file, Chinese with English beside it."""

HEAD = """\
# 研究文件 / study file (TOML). 由 planner init 写成 / written by planner init.
# 以 # 开头的行不起作用：需要您写明的，去掉 # 并改正 / a line that begins with # does nothing: remove # and correct it.
# 改完运行 / then run: planner check {name}
# 坐标系从不猜测：文件不带的，须由您写明 / reference systems are never guessed: state those that a file does not carry.
#   经纬度写 datum / for degrees: datum = "wgs84" | "cgcs2000" | "gcj02"（高德、腾讯 / Amap）| "bd09"（百度 / Baidu）
#   平面坐标写 crs / for metres: crs = "EPSG:4549"，或 .prj 文件（城市独立坐标系）/ or a .prj file (local city grid)

[study]
name = {stem}
# title = "…"                    # 标题 / title
# base_year = 2025               # 必填：现状年份 / required: the present year
# years = [2026, 2027, 2028]     # 必填：规划年份 / required: years of the plan
# crs = "EPSG:4550"              # 必填：测算用的投影坐标系，米 / required: projected, in metres, to measure in
#   CGCS2000 三度带 / 3-degree zones: 4547 (114°E) 4548 (117°E) 4549 (120°E) 4550 (123°E) 4551 (126°E)
language = "zh"
# unit_list_date = 2023-06-30    # 区划名单日期 / date of the list of units
# notice = "…"                   # 印在每份成果上 / shown on every output
"""

RULES = """\
# ---- 义务与标准 / obligations and numbers

[mandates]
# policy = "dazhengfa-2018-28"   # 必填：内置政策，或文件的路径 / required: a built-in policy, or a path
# only = ["kindergarten.township-central"]   # 只取其中几条 / take only these

[standards]
# profile = "dalian-2018"        # 必填：内置标准集，或文件的路径 / required: a built-in profile, or a path
# forbid_unconfirmed = true      # 不采用未经核实的数值 / refuse numbers that nobody confirmed
"""

SITING = """\
# ---- 选址 / siting（没有 [[siting.options]] 就只评估现状 / without options only the present is judged）

# [siting]
# budget_yuan = { 2026 = 50_000_000 }   # 各年预算，元 / budget by year, in yuan

# [[siting.options]]
# id = "kindergarten-build"
# action = "build"               # build 新建 | upgrade 提升 | expand 扩建
# service = "kindergarten"
# land_uses = ["080404"]         # 允许的用地代码 / land uses on which it may stand
# min_area_m2 = 2500
# set = { owner = "public", rank = "central" }
# cost_yuan = 12_000_000         # 不知道就不写，不要写 0 / leave out where unknown: that is not 0
# build_years = 1
"""

LAYERS = {
    "boundaries": ("行政区划（必填）", "administrative units (required)"),
    "leading_zones": ("先导区名单", "leading zones"),
    "crosswalk": ("新旧代码对照表", "crosswalk of codes"),
    "facilities": ("现有设施", "facilities"),
    "population": ("人口（必填）", "people (required)"),
    "sites": ("可用地块", "sites that may be used"),
    "catchments": ("学区", "catchments of schools"),
    "exclusions": ("用地管控范围", "land on which rules decide"),
    "land": ("用地规则、例外、拟选点", "rules of land, exceptions, proposed sites"),
    "roads": ("道路（没有就只量直线距离）", "roads (straight lines only, without)"),
    "": ("未能判断的文件", "files that could not be placed"),
}

BLANK = {
    "boundaries": """\
# [[layers.boundaries]]
# path = "townships.gpkg"         # .gpkg .shp .gdb .zip .geojson .parquet .csv .xlsx .osm.pbf；人口可用 / people: .tif
# level = "township"             # city | county | township | village
# kind = "town"                  # 若无 kind 列 / where there is no column kind: subdistrict | town | township | …
# columns = { code = "区划代码", name = "名称" }
""",
    "facilities": """\
# [[layers.facilities]]
# path = "facilities.csv"
# datum = "cgcs2000"             # 必须写明：wgs84 | cgcs2000 | gcj02 高德、腾讯 | bd09 百度 / state it; or a crs
# x = "经度"
# y = "纬度"
# named_unit = "所在乡镇"          # 写明单位的列，用来核对坐标 / names each row's unit: positions are checked by it
# units = { "金普新区" = ["金州区", "普兰店区"] }   # 该列中的其他叫法 / what other names in it mean
# columns = { facility_id = "编号" }
# values = { service = "kindergarten" }
""",
    "population": """\
# [[layers.population]]
# path = "people.csv"
# datum = "cgcs2000"             # 必须写明：wgs84 | cgcs2000 | gcj02 高德、腾讯 | bd09 百度 / state it; or a crs
# x = "经度"
# y = "纬度"
# columns = { demand_id = "编号", people = "常住人口" }
# groups = ["people", "age_3_5"] # 没有该列时由 0岁、0-4岁 等列合成 / made from columns by age where there is none
# basis = "resident"             # 口径 / whom it counts: resident 常住 | registered 户籍 | enrolled 在校
# ages = { women_15_49 = { from = 15, to = 49, sex = "f" } }   # 组名不能说明年龄时 / where names do not say the ages
# structure = { path = "ages.csv" }   # 年龄结构表：推算未统计的组 / shares of ages: derives groups not counted
# 村（社区）人口表不必有坐标，有区划代码即可 / a table of villages needs codes, no coordinates
# 按建筑、网格或栅格分配 / spread over buildings, a grid or a raster:
# spread = { path = "buildings.gpkg", weight = "floor_area_m2" }   # 或 / or covariates = ["…", "…"]: 学习权重 / learned
""",
    "sites": """\
# [[layers.sites]]
# path = "sites.gpkg"
# columns = { site_id = "地块编号", land_use = "用地代码" }
""",
    "catchments": """\
# [[layers.catchments]]
# path = "catchments.xlsx"       # planner template catchments
""",
    "exclusions": """\
# [[layers.exclusions]]
# path = "farmland.gpkg"
# rule_id = "basic-farmland"     # 必填：是什么由您写明，图层代码不作数 / required: a code alone is never believed
#   basic-farmland 永久基本农田 | ecological-red-line 生态保护红线 | urban-growth-boundary 城镇开发边界
#   village-construction-boundary 村庄建设边界 | village-plan 已批村庄规划
#   blue-line green-line yellow-line purple-line road-red-line（蓝、绿、黄、紫线，道路红线）
#   water-source-1 water-source-2 nature-reserve-core nature-reserve-general coast-setback mineral-deposit heritage
#   geological-hazard flood hazardous-site，或您自己的编号（即排除）/ or an id of your own, which excludes
# source = "…"                   # 图层依据 / the document it comes from
# code_means = { CZKFBJ = "urban-growth-boundary" }   # 图层代码有歧义时，核对后写明 / where a code is ambiguous
""",
    "land": """\
# [land]
# dem = "dem.tif"                # 高程，量坡度 / elevations, for slopes
# [[land.rules]]                 # 改动规则或自定规则，须引依据 / other rules, each with its source
# id = "slope"
# effect = "exclude_unless_exception"   # exclude | exclude_unless_exception | condition | told
# limit = 15
# source = "…"
# [[land.exceptions]]            # 逐地块的例外 / an exception of one site
# site_id = "…"
# rule_id = "ecological-red-line"
# granted_by = "…"
# document = "…"
# date = 2025-01-01
# [[land.generate]]              # 程序拟选点 / sites to be proposed
# id = "vc"
# method = "village_centres"     # village_centres | unserved_clusters | grid
""",
    "roads": """\
# [roads]
# path = "roads.gpkg"
# kind = "lines"                 # lines | osm
# class_column = "road_class"
""",
}
