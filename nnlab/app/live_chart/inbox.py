"""Accepts the browser's messages: each one once, in order, and only as the schema allows.

The schema also limits their length and number, so that a handler's work is bounded. Its rules are
checked in the order in which it lists them, so each limit on a length precedes the items' rule.
"""

import json
import logging
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.validators import extend

from nnlab.app.turns import turn

Handlers = Mapping[str, Callable[..., None]]

SCHEMA = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))
_LOG = logging.getLogger(__name__)


def _is_number(_: object, value: object) -> bool:
    """Say whether a value is a finite number: Python's JSON also reads NaN and Infinity."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -inf < value < inf


def _is_integer(_: object, value: object) -> bool:
    """Say whether a value is an int: the schema would also accept 1.0, which is not an index."""
    return isinstance(value, int) and not isinstance(value, bool)


_types = Draft7Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_integer})
_Validator = extend(Draft7Validator, type_checker=_types)


def _validator(name: str, changes: Mapping[str, Any]) -> Any:
    definitions = {**SCHEMA["definitions"], **changes}
    return _Validator({"definitions": definitions, "$ref": f"#/definitions/{name}"})


# A message that breaks a rule does not spoil the others of its packet: each is checked by itself.
# Only the rules of its own kind are checked, which takes a tenth of the time.
_packet = _validator("packet", {"message": {}})
_messages = {
    kind["$ref"].rpartition("/")[2]: _validator(kind["$ref"].rpartition("/")[2], {})
    for kind in SCHEMA["definitions"]["message"]["anyOf"]
}


def _is_repeat(message: object, taken: int) -> bool:
    """Say whether a message has been taken already; no other of its rules is checked."""
    number: Any = message.get("number") if isinstance(message, Mapping) else None
    return _is_integer(None, number) and 0 < number <= taken


def is_message(message: object) -> bool:
    """Say whether the schema allows a message."""
    kind = message.get("kind") if isinstance(message, Mapping) else None
    return isinstance(kind, str) and kind in _messages and _messages[kind].is_valid(message)


@dataclass
class Inbox:
    """What a page keeps in its session to take each message only once.

    Attributes
    ----------
    taken : number of the last message taken; the browser repeats later ones until they are taken
    """

    taken: int = 0

    def take(self, packet: Any, handlers: Handlers, session: str, page: str) -> None:
        """Call the handlers of all messages in a packet that have not been taken yet.

        Each message is checked and handled in a turn of its own: both may take long.

        A message that is malformed, has no handler, or is for another session or page is dropped
        and logged. A message whose handler fails is not taken again.

        Parameters
        ----------
        packet : what the browser has sent, of any shape
        handlers : by the kind of message; called with the entries of its body as keywords
        session, page : those that the packet must be meant for
        """
        if not _packet.is_valid(packet):
            _LOG.warning("Dropped a malformed packet: %s", reprlib.repr(packet))
            return
        if (packet["session"], packet["page"]) != (session, page):
            _LOG.warning("Dropped a packet for another session or page")
            return
        for message in packet["messages"]:
            if not _is_repeat(message, self.taken):
                with turn():
                    self._take(message, handlers)

    def _take(self, message: Any, handlers: Handlers) -> None:
        if not is_message(message):
            _LOG.warning("Dropped a malformed message: %s", reprlib.repr(message))
            return
        self.taken = message["number"]
        if handler := handlers.get(message["kind"]):
            handler(**message["body"])
        else:
            _LOG.warning("Dropped a message that this page has no use for: %s", message)
