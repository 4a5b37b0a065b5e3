"""What fails in a real worker costs the rest nothing, and is counted."""

from __future__ import annotations

import pytest

from service.storage.counts import count_all
from tests.machine import until
from tests.workers.conftest import House

pytestmark = pytest.mark.faults


def test_tasks_that_fail_are_counted_and_alerts_go_out_all_the_same(postgres_house: House) -> None:
    house = postgres_house
    database = house.edges.store.database
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE feed_notice RENAME TO elsewhere")
        connection.exec_driver_sql("ALTER TABLE websub RENAME TO nowhere")
    house.machine.start_worker()
    house.machine.start_beat()
    house.publish("Harbour bridge opens")
    house.wait_until_told(1)
    expected = {"sweep_subscribe", "set_aside_websub", "tell_of_feeds"}
    until(lambda: {*count_all(database).failures} >= expected, "all three are counted")
    assert {*count_all(database).failures} == expected
    assert "UndefinedTable" in house.machine.logs()
