"""A database saved by its own means and put back, as it was at the end of the saving and at a moment that was named:
the accounts and the report are those of that moment, exactly."""

import json
import shutil
from pathlib import Path

from cluster import USER, Cluster, until
from node import command, principal, verify
from writers import Writer, all_go_on


def store_of(cluster: Cluster) -> str:
    return f"postgres://{USER}@127.0.0.1:{cluster.port}/postgres"


def make(node, names: list) -> None:
    for name in names:
        node.ok("CreateUser", UserPrincipalName=principal(name), DisplayName=name)
        node.ok("CreateAccessKey", UserPrincipalName=principal(name))


def delete(node, names: list) -> None:
    for name in names:
        of = {"UserPrincipalName": principal(name)}
        for key in node.ok("ListAccessKeys", **of)["AccessKeys"]["AccessKey"]:
            node.ok("DeleteAccessKey", UserAccessKeyId=key["AccessKeyId"], **of)
        node.ok("DeleteUser", **of)


def state(home: Path, store: str) -> list:
    """Everything that is stored of accounts, secrets included."""
    said = command(home, store, "export", "--with-secrets", nodes="one").splitlines()
    return [json.loads(line) for line in said]


def test_a_base_backup_that_was_made_among_writes_is_whole(place, start, tmp_path):
    cluster = place.cluster("one")
    node = start("node", store_of(cluster), nodes="one")
    writers = [Writer(node, f"a{n}") for n in range(3)]
    all_go_on(writers)
    before = set().union(*(set(writer.users) for writer in writers))
    saved = place.copy(cluster, "saved")
    all_go_on(writers)
    for writer in writers:
        writer.end()
        assert not writer.wrong and not writer.not_made and not writer.uncertain
    after = node.users()
    node.stop()
    cluster.stop()

    again = place.start(saved)
    verify(tmp_path / "look", store_of(again), nodes="one")
    node = start("again", store_of(again), nodes="one")
    # To the program it looks as if it had been killed, and it takes nothing that may have been taken before.
    for writer in writers:
        for target in writer.accepted[:5]:
            assert node.send(target).code in ("ServiceUnavailable", "SignatureNonceUsed")
    until(lambda: node.call("GetAccountSummary").status == 200, "the end of the time in which no request is known")
    there = node.users()
    assert before <= there < after, (len(before), len(there), len(after))
    make(node, ["new"])
    assert node.users() == there | {"new"}
    node.stop()
    verify(tmp_path / "look", store_of(again), nodes="one")


def test_a_store_comes_back_as_it_was_at_a_moment(place, start, tmp_path):
    archive = place.directory("archive")
    cluster = place.cluster("one", archive_mode="on", archive_command=f"cp %p {archive}/%f")
    look, store = tmp_path / "look", store_of(cluster)
    node = start("node", store, nodes="one")
    make(node, ["one", "two"])
    saved = place.copy(cluster, "saved")
    make(node, ["three", "four"])
    delete(node, ["two"])
    report = node.report()
    node.stop()
    expected = state(look, store)
    cluster.sql("SELECT pg_create_restore_point('before_the_mistake')")
    moment = cluster.sql("SELECT clock_timestamp()")

    node = start("node", store, nodes="one")
    delete(node, ["three"])
    make(node, ["five"])
    assert node.users() == {"one", "four", "five"}
    node.stop()
    segment = cluster.sql("SELECT pg_walfile_name(pg_switch_wal())")
    until(
        lambda: cluster.sql("SELECT COALESCE(last_archived_wal, '') FROM pg_stat_archiver") >= segment,
        f"the log up to {segment} in the archive",
    )
    assert state(look, store) != expected
    cluster.stop("fast")

    for way in ({"recovery_target_name": "before_the_mistake"}, {"recovery_target_time": moment}):
        data = place.path / next(iter(way))
        shutil.copytree(saved, data, symlinks=True)
        (data / "recovery.signal").touch()
        place.give_all(data)
        again = place.start(
            data, restore_command=f"cp {archive}/%f %p", recovery_target_action="promote", archive_mode="off", **way
        )
        until(lambda again=again: again.sql("SELECT pg_is_in_recovery()") == "f", "the end of the recovery")
        assert state(look, store_of(again)) == expected, way
        verify(look, store_of(again), nodes="one")
        node = start("again", store_of(again), nodes="one")
        assert node.users() == {"one", "three", "four"}
        assert node.report() == report
        make(node, ["six"])
        node.stop()
        verify(look, store_of(again), nodes="one")
