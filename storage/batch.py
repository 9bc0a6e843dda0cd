"""Statements sent together: on PostgreSQL a whole event is one journey to the server instead of one for each row.

psycopg's pipeline sends without waiting. The answers are looked at in the order of the statements, so what was lost is
named as it would be one by one. A driver without a pipeline has no batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.util import await_

Check = Callable[[int], None]
"""Looks at how many rows a statement changed; it raises what that means."""


class Batch:
    """What was sent and not looked at yet."""

    def __init__(self, connection: Any, pipeline: Any, wait: Callable[[Any], Any]) -> None:
        self._connection, self._pipeline, self._wait = connection, pipeline, wait
        self._sent: list[tuple[Any, Check | None]] = []

    def send(self, words: str, values: Any = None, check: Check | None = None) -> None:
        """Send a statement. Answers to earlier ones may come meanwhile; the first that is an error ends the batch."""
        cursor = self._connection.cursor()
        self._sent.append((cursor, check))
        try:
            self._wait(cursor.execute(words, values))
        except Exception as error:  # noqa: BLE001  # a check of an earlier statement comes first
            self.settle(error)

    def settle(self, failed: Exception | None = None) -> None:
        """Wait for all answers and look at them.

        Raises:
            What the first check says, or else the driver's error of the first statement that failed.
        """
        sent, self._sent = self._sent, []
        try:
            self._wait(self._pipeline.sync())
        except Exception as error:  # noqa: BLE001  # a check that says why comes first
            failed = failed or error
        for cursor, check in sent:
            if cursor.pgresult is None:
                break  # This one failed.
            if check is not None:
                check(cursor.rowcount)
        if failed is not None:
            raise failed


@contextmanager
def batch_on(connection: Any) -> Iterator[Batch | None]:
    """A batch on the driver's connection, or None where it has no pipeline."""
    driver = getattr(connection, "driver_connection", connection)
    if not hasattr(driver, "pipeline"):
        yield None
        return
    asynchronous = driver is not connection
    wait: Callable[[Any], Any] = await_ if asynchronous else _as_it_is
    pipeline = driver.pipeline()
    entered = wait(pipeline.__aenter__() if asynchronous else pipeline.__enter__())
    try:
        yield Batch(driver, entered, wait)
    finally:
        wait(pipeline.__aexit__(None, None, None) if asynchronous else pipeline.__exit__(None, None, None))


def _as_it_is(answer: Any) -> Any:
    return answer
