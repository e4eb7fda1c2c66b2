"""A small hall for the tests of the simulated day: two services, two windows and a tidal one, a morning and an afternoon."""

from datetime import date, datetime, timedelta
from pathlib import Path

from simulators.hallsheet import HallSheet, read

MONDAY = date(2026, 11, 23)

HALL = """
[hall]
code = "little"
name = "小镇便民服务中心"
name_en = "Little Town Service Hall"
timezone = "Asia/Shanghai"

[hours]
monday = ["09:00-10:00", "10:30-11:00"]

[[zone]]
code = "main"
name = "大厅"
name_en = "Hall"

[[service]]
code = "residence"
name = "户籍登记"
name_en = "Residence"
prefix = "A"
mean_minutes = 2
zone = "main"
trace_queues = [1, 2]

[[service]]
code = "tax"
name = "税务"
name_en = "Tax"
prefix = "B"
mean_minutes = 3
zone = "main"
trace_queues = [3]

[[window]]
no = 1
kind = "comprehensive"
zone = "main"
name = "综合窗口"
name_en = "General"
serves = ["residence", { service = "tax", slowness = 1.5 }]

[[window]]
no = 2
kind = "professional"
zone = "main"
name = "户籍窗口"
name_en = "Residence"
serves = ["residence"]

[[window]]
no = 3
kind = "tidal"
zone = "main"
name = "潮汐窗口"
name_en = "Tidal"
serves = ["residence", "tax"]

[[flexible_clerk]]
staff_no = "F01"

[[class]]
key = "ordinary"
name = "普通"
name_en = "Ordinary"

[[class]]
key = "elderly"
name = "老年人"
name_en = "Elderly"
rank = 0
evidence = "身份证"

[[pause_reason]]
key = "documents"
name = "整理材料"
name_en = "Sorting documents"

[[pause_reason]]
key = "meal"
name = "用餐"
name_en = "Meal"

[[arrivals]]
service = "residence"
starts = 09:00:00
monday = [20, 10, 0, 8]

[[arrivals]]
service = "tax"
starts = "08:30"
monday = [2, 6.5, 6.5, 0, 3]
"""


def hall_file(folder: Path, text: str = HALL) -> Path:
    """The file of the small hall."""
    path = folder / "little.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sheet_of(folder: Path, text: str = HALL) -> HallSheet:
    """The small hall as its simulated people know it."""
    return read(hall_file(folder, text))


def at(sheet: HallSheet, hour: int, minute: int = 0, second: float = 0) -> datetime:
    """A moment of the Monday."""
    return sheet.moment(MONDAY, 60 * hour + minute) + timedelta(seconds=second)
