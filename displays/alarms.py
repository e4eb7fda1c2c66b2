"""What an alert says to a supervisor, in Chinese and English.

For: the codes of app/core/alerts.py as one short sentence each; what is wrong first, then the numbers.
Not for: deciding what is an alert. A code from a newer version is shown as it is.
"""

from collections.abc import Mapping

from displays.scene import Bilingual

SENTENCES: dict[str, tuple[str, str]] = {
    "promise": (
        "{service_zh}:{late} 人等候超过 {promise} 分钟,最长 {longest} 分钟",
        "{service_en}: {late} wait longer than {promise} min, the longest {longest}",
    ),
    "hot": (
        "{service_zh}:预计等候 {projected} 分钟(上限 {limit}),{waiting} 人等候",
        "{service_en}: projected wait {projected} min (limit {limit}), {waiting} waiting",
    ),
    "unserved": (
        "{service_zh}:{waiting} 人等候,没有窗口在办理",
        "{service_en}: {waiting} waiting and no window serves it",
    ),
    "paused": ("{window} 号窗口已暂停 {minutes} 分钟", "Window {window} has been paused for {minutes} min"),
    "handling": (
        "{window} 号窗口办理 {number} 已 {minutes} 分钟(平均 {mean})",
        "Window {window} has served {number} for {minutes} min (mean {mean})",
    ),
    "offline": ("{device} 没有应答,已 {minutes} 分钟", "{device} has not answered for {minutes} min"),
    "paper_out": ("{device} 缺纸", "{device} is out of paper"),
    "paper_low": ("{device} 纸快用完了", "{device} is low on paper"),
    "calendar": (
        "{first} 起的节假日安排未知,请更新日历或写入大厅文件",
        "Public holidays from {first} on are not known: update the calendar, or write them into the hall file",
    ),
    "ailing": ("{device} 故障:{troubles_zh}", "{device}: {troubles_en}"),
}

TROUBLES: dict[str, tuple[str, str]] = {
    "no_answer": ("没有应答", "no answer"),
    "paper_low": ("纸少", "paper low"),
    "paper_out": ("缺纸", "out of paper"),
    "cover_open": ("盖子开着", "cover open"),
    "cutter": ("切刀故障", "cutter"),
    "head_hot": ("打印头过热", "print head too hot"),
    "mechanical": ("机械故障", "mechanical fault"),
    "feed_button": ("进纸键按下", "feed button pressed"),
    "refused": ("拒绝指令", "refuses what it is told"),
    "garbled": ("收到乱码", "garbled bytes"),
    "no_back_channel": ("不能回话", "cannot answer"),
}
"""The words of drivers/media.py for what ails a device."""


def alarm(code: str, facts: Mapping[str, str | int | float]) -> Bilingual:
    """The sentence of an alert."""
    texts = SENTENCES.get(code)
    if texts is None:
        return Bilingual(code, code)
    said = {key: f"{fact:g}" if isinstance(fact, float) else str(fact) for key, fact in facts.items()}
    troubles = [TROUBLES.get(each, (each, each)) for each in said.get("troubles", "").split()]
    said |= {
        "troubles_zh": "、".join(zh for zh, _ in troubles),
        "troubles_en": ", ".join(en for _, en in troubles),
    }
    return Bilingual(texts[0].format_map(said), texts[1].format_map(said))
