"""Packs messages to the browser: a header in JSON, then arrays and images as bytes."""

import json
import struct
from typing import Any

MAX_BYTES = 60_000  # of an update: frames that do not fit are left out


def pack_update(message: dict[str, Any]) -> bytes:
    """Pack an update; while it is too long, leave out every other frame, but never the last."""
    packed = pack(message)
    charts = message["charts"].values()
    while len(packed) > MAX_BYTES and any(len(chart["frames"]) > 1 for chart in charts):
        for chart in charts:
            chart["frames"] = chart["frames"][::-2][::-1]
        packed = pack(message)
    return packed


def pack(message: dict[str, Any]) -> bytes:
    """Return a message as bytes; in JSON alone its arrays and images would be a third longer.

    First the length of the header (uint32, little-endian), then the header, in which each array or
    image is an object with its kind and size, then their bytes in the same order.
    """
    parts: list[bytes] = []

    def take_out(value: Any) -> dict[str, Any]:
        kind = "png" if isinstance(value, bytes) else value.dtype.name
        parts.append(bytes(value))
        return {"kind": kind, "size": len(parts[-1])}

    header = json.dumps(message, default=take_out).encode()
    return b"".join([struct.pack("<I", len(header)), header, *parts])
