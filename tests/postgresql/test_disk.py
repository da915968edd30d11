"""A full disk: of the rows, which refuses one statement, and of the log, which ends the server."""

import contextlib

import pytest
from cluster import USER, alive, until
from disk import Disk
from node import verify
from writers import all_go_on, are_refused, check, two_nodes, writers_on


@pytest.fixture
def disk(place):
    """Large enough for a database and a little more."""
    disk = Disk(place, 64)
    yield disk
    # What lies on it must have ended.
    for cluster in place.clusters:
        cluster.stop()
    disk.end()


def test_rows_that_find_no_room_are_refused_for_the_moment(place, disk, start, tmp_path):
    cluster = place.cluster("one")
    cluster.sql(f"CREATE TABLESPACE small LOCATION '{disk.directory('rows')}'")
    cluster.sql("CREATE DATABASE accounts TABLESPACE small")
    store = f"postgres://{USER}@127.0.0.1:{cluster.port}/accounts"
    nodes = two_nodes(start, store)
    writers = writers_on(nodes)
    all_go_on(writers)
    disk.fill(but=64 * 1024)
    are_refused(writers)
    disk.free()
    all_go_on(writers)
    for writer in writers:
        writer.end()
        assert not writer.uncertain, "the database said no, so nothing is uncertain"
    check(writers, nodes)
    verify(tmp_path / "look", store)


def test_a_log_that_finds_no_room_ends_the_database_and_nothing_is_lost(place, disk, start, tmp_path):
    log = ("--waldir", disk.directory("log") / "wal", "--wal-segsize=1")
    # It ends by itself, and comes back when somebody has made room.
    cluster = place.cluster("one", initdb=log, restart_after_crash="off")
    store = f"postgres://{USER}@127.0.0.1:{cluster.port}/postgres"
    nodes = two_nodes(start, store)
    writers = writers_on(nodes)
    all_go_on(writers)
    first = cluster.pid()
    disk.fill(but=0)

    def has_ended() -> bool:
        # Segments that are there already are used up sooner. Whether this is still answered is all the same.
        with contextlib.suppress(RuntimeError):
            cluster.sql("SELECT pg_switch_wal()")
        return not alive(first)

    until(has_ended, "the end of the database")
    are_refused(writers)
    for node in nodes:
        until(lambda node=node: node.status("/readyz") == 503, "a node that says its store is away")
    disk.free()
    cluster.start()
    for node in nodes:
        until(node.is_ready, "a node whose database is back")
    all_go_on(writers)
    check(writers, nodes)
    verify(tmp_path / "look", store)
