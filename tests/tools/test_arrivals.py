"""The arrivals tool, run as a person runs it: a CSV and a hall file in, `[[arrivals]]` out."""

import subprocess
import sys
import tomllib
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "arrivals.py"

HALL = """\
[hours]
monday = ["08:00-10:00"]
tuesday = ["08:00-09:00", "09:30-10:00"]
[[service]]
code = "residence"
trace_queues = [182, 183]
[[service]]
code = "tax"
trace_queues = [192]
[[service]]
code = "guidance"
"""

# 2020-01-13 and 2020-01-20 are Mondays
DAY = """\
date,from_minute,to_minute,queue_id,tickets,open_windows
2020-01-13,475,480,182,2,1
2020-01-13,505,515,182,4,1
2020-01-13,540,545,183,1,1
2020-01-13,630,635,183,3,1
2020-01-20,480,485,182,6,1
2020-01-20,480,485,192,30,1
2020-01-20,535,540,192,2,1
2020-01-20,595,600,184,99,1
"""

SERVICES = """\
queue_id,name_en,mean_service_minutes
182,Residence,8
183,ID cards,4
"""


def run(tmp_path: Path, *arguments: str, day: str = DAY) -> subprocess.CompletedProcess[str]:
    (tmp_path / "day.csv").write_text(day, encoding="utf-8")
    (tmp_path / "hall.toml").write_text(HALL, encoding="utf-8")
    (tmp_path / "services.csv").write_text(SERVICES, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(TOOL), "day.csv", "hall.toml", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_half_hours_are_the_mean_of_the_recorded_days_within_the_hours(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    residence, tax = tomllib.loads(done.stdout)["arrivals"]
    assert residence["service"] == "residence"
    assert residence["starts"] == "08:00"
    # two days: 2 at the door and 6 at eight, 4 from 08:25 to 08:35, 1 at nine; 3 after closing are left out
    assert residence["monday"] == [(2 + 2 + 6) / 2, 1, 0.5]
    # nobody recorded a Tuesday: the same mean, without the hour that Tuesday is closed (who came then waits outside)
    assert residence["tuesday"] == [5, 1, 0, 0.5]
    assert "# tuesday: mean of all recorded days" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("left out: 3")
    assert tax["service"] == "tax"


def test_a_jump_of_a_number_display_is_laid_out_over_the_rest_of_the_day(tmp_path: Path) -> None:
    tax = tomllib.loads(run(tmp_path).stdout)["arrivals"][1]
    # 30 tickets from 08:00 to 10:00, when 99 % were out; 2 at 08:55; means of two days
    assert tax["monday"] == [3.8, 4.8, 3.8, 3.8]


def test_a_share_and_other_queues_and_mean_minutes_can_be_asked_for(tmp_path: Path) -> None:
    done = run(tmp_path, "--share", "0.5", "--queue", "all=182,183", "--services", "services.csv")
    (entry,) = tomllib.loads(done.stdout)["arrivals"]
    assert entry["service"] == "all"
    assert entry["monday"] == [2.5, 0.5, 0.2]
    assert "# all: mean_minutes = 7.0" in done.stdout  # 12 tickets of 8 minutes, 4 of 4


def test_a_csv_without_its_columns_is_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, day="date,from_minute\n2020-01-13,475\n")
    assert done.returncode == 2
    assert done.stderr.startswith("arrivals: line 2: date,from_minute,to_minute,queue_id,tickets expected")
    assert done.stdout == ""
