"""A database that is slow, locked, full, or takes no more connections; clocks that differ; notifications that do not
come. A call succeeds or is refused for the moment, and what is answered is right."""

import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest
from cluster import USER, until
from node import principal, signed, verify
from writers import HEARD_SECONDS, all_go_on, check, two_nodes, writers_on


def make(node, name: str):
    return node.call("CreateUser", UserPrincipalName=principal(name), DisplayName=name)


def store_of(cluster, user: str = USER, options: str = "") -> str:
    more = f"?options={options}" if options else ""
    return f"postgres://{user}@127.0.0.1:{cluster.port}/postgres{more}"


def test_a_statement_that_takes_too_long_is_refused_for_the_moment(place, start, tmp_path):
    cluster = place.cluster("one")
    store = store_of(cluster, options="-cstatement_timeout%3D500ms")
    nodes = two_nodes(start, store)
    assert make(nodes[0], "before").status == 200
    with cluster.session("LOCK TABLE users IN ACCESS EXCLUSIVE MODE"):
        for node in nodes:
            answer = make(node, "refused")
            assert answer.is_nothing, answer
            answer = node.call("ListUsers", product="Ram")
            assert answer.is_nothing, answer
    for node in nodes:
        assert make(node, f"after-{node.host[-5:]}").status == 200
        assert len(node.users() - {"before"}) > 0 and "refused" not in node.users()
    verify(tmp_path / "look", store)


def test_a_slow_database_is_slow_and_right(place, start, tmp_path):
    cluster = place.cluster("one")
    store = store_of(cluster)
    nodes = two_nodes(start, store)
    cluster.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$"
    )
    cluster.sql("CREATE TRIGGER slow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION slow()")
    writers = writers_on(nodes)
    all_go_on(writers, 4)
    cluster.sql("DROP TRIGGER slow ON users")
    all_go_on(writers)
    for writer in writers:
        writer.end()
        assert not writer.not_made and not writer.uncertain, "slow is no reason to refuse"
    check(writers, nodes)
    verify(tmp_path / "look", store)


def test_a_database_that_takes_no_more_connections_refuses_for_the_moment(place, start, tmp_path):
    cluster = place.cluster("one")
    cluster.sql("CREATE ROLE few LOGIN; GRANT CREATE, USAGE ON SCHEMA public TO few")
    store = store_of(cluster, "few")
    nodes = two_nodes(start, store)
    writers = writers_on(nodes)
    all_go_on(writers)
    # Nobody of that name comes in any more, and who is in is put out.
    cluster.sql("ALTER ROLE few CONNECTION LIMIT 0")
    cluster.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'few'")
    for node in nodes:
        until(lambda node=node: node.status("/readyz") == 503, "a node that says its store is away")
        answer = make(node, "refused")
        assert answer.is_nothing, answer
    cluster.sql("ALTER ROLE few CONNECTION LIMIT -1")
    for node in nodes:
        until(node.is_ready, "a node that has its connections again")
    all_go_on(writers)
    for writer in writers:
        writer.end()
    assert "refused" not in nodes[0].users()
    check(writers, nodes)
    verify(tmp_path / "look", store)


def test_few_connections_are_enough_or_refused_for_the_moment(place, start, tmp_path):
    cluster = place.cluster("one")
    cluster.sql("CREATE ROLE few LOGIN; GRANT CREATE, USAGE ON SCHEMA public TO few")
    store = store_of(cluster, "few")
    node = start("first", store)
    assert make(node, "before").status == 200
    # The ones it has, and no more, whatever comes at once.
    held = int(cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'few'"))
    cluster.sql(f"ALTER ROLE few CONNECTION LIMIT {held}")
    answers = []
    ask = [threading.Thread(target=lambda: answers.append(node.call("ListUsers", product="Ram"))) for _ in range(16)]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert len(answers) == len(ask)
    for answer in answers:
        assert answer.is_nothing or [user["UserName"] for user in answer.body["Users"]["User"]] == ["before"], answer
    assert any(answer.status == 200 for answer in answers)
    cluster.sql("ALTER ROLE few CONNECTION LIMIT -1")
    assert make(node, "after").status == 200
    assert node.users() == {"before", "after"}


def test_notifications_are_heard_at_once_and_not_needed(place, start, tmp_path):
    cluster = place.cluster("one")
    store = store_of(cluster)
    first, second = start("first", store), start("second", store)

    def heard(name: str) -> float:
        before = second.report()
        assert second.report() == before
        assert make(first, name).status == 200
        began = time.monotonic()
        until(lambda: second.report() != before, "what the other node wrote", HEARD_SECONDS)
        return time.monotonic() - began

    took = [heard(f"heard{n}") for n in range(21)]
    assert statistics.median(took) < 0.1, took

    # Whoever listens is cut off, again and again.
    cut_off = threading.Event()
    cuts = []

    def cut():
        while not cut_off.is_set():
            cut = "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
            cuts.append(int(cluster.sql(cut)))

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        until(lambda: sum(cuts) >= 2, "two sessions that are cut")
        # `--cache-bound` is two seconds; a busy machine adds to it.
        assert max(heard(f"unheard{n}") for n in range(3)) < 4
    finally:
        cut_off.set()
        cutting.join()
    took = [heard(f"again{n}") for n in range(9)]
    assert statistics.median(took) < 0.5, took
    verify(tmp_path / "look", store)


@pytest.fixture(scope="module")
def ahead(tmp_path_factory):
    """What puts a program's wall clock a minute ahead."""
    library = tmp_path_factory.mktemp("ahead") / "ahead.so"
    source = Path(__file__).with_name("ahead.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def test_nodes_whose_clocks_differ_by_a_minute_take_nothing_twice(place, start, tmp_path, ahead):
    store = store_of(place.cluster("one"))
    right, fast = start("right", store), start("fast", store, variables=ahead)
    shown = {}
    for name, node in {"right": right, "fast": fast}.items():
        made = node.ok("CreateUser", UserPrincipalName=principal(name), DisplayName=name)
        shown[name] = made["User"]["CreateDate"]
    between = [time.mktime(time.strptime(shown[name], "%Y-%m-%dT%H:%M:%SZ")) for name in ("right", "fast")]
    assert 55 <= between[1] - between[0] <= 90, f"the clocks do not differ: {shown}"
    # A stamp that is new to one is old or ahead of time to the other; it is taken once.
    window = 15 * 60
    for age in (0, -30, 30, 60, window - 90, -(window - 90)):
        target = signed("GetAccountSecurityPracticeReport", {}, at=time.time() - age)
        for nodes in ((right, fast), (fast, right)):
            codes = [node.send(target).code for node in nodes]
            assert codes in (["OK", "SignatureNonceUsed"], ["SignatureNonceUsed"] * 2), (age, codes)
    # At the edge of the window the clocks disagree, and still nobody takes it twice.
    for age in (window - 30, window + 30, -(window + 30)):
        target = signed("GetAccountSecurityPracticeReport", {}, at=time.time() - age)
        codes = [node.send(target).code for node in (right, fast, right, fast)]
        assert codes.count("OK") <= 1, (age, codes)
    # A key is last used when the last of all nodes saw it.
    key = fast.ok("CreateAccessKey", UserPrincipalName=principal("right"))["AccessKey"]
    pair = (key["AccessKeyId"], key["AccessKeySecret"])
    seen = []
    for node in (fast, right):
        assert node.call("ListUsers", pair, "Ram").code == "NoPermission"
        use = node.ok("GetAccessKeyLastUsed", UserPrincipalName=principal("right"), UserAccessKeyId=pair[0])
        seen.append(use["AccessKeyLastUsed"]["LastUsedDate"])
    assert seen[1] >= seen[0], seen
    until(lambda: right.report() == fast.report(), "the same report on both", HEARD_SECONDS)
    verify(tmp_path / "look", store)
