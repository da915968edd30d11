"""Nodes of this version on a schema that a later one has brought forward: with a step they can live with, and with one
they cannot. The steps are made here, by the statements that a later version would send."""

import pytest
from cluster import USER, until
from node import Node, principal, verify


def make(node: Node, name: str):
    return node.call("CreateUser", UserPrincipalName=principal(name), DisplayName=name)


def test_a_node_lives_with_a_later_schema_that_says_so_and_with_no_other(place, start, tmp_path):
    cluster = place.cluster("one")
    store = f"postgres://{USER}@127.0.0.1:{cluster.port}/postgres"
    first = start("first", store)
    assert make(first, "before").status == 200
    version = int(cluster.sql("SELECT value FROM server WHERE name = 'schema_version'"))

    cluster.sql(
        "BEGIN; CREATE TABLE later (account BIGINT NOT NULL PRIMARY KEY);"
        f"UPDATE server SET value = '{version + 1}' WHERE name = 'schema_version'; COMMIT"
    )
    assert make(first, "running").status == 200
    second = start("second", store)
    assert make(second, "started").status == 200
    for node in (first, second):
        assert node.users() == {"before", "running", "started"}
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
