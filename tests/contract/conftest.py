"""The stores that hold to the contract; every test of this folder that asks for `subject` runs on each."""

from __future__ import annotations

import pytest

from rescue.store.memory import MemoryStore
from tests.contract.stores import AnyStore, Subject
from tests.contract.stores import subject as subject_of


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(params=["memory_store", "postgres_store"])
def subject(request: pytest.FixtureRequest) -> Subject:
    return subject_of(request.getfixturevalue(request.param))


@pytest.fixture
def store(subject: Subject) -> AnyStore:
    return subject.store
