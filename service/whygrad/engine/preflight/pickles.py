"""Reads a pickle without doing what it says: values are built, names stay names, and nothing is imported or called.

torch's own unpickler takes an index of the memo as a size to allocate, and an integer for a function where one stands
in its place; Python's hashes keys of any depth. So no container is a Python container here, and every one knows how
deep it goes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

MOST_OPERATIONS = 5_000_000
DEEPEST = 500
"""How deep values may be nested; torch ends at some ten thousands, with its stack."""

Value = Any
"""A number, a text, bytes, None, or one of the classes below."""


class PickleError(Exception):
    """The pickle breaks off, or its operations do not go together: every reader stops there."""


class StrangeError(PickleError):
    """The pickle goes beyond the bounds, or does what torch never does; another reader could go on."""


class Held:
    """What holds other values; `depth` is how deep it goes. Once it was recalled from the memo it takes no more."""

    __slots__ = ("depth", "items", "recalled")

    def __init__(self, items: list[Value]) -> None:
        self.items = items
        self.depth = 1 + _deepest(items)
        self.recalled = False

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Row(Held):
    """A tuple."""

    __slots__ = ()


class Series(Held):
    """A list, or a set."""

    __slots__ = ()


class Table(Held):
    """A dict: its items are its keys and values in turns."""

    __slots__ = ()

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """The keys with their values."""
        return zip(self.items[::2], self.items[1::2], strict=False)


class Name:
    """A class or a function that the pickle names."""

    __slots__ = ("full",)

    def __init__(self, module: str, name: str) -> None:
        self.full = f"{module}.{name}"


class Made(Held):
    """What a call would make: its items are what is called, its arguments, and then the state that it is given."""

    __slots__ = ()

    @property
    def of(self) -> str:
        """The full name of what is called; empty where it is no name."""
        return self.items[0].full if isinstance(self.items[0], Name) else ""

    @property
    def arguments(self) -> list[Value]:
        """The arguments of the call."""
        return self.items[1].items if isinstance(self.items[1], Held) else []


class Pid(Held):
    """What is stored elsewhere: the items describe it."""

    __slots__ = ()


class Reader:
    """Reads one pickle of those that a text of bytes may hold one after the other; `at` is where the next begins.

    A subclass says which `operations` there are, and what it makes of names, of calls and of what is stored elsewhere.
    A `strict` one refuses what torch's own pickler never does: to add to what was recalled, to call what is no name.
    """

    operations: ClassVar[Mapping[int, Callable[[Reader], None]]] = {}
    strict: ClassVar[bool] = True

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.stack: list[Value] = []
        self.marks: list[int] = []
        self.memo: dict[int, Value] = {}

    def read(self) -> Value:
        """The value. Raises PickleError, and of its kinds StrangeError."""
        data, operations = self.data, self.operations
        try:
            for _ in range(MOST_OPERATIONS):
                code = data[self.at]
                self.at += 1
                if code == 0x2E:  # STOP
                    return self.stack.pop()
                operations[code](self)
        except KeyError as error:
            raise StrangeError("it holds an operation that torch does not write") from error
        except (IndexError, ValueError, OverflowError, TypeError, struct.error) as error:
            raise PickleError("it breaks off, or its operations do not go together") from error
        raise StrangeError(f"it takes more than {MOST_OPERATIONS:,} operations")

    def named(self, module: str, name: str) -> Value:
        """What stands for a class or a function."""
        return Name(module, name)

    def persistent(self, description: Row) -> Value:
        """What stands for what is stored elsewhere."""
        return Pid([description])

    def called(self, function: Value, arguments: Value) -> Value:
        """What stands for what a call would give."""
        return Made([function, arguments])

    def take(self, length: int) -> bytes:
        """The next bytes."""
        begin, end = self.at, self.at + length
        if length < 0 or end > len(self.data):
            raise PickleError("it breaks off")
        self.at = end
        return self.data[begin:end]

    def number(self, form: str, length: int) -> Any:
        """The next number, as `struct` spells its form."""
        self.at += length
        return struct.unpack_from(form, self.data, self.at - length)[0]

    def line(self) -> str:
        """The text up to the next line end."""
        end = self.data.index(b"\n", self.at)
        begin, self.at = self.at, end + 1
        return self.data[begin:end].decode("utf-8", "replace")

    def push(self, value: Value) -> None:
        """Put a value on the stack. Raises StrangeError where it is too deep."""
        if isinstance(value, Held):
            _bound(value)
        self.stack.append(value)

    def hold(self, kind: type[Held], items: list[Value]) -> None:
        """Put a container on the stack. Raises StrangeError where it is too deep."""
        held = kind(items)
        if held.depth > DEEPEST:
            _bound(held)
        self.stack.append(held)

    def marked(self) -> list[Value]:
        """The values above the last mark, taken off the stack."""
        mark = self.marks.pop()
        values = self.stack[mark:]
        del self.stack[mark:]
        return values

    def last(self, count: int) -> list[Value]:
        """The last values, taken off the stack."""
        if len(self.stack) < count:
            raise PickleError("it takes more values than it made")
        values = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return values

    def add(self, values: list[Value]) -> None:
        """Add values to the container that is on top of the stack. Raises StrangeError where it cannot take them."""
        target = self.stack[-1]
        if not isinstance(target, Series | Table | Made | Pid) or (self.strict and target.recalled):
            raise StrangeError("something is added to a value that takes nothing, or is complete already")
        target.items.extend(values)
        target.depth = max(target.depth, 1 + _deepest(values))
        _bound(target)

    def remember(self, index: int) -> None:
        """Put the top of the stack into the memo. Raises StrangeError for an index that was not counted up to."""
        if index > len(self.memo) + 1_000:
            raise StrangeError("it asks for a memo that is larger than all that it holds")
        self.memo[index] = self.stack[-1]

    def recall(self, index: int) -> None:
        """Put a value out of the memo on the stack."""
        if index not in self.memo:
            raise PickleError("it recalls what it never remembered")
        value = self.memo[index]
        if isinstance(value, Held):
            value.recalled = True
        self.stack.append(value)


def _deepest(values: list[Value]) -> int:
    deepest = 0
    for value in values:
        if isinstance(value, Held) and value.depth > deepest:
            deepest = value.depth
    return deepest


def _bound(held: Held) -> None:
    if held.depth > DEEPEST:
        raise StrangeError(f"its values are nested more than {DEEPEST} deep")
