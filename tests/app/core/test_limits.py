"""How many numbers there are in a part of the day, and how many a registered agent may take."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from app.core.commands import AdoptPlan, CancelTicket, IssueTicket
from app.core.errors import (
    AgentLimit,
    AgentNotForService,
    AgentNotValid,
    AlreadyHolding,
    QuotaReached,
    SegmentQuotaReached,
)
from app.core.people import RegisteredAgent
from app.core.plan import HallPlan, SegmentQuota

from .hands import ZONE, Hand, hand, plan, replay, state

QUOTAS = (SegmentQuota(time(9), time(12), 2), SegmentQuota(time(12), time(14), 1))


def segmented(day_quota: int | None = None) -> HallPlan:
    made = plan()
    first = replace(made.services[0], quotas=QUOTAS, quota=day_quota)
    return replace(made, services=(first, *made.services[1:]))


def at(day: Hand, hour: int, minute: int = 0) -> None:
    day.now = datetime(2026, 3, 2, hour, minute, tzinfo=ZONE)


def test_a_part_of_the_day_has_its_own_quota_and_the_next_part_begins_anew() -> None:
    day = hand(plan=segmented())
    day.take()
    day.take()
    refusal = day.refuses(IssueTicket("x", "tax"), SegmentQuotaReached)
    assert "09:00 to 12:00" in refusal.text() and "2 个号" in refusal.text("zh")
    day.take("social")
    at(day, 12)
    day.take()
    day.refuses(IssueTicket("x", "tax"), SegmentQuotaReached)
    at(day, 14)
    for _ in range(5):
        day.take()


def test_a_number_that_is_given_back_has_been_given() -> None:
    day = hand(plan=segmented())
    day.do(CancelTicket(day.take()))
    day.take()
    day.refuses(IssueTicket("x", "tax"), SegmentQuotaReached)


def test_the_quota_of_the_day_counts_besides() -> None:
    day = hand(plan=segmented(3))
    day.take()
    day.take()
    at(day, 12, 5)
    day.take()
    at(day, 15)
    day.refuses(IssueTicket("x", "tax"), QuotaReached)


def test_a_new_plan_counts_what_was_given_out_before() -> None:
    day = hand(plan=plan())
    day.take()
    day.take()
    day.do(AdoptPlan(segmented()))
    day.refuses(IssueTicket("x", "tax"), SegmentQuotaReached)
    assert state(replay(plan(), day.journal)) == state(day.hall)


def test_a_new_day_begins_with_whole_quotas() -> None:
    day = hand(plan=segmented())
    day.take()
    day.take()
    day.take(minutes=24 * 60)
    day.take()
    day.refuses(IssueTicket("x", "tax"), SegmentQuotaReached)


AGENT = RegisteredAgent("agent-hash", date(2026, 3, 1), date(2026, 3, 31), 3)


def test_a_registered_agent_takes_more_than_one_person_and_no_more_than_registered() -> None:
    day = hand(plan=plan(registered_agents=(AGENT,)))
    given = [day.take(holder="agent-hash") for _ in range(3)]
    day.refuses(IssueTicket("x", "social", holder="agent-hash"), AgentLimit)
    day.do(CancelTicket(given[0]))
    day.take("social", holder="agent-hash")
    day.take(holder="somebody")
    day.refuses(IssueTicket("x", "tax", holder="somebody"), AlreadyHolding)


@pytest.mark.parametrize("day_of_month", [date(2026, 2, 1), date(2026, 4, 1)])
def test_outside_the_days_of_the_registration_an_agent_is_a_person_like_others(day_of_month: date) -> None:
    ends = date(2026, 2, 28) if day_of_month.month == 2 else date(2026, 12, 31)
    agent = replace(AGENT, valid_from=day_of_month, valid_to=ends)
    day = hand(plan=plan(registered_agents=(agent,)))
    day.take(holder="agent-hash")
    refusal = day.refuses(IssueTicket("x", "tax", holder="agent-hash"), AgentNotValid)
    assert ends.isoformat() in refusal.text("zh")


def test_an_agent_may_be_registered_for_some_services_and_without_end() -> None:
    agent = replace(AGENT, valid_to=None, services=("tax",))
    day = hand(plan=plan(registered_agents=(agent,)))
    day.take(holder="agent-hash")
    day.refuses(IssueTicket("x", "social", holder="agent-hash"), AgentNotForService)
