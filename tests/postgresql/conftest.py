"""Fixtures: a place for clusters, and nodes that end with their test."""

import pytest
from cluster import Place
from node import Node


@pytest.fixture
def place():
    """A directory for clusters; they end with the test."""
    place = Place()
    yield place
    place.end()


@pytest.fixture
def start(tmp_path):
    """Starts a node by its name; what still runs at the end is killed, for its database may be gone."""
    started = []

    def start(name: str, store: str, *flags, **more) -> Node:
        node = Node(tmp_path / name, store, *flags, **more)
        started.append(node)
        return node

    yield start
    for node in started:
        node.end()
