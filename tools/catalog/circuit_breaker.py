"""`CircuitBreaker` of one provider: opens for 60 s after 3 failures in a row, delays calls after a rate limit (429)."""

import threading
import time
from collections.abc import Callable

FAILURES = 3
"""Failures in a row that open the circuit."""
OPEN_SECONDS = 60.0
"""Time that the circuit stays open; then one trial call is allowed."""
LONGEST_DELAY = 60.0
"""Seconds. Where a provider asks for a longer pause, calls fail instead of waiting, and other providers are used."""
DEFAULT_DELAY = 5.0
"""Seconds, where a provider answers 429 without Retry-After."""


class CircuitBreaker:
    """Of one provider; usable from any thread. Count only failures that are the provider's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at = 0.0
        self._trial_running = False
        self._delayed_until = 0.0

    def seconds_open(self) -> float:
        """Seconds until a call is allowed; 0 when one is. While a trial call runs, others are not allowed."""
        with self._lock:
            if self._failures < FAILURES:
                return 0.0
            left = self._opened_at + OPEN_SECONDS - self._clock()
            return max(left, 1.0) if left > 0 or self._trial_running else 0.0

    def allow_call(self) -> bool:
        """Whether a call may start now. After an open period the first call is the trial, and the others wait for it."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._trial_running or self._clock() < self._opened_at + OPEN_SECONDS:
                return False
            self._trial_running = True
            return True

    def delay_calls(self, seconds: float | None) -> bool:
        """Delay the next calls after a rate limit. False where the pause is too long to wait for."""
        delay = DEFAULT_DELAY if seconds is None else seconds
        if delay > LONGEST_DELAY:
            return False
        with self._lock:
            self._trial_running, self._delayed_until = False, max(self._delayed_until, self._clock() + delay)
        return True

    def delay(self) -> float:
        """Seconds to wait before the next call."""
        with self._lock:
            return max(0.0, self._delayed_until - self._clock())

    def record_success(self) -> None:
        """The provider answered."""
        with self._lock:
            self._failures, self._trial_running = 0, False

    def record_failure(self) -> None:
        """The provider failed."""
        with self._lock:
            self._failures, self._trial_running, self._opened_at = self._failures + 1, False, self._clock()

    def record_neutral(self) -> None:
        """The call was cancelled, or failed for a reason that is not the provider's."""
        with self._lock:
            self._trial_running = False
