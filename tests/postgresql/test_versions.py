"""Nodes of this version on a schema that a later one has brought forward: with a step they can live with, and with one
they cannot. The steps are made here, by the statements that a later version would send, and by what it would then
write. The later version itself serves beside an earlier one in the domain's tests, which can make one up."""

import pytest
from cluster import USER, until
from node import Node, principal, verify
from writers import Writer, all_go_on, check

# What a step that earlier versions can live with may do: a table, a column with a default, an index that is not unique.
ADDED = """
    CREATE TABLE later (account BIGINT NOT NULL PRIMARY KEY, remark TEXT);
    ALTER TABLE users ADD COLUMN later INTEGER NOT NULL DEFAULT 7;
    CREATE INDEX users_later ON users (account, later);
"""


def make(node: Node, name: str):
    return node.call("CreateUser", UserPrincipalName=principal(name), DisplayName=name)


def test_a_node_lives_with_a_later_schema_that_says_so_and_with_no_other(place, start, tmp_path):
    cluster = place.cluster("one")
    store = f"postgres://{USER}@127.0.0.1:{cluster.port}/postgres"
    first = start("first", store)
    version = int(cluster.sql("SELECT value FROM server WHERE name = 'schema_version'"))

    # Among its writes, with statements that it has prepared on the tables as they were.
    writers = [Writer(first, f"a{n}") for n in range(3)]
    all_go_on(writers)
    usable = cluster.sql("SELECT value FROM server WHERE name = 'schema_usable_from'")
    cluster.sql(f"BEGIN; {ADDED} UPDATE server SET value = '{version + 1}' WHERE name = 'schema_version'; COMMIT")
    all_go_on(writers)
    second = start("second", store)
    writers += [Writer(second, f"b{n}") for n in range(3)]
    all_go_on(writers)
    cluster.sql("INSERT INTO later SELECT account, 'x' FROM accounts; UPDATE users SET later = 8")
    all_go_on(writers)
    check(writers, [first, second])
    assert not any(writer.refused for writer in writers), "a step is no reason to refuse"
    assert cluster.sql("SELECT value FROM server WHERE name = 'schema_usable_from'") == usable
    there = int(cluster.sql("SELECT count(*) FROM users WHERE later = 7"))
    assert make(first, "running").status == make(second, "started").status == 200
    assert int(cluster.sql("SELECT count(*) FROM users WHERE later = 7")) == there + 2, "the column has its default"
    verify(tmp_path / "look", store)

    cluster.sql(f"UPDATE server SET value = '{version + 1}' WHERE name = 'schema_usable_from'")
    with pytest.raises(RuntimeError, match="start the newer one"):
        Node(tmp_path / "third", store)
    # A node that was cut off looks again before it writes.
    cluster.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ramward'")
    for node in (first, second):
        until(lambda node=node: node.call("GetAccountSummary").is_nothing, "a node that was left behind")
        assert make(node, "left-behind").is_nothing
        assert (node.status("/readyz"), node.status("/healthz")) == (503, 200)
    assert cluster.sql("SELECT count(*) FROM users WHERE user_name = 'left-behind'") == "0"
