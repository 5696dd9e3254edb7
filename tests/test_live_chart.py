"""A message to the page holds arrays and images as they are."""

import json
import struct

import numpy as np

from nnlab.app.live_chart.packing import pack


def test_a_message_reads_back_as_its_header_and_its_parts_in_order() -> None:
    arrays = [np.arange(5, dtype=np.int32), np.array([0.1, np.pi, -0.0])]
    images = [b"first", b"second image"]
    message = {"a": [images[0], arrays[0]], "b": {"c": images[1], "d": arrays[1]}, "e": 7}
    packed = pack(message)
    (length,) = struct.unpack("<I", packed[:4])
    header = json.loads(packed[4 : 4 + length])
    assert header["e"] == 7
    at = 4 + length
    kinds = [*header["a"], header["b"]["c"], header["b"]["d"]]
    assert [kind["kind"] for kind in kinds] == ["png", "int32", "png", "float64"]
    parts = [images[0], arrays[0].tobytes(), images[1], arrays[1].tobytes()]
    for kind, part in zip(kinds, parts, strict=True):
        assert packed[at : at + kind["size"]] == part
        at += kind["size"]
    assert at == len(packed)
