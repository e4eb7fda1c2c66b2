"""What is different between two plans: nothing missed, nothing invented, said in both languages."""

from dataclasses import fields, replace
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from app.core.plan import AlertRules, HallPlan, Opening, PauseReason
from app.hallfile import _ARRAYS
from app.plandiff import SECTIONS, changes
from tests.plans import small_plan

PLAN = small_plan()


def told(after: HallPlan) -> list[str]:
    return [each.text.zh for each in changes(PLAN, after)]


def test_the_same_plan_has_no_differences() -> None:
    assert changes(PLAN, small_plan()) == []


def test_a_changed_field_is_told_with_both_values() -> None:
    slower = replace(PLAN.services[0], mean_minutes=9.0, missed=replace(PLAN.services[0].missed, places=5))
    after = replace(PLAN, services=(slower, *PLAN.services[1:]))
    assert told(after) == ["业务 residence：mean_minutes 8.4 → 9", "业务 residence：missed.places 3 → 5"]
    assert changes(PLAN, after)[0].text.en == "service residence: mean_minutes 8.4 → 9"


def test_what_is_new_and_what_is_gone_is_told_by_name() -> None:
    after = replace(
        PLAN,
        windows=PLAN.windows[1:],
        pause_reasons=(*PLAN.pause_reasons, PauseReason("meal", "用餐", "Meal")),
    )
    assert told(after) == ["去掉窗口 1", "新增暂停原因 meal"]


def test_settings_hours_and_days_are_told() -> None:
    after = replace(
        PLAN,
        rules=replace(PLAN.rules, alerts=AlertRules(pause_red=45.0)),
        hours={0: (Opening(time(9), time(17)),)},
        exceptions={date(2099, 10, 1): ()},
    )
    assert told(after) == [
        "新增开放时间 monday = 09:00-17:00",
        "新增特殊日期 2099-10-01 = ×",
        "设置：alerts.pause_red 30 → 45",
    ]


def test_every_array_of_a_plan_has_its_table() -> None:
    assert SECTIONS == _ARRAYS


@given(
    st.sampled_from(
        [
            each.name
            for each in fields(HallPlan)
            if isinstance(getattr(PLAN, each.name), tuple) and getattr(PLAN, each.name)
        ]
    ),
    st.data(),
)
def test_a_change_of_any_entry_is_found(name: str, data: st.DataObject) -> None:
    entries = getattr(PLAN, name)
    gone = data.draw(st.integers(0, len(entries) - 1))
    after = replace(PLAN, **{name: entries[:gone] + entries[gone + 1 :]})
    (found,) = changes(PLAN, after)
    assert (found.section, found.after) == (SECTIONS[name], None)
    (back,) = changes(after, PLAN) if gone == len(entries) - 1 else changes(after, PLAN)[:1]
    assert back.before is None
