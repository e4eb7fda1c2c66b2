"""Invented halls for the stage: a county hall of 20 services and 30 windows, and the scenes of its screens.

Times are of a day in 2099. Names are of services and windows; there are no people here.
"""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from app.pinyin import initials
from displays.scene import (
    Bilingual,
    Call,
    Choice,
    ClerkCover,
    ClerkDesk,
    ClerkScene,
    ClerkTicket,
    ConsoleAlert,
    ConsoleQueue,
    ConsoleScene,
    ConsoleWindow,
    ConsoleZone,
    HallScene,
    KioskScene,
    KioskService,
    PadAsk,
    PadScene,
    PaperState,
    PlateScene,
    QueuedTicket,
    SeatPlate,
    TicketScene,
    Waiting,
    WhereaboutsPlate,
    WindowScene,
    WindowState,
)

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2099, 3, 2, 9, 42, 17, 250000, CHINA)
HALL = Bilingual("临江县政务服务中心", "Linjiang County Government Service Centre")

ZONES = (
    Bilingual("公安专区", "Public security"),
    Bilingual("不动产专区", "Real estate"),
    Bilingual("税务专区", "Taxation"),
    Bilingual("社会保障专区", "Social security"),
    Bilingual("企业开办专区", "Business start-up"),
    Bilingual("综合服务区", "General services"),
)

SERVICES = (
    ("A", "户籍登记", "Residence registration", 0, 12),
    ("B", "居民身份证", "Identity card", 0, 7),
    ("C", "出入境证件", "Exit and entry documents", 0, 18),
    ("D", "交通管理", "Traffic management", 0, 3),
    ("E", "不动产登记", "Real estate registration", 1, 21),
    ("F", "房屋交易与网签备案", "House sale and online contract filing", 1, 4),
    ("G", "住房公积金", "Housing provident fund", 1, 0),
    ("H", "个人税费申报", "Personal tax returns", 2, 9),
    ("J", "企业税费申报", "Company tax returns", 2, 6),
    ("K", "发票业务", "Invoices", 2, 2),
    ("L", "养老保险", "Pension insurance", 3, 15),
    ("M", "医疗保险", "Medical insurance", 3, 11),
    ("N", "工伤与失业保险", "Injury and unemployment insurance", 3, 0),
    ("P", "企业设立、变更与注销登记", "Company registration, change and deregistration", 4, 5),
    ("Q", "食品经营许可", "Food business licence", 4, 1),
    ("R", "社会事务", "Civil affairs", 5, 3),
    ("S", "工程建设项目审批", "Construction project approval", 5, 0),
    ("T", "水电气网联合报装", "Water, power, gas and network connection", 5, 2),
    ("U", "统一出件", "Collection of results", 5, 4),
    ("V", "“办不成事”反映", "Unresolved cases", 5, 0),
)


def name_of(prefix: str) -> Bilingual:
    """What the service with this prefix is called."""
    return next(Bilingual(zh, en) for letter, zh, en, _, _ in SERVICES if letter == prefix)


def kiosk(services: int = 20, paper: PaperState = PaperState.READY, seq: int = 100) -> KioskScene:
    """The ticket machine; the first `services` of the hall."""
    return KioskScene(
        seq=seq,
        at=NOW,
        kiosk="kiosk-1",
        hall=HALL,
        open=True,
        paper=paper,
        paper_note=None
        if paper is PaperState.READY
        else Bilingual(
            "打印机缺纸:号码将显示在屏幕上,请拍照保存",
            "No paper: your number will be shown on the screen; please take a photo",
        ),
        services=tuple(
            KioskService(
                f"s-{letter.lower()}",
                Bilingual(zh, en),
                letter,
                ZONES[zone],
                waiting,
                True,
                None,
                initials=initials(zh),
            )
            for letter, zh, en, zone, waiting in SERVICES[:services]
        ),
        visit_most=5,
    )


def call(number: str, window: int, *, seconds: int = 10, serving: bool = False, recalls: int = 0) -> Call:
    """A call of `number` to `window`, `seconds` ago."""
    return Call(
        call_id=f"{number}.1.{recalls}",
        number=number,
        window=window,
        window_name=Bilingual("综合窗口", "Comprehensive window"),
        service=name_of(number[0]),
        zone="general",
        at=NOW - timedelta(seconds=seconds),
        recalls=recalls,
        serving=serving,
    )


def hall(calls: int = 6, serving: int = 0, recent: int = 8, services: int = 20, seq: int = 100) -> HallScene:
    """The board with so many called and so many served."""
    letters = "ABCEHLMPRTUDFJKNQSGV"
    standing = [
        call(f"{letters[i % 20]}{23 + i:03d}", 1 + (i * 7) % 30, seconds=8 + 20 * i, serving=i >= calls)
        for i in range(calls + serving)
    ]
    before = [
        call(f"{letters[i % 20]}{12 + i:03d}", 1 + (i * 11) % 30, seconds=900, serving=True)
        for i in range(recent)
    ]
    return HallScene(
        seq=seq,
        at=NOW,
        hall=HALL,
        open=True,
        calls=tuple(standing),
        recent=tuple(before),
        waiting=tuple(
            Waiting(f"s-{letter.lower()}", Bilingual(zh, en), letter, waiting, 1 + zone % 3)
            for letter, zh, en, zone, waiting in SERVICES[:services]
        ),
    )


def window(state: WindowState = WindowState.CALLING, seq: int = 100) -> WindowScene:
    """The strip above window 3."""
    busy = state in (WindowState.CALLING, WindowState.SERVING)
    return WindowScene(
        seq=seq,
        at=NOW,
        no=3,
        name=Bilingual("公安综合窗口", "Public security window"),
        zone=ZONES[0],
        state=state,
        services=(name_of("A"), name_of("B"), name_of("C")),
        call=call("A023", 3, serving=state is WindowState.SERVING) if busy else None,
        pause_reason=Bilingual("整理材料", "Sorting documents") if state is WindowState.PAUSED else None,
    )


PEOPLE = (
    ("03", "测六九", "Ce Liujiu", "综窗专员", "Window clerk", "at_window", "3号窗口在岗", "At window 3"),
    ("05", "测七十", "Ce Qishi", "综窗专员", "Window clerk", "paused", "暂停服务:用餐", "Paused: Meal"),
    ("07", "测七一", "Ce Qiyi", "组长", "Group leader", "covered", "用餐,由测八一顶岗", "Meal; Ce Bayi stands in"),
    ("08", "测八八", "Ce Baba", "咨询专员", "Adviser", "away", "外出:上门服务", "Away: outdoor service"),
    ("F1", "测八一", "Ce Bayi", "机动专员", "Flexible clerk", "at_window", "7号窗口,替测七一顶岗", "Window 7, standing in for Ce Qiyi"),
    ("11", "测九九", "Ce Jiujiu", "后台审核", "Back office", "off", "不在岗", "Off duty"),
)  # fmt: skip


def seat(who: int = 0, names: bool = True, photo: str = "") -> SeatPlate:
    """A seat plate as the hall shows it."""
    no, zh, en, title, title_en, *_ = PEOPLE[who]
    name = Bilingual(zh, en) if names else Bilingual("", "")
    return SeatPlate(no, Bilingual(title, title_en), Bilingual("综合服务科", "General services"), name, photo)


def whereabouts(who: int, names: bool = True, phone: str = "", photo: str = "") -> WhereaboutsPlate:
    """A whereabouts plate."""
    *_, state, zh, en = PEOPLE[who]
    return WhereaboutsPlate(seat(who, names, photo), phone, state, Bilingual(zh, en), None, NOW)


def plates(names: bool = True, phones: bool = True, seq: int = 100) -> PlateScene:
    """The whereabouts board."""
    return PlateScene(
        seq,
        NOW,
        HALL,
        tuple(whereabouts(who, names, f"0999-12345{who}0" if phones else "") for who in range(len(PEOPLE))),
    )


def clerk_ticket(number: str = "A023", status: str = "called") -> ClerkTicket:
    """Who stands at the window."""
    return ClerkTicket(
        id="q3ZrK1n0T9bQ3x0f5c1mUw",
        number=number,
        service=name_of(number[0]),
        priority_class=Bilingual("老年人", "Elderly"),
        status=status,
        waited_minutes=14,
        called_at=NOW - timedelta(seconds=42),
        started_at=NOW - timedelta(seconds=20) if status == "serving" else None,
        recalls=1,
        transfers=0,
        why=Bilingual(
            "3号窗口呼叫 A023:按优先类别和先后顺序,已等候 14 分钟。",
            "Window 3 called A023: by class, then by arrival; waited 14 min.",
        ),
    )


DESK = ("grant", "take-over", "cover")
MAY = {
    WindowState.CLOSED: ("open", "grant", "away"),
    WindowState.IDLE: ("call-next", "pause", "close", "call", *DESK),
    WindowState.CALLING: ("recall", "start", "missed", "transfer", "pause", "close", *DESK),
    WindowState.SERVING: ("finish", "park", "transfer", "pause", "close", *DESK),
    WindowState.PAUSED: ("resume", "close", *DESK),
}


def desk(covered: bool = False, case_link: str = "", busy: bool = True) -> ClerkDesk:
    """The desk of window 3; `covered`: 05 sits there for 03."""
    here = Bilingual("05 测七十", "05 Ce Qishi") if covered else Bilingual("03 测六九", "03 Ce Liujiu")
    away = ClerkCover(
        "03", Bilingual("03 测六九", "03 Ce Liujiu"), Bilingual("用餐", "Meal"), NOW - timedelta(minutes=12)
    )
    queue = tuple(
        QueuedTicket(
            f"wait-{number.lower()}",
            number,
            name_of(number[0]),
            Bilingual("老年人", "Elderly") if number == "B118" else Bilingual("普通", "Ordinary"),
            "elderly" if number == "B118" else "ordinary",
            minutes,
        )
        for number, minutes in (("A021", 26), ("B118", 19), ("A024", 17), ("C007", 11), ("A025", 4))
    )
    return ClerkDesk(
        clerk_name=here,
        covers=away if covered else None,
        backups=(
            Choice("F1", Bilingual("F1 测八一", "F1 Ce Bayi")),
            Choice("08", Bilingual("08 测八八", "08 Ce Baba")),
        ),
        queue=queue,
        waiting=40,
        classes=(
            Choice("ordinary", Bilingual("普通", "Ordinary")),
            Choice("elderly", Bilingual("老年人", "Elderly")),
            Choice("disabled", Bilingual("残疾人", "Disabled")),
        ),
        windows=(Choice("4", Bilingual("4号窗口", "Window 4")),) if busy else (),
        case_link=case_link,
        staffed_minutes=190,
        busy_percent=63,
    )


def clerk(state: WindowState = WindowState.CALLING, seq: int = 100) -> ClerkScene:
    """The clerk at window 3."""
    standing = {WindowState.CALLING: "called", WindowState.SERVING: "serving"}.get(state)
    upcoming = replace(
        clerk_ticket("B118", "waiting"),
        priority_class=Bilingual("普通", "Ordinary"),
        called_at=None,
        recalls=0,
    )
    return ClerkScene(
        seq=seq,
        at=NOW,
        window=3,
        name=Bilingual("公安综合窗口", "Public security window"),
        state=state,
        clerk="clerk03" if state is not WindowState.CLOSED else "",
        pause_reason=Bilingual("整理材料", "Sorting documents") if state is WindowState.PAUSED else None,
        ticket=clerk_ticket(status=standing) if standing else None,
        next=upcoming if state is WindowState.IDLE else None,
        may=MAY[state],
        waiting=tuple(
            Waiting(f"s-{letter.lower()}", Bilingual(zh, en), letter, waiting, 2)
            for letter, zh, en, zone, waiting in SERVICES
            if zone == 0
        ),
        parked=(
            Choice("tick-a009", Bilingual("A009", "A009")),
            Choice("tick-c014", Bilingual("C014", "C014")),
        ),
        pause_reasons=(
            Choice("documents", Bilingual("整理材料", "Sorting documents")),
            Choice("meal", Bilingual("用餐", "Meal")),
            Choice("meeting", Bilingual("会议", "Meeting")),
            Choice("away", Bilingual("短暂离开", "Away for a moment")),
        ),
        transfer_to=tuple(
            Choice(f"s-{letter.lower()}", Bilingual(zh, en)) for letter, zh, en, _, _ in SERVICES
        ),
        served_today=17,
        mean_service_minutes=8.4,
        desk=desk(busy=standing is not None),
    )


def ticket(status: str = "waiting", ahead: int | None = 7, seq: int = 100) -> TicketScene:
    """The visitor's page."""
    at_window = status in ("called", "serving")
    return TicketScene(
        seq=seq,
        at=NOW,
        number="A023",
        service=name_of("A"),
        status=status,
        ahead=ahead if status == "waiting" else None,
        window=3 if at_window else None,
        window_name=Bilingual("公安综合窗口", "Public security window") if at_window else None,
        area=Bilingual("公安专区 1-4号窗口", "Public security, window 1-4"),
        estimate=None,
        done=Bilingual("户籍登记", "Residence registration") if status == "finished" else None,
        rate=REASONS if status == "finished" else None,
    )


REASONS = (
    Choice("attitude", Bilingual("服务态度", "Manner")),
    Choice("skill", Bilingual("业务不熟练", "Not familiar with the matter")),
    Choice("explained", Bilingual("没有一次说清楚", "Not told everything at once")),
    Choice("wait", Bilingual("等候时间长", "Long wait")),
    Choice("slow", Bilingual("办理时间长", "Took long")),
    Choice("result", Bilingual("事情没有办成", "Not settled")),
)


def pad(asks: str = "", state: WindowState = WindowState.IDLE, panel: str = "", seq: int = 100) -> PadScene:
    """The pad at window 3, which asks about a ticket."""
    busy = state in (WindowState.CALLING, WindowState.SERVING)
    return PadScene(
        seq=seq,
        at=NOW,
        hall=HALL,
        no=3,
        name=Bilingual("公安综合窗口", "Public security window"),
        state=state,
        number="A024" if busy else "",
        plate=SeatPlate("069", Bilingual("科员", "Clerk"), Bilingual("", ""), Bilingual("", ""), ""),
        ask=PadAsk(asks, "A023", NOW + timedelta(seconds=30)) if asks else None,
        panel=panel,
        ask_seconds=30.0,
        reasons_below=3,
        reasons=REASONS,
    )


ISSUED = {
    "id": "q3ZrK1n0T9bQ3x0f5c1mUw",
    "number": "A023",
    "service": "s-a",
    "service_name": "户籍登记",
    "service_name_en": "Residence registration",
    "priority_class": "ordinary",
    "status": "waiting",
    "ahead": 12,
    "area": "公安专区 1-4号窗口",
    "area_en": "Public security, window 1-4",
    "issued_at": "2099-03-02T09:42:20+08:00",
    "link": "/ticket/?hall=county&id=q3ZrK1n0T9bQ3x0f5c1mUw",
    "window": None,
    "called_at": None,
    "started_at": None,
    "ended_at": None,
    "recalls": 0,
    "transfers": 0,
    "outcome": None,
    "slip": {"job": "q3ZrK1n0T9bQ3x0f5c1mUw.1", "state": "pending", "word": ""},
}
"""What the server answers to POST tickets."""


def console_window(
    no: int, state: WindowState = WindowState.SERVING, *, tidal: bool = False, level: str = ""
) -> ConsoleWindow:
    """Window `no` on the supervisor's map."""
    busy = state in (WindowState.CALLING, WindowState.SERVING)
    letter = "ABCEHL"[no % 6]
    return ConsoleWindow(
        no=no,
        name=Bilingual("综合窗口", "Comprehensive window"),
        tidal=tidal,
        state=state,
        clerk="" if state is WindowState.CLOSED else f"clerk{no:02d}",
        number=f"{letter}{20 + no:03d}" if busy else "",
        service=name_of(letter) if busy else None,
        since=None if state is WindowState.CLOSED else NOW - timedelta(minutes=no),
        pause_reason=Bilingual("用餐", "Meal") if state is WindowState.PAUSED else None,
        closing=False,
        serves=("A", "B", "C"),
        served=3 * no,
        pin="",
        proposed="",
        level=level,
    )


def console(seq: int = 100, alerts: int = 3, proposals: int = 0) -> ConsoleScene:
    """The county hall on its supervisor's screen: 30 windows, four of them tidal, and so many alerts."""
    states = (
        WindowState.SERVING,
        WindowState.CALLING,
        WindowState.IDLE,
        WindowState.SERVING,
        WindowState.PAUSED,
    )
    windows = [
        console_window(no, states[no % 5], level={7: "red", 14: "amber"}.get(no, "")) for no in range(1, 27)
    ]
    windows += [console_window(no, WindowState.CLOSED, tidal=True) for no in range(27, 31)]
    if proposals:
        windows[26] = replace(windows[26], proposed="open")
    zones = tuple(
        ConsoleZone(
            code=f"zone-{place}",
            name=zone,
            windows=tuple(windows[place * 5 : place * 5 + 5]),
            queues=tuple(
                ConsoleQueue(
                    service=f"s-{letter.lower()}",
                    name=Bilingual(zh, en),
                    prefix=letter,
                    waiting=waiting,
                    longest=waiting,
                    late=max(0, waiting - 15),
                    projected=None if letter == "V" else waiting // 2,
                    windows=3,
                    hot=waiting > 16,
                    level="red" if waiting > 20 else "amber" if waiting > 16 else "",
                )
                for letter, zh, en, its_zone, waiting in SERVICES
                if its_zone == place
            ),
        )
        for place, zone in enumerate(ZONES)
    )
    said = (
        ConsoleAlert(
            "paused:4",
            "red",
            "window",
            "4",
            NOW - timedelta(minutes=20),
            Bilingual("4 号窗口已暂停 35 分钟", "Window 4 has been paused for 35 min"),
        ),
        ConsoleAlert(
            "promise:s-e",
            "amber",
            "service",
            "s-e",
            NOW - timedelta(minutes=6),
            Bilingual(
                "不动产登记:6 人等候超过 15 分钟,最长 21 分钟",
                "Real estate registration: 6 wait longer than 15 min, the longest 21",
            ),
        ),
        ConsoleAlert(
            "paper_low:kiosk-1-printer",
            "amber",
            "device",
            "kiosk-1-printer",
            None,
            Bilingual("kiosk-1-printer 纸快用完了", "kiosk-1-printer is low on paper"),
        ),
    )
    return ConsoleScene(
        seq=seq,
        at=NOW,
        hall=HALL,
        open=True,
        promise=15.0,
        waiting=124,
        late=9,
        longest=21,
        at_windows=16,
        open_windows=21,
        windows=30,
        served=213,
        mean_wait=6.4,
        proposals=proposals,
        zones=zones,
        alerts=said[:alerts],
    )


TIDE = {
    "at": "2099-03-02T09:42:17+08:00",
    "mode": "confirm",
    "open_at": 8.0,
    "close_at": 3.0,
    "look_again": "2099-03-02T09:43:00+08:00",
    "clerks_free": ["F01", "F03"],
    "services": [
        {
            "service": "s-e",
            "waiting": 21,
            "mean_minutes": 9.4,
            "arrivals_per_minute": 0.61,
            "windows_worth": 3.2,
            "projected_wait": 17.0,
            "hot_since": "2099-03-02T09:38:00+08:00",
            "why_not": {
                "zh": "不动产登记预计等候 17 分钟;没有空闲的机动人员(已出 3/4)。",
                "en": "Real estate projected 17 min; no flexible clerk free (3 of 4 out).",
            },
        },
        {
            "service": "s-v",
            "waiting": 1,
            "mean_minutes": 6.0,
            "arrivals_per_minute": 0.0,
            "windows_worth": 0.0,
            "projected_wait": 999.0,
            "hot_since": None,
            "why_not": None,
        },
    ],
    "windows": [
        {"no": 27, "state": "closed", "pin": "", "open_since": None, "calm_since": None, "why_not": None},
        {
            "no": 28,
            "state": "serving",
            "pin": "",
            "open_since": "2099-03-02T09:30:00+08:00",
            "calm_since": None,
            "why_not": {
                "zh": "28号窗口才开放 12 分钟,至少 20 分钟。",
                "en": "Window 28 has been open for 12 min, and stays at least 20.",
            },
        },
    ],
    "would": [],
    "proposed": [
        {
            "window": 27,
            "opens": True,
            "service": "s-e",
            "clerk": "F01",
            "why": {
                "zh": "27号窗口开放,办理不动产登记:预计等候 17 分钟(上限 8)。",
                "en": "W27 opens for real estate: projected wait 17 min (limit 8).",
            },
        }
    ],
}
"""What the server answers to GET tide while it proposes to open window 27."""

WHO = {
    "role": "administrator",
    "holder": "zhuguan",
    "window": None,
    "may": ["administer", "run_tide", "see_console", "see_journal", "see_reports", "see_clerk_figures"],
}
"""Who an administrator's key says it is."""


def hall_info() -> dict[str, object]:
    """What GET of the hall answers, as far as the console reads it."""
    return {
        "code": "county",
        "clock_speed": 1.0,
        "services": [
            {
                "code": f"s-{letter.lower()}",
                "name": zh,
                "name_en": en,
                "prefix": letter,
                "zone": "",
                "waiting": waiting,
            }
            for letter, zh, en, _, waiting in SERVICES
        ],
        "windows": [{"no": no, "name": "综合窗口", "name_en": "Comprehensive window"} for no in range(1, 31)],
        "classes": [],
    }


OFFER = {
    "hall": "county",
    "name": "临江县政务服务中心",
    "name_en": "Linjiang County Government Service Centre",
    "now": "2099-03-02T09:12:30+08:00",
    "web": True,
    "services": [
        {
            "code": "residence",
            "name": "户籍登记",
            "name_en": "Residence registration",
            "zone": "公安专区",
            "zone_en": "Public security",
            "minutes": 8.4,
        }
    ],
    "days": [{"day": "2099-03-02", "weekday": 0, "open": True, "why": None}],
    "rules": {
        "slot_minutes": 30,
        "lead_minutes": 60,
        "cutoff_minutes": 120,
        "early_minutes": 30,
        "late_minutes": 15,
        "release_at": "08:30",
        "per_day": 1,
        "per_holder": 2,
        "phone_check_in": True,
    },
    "calendar_until": "2099-12-31",
}
"""What can be booked, as the API says it."""
