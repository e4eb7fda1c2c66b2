# 潮汐大厅 TideHall: the verbs. `make run` and `make test` work from a fresh clone, as root or not.
#
#   make run                    a county hall lives through a real day, at 60 times the speed
#   make run DAY=none           the same hall, empty, to click through
#   make run HALL=township SPEED=300 TRACE=day.csv
#   make test                   everything; sets up Chromium and PostgreSQL's server if they are not there; pictures of the
#                               pages lie in var/pictures afterwards, to look through (TIDEHALL_PICTURES= for none)
#   make lint bench soak        the arrows and types; the table of figures; an hour of abuse

PYTHON ?= python3
HALL ?= county
DAY ?= real
SPEED ?= 60
TRACE ?=
TIDEHALL_PICTURES ?= var/pictures

VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench soak fuzz clean
.DELETE_ON_ERROR:

run: $(VENV)/run.stamp
	@$(BIN)/tidehall demo --hall "$(HALL)" --day "$(DAY)" --speed "$(SPEED)" $(if $(TRACE),--trace "$(TRACE)")

# The tests start our programs dozens of times: their byte code is kept, whatever is usual here. They wait for servers and
# pages half of their time, so each core has two workers: 235 s instead of 306 s on two cores.
test: export PYTHONDONTWRITEBYTECODE =
test: export TIDEHALL_PICTURES := $(TIDEHALL_PICTURES)
test: $(VENV)/dev.stamp $(VENV)/browser.stamp $(VENV)/postgresql.stamp
	$(BIN)/python -m pytest -n $$(( 2 * $$(nproc) )) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench

soak: $(VENV)/dev.stamp
	$(BIN)/python -m tests.hall.soak
	$(BIN)/python -m tests.hall.device_soak
	$(BIN)/python -m tests.hall.board_soak
	$(BIN)/python -m tests.wire.fuzz --seconds 60
	TIDEHALL_TEST_DEPTH=25 $(BIN)/python -m pytest -n auto -m hypothesis

# Ten minutes for every parse; tests/wire/fuzz_led.py does the same with atheris, where it is installed.
fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m tests.wire.fuzz --seconds 600

clean:
	rm -rf $(VENV) build *.egg-info

# The environment. Every package is pinned and hash-checked (requirements/*.txt); where they come from is pip's business.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); tools/debian python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/browser.stamp: $(VENV)/dev.stamp
	@tools/browser $(BIN)
	@touch $@

$(VENV)/postgresql.stamp: $(VENV)/dev.stamp
	@tools/postgresql
	@touch $@
