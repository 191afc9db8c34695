# One word for each set of checks.
.PHONY: test check nightly

test:
	.venv/bin/pytest

check:
	bash .ci/run

nightly:
	.venv/bin/pytest -m nightly
