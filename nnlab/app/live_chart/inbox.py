"""Takes the messages of the browser: each one once, in order, and only in the schema's shape."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

Handlers = Mapping[str, Callable[..., None]]

SCHEMA = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))
_message = Draft7Validator({**SCHEMA, "$ref": "#/definitions/message"})
_LOG = logging.getLogger(__name__)


@dataclass
class Inbox:
    """What a page keeps in its session to take each message only once.

    Attributes
    ----------
    taken : number of the last message taken; the browser repeats later ones until they are taken
    """

    taken: int = 0

    def take(self, packet: Mapping[str, Any], handlers: Handlers, session: str, page: str) -> None:
        """Call the handlers of all messages in a packet that have not been taken yet.

        A message that is malformed, has no handler, or is for another session or page is dropped
        and logged. A message whose handler fails is not taken again. But if Streamlit ends the
        script run before the handler has changed anything, the message is taken when it is
        repeated: a handler must change the session at most once, as its last act.

        Parameters
        ----------
        packet : as in messages.json; its messages may have any shape
        handlers : by the kind of message; called with the entries of its body as keywords
        session, page : those that the packet must be meant for
        """
        if (packet["session"], packet["page"]) != (session, page):
            _LOG.warning("Dropped a packet for another session or page")
            return
        for message in packet["messages"]:
            if not _message.is_valid(message):
                _LOG.warning("Dropped a malformed message: %.200s", message)
            elif message["number"] > self.taken:
                before, self.taken = self.taken, message["number"]
                if not (handler := handlers.get(message["kind"])):
                    _LOG.warning("Dropped a message that this page has no use for: %s", message)
                    continue
                try:
                    handler(**message["body"])
                except BaseException as error:
                    if not isinstance(error, Exception):  # Streamlit has ended the script run
                        self.taken = before
                    raise
