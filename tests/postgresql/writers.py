"""Clients that write without a pause and remember what they were told."""

import threading

from cluster import until
from node import Answer, Node, principal, signed

# Between two calls after a refusal: a client that is told to come back does not ask again at once.
BREATH = 0.05
# The bound of what a node keeps, and what a busy machine adds.
HEARD_SECONDS = 10


class Writer(threading.Thread):
    """Makes users with a key and a policy, one after the other, on one node."""

    def __init__(self, node: Node, name: str):
        super().__init__(name=name, daemon=True)
        self.node = node
        self.ended = threading.Event()
        # What was made for certain; what was not; what nobody can tell.
        self.users, self.keys, self.attached = set(), {}, set()
        self.not_made, self.uncertain = set(), set()
        # How many calls were refused for the moment, or never answered.
        self.refused = 0
        # Requests that were accepted.
        self.accepted = []
        # Answers that must not be.
        self.wrong = []
        self.start()

    @property
    def done(self) -> int:
        """How many calls were acknowledged."""
        return len(self.accepted)

    def end(self) -> None:
        """Lets the call that runs come to its end."""
        self.ended.set()
        self.join(60)
        assert not self.is_alive(), "a call does not end"

    def run(self) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            self._one(f"{self.name}-{number}")

    def _one(self, name: str) -> None:
        answer = self._ask("CreateUser", UserPrincipalName=principal(name), DisplayName=name)
        if answer.status == 200:
            self.users.add(name)
        elif answer.is_nothing:
            self.not_made.add(name)
            return
        else:
            self.uncertain.add(name)
            return
        answer = self._ask("CreateAccessKey", UserPrincipalName=principal(name))
        if answer.status == 200:
            self.keys[answer.body["AccessKey"]["AccessKeyId"]] = name
        policy = {"PolicyType": "System", "PolicyName": "AliyunRAMReadOnlyAccess"}
        if self._ask("AttachPolicyToUser", "Ram", UserName=name, **policy).status == 200:
            self.attached.add(name)

    def _ask(self, action: str, product: str = "Ims", **parameters) -> Answer:
        target = signed(action, parameters, product=product)
        answer = self.node.send(target)
        if answer.status == 200:
            self.accepted.append(target)
        elif answer.is_nothing or answer.is_unknown or answer.status == 0:
            self.refused += 1
            self.ended.wait(BREATH)
        else:
            self.wrong.append((action, answer))
        return answer


def two_nodes(start, store: str) -> list[Node]:
    """Two nodes on one store."""
    return [start("first", store), start("second", store)]


def writers_on(nodes: list, each: int = 2) -> list[Writer]:
    """Writers on each node."""
    return [Writer(node, f"{name}{n}") for node, name in zip(nodes, "ab") for n in range(each)]


def check(writers: list, nodes: list) -> None:
    """Ends the writers; then what all nodes say against what they were told. `report --verify` tests the same."""
    for writer in writers:
        writer.end()
        assert not writer.wrong, writer.wrong[:3]
    made = set().union(*(writer.users for writer in writers))
    not_made = set().union(*(writer.not_made for writer in writers))
    uncertain = set().union(*(writer.uncertain for writer in writers))
    there = nodes[0].users()
    assert not made - there, f"acknowledged and lost: {sorted(made - there)[:5]}"
    assert not not_made & there, f"refused and there: {sorted(not_made & there)[:5]}"
    assert not there - made - uncertain, f"from nowhere: {sorted(there - made - uncertain)[:5]}"
    until(lambda: len({str(node.report()) for node in nodes}) == 1, "the same report on all nodes", HEARD_SECONDS)
    for node in nodes[1:]:
        assert node.users() == there
    # A look at some of the smaller facts, for a call each costs a while.
    for writer in writers:
        for key, name in [*writer.keys.items()][-5:]:
            listed = nodes[-1].ok("ListAccessKeys", UserPrincipalName=principal(name))
            found = [held["AccessKeyId"] for held in listed["AccessKeys"]["AccessKey"]]
            assert key in found, (name, key, found)
        for name in sorted(writer.attached)[-5:]:
            policies = nodes[-1].ok("ListPoliciesForUser", product="Ram", UserName=name)["Policies"]["Policy"]
            assert [policy["PolicyName"] for policy in policies] == ["AliyunRAMReadOnlyAccess"], (name, policies)
        # What was accepted before is accepted by nobody again.
        for target in writer.accepted[:5]:
            for node in nodes:
                answer = node.send(target)
                assert answer.code == "SignatureNonceUsed", answer


def all_go_on(writers: list, by: int = 10) -> None:
    """Waits until each writer was acknowledged so many calls more."""
    before = [writer.done for writer in writers]
    goal = [done + by for done in before]
    until(
        lambda: all(writer.done >= enough for writer, enough in zip(writers, goal)) or any(w.wrong for w in writers),
        f"{by} more calls of each writer; they have {before} and then {[writer.done for writer in writers]}",
    )


def are_refused(writers: list) -> None:
    """Waits until each writer was refused twice more."""
    goal = [writer.refused + 2 for writer in writers]
    until(
        lambda: all(writer.refused >= enough for writer, enough in zip(writers, goal)) or any(w.wrong for w in writers),
        "a refusal of each writer",
    )
