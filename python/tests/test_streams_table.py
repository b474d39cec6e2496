"""The states, numbers and credit of streams, without a proxy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networkwebsockets.streams.credit import (
    CREDIT_MAX,
    PART_COST,
    PART_MAX,
    WINDOW_FIRST,
    WINDOW_LEAST,
    WINDOW_MAX,
    WINDOWS_MAX,
    Outgoing,
    Spare,
    Window,
)
from networkwebsockets.streams.parts import UNITS_MAX, cut_bytes, cut_text
from networkwebsockets.streams.table import (
    DIALLED_BY_RECEIVER,
    DIALS_MAX,
    STREAMS_PER_PEER,
    End,
    LimitError,
    Received,
    State,
    Table,
    ViolationError,
)


def opened(table: Table[str], peer: str = "bob") -> End[str]:
    end = table.dial(peer)
    table.become(end, State.OPEN)
    return end


def test_credit_is_due_when_half_was_taken() -> None:
    window = Window(Spare())
    part = 16 * 1024 - PART_COST
    assert all(window.spend(part) for _ in range(4))
    assert window.take(16 * 1024) == 0
    assert window.take(16 * 1024) == 32 * 1024 + WINDOW_FIRST
    assert window.size == 2 * WINDOW_FIRST


def test_a_window_that_is_used_up_takes_nothing() -> None:
    window = Window(Spare())
    assert not window.spend(WINDOW_FIRST)
    assert not Window(Spare()).spend(PART_MAX + 1)


def test_windows_grow_up_to_their_limit() -> None:
    spare = Spare()
    window = Window(spare)
    for _ in range(200):
        assert window.spend(30_000)
        window.take(30_032)
    assert (window.size, spare.bytes) == (WINDOW_MAX, WINDOWS_MAX - WINDOW_MAX)
    window.close()
    assert spare.bytes == WINDOWS_MAX


def test_windows_share_what_there_is() -> None:
    spare = Spare(WINDOW_FIRST + WINDOW_LEAST)
    window = Window(spare)
    assert Window(spare).size == WINDOW_LEAST
    with pytest.raises(ValueError, match="too large"):
        Window(spare)
    assert window.spend(60_000)
    assert window.take(60_032) == 60_032


@pytest.mark.parametrize("credit", [0, -1, 0.5, 1.5, float("nan"), CREDIT_MAX + 1, True, "1", None])
def test_credit_is_an_integer(credit: object) -> None:
    outgoing = Outgoing()
    assert not outgoing.add(credit)
    assert outgoing.room is None


def test_room_is_what_credit_leaves() -> None:
    outgoing = Outgoing()
    assert outgoing.add(PART_COST)
    assert outgoing.room == 0
    assert outgoing.add(float(CREDIT_MAX - PART_COST))
    assert outgoing.room == PART_MAX
    assert not outgoing.add(1)


def test_dials_have_a_bound() -> None:
    table: Table[str] = Table()
    ends = [table.dial(f"peer{number}") for number in range(DIALS_MAX)]
    with pytest.raises(LimitError):
        table.dial("another")
    table.become(ends[0], State.ENDED)
    table.dial("another")


def test_streams_with_a_peer_have_a_bound() -> None:
    table: Table[str] = Table()
    for _ in range(STREAMS_PER_PEER):
        opened(table)
    with pytest.raises(LimitError):
        table.dial("bob")
    opened(table, "carol")
    assert len(table) == STREAMS_PER_PEER + 1


def test_numbers_of_dials_grow() -> None:
    table: Table[str] = Table()
    end = table.dialled("bob", 7, 1)
    assert table.find("bob", 7) is end
    for bad in (7, 6, 0, -1, DIALLED_BY_RECEIVER | 8):
        with pytest.raises(ViolationError):
            table.dialled("bob", bad, 1)
    with pytest.raises(ViolationError):
        table.dialled("bob", 8, 0)
    table.become(end, State.ENDED)
    table.forget_peer("bob")
    table.dialled("bob", 7, 1)


def test_both_may_dial_under_one_number() -> None:
    table: Table[str] = Table()
    mine = table.dial("bob")
    theirs = table.dialled("bob", mine.number, 1)
    assert table.find("bob", mine.number | DIALLED_BY_RECEIVER) is mine
    assert table.find("bob", mine.number) is theirs


def test_text_and_bytes_do_not_mix() -> None:
    end = opened(Table())
    assert end.receive("a", 1, True) is Received.PART
    assert end.receive(b"b", 1, False) is Received.VIOLATION


def test_nothing_comes_before_a_stream_is_open() -> None:
    table: Table[str] = Table()
    assert table.dial("bob").receive("a", 1, False) is Received.VIOLATION
    assert table.dialled("eve", 1, 1).receive("a", 1, False) is Received.VIOLATION


def test_an_empty_part_that_goes_on_is_a_violation() -> None:
    assert opened(Table()).receive("", 0, True) is Received.VIOLATION


def test_what_comes_while_closing_is_thrown_away_and_credited() -> None:
    table: Table[str] = Table()
    end = opened(table)
    table.become(end, State.CLOSING)
    assert end.receive(b"x" * 40_000, 40_000, False) is Received.IGNORED
    assert end.taken(end.due) > 0


@given(st.lists(st.binary(max_size=200_000), max_size=6), st.integers(0, 3))
def test_every_message_arrives_and_credit_never_runs_dry(messages: list[bytes], lag: int) -> None:
    """A sender that obeys credit and a reader that takes `lag` messages late."""
    end = opened(Table())
    outgoing = Outgoing()
    outgoing.add(end.window.size)
    heard: list[bytes] = []
    waiting: list[int] = []
    for message in messages:
        rest = memoryview(message)
        while True:
            while outgoing.room is None or (len(rest) and not outgoing.room):
                assert waiting, "nothing waits, and nothing may be sent"
                credit = end.taken(waiting.pop(0))
                assert credit == 0 or outgoing.add(credit)
            part, size = cut_bytes(rest, 0, outgoing.room)
            rest = rest[size:]
            outgoing.spend(size)
            fate = end.receive(bytes(part), size, len(rest) > 0)
            assert fate is (Received.PART if len(rest) else Received.WHOLE)
            if fate is Received.WHOLE:
                whole = end.message()
                assert isinstance(whole, bytes)
                heard.append(whole)
                waiting.append(end.due)
                break
            credit = end.taken(0)
            assert credit == 0 or outgoing.add(credit)
        while len(waiting) > lag:
            credit = end.taken(waiting.pop(0))
            assert credit == 0 or outgoing.add(credit)
    assert heard == messages


@given(
    st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: text * 500),
    st.integers(4, PART_MAX),
)
def test_cut_texts_join(text: str, room: int) -> None:
    joined = ""
    while len(joined) < len(text):
        part, size = cut_text(text, len(joined), room)
        assert part
        assert size == len(part.encode()) <= room
        assert len(part.encode("utf-16-le")) <= 2 * UNITS_MAX
        joined += part
    assert joined == text


def test_a_character_that_does_not_fit_is_not_cut() -> None:
    assert cut_text("é", 0, 1) == ("", 0)
    assert cut_text("", 0, 0) == ("", 0)
    assert len(cut_text("😀" * 40_000, 0, 4 * PART_MAX)[0]) == UNITS_MAX // 2
