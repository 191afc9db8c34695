"""Breaker: counts how often in a row a provider failed, and says when to leave it alone, or to let it rest a little."""

import threading
import time
from collections.abc import Callable

FAILURES = 3
"""In a row, until it is left alone."""
PAUSE = 60.0
"""Seconds that it is left alone; then one call tries whether it works again."""
LONGEST_REST = 60.0
"""Seconds for which calls wait where a provider asks for a pause; for a longer one they go elsewhere."""
USUAL_REST = 5.0
"""Seconds, where it asks for a pause (429) and does not say how long."""


class Breaker:
    """Of one provider; usable from any thread. Failures that tell nothing of it are not told to it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened = 0.0
        self._trying = False
        self._rested = 0.0

    def left(self) -> float:
        """Seconds that it is left alone still; 0 when it may be called. While one call tries, the others wait for it."""
        with self._lock:
            if self._failures < FAILURES:
                return 0.0
            left = self._opened + PAUSE - self._clock()
            return max(left, 1.0) if left > 0 or self._trying else 0.0

    def enter(self) -> bool:
        """Whether a call may be made now; where it is the one that tries, no other may until it ends."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._trying or self._clock() < self._opened + PAUSE:
                return False
            self._trying = True
            return True

    def rest(self, seconds: float | None) -> bool:
        """It gets too many calls: those to come wait so long. False where that is too long to wait: it has failed."""
        asked = USUAL_REST if seconds is None else seconds
        if asked > LONGEST_REST:
            return False
        with self._lock:
            self._trying, self._rested = False, max(self._rested, self._clock() + asked)
        return True

    def resting(self) -> float:
        """Seconds to wait before the next call."""
        with self._lock:
            return max(0.0, self._rested - self._clock())

    def succeeded(self) -> None:
        """The call was answered."""
        with self._lock:
            self._failures, self._trying = 0, False

    def failed(self) -> None:
        """The call failed of the provider."""
        with self._lock:
            self._failures, self._trying, self._opened = self._failures + 1, False, self._clock()

    def told_nothing(self) -> None:
        """The call was cancelled, or failed of something else."""
        with self._lock:
            self._trying = False
