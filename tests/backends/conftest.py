"""What the tests of the backends share."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from hugginggpt.tools.scripted import Reply, serve


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A short video that browsers play."""
    import numpy as np

    from hugginggpt.tools.media.film import write_film

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    frames = (np.full((64, 64, 3), 20 * number, np.uint8) for number in range(5))
    write_film(path, frames, Fraction(5), (64, 64), None)
    return path.read_bytes()


@pytest.fixture
def listening() -> Iterator[str]:
    """The URL of a server that answers, and nothing more."""
    with serve(lambda _: Reply()) as server:
        yield server.url
