"""The hall file: every mistake is named with its line and what would be right; a plan goes out and comes back whole."""

import dataclasses
import string
import typing
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import hallfile, hallforms
from app.core import plan
from app.core.bookrules import OffTimeRule
from app.core.people import Person, RegisteredAgent
from app.core.shown import Direction, One, VoiceMode
from app.hallfile import Finding, Severity
from tests.depth import examples

HALLS = Path(hallfile.__file__).parent / "halls"

SMALL = """\
[hall]
code = "small"
name = "小厅"
name_en = "Small Hall"
timezone = "Asia/Shanghai"

[rules]
policy = "priority"

[hours]
monday = ["08:30-12:00", "13:30-17:00"]
saturday = ["09:00-13:00"]

[exceptions]
2027-01-01 = []

[[zone]]
code = "police"
name = "公安专区"
name_en = "Police"
professional = true

[[service]]
code = "residence"
name = "户籍业务"
name_en = "Residence"
prefix = "A"
mean_minutes = 8.5
zone = "police"
trace_queues = [182]

[[service]]
code = "idcard"
name = "身份证"
name_en = "Identity cards"
prefix = "B"
mean_minutes = 6
zone = "police"
last_ticket = "16:30"
trace_queues = [183]

[[window]]
no = 1
kind = "professional"
zone = "police"
serves = ["residence", { service = "idcard", rank = 2, slowness = 1.2, help_above = 5 }]

[[window]]
no = 2
kind = "tidal"
zone = "police"
serves = [
  "residence",
  "idcard",
]

[[class]]
key = "ordinary"
name = "普通"
name_en = "Ordinary"

[[class]]
key = "elderly"
name = "老年人"
name_en = "Elderly"
from_age = 60

[[flexible_clerk]]
staff_no = "F01"
skills = ["idcard"]

[[device]]
name = "printer"
kind = "printer"
url = "escpos+tcp://10.0.0.9:9100?width=576"
kiosk = "kiosk-1"

[[device]]
name = "strip-1"
kind = "sign"
url = "bx5k+serial:///dev/ttyUSB0?baud=57600&address=1"
window = 1

[[device]]
name = "strip-2"
kind = "sign"
url = "bx5k+serial:///dev/ttyUSB0?baud=57600&address=2"
window = 2

[[pause_reason]]
key = "break"
name = "短暂离开"
name_en = "Back in a moment"

[[arrivals]]
service = "residence"
starts = "08:30"
monday = [1.5, 2]
"""


def test_a_hall_without_mistakes_has_no_findings_and_becomes_its_plan() -> None:
    made, findings = hallfile.read(SMALL, "small.toml")
    assert findings == []
    assert made is not None
    assert made.service["idcard"].last_ticket == time(16, 30)
    assert made.window[1].serves == (
        plan.Serves("residence"),
        plan.Serves("idcard", rank=2, slowness=1.2, help_above=5),
    )
    assert made.windows_of == {"residence": (1, 2), "idcard": (2, 1)}
    assert made.hours[0] == (
        plan.Opening(time(8, 30), time(12)),
        plan.Opening(time(13, 30), time(17)),
    )
    assert made.openings(date(2027, 1, 1)) == ()
    assert made.arrivals == (plan.Arrivals("residence", 0, time(8, 30), (1.5, 2.0)),)
    assert made.priority_class["elderly"].from_age == 60
    assert made.service["residence"].trace_queues == (182,)


MISTAKES = {
    # what is written instead of what, the text on the line that must be named, what is wrong, what would be right
    "unknown service in a window": (
        '"residence",\n  "idcard",', '"residnece",\n  "idcard",', "residnece", "no service residnece", "residence?"
    ),
    "service by its Chinese name": (
        '"residence",\n  "idcard",', '"户籍业务",\n  "idcard",', '  "户籍业务"', "no service 户籍业务", "residence?"
    ),
    "unknown zone of a service": (
        'mean_minutes = 6\nzone = "police"', 'mean_minutes = 6\nzone = "polize"', "polize", "no zone polize", "police?"
    ),
    "unknown zone of a window": (
        'kind = "tidal"\nzone = "police"', 'kind = "tidal"\nzone = "x"', 'zone = "x"', "no zone x", "one of: police"
    ),
    "unknown kind of window": ('kind = "tidal"', 'kind = "tide"', '"tide"', "no kind of window tide", "tidal?"),
    "two windows with one number": (
        "no = 2", "no = 1 # again", "# again", "window number 1 is already taken by line", "number of its own"
    ),
    "two services with one prefix": (
        'prefix = "B"', 'prefix = "A" # again', "# again", "prefix A is already taken by line", "of its own"
    ),
    "two services with one code": (
        'code = "idcard"', 'code = "residence" # again', "# again", "service code residence is already", "not taken"
    ),
    "two zones with one code": (
        "[[service]]\ncode = \"residence\"", '[[zone]]\ncode = "police" # again\nname = "甲"\nname_en = "A"\n'
        '[[service]]\ncode = "residence"', "# again", "zone code police is already", "not taken",
    ),
    "a service twice in a window": (
        '"residence",\n  "idcard",', '"residence",\n  "idcard",\n  "residence", # again', "# again",
        "service residence is already taken by line", "each service once",
    ),
    "a prefix of small letters": ('prefix = "B"', 'prefix = "b"', '"b"', "not in the right form", "capital letters"),
    "a prefix of four letters": ('prefix = "B"', 'prefix = "ABCD"', "ABCD", "not in the right form", "one to three"),
    "negative minutes": ("mean_minutes = 6", "mean_minutes = -6", "-6", "must be above 0", "mean_minutes = 8.5"),
    "minutes without end": ("mean_minutes = 6", "mean_minutes = inf", "inf", "finite", "mean_minutes = 8.5"),
    "a number as text": ("no = 2", 'no = "2"', '"2"', 'no is "2", which should be a whole number', "no = 12"),
    "a missing key": (
        "mean_minutes = 6\n", "", "[[service]]\ncode = \"idcard\"", "service idcard: mean_minutes is missing", "8.5"
    ),
    "a key that is mistyped": (
        "mean_minutes = 6", "mean_minutes = 6\nlast_tiket = 1", "last_tiket", "no key last_tiket", "last_ticket?"
    ),
    "a key in the wrong table": (
        'code = "police"', 'code = "police"\ntimezone = "UTC"', '"UTC"', "no key timezone", "belongs into the table hall"
    ),
    "a table that is mistyped": ("[[pause_reason]]", "[[pause_reasons]]", "reasons", "no key", "pause_reason?"),
    "a table in single brackets": ("[[pause_reason]]", "[pause_reason]", "[pause", "double brackets", "[[pause"),
    "a service that nobody serves": (
        'code = "idcard"', 'code = "passport"', 'code = "passport"', "no window serves it", "passport in serves"
    ),
    "an opening after its closing": ("08:30-12:00", "12:30-12:00", "12:30-12:00", "has closed already", "before"),
    "openings that overlap": ("13:30-17:00", "11:30-17:00", "11:30-17:00", "overlaps 08:30-12:00", "12:00 or later"),
    "an opening with a full-width colon": (
        "13:30-17:00", "13：30-17:00", "13：30", "not an opening", "did you mean 13:30-17:00?"
    ),
    "an opening until midnight": ("13:30-17:00", "13:30-24:00", "24:00", "not an opening", "13:30-23:59?"),
    "no time of day": ('"16:30"', '"half past four"', "half past", "not a time of day", "HH:MM"),
    "no date": ("2027-01-01", "2027-02-29", "2027-02-29", "not a date", "year-month-day"),
    "an exception that overlaps": (
        "2027-01-01 = []", '2027-01-01 = ["09:00-12:00", "11:00-13:00"]', "11:00-13:00", "overlaps", "12:00 or later"
    ),
    "an unknown time zone": ("Asia/Shanghai", "Asia/Shangai", "Asia/Shangai", "no time zone", "Asia/Shanghai"),
    "an unknown policy": ('"priority"', '"prioritty"', "prioritty", "no rule of calling prioritty", "priority?"),
    "an unknown dialect": ("escpos+tcp", "escpoz+tcp", "escpoz", "no dialect escpoz", "escpos?"),
    "an unknown link": ("escpos+tcp", "escpos+udp", "udp", "no link udp", "tcp"),
    "a URL without a dialect": (
        "escpos+tcp://10.0.0.9:9100", "http://10.0.0.9", "http:", "not a device URL", "escpos+tcp://"
    ),
    "a URL without a port": ("10.0.0.9:9100", "10.0.0.9", "10.0.0.9?", "needs a host and a port", "escpos+tcp://10"),
    "a URL with an impossible port": ("10.0.0.9:9100", "10.0.0.9:99999", "99999", "needs a host and a port", ":9100"),
    "two devices with one URL": (
        "address=2", "address=1 # again", "# again", "already taken by line", "address="
    ),
    "one line with two dialects": (
        'url = "bx5k+serial:///dev/ttyUSB0?baud=57600&address=2"', 'url = "alpha+serial:///dev/ttyUSB0?address=2"',
        "alpha+", "and alpha here", "one dialect",
    ),
    "a device that does not speak the dialect": (
        'name = "printer"\nkind = "printer"', 'name = "printer"\nkind = "pad" # no', "# no",
        "a pad does not speak escpos", "for: printer",
    ),
    "a device for a window that is not there": (
        "window = 2", "window = 7", "window = 7", "there is no window 7", "one of the windows 1-2"
    ),
    "a device for nobody": ("window = 2\n", "", '[[device]]\nname = "strip-2"', "not say whom it serves", "one of kiosk"),
    "a device for two": (
        "window = 2\n", 'window = 2\nkiosk = "k"\n', '[[device]]\nname = "strip-2"', "kiosk and window", "one of kiosk"
    ),
    "two devices with one name": ('"strip-2"', '"strip-1" # again', "# again", "device name strip-1 is", "of its own"),
    "an unknown skill": ('skills = ["idcard"]', 'skills = ["idcards"]', "idcards", "no service idcards", "idcard?"),
    "two classes with one key": (
        'key = "elderly"', 'key = "ordinary" # again', "# again", "class ordinary is already", "not taken"
    ),
    "arrivals of nothing": (
        'service = "residence"\nstarts', 'service = "residenz"\nstarts', "residenz", "no service residenz", "residence?"
    ),
    "negative arrivals": ("[1.5, 2]", "[1.5, -2]", "-2]", "must not be below 0", "none negative"),
    "arrivals past midnight": ('starts = "08:30"', 'starts = "23:30"', "monday = [1.5", "past midnight", "at most 1"),
    "arrivals of one day twice": (
        "monday = [1.5, 2]", 'monday = [1.5, 2]\n[[arrivals]]\nservice = "residence"\nstarts = "09:00"\nmonday = [3]',
        "monday = [3]", "arrivals residence monday is already", "once",
    ),
    "a recorded queue twice": ("[183]", "[183, 182]", "[183, 182]", "recorded queue 182 is already", "one service"),
    "an unknown missed rule": (
        'last_ticket = "16:30"', 'missed = "tale"', "tale", "no missed rule tale", "tail?"
    ),
    "an empty name": ('name = "身份证"', 'name = ""', 'name = ""', "must not be empty", "not empty"),
    "a code with blanks": ('code = "small"', 'code = "Small Hall"', "Small Hall\"\nname = ", "not in the right", "small"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(mistake: str) -> None:
    before, after, marker, wrong, right = MISTAKES[mistake]
    assert SMALL.count(before) == 1 or "\n" in before, mistake
    text = SMALL.replace(before, after, 1)
    if marker == "# again":
        text = text.replace(' # again"', '" # again')
    made, findings = hallfile.read(text, "small.toml")
    assert made is None
    line = text[: text.index(marker)].count("\n") + 1
    hits = [
        each for each in findings if each.line == line and wrong in each.wrong.en and right in each.right.en
    ]
    assert len(hits) == 1, (line, findings)
    assert hits[0].severity is Severity.ERROR
    assert hits[0].wrong.zh != hits[0].wrong.en
    assert str(hits[0]).startswith(f"small.toml:{line}: 错误：")


WARNINGS = {
    "Saturday under four hours": ("09:00-13:00", "09:00-12:30", "saturday", "has 210 minutes", "at least 4 hours"),
    "a service of tidal windows only": (
        'serves = ["residence", { service = "idcard", rank = 2, slowness = 1.2, help_above = 5 }]',
        'serves = ["residence"]', 'code = "idcard"', "only tidal windows", "always there",
    ),
    "tidal windows that nobody opens": (
        '[[flexible_clerk]]\nstaff_no = "F01"\nskills = ["idcard"]\n', "", 'kind = "tidal"', "nobody to open", "at least"
    ),
    "classes without the ordinary one": ('key = "ordinary"', 'key = "pregnant"', "[[class]]", "has been added", "more"),
    "no hours": (
        '[hours]\nmonday = ["08:30-12:00", "13:30-17:00"]\nsaturday = ["09:00-13:00"]\n', "", "[hall]", "never opens",
        "monday",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_what_should_be_looked_at_is_a_warning_and_the_plan_stands(case: str) -> None:
    before, after, marker, wrong, right = WARNINGS[case]
    assert before in SMALL
    text = SMALL.replace(before, after, 1)
    made, findings = hallfile.read(text, "small.toml")
    assert made is not None, findings
    assert [each.severity for each in findings] == [Severity.WARNING]
    assert findings[0].line == text[: text.index(marker)].count("\n") + 1
    assert wrong in findings[0].wrong.en
    assert right in findings[0].right.en


def test_a_seventh_professional_zone_is_a_warning_on_its_line() -> None:
    more = "".join(
        f'[[zone]]\ncode = "z{i}"\nname = "区"\nname_en = "Zone"\nprofessional = true\n' for i in range(6)
    )
    made, findings = hallfile.read(SMALL + more, "small.toml")
    assert made is not None
    assert [each.severity for each in findings] == [Severity.WARNING]
    assert findings[0].line == (SMALL + more).count("\n")
    assert "7 of 7" in findings[0].wrong.en


def test_each_opening_that_overlaps_another_is_named() -> None:
    _, findings = hallfile.read(
        SMALL.replace('"08:30-12:00", "13:30-17:00"', '"11:00-12:00", "08:00-17:00", "09:00-10:00"'),
        "small.toml",
    )
    assert [each.wrong.en for each in findings] == [
        "[hours]: 09:00-10:00 overlaps 08:00-17:00",
        "[hours]: 11:00-12:00 overlaps 08:00-17:00",
    ]


def test_a_pad_and_the_caller_beside_it_may_answer_to_one_address() -> None:
    pair = "".join(
        f'[[device]]\nname = "{kind}"\nkind = "{kind}"\nurl = "ff68+tcp://10.0.0.9:4001?address=1"\nwindow = 1\n'
        for kind in ("pad", "caller")
    )
    assert hallfile.read(SMALL + pair, "small.toml")[1] == []


def test_a_saturday_without_service_is_no_mistake() -> None:
    assert hallfile.read(SMALL.replace('["09:00-13:00"]', "[]"), "small.toml")[1] == []


def test_the_ordinary_class_is_added_by_itself() -> None:
    made, _ = hallfile.read(SMALL.replace('key = "ordinary"', 'key = "pregnant"'), "small.toml")
    assert made is not None
    assert [each.key for each in made.classes] == ["ordinary", "pregnant", "elderly"]


def test_every_mistake_of_a_file_is_named_not_the_first() -> None:
    text = (
        SMALL.replace("Asia/Shanghai", "Beijing")
        .replace("13:30-17:00", "11:30-17:00")
        .replace('prefix = "B"', 'prefix = "bee"')
        .replace("mean_minutes = 6", "mean_minutes = -6\nqouta = 3")
        .replace("no = 2", 'no = "two"')
        .replace('"idcard",\n]', '"idkard",\n]')
        .replace("window = 2", "window = 3")
    )
    made, findings = hallfile.read(text, "small.toml")
    assert made is None
    said = "\n".join(each.wrong.en for each in findings)
    assert len(findings) == 8, said
    for words in ("Beijing", "11:30", "bee", "-6", "qouta", "two", "idkard", "window 3"):
        assert words in said
    assert [each.line for each in findings] == sorted(each.line for each in findings)


@pytest.mark.parametrize(
    ("text", "line", "zh", "right"),
    [
        ('[hall]\ncode "x"\n', 2, "键后面缺少等号", "key = value"),
        ("[hall]\ncode = “x”\n", 2, "等号后面的值不成立", '半角：code = "x"'),
        ('[hall]\ncode = "x"\ncode = "y"\n', 3, "同一个键写了两次", "只写一次"),
        ('[hall]\n[hall]\nx = "y"\n', 2, "同一个表写了两次", "[[name]]"),
        ("[hall]\nx = [1, 2\n\n", 2, "方括号没有闭合", "]"),
        ('[hall]\nx = "abc\ny = 1', 2, "引号没有闭合", "英文双引号"),
    ],
)
def test_a_text_that_is_not_toml_is_told_by_its_line(text: str, line: int, zh: str, right: str) -> None:
    made, findings = hallfile.read(text, "x.toml")
    assert made is None
    assert [each.line for each in findings] == [line]
    assert zh in findings[0].wrong.zh
    assert right in findings[0].right.zh


def test_an_array_of_endless_depth_is_a_finding() -> None:
    made, findings = hallfile.read("x = " + "[" * 100_000, "x.toml")
    assert made is None
    assert len(findings) == 1


def test_a_file_in_gbk_is_told_to_become_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_bytes('[hall]\nname = "大厅"\n'.encode("gbk"))
    made, findings = hallfile.load(path)
    assert made is None
    assert [each.line for each in findings] == [2]
    assert "UTF-8" in findings[0].right.en


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert hallfile.load(path) == hallfile.read(SMALL, "hall.toml")


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    made, findings = hallfile.load(tmp_path / "none.toml")
    assert made is None
    assert "cannot be read" in findings[0].wrong.en
    assert "不能使用" in hallfile.check(tmp_path / "none.toml")


@pytest.mark.parametrize("name", ["county", "township"])
def test_the_example_halls_are_without_errors_and_warnings(name: str) -> None:
    made, findings = hallfile.load(HALLS / f"{name}.toml")
    assert findings == []
    assert made is not None
    assert made.code == name
    assert "0 处警告" in hallfile.check(HALLS / f"{name}.toml")
    assert hallfile.read(hallfile.write(made), "again.toml") == (made, [])


def test_the_county_hall_is_what_a_county_hall_has() -> None:
    made, _ = hallfile.load(HALLS / "county.toml")
    assert made is not None
    assert len(made.windows) == 30
    assert 12 <= len(made.services) <= 20
    assert sum(zone.professional for zone in made.zones) == 6
    assert {window.kind for window in made.windows} == set(plan.WindowKind)
    for weekday in range(6):
        tickets = sum(sum(each.half_hours) for each in made.arrivals if each.weekday == weekday)
        assert (700 if weekday == 5 else 1100) < tickets < 1700
        served = [window for window in made.windows if window.kind is not plan.WindowKind.TIDAL]
        work = sum(
            sum(each.half_hours) * made.service[each.service].mean_minutes
            for each in made.arrivals
            if each.weekday == weekday
        )
        minutes = sum(
            (each.closes.hour - each.opens.hour) * 60 + each.closes.minute - each.opens.minute
            for each in made.hours[weekday]
        )
        assert 0.55 < work / (minutes * len(served)) < 0.95  # busy, and carried without the tide on the whole


def test_the_township_hall_is_one_box_and_four_windows() -> None:
    made, _ = hallfile.load(HALLS / "township.toml")
    assert made is not None
    assert len(made.windows) == 4
    assert 3 <= len(made.services) <= 6
    assert [each.kind for each in made.devices] == [plan.DeviceKind.PRINTER]


def test_the_devices_of_the_example_halls_are_on_this_machine() -> None:
    for name in ("county", "township"):
        made, _ = hallfile.load(HALLS / f"{name}.toml")
        assert made is not None
        assert all("//127.0.0.1:19" in each.url for each in made.devices)


def test_a_device_may_hang_on_an_agent() -> None:
    text = SMALL + '\n[[device]]\nname = "p"\nkind = "printer"\nurl = "agent:desk-pc"\nkiosk = "k"\n'
    made, findings = hallfile.read(text, "hall.toml")
    assert made is not None, findings
    assert made.devices[-1].url == "agent:desk-pc"
    for wrong in ("agent:", "agent:a/b", "agent:a b", "agents:a"):
        assert hallfile.read(text.replace("agent:desk-pc", wrong), "hall.toml")[0] is None


def test_the_forms_have_the_keys_of_the_plan() -> None:
    pairs: list[tuple[type, type[hallforms.Form]]] = [
        (plan.Zone, hallforms.ZoneForm),
        (plan.Missed, hallforms.MissedForm),
        (plan.Service, hallforms.ServiceForm),
        (plan.Serves, hallforms.ServesForm),
        (plan.WindowPlan, hallforms.WindowForm),
        (plan.PriorityClass, hallforms.ClassForm),
        (plan.FlexibleClerk, hallforms.FlexibleClerkForm),
        (plan.DevicePlan, hallforms.DeviceForm),
        (plan.PauseReason, hallforms.PauseReasonForm),
        (plan.Rules, hallforms.RulesForm),
        (plan.CreditRules, hallforms.CreditForm),
        (plan.RatioRules, hallforms.RatioForm),
        (plan.TideRules, hallforms.TideForm),
        (plan.CalendarTide, hallforms.CalendarForm),
        (plan.HolderRules, hallforms.HolderForm),
        (plan.VoiceRules, hallforms.VoiceForm),
        (plan.ScreenRules, hallforms.ScreensForm),
        (plan.PadRules, hallforms.PadForm),
        (plan.RatingReason, hallforms.RatingReasonForm),
        (plan.Notice, hallforms.NoticeForm),
        (plan.VisitRules, hallforms.VisitForm),
        (plan.NationalRules, hallforms.NationalForm),
        (plan.BookingRules, hallforms.BookingForm),
        (plan.Segment, hallforms.SegmentForm),
        (plan.PlateRules, hallforms.PlatesForm),
        (plan.SegmentQuota, hallforms.QuotaForm),
        (plan.OutsideCheck, hallforms.CheckForm),
        (Person, hallforms.PersonForm),
        (RegisteredAgent, hallforms.RegisteredAgentForm),
        (plan.AlertRules, hallforms.AlertsForm),
    ]
    for value, form in pairs:
        names = {each.name for each in dataclasses.fields(value)}
        assert names == set(hallforms.keys_of(form)), form
        needed = {
            each.name
            for each in dataclasses.fields(value)
            if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        }
        assert needed == set(form.needs), form


def test_every_key_has_an_example() -> None:
    for form in hallforms.FORMS.values():
        for key, field in hallforms.keys_of(form).items():
            assert field.examples, (form, key)


def test_an_export_replaces_the_file_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    made, _ = hallfile.load(HALLS / "township.toml")
    assert made is not None
    path = tmp_path / "out.toml"
    path.write_text("old", encoding="utf-8")
    hallfile.export(made, path)
    assert hallfile.load(path)[0] == made
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError):
        hallfile.export(made, tmp_path / "nowhere" / "out.toml")


# -- any plan goes out and comes back ---------------------------------------------------------------------------

_texts = st.text(max_size=8)
_names = st.text(min_size=1, max_size=8)
_codes = st.from_regex(hallforms.CODE, fullmatch=True).filter(lambda each: each.isascii() and len(each) < 12)
_code_list = st.lists(_codes, min_size=1, max_size=4, unique=True)
_notices = st.lists(st.tuples(_names, st.dates(date(2000, 1, 1), date(2100, 1, 1)) | st.none()), max_size=2)
_minutes = st.floats(0.1, 1440) | st.integers(1, 1440).map(float)


@st.composite
def openings(draw: st.DrawFn) -> tuple[plan.Opening, ...]:
    ends = sorted(draw(st.lists(st.integers(0, 1439), max_size=4, unique=True)))
    return tuple(
        plan.Opening(time(*divmod(a, 60)), time(*divmod(b, 60)))
        for a, b in zip(ends[::2], ends[1::2], strict=False)
    )


@st.composite
def plans(draw: st.DrawFn) -> plan.HallPlan:
    zones = [
        plan.Zone(code, draw(_names), draw(_names), draw(st.booleans()), draw(_texts))
        for code in draw(_code_list)
    ]
    zone = st.sampled_from([each.code for each in zones])
    codes = draw(_code_list)
    prefixes = draw(
        st.lists(
            st.text(string.ascii_uppercase, min_size=1, max_size=3),
            min_size=len(codes),
            max_size=len(codes),
            unique=True,
        )
    )
    missed = st.builds(
        plan.Missed, st.sampled_from(list(plan.MissedRule)), st.integers(0, 9), st.integers(1, 9)
    )
    services = [
        plan.Service(
            code,
            draw(_names),
            draw(_names),
            prefix,
            draw(_minutes),
            draw(zone),
            draw(missed),
            draw(st.none() | st.integers(1, 999)),
            draw(st.none() | st.times().map(lambda at: at.replace(microsecond=0))),
            (place,) if draw(st.booleans()) else (),
        )
        for place, (code, prefix) in enumerate(zip(codes, prefixes, strict=True))
    ]
    serves = st.builds(
        plan.Serves, st.sampled_from(codes), st.integers(1, 9), st.floats(0.5, 3), st.integers(0, 9)
    )
    numbers = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=4, unique=True))
    windows = [
        plan.WindowPlan(
            no,
            draw(st.sampled_from(list(plan.WindowKind))),
            draw(zone),
            tuple(map(plan.Serves, codes))
            if no == numbers[0]
            else tuple(draw(st.lists(serves, max_size=3, unique_by=lambda each: each.service))),
            draw(_texts),
            draw(_texts),
        )
        for no in numbers
    ]
    keys = [plan.ORDINARY, *(key for key in draw(_code_list) if key != plan.ORDINARY)]
    classes = [
        plan.PriorityClass(
            key,
            draw(_names),
            draw(_names),
            draw(st.integers(0, 9)),
            draw(st.floats(0, 99)),
            draw(st.floats(0.1, 9)),
            draw(_texts),
            place * 7 if draw(st.booleans()) else None,
        )
        for place, key in enumerate(keys)
    ]
    devices = [
        plan.DevicePlan(f"d{place}", kind, f"{dialect}+tcp://10.0.0.9:{9000 + place}", **where)
        for place, (kind, dialect, where) in enumerate(
            draw(
                st.lists(
                    st.sampled_from(
                        [
                            (plan.DeviceKind.PRINTER, "escpos", {"kiosk": "k"}),
                            (plan.DeviceKind.SIGN, "alpha", {"window": numbers[0]}),
                            (plan.DeviceKind.SIGN, "template", {"zone": zones[0].code}),
                            (plan.DeviceKind.PAD, "ff68", {"window": numbers[-1]}),
                            (plan.DeviceKind.CARD_READER, "stx", {"kiosk": "k"}),
                        ]
                    ),
                    max_size=4,
                )
            )
        )
    ]
    figures = st.lists(st.floats(0, 99) | st.just(0.0), max_size=4).map(tuple)
    arrivals = [
        plan.Arrivals(code, weekday, time(8, 30), draw(figures))
        for code, weekday in draw(
            st.lists(st.tuples(st.sampled_from(codes), st.integers(0, 6)), max_size=5, unique=True)
        )
    ]
    rules = st.builds(
        plan.Rules,
        st.sampled_from(["priority", "fifo"]),
        _minutes,
        st.integers(0, 9),
        st.floats(0, 60),
        st.integers(3, 6),
        st.floats(1, 99),
        st.floats(1, 99),
        st.builds(plan.CreditRules, st.integers(0, 99), _minutes, earlier_share=st.floats(0, 1)),
        st.builds(plan.RatioRules, st.integers(1, 9), st.integers(1, 9)),
        voice=st.builds(
            plan.VoiceRules,
            st.sampled_from(VoiceMode),
            st.sampled_from([("zh",), ("en", "zh")]),
            st.sampled_from(One),
            slow_classes=st.sampled_from([(), (keys[0],)]),
        ),
        screens=st.builds(
            plan.ScreenRules,
            directions=st.lists(st.sampled_from(Direction), min_size=1, max_size=2).map(tuple),
        ),
        pad=st.builds(plan.PadRules, reasons_below=st.integers(1, 6)),
        national=st.builds(plan.NationalRules, st.booleans(), st.sampled_from(hallforms.WEEKDAYS)),
        booking=st.builds(
            plan.BookingRules,
            st.integers(5, 90),
            st.floats(0, 1),
            release_at=st.sampled_from([time(8, 30), time(0)]),
            late=st.sampled_from(OffTimeRule),
            web=st.booleans(),
        ),
    )
    return plan.HallPlan(
        draw(_codes),
        draw(_names),
        draw(_names),
        draw(st.sampled_from(["Asia/Shanghai", "Europe/Warsaw", "UTC"])),
        tuple(services),
        tuple(windows),
        tuple(zones),
        draw(_texts),
        draw(_texts),
        tuple(classes),
        tuple(
            plan.FlexibleClerk(f"F{place}", draw(_texts), tuple(skills))
            for place, skills in enumerate(
                draw(st.lists(st.lists(st.sampled_from(codes), max_size=3), max_size=2))
            )
        ),
        tuple(devices),
        draw(st.dictionaries(st.integers(0, 6), openings(), max_size=3)),
        draw(st.dictionaries(st.dates(date(2000, 1, 1), date(2100, 1, 1)), openings(), max_size=2)),
        tuple(plan.PauseReason(key, draw(_names), draw(_names)) for key in draw(_code_list)),
        draw(rules),
        tuple(arrivals),
        tuple(plan.RatingReason(key, draw(_names), draw(_names)) for key in draw(_code_list)),
        tuple(plan.Notice(text, text, day, day) for text, day in draw(_notices)),
        tuple(
            plan.Segment(key, draw(_names), draw(_names), time(12), time(13, 30), days, services=(codes[0],))
            for key, days in draw(
                st.lists(
                    st.tuples(_codes, st.sampled_from([(), ("saturday",)])),
                    max_size=2,
                    unique_by=lambda each: each[0],
                )
            )
        ),
    )


@examples(20)
@given(plans())
def test_any_plan_that_is_written_is_read_as_the_same_plan(made: plan.HallPlan) -> None:
    again, findings = hallfile.read(hallfile.write(made), "again.toml")
    assert [each for each in findings if each.severity is Severity.ERROR] == []
    assert again == made


_cuts = st.integers(0, len(SMALL))


@examples(60)
@given(
    _cuts,
    _cuts,
    st.sampled_from(["", "=", "[", "]", '"', "\n", "1", "true", "[[", "{ a = 1 }", "[1]", "\x00"]),
)
def test_a_file_with_a_piece_torn_out_gives_findings_and_never_breaks(
    start: int, end: int, patch: str
) -> None:
    text = SMALL[:start] + patch + SMALL[max(start, end) :]
    made, findings = hallfile.read(text, "torn.toml")
    assert (made is None) == any(each.severity is Severity.ERROR for each in findings)
    last = text.count("\n") + 1
    assert all(1 <= each.line <= last for each in findings)


_junk = st.recursive(
    st.sampled_from(
        ["1", "-1", "1.5", "true", '"x"', '"09:00-10:00"', '""', "2026-01-01", "09:00:00", "nan"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.dictionaries(st.sampled_from(["service", "rank", "code", "x"]), inner, max_size=3).map(
            lambda each: "{" + ", ".join(f"{key} = {value}" for key, value in each.items()) + "}"
        )
    ),
    max_leaves=6,
)
_places = [
    line.partition(" = ")[0] for line in SMALL.splitlines() if " = " in line and not line.startswith(" ")
]


@examples(60)
@given(st.integers(0, len(_places) - 1), _junk)
def test_any_value_at_any_key_gives_findings_and_never_breaks(place: int, value: str) -> None:
    rows = SMALL.replace('[\n  "residence",\n  "idcard",\n]', '["residence", "idcard"]').splitlines()
    at = [i for i, row in enumerate(rows) if " = " in row][place]
    rows[at] = f"{_places[place]} = {value}"
    made, findings = hallfile.read("\n".join(rows), "junk.toml")
    assert (made is None) == any(each.severity is Severity.ERROR for each in findings)
    for each in findings:
        assert str(each)


def test_what_is_given_twice_names_the_line_of_the_first() -> None:
    rows = SMALL.splitlines()
    _, findings = hallfile.read(SMALL.replace("no = 2", "no = 1"), "small.toml")
    assert findings[0].wrong.en.endswith(f"line {rows.index('no = 1') + 1}")
    _, findings = hallfile.read(SMALL.replace('prefix = "B"', 'prefix = "A"'), "small.toml")
    assert findings[0].wrong.en.endswith("line " + str(rows.index('prefix = "A"') + 1))


def test_a_finding_says_it_in_chinese_and_english() -> None:
    _, findings = hallfile.read(SMALL.replace("no = 2", "no = 1"), "small.toml")
    finding = typing.cast(Finding, findings[0])
    assert "1 号窗口：窗口号 1 已在第" in str(finding)
    assert "window 1: the window number 1 is already taken by line" in str(finding)


TIDE = """
[rules.tide]
mode = "confirm"
open_at = 15
close_at = 5

[[rules.tide.calendar]]
days = [1, 2, 3]
windows = 1
starts = "09:00"
ends = "11:30"
"""


def test_the_tide_of_a_hall_stands_in_its_file_and_comes_back_from_it() -> None:
    made, findings = hallfile.read(SMALL + TIDE, "small.toml")
    assert made is not None, findings
    assert made.rules.tide == plan.TideRules(
        plan.TideMode.CONFIRM,
        open_at=15,
        close_at=5,
        calendar=(plan.CalendarTide((1, 2, 3), 1, time(9), time(11, 30)),),
    )
    assert hallfile.read(hallfile.write(made), "small.toml")[0] == made


@pytest.mark.parametrize(
    "wrong", ["close_at = 15", "close_at = -1", 'mode = "maybe"', 'ends = "25:00"', "days = [0]"]
)
def test_a_tide_that_makes_no_sense_is_refused_on_its_line(wrong: str) -> None:
    key = wrong.partition(" ")[0]
    text = SMALL + "\n".join(wrong if line.startswith(key) else line for line in TIDE.splitlines())
    made, findings = hallfile.read(text, "small.toml")
    assert made is None
    assert [each.line for each in findings] == [text[: text.index(wrong)].count("\n") + 1]
