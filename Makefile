# One word for each set of checks.
.PHONY: check test docs ci nightly live
py := .venv/bin

check:  ## lint, types, layers, quick tests: before a commit
	$(py)/ruff check .
	$(py)/ruff format --check .
	$(py)/lint-imports
	$(py)/mypy
	$(py)/pytest tests/graph tests/nodes tests/checkpoints tests/tools/controllers -m "not local and not live and not security and not docs and not crash and not nightly and not corpus and not studio"

test:  ## what the README says
	$(py)/pytest

docs:  ## generates what is drawn from the code, and runs every code block
	for script in docs/*.py; do $(py)/python $$script || exit 1; done
	$(py)/pytest -m docs

ci:  ## all checks, as CI runs them
	bash .ci/run

nightly:  ## longer tables and trials: all kills and faults, seeds printed, and a line that replays each failure
	CRASH_RUNS=50 $(py)/pytest -m "nightly or crash"
	$(py)/pytest --hypothesis-profile=thorough $$(grep -rl "^@given" tests)

live:  ## real services, as far as keys are set: states the cost and asks first, and writes docs/live.md
	$(py)/python tests/live/results.py
