"""What the tests of the backends share."""

from collections.abc import Iterator

import pytest

from hugginggpt.tools.scripted import Reply, serve


@pytest.fixture
def listening() -> Iterator[str]:
    """The URL of a server that answers, and nothing more."""
    with serve(lambda _: Reply()) as server:
        yield server.url
