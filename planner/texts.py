"""The words of the command line, Chinese and English."""

TEXTS = {
    "next": {
        "zh": (
            "接下来可以：\n"
            "  planner demo -o OUT          运行内置的大连示例（道路、人口、设施、地块均为虚构）\n"
            "  planner init FOLDER -o STUDY 从一个图层文件夹写出带注释的研究文件\n"
            "  planner template LAYER       写出一个图层的空白模板（表头、单位、示例、下拉选项）\n"
            "  planner check STUDY          读入全部内容，一次说明所有错误，不运行\n"
            "  planner run STUDY -o OUT     运行自己的研究文件（TOML）\n"
            "  planner verify OUT           从文件重新核算已完成的一次运行\n"
            "  planner --help               全部命令与退出码"
        ),
        "en": (
            "What to do next:\n"
            "  planner demo -o OUT          run the embedded Dalian sample (all but names invented)\n"
            "  planner init FOLDER -o STUDY write a commented study file from a folder of layers\n"
            "  planner template LAYER       write an empty table for a layer: headers, units, example, choices\n"
            "  planner check STUDY          read everything, tell all faults at once, run nothing\n"
            "  planner run STUDY -o OUT     run a study file of your own (TOML)\n"
            "  planner verify OUT           measure a finished run again, from its files\n"
            "  planner --help               all commands and exit codes"
        ),
    },
    "fault": {"zh": "错误：{}", "en": "error: {}"},
    "written": {"zh": "结果已写入 {0}（先打开 {0}/map.html）", "en": "written to {0} (open {0}/map.html first)"},
    "made": {
        "zh": "研究文件已写入 {0}；补全以 # 开头的必填行，然后：planner check {0}",
        "en": "study file written to {0}; fill in the lines that say 'required' or 'state it', then: planner check {0}",
    },
    "quality": {
        "zh": "质量报告已写入 {0}：quality.html（地图）、quality.csv（逐条）、quality.gpkg（位置）、"
        "accounts.csv（行数）",
        "en": "quality report written to {0}: quality.html (map), quality.csv (each fault), quality.gpkg (places), "
        "accounts.csv (rows)",
    },
    "template": {
        "zh": "模板已写入 {0}；灰色示例行不会被读入。填好后在研究文件中写明 path 和 crs，再运行 planner check。",
        "en": "template written to {0}; its example row is never read. Fill it in, name it as path (with its crs) in "
        "the study file, then run planner check.",
    },
    "taken": {"zh": "  {0} → {1}{2}", "en": "  {0} → {1}{2}"},
    "unplaced": {"zh": "未能判断", "en": "could not be placed"},
    "unsure": {"zh": "（不确定，已写为注释）", "en": " (not sure, written as a comment)"},
    "interrupted": {
        "zh": "已中断；{} 中没有写了一半的内容，再次运行同一命令即可接着做。",
        "en": "interrupted; nothing half-written is in {}, and the same command goes on where this run stopped.",
    },
    "restored": {
        "zh": "上一次运行在替换 {0} 时被中止；原有结果已放回。",
        "en": "a run was killed while it replaced {0}; the earlier output is back in its place.",
    },
    "internal": {
        "zh": "规划程序自身出错，不是您的数据有误；请把上面的文字发给维护者。",
        "en": "the planner itself failed, not your data; please send the lines above to its maintainers.",
    },
}

PARTS = {
    "layers": "读取图层",
    "unserved": "查找未覆盖人口",
    "reach": "计算可达",
    "findings": "评估义务",
    "siting": "选址求解",
    "measuring again": "重新测算",
    "report": "写出结果",
    "done": "完成",
}
