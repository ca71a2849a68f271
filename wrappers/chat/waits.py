"""How long to wait before a failed request is sent again, and whether to."""

import math
import random
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

FIRST, LONGEST = 0.5, 8.0
"""Seconds: the wait after the first failure, doubled by each one more, and its limit."""
PASSING = frozenset({408, 409, 429})
"""HTTP statuses below 500 that may be gone at the next try."""


def wait_before_retry(
    status: int | None, headers: Mapping[str, str], failures: int
) -> float | None:
    """Return seconds to wait until the next try; None: it would fail, too.

    Statuses and waits are those of the openai SDK
    (https://github.com/openai/openai-python#retries); `Retry-After` is seconds or a date
    (RFC 9110, section 10.2.3).

    Args:
        status: HTTP status of the failure; None if no answer came.
        headers: of the answer, names in lower case or a mapping that does not mind.
        failures: how many tries have failed so far, from 1 on.
    """
    if status is not None and status not in PASSING and status < 500:
        return None
    told = _told(headers.get("retry-after", ""))
    if told is not None:
        return told
    # Somewhat different waits keep clients that failed together from coming back together.
    return min(FIRST * 2.0 ** (failures - 1), LONGEST) * random.uniform(0.75, 1.0)


def _told(value: str) -> float | None:
    """Return what Retry-After says in seconds; None if it says nothing."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        seconds = (aware - datetime.now(timezone.utc)).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None
