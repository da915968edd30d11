"""A primary with a synchronous standby, and nodes that are killed: what was acknowledged stays, the rest is whole or
not there, and everything goes on by itself."""

import threading

import pytest
from cluster import USER, until
from node import principal, verify
from writers import HEARD_SECONDS, Writer, all_go_on, are_refused, check, two_nodes, writers_on


def pair(place):
    """A primary, and a standby that has every commit before it is acknowledged; the address of both."""
    primary = place.cluster("one", synchronous_commit="on")
    # The standby has this setting only if it is told: promoted, it waits for nobody.
    standby = place.start(place.copy(primary, "two", "--write-recovery-conf"))
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'two'")
    primary.sql("SELECT pg_reload_conf()")
    until(
        lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync",
        "a standby that commits wait for",
    )
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return primary, standby, f"postgres://{USER}@{hosts}/postgres"


def test_the_primary_dies_under_load_and_the_standby_takes_over(place, start, tmp_path):
    primary, standby, store = pair(place)
    nodes = two_nodes(start, store)
    writers = writers_on(nodes, 3)
    all_go_on(writers)

    primary.kill()
    are_refused(writers)
    for node in nodes:
        until(lambda node=node: node.status("/readyz") == 503, "a node that says its store is away")
        assert node.status("/healthz") == 200
        answer = node.call("GetAccountSecurityPracticeReport")
        assert answer.is_nothing, answer

    standby.promote()
    for node in nodes:
        until(node.is_ready, "a node that found the new primary")
    all_go_on(writers)
    check(writers, nodes)
    verify(tmp_path / "look", store)
    for node in nodes:
        node.stop()


def test_a_primary_that_comes_back_is_not_written_to(place, start, tmp_path):
    old, new, store = pair(place)
    nodes = two_nodes(start, store)
    writers = writers_on(nodes, 3)
    all_go_on(writers)
    old.kill()
    are_refused(writers)
    new.promote()
    all_go_on(writers)

    # Under its own address, which is the first of the nodes', and as one that takes writes and waits for nobody.
    old.settings["synchronous_standby_names"] = ""
    old.come_back()
    kept = users_of(old)
    old.sql("CREATE TABLE written (a int)")
    sessions = "FROM pg_stat_activity WHERE application_name = 'ramward'"
    for _ in range(3):
        # All that they have open; new sessions begin with the same choice of hosts.
        new.sql(f"SELECT pg_terminate_backend(pid, 5000) {sessions}")
        all_go_on(writers)
    third = start("third", store)
    writers.append(Writer(third, "c"))
    all_go_on(writers)
    assert old.sql(f"SELECT count(*) {sessions}") == "0"
    check(writers, [*nodes, third])
    verify(tmp_path / "look", store)
    assert users_of(old) == kept

    # Who has seen the later one does not go back, even if there is nothing else.
    new.kill()
    for node in (*nodes, third):
        until(lambda node=node: node.call("GetAccountSummary").is_nothing, "a node without its primary")
        answer = node.call("CreateUser", UserPrincipalName=principal("lost"), DisplayName="lost")
        assert answer.is_nothing, answer
        assert (node.status("/readyz"), node.status("/healthz")) == (503, 200)
        assert "given up: its timeline is 1, and 2 was seen" in node.log.read_text()
    assert users_of(old) == kept
    new.come_back()
    for node in (*nodes, third):
        until(node.is_ready, "a node whose primary is back")
        assert "lost" not in node.users()
        node.stop()


def users_of(cluster) -> str:
    """How many users one cluster has."""
    return cluster.sql("SELECT count(*) FROM users")


def test_a_frozen_primary_that_thaws_is_not_gone_back_to(place, start, tmp_path):
    old, new, store = pair(place)
    node = start("first", f"{store}?connect_timeout=1")
    node.ok("CreateUser", UserPrincipalName=principal("before"), DisplayName="before")
    old.freeze()
    new.promote()
    # What is open there is left when nothing arrives for long; a node that is started anew does not wait for that.
    node.end()
    node = start("second", f"{store}?connect_timeout=1")
    node.ok("CreateUser", UserPrincipalName=principal("after"), DisplayName="after")
    old.thaw()
    old.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
    old.sql("SELECT pg_reload_conf()")
    new.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ramward'")
    node.ok("CreateUser", UserPrincipalName=principal("more"), DisplayName="more")
    again = start("third", store)
    again.ok("CreateUser", UserPrincipalName=principal("last"), DisplayName="last")
    for each in (node, again):
        assert each.users() == {"before", "after", "more", "last"}
        each.stop()
    assert users_of(old) == "1"
    verify(tmp_path / "look", store)


def test_a_lone_node_answers_from_memory_while_its_database_changes_places(place, start, tmp_path):
    primary, standby, store = pair(place)
    node = start("alone", store, nodes="one")
    node.ok("CreateUser", UserPrincipalName=principal("kept"), DisplayName="kept")
    before = node.report()
    # Once more, so that it is in memory whoever wrote last.
    assert node.report() == before
    primary.kill()
    assert node.report() == before, "memory has it"
    # Until no nonce can be guarded any more.
    until(lambda: node.call("GetAccountSecurityPracticeReport").is_nothing, "the end of what is guarded")
    assert node.status("/readyz") == 503
    answer = node.call("CreateUser", UserPrincipalName=principal("not"), DisplayName="not")
    assert answer.is_nothing, answer
    standby.promote()
    until(node.is_ready, "a node that found the new primary")
    assert node.users() == {"kept"}
    node.ok("CreateUser", UserPrincipalName=principal("more"), DisplayName="more")
    until(lambda: node.report() != before, "a report with one user more", HEARD_SECONDS)
    node.stop()
    verify(tmp_path / "look", store, nodes="one")


def test_a_host_that_is_frozen_is_passed_over(place, start):
    primary, standby, store = pair(place)
    node = start("first", store)
    node.ok("CreateUser", UserPrincipalName=principal("before"), DisplayName="before")
    node.stop()
    # It still takes connections and says nothing.
    primary.freeze()
    standby.promote()
    node = start("second", f"{store}?connect_timeout=1")
    node.ok("CreateUser", UserPrincipalName=principal("after"), DisplayName="after")
    assert node.users() == {"before", "after"}
    node.stop()


@pytest.mark.parametrize("cut", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_commit_that_the_standby_has_not_confirmed_is_said_to_be_uncertain(place, start, tmp_path, cut):
    primary, standby, store = pair(place)
    first, second = start("first", store), start("second", store)

    def ask(name: str) -> tuple:
        answers = []
        call = {"UserPrincipalName": principal(name), "DisplayName": name}
        asking = threading.Thread(target=lambda: answers.append(first.call("CreateUser", **call)))
        asking.start()
        return asking, answers

    standby.freeze()
    asking, answers = ask("uncertain")
    waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    until(lambda: primary.sql(waits), "a commit that waits for the standby")
    assert not answers
    primary.sql(f"SELECT {cut}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    asking.join(30)
    assert answers and answers[0].is_unknown, answers
    # The next one is cut short by nobody, and is answered when both have it.
    asking, answers = ask("certain")
    until(lambda: primary.sql(waits), "a commit that waits for the standby")
    assert not answers
    standby.thaw()
    asking.join(30)
    assert answers and answers[0].status == 200, answers
    # What was uncertain came to be, here, and is whole on both.
    for node in (first, second):
        assert node.users() == {"uncertain", "certain"}
    verify(tmp_path / "look", store)


def test_a_node_is_killed_among_writes_and_the_other_goes_on(place, start, tmp_path):
    store = place.cluster("one").address()
    first, second = start("first", store), start("second", store)
    of_first = [Writer(first, f"a{n}") for n in range(3)]
    of_second = [Writer(second, f"b{n}") for n in range(3)]
    all_go_on(of_first + of_second)
    first.kill()
    all_go_on(of_second, 20)
    for writer in of_first + of_second:
        writer.end()
    again = start("first", store)
    check(of_first + of_second, [second, again])
    verify(tmp_path / "look", store)
    for node in (second, again):
        node.stop()
