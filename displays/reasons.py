"""Why the hall did something, as a sentence: a reason's code and its numbers, in Chinese and English.

For: clerks, supervisors, and whoever asks afterwards. Not for: deciding (app/core/assign.py).
"""

from collections.abc import Mapping

from displays.scene import Bilingual

SENTENCES: dict[str, Bilingual] = {
    "fifo": Bilingual(
        "{window}号窗口呼叫 {number}:先到先办,已等候 {waited} 分钟。",
        "Window {window} called {number}: first come, waited {waited} min.",
    ),
    "priority": Bilingual(
        "{window}号窗口呼叫 {number}:按优先类别和先后顺序,已等候 {waited} 分钟。",
        "Window {window} called {number}: by class, then by arrival; waited {waited} min.",
    ),
    "chosen": Bilingual(
        "{window}号窗口指定呼叫 {number}:{reason}。",
        "Window {window} called {number} out of order: {reason}.",
    ),
}


def sentence(code: str, facts: Mapping[str, str | int | float]) -> Bilingual:
    """The reason in words. A code from a newer version is shown as it is."""
    template = SENTENCES.get(code)
    if template is None:
        return Bilingual(code, code)
    return Bilingual(template.zh.format_map(facts), template.en.format_map(facts))
