"""Patterns over digits as rows of ten states, all patterns in one table.

Owns the way from a pattern to states; knows nothing of numbers. A pattern is grown into a nondeterministic automaton,
made deterministic, and merged with whatever the table has already: a question is the state from which it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from re import _constants, _parser  # type: ignore[attr-defined]

DIGITS = "0123456789"
DEAD = 0


class Automaton:
    """A nondeterministic automaton over digits, grown from patterns."""

    def __init__(self) -> None:
        self.silent: list[list[int]] = []
        self.moves: list[list[tuple[frozenset[str], int]]] = []
        self.accepts: dict[int, set[Hashable]] = {}
        self.start = self.state()

    def state(self) -> int:
        self.silent.append([])
        self.moves.append([])
        return len(self.moves) - 1

    def step(self, state: int, digits: frozenset[str]) -> int:
        target = self.state()
        self.moves[state].append((digits, target))
        return target

    def join(self, states: list[int]) -> int:
        target = self.state()
        for state in states:
            self.silent[state].append(target)
        return target

    def add(self, prefix: str, pattern: str, label: Hashable) -> None:
        self.add_parsed(prefix, _parser.parse(pattern), label)

    def add_parsed(self, prefix: str, parsed: object, label: Hashable) -> None:
        state = self.join([self.start])
        for digit in prefix:
            state = self.step(state, frozenset(digit))
        self.accepts.setdefault(self.grow(parsed, state), set()).add(label)

    def grow(self, parsed: object, state: int) -> int:
        for operator, argument in parsed:  # type: ignore[attr-defined]
            if operator is _constants.LITERAL:
                state = self.step(state, frozenset(chr(argument)))
            elif operator is _constants.IN:
                state = self.step(state, frozenset().union(*(members(item) for item in argument)))
            elif operator is _constants.SUBPATTERN:
                state = self.grow(argument[3], state)
            elif operator is _constants.BRANCH:
                state = self.join([self.grow(branch, self.join([state])) for branch in argument[1]])
            elif operator is _constants.MAX_REPEAT:
                least, most, repeated = argument
                for _ in range(least):
                    state = self.grow(repeated, state)
                ends = [state]
                for _ in range(most - least):
                    state = self.grow(repeated, state)
                    ends.append(state)
                state = self.join(ends)
            else:
                raise ValueError(f"a pattern uses {operator}, which this program does not know")
        return state

    def closure(self, states: set[int]) -> frozenset[int]:
        seen, waiting = set(states), list(states)
        while waiting:
            for target in self.silent[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return frozenset(seen)

    def labels(self, states: frozenset[int]) -> frozenset[Hashable]:
        return frozenset().union(*(self.accepts.get(state, ()) for state in states))

    def deterministic(self, *, keeps: bool = False) -> tuple[list[list[int | None]], list[frozenset[Hashable]]]:
        """Edges and labels of each state. `keeps`: a label holds for all that follows, as that of a prefix does."""
        first = self.closure({self.start})
        begin = (first, self.labels(first))
        numbers, waiting, edges = {begin: 0}, [begin], []
        for states, kept in waiting:
            row: list[int | None] = []
            for digit in DIGITS:
                reached = {target for state in states for digits, target in self.moves[state] if digit in digits}
                if not reached:
                    row.append(None)
                    continue
                closed = self.closure(reached)
                found = (closed, self.labels(closed) | (kept if keeps else frozenset()))
                if found not in numbers:
                    numbers[found] = len(waiting)
                    waiting.append(found)
                row.append(numbers[found])
            edges.append(row)
        return edges, [labels for _, labels in waiting]


def members(item: tuple[object, object]) -> frozenset[str]:
    kind, value = item
    if kind is _constants.LITERAL:
        return frozenset(chr(value))  # type: ignore[arg-type]
    if kind is _constants.RANGE:
        return frozenset(chr(code) for code in range(value[0], value[1] + 1))  # type: ignore[index]
    if kind is _constants.CATEGORY and value is _constants.CATEGORY_DIGIT:
        return frozenset(DIGITS)
    raise ValueError(f"a pattern uses {item}, which this program does not know")


class States:
    """The table of states. State 0 is the one from which nothing is reached."""

    def __init__(self) -> None:
        self.rows: list[list[int]] = [[DEAD] * 10]
        self.outcomes: list[Hashable] = [None]
        self.known: dict[tuple[Hashable, tuple[int, ...]], int] = {(None, tuple(self.rows[0])): DEAD}

    def add(self, grown: Automaton, outcome: Callable[[frozenset[Hashable]], Hashable], *, keeps: bool = False) -> int:
        """The start of an automaton's states, merged with those that answer alike. No pattern repeats without end:
        there is no loop, and one pass does."""
        edges, labels = grown.deterministic(keeps=keeps)
        done: dict[int, int] = {}

        def merge(state: int) -> int:
            if state not in done:
                row = tuple(DEAD if target is None else merge(target) for target in edges[state])
                key = (outcome(labels[state]), row)
                if key not in self.known:
                    self.known[key] = len(self.rows)
                    self.rows.append(list(row))
                    self.outcomes.append(key[0])
                done[state] = self.known[key]
            return done[state]

        return merge(0)

    def pattern(self, pattern: str | None) -> int:
        """The start of one pattern: digits that are it end in a state whose outcome is not none."""
        if not pattern:
            return DEAD
        grown = Automaton()
        grown.add("", pattern, "yes")
        return self.add(grown, lambda labels: "yes" if labels else None)

    def ends(self, start: int, digits: str) -> Hashable:
        state = start
        for digit in digits:
            state = self.rows[state][int(digit)]
        return self.outcomes[state]

    def longest(self, start: int, digits: str) -> int | None:
        """How many digits the longest beginning has that is a start's pattern."""
        state, found = start, 0 if self.outcomes[start] is not None else None
        for at, digit in enumerate(digits):
            state = self.rows[state][int(digit)]
            if self.outcomes[state] is not None:
                found = at + 1
        return found

    def farthest(self, start: int, digits: str) -> Hashable:
        """The outcome of the last state that the digits reach: what their prefixes are."""
        state = start
        for digit in digits:
            reached = self.rows[state][int(digit)]
            if reached == DEAD:
                break
            state = reached
        return self.outcomes[state]
