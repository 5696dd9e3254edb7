"""A session keeps one uploaded file, and reads it once."""

import asyncio
from types import ModuleType
from typing import Any

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from nnlab.app import one_upload
from nnlab.app.one_upload import OneUpload
from nnlab.app.playground import upload
from nnlab.data import csv_files
from tests.helpers.app_page import healthy, offered, open_playground
from tests.helpers.coroutines import run_in_a_thread
from tests.helpers.turn import is_in_turn


class Server:
    """Accepts uploads as Streamlit does, in as many steps as the test allows."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("/_stcore/upload_file")
        self.at_once = self.most = 0

    async def __call__(self, scope: Any, _: Any, __: Any) -> None:
        """Keep the file of a request."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        session, file = scope["path"].split("/")[-2:]
        if scope["method"] == "PUT":
            record = UploadedFileRec(file, file, "text/csv", b"content")
            self.uploaded_file_mgr.add_file(session, record)
        self.at_once -= 1

    def files(self, session: str) -> list[str]:
        """Return the ids of a session's files."""
        known = [*map(str, range(5))]
        return [file.file_id for file in self.uploaded_file_mgr.get_files(session, known)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(one_upload, "get_instance", lambda: found)
    return found


def request(session: str, file: int, method: str = "PUT") -> dict[str, str]:
    path = f"/base/_stcore/upload_file/{session}/{file}"
    return {"type": "http", "method": method, "path": path}


def send(server: Server, *requests: dict[str, str]) -> None:
    async def together() -> None:
        app = OneUpload(server)
        await asyncio.gather(*(app(one, None, None) for one in requests))

    run_in_a_thread(together())


def test_a_new_file_replaces_the_one_before_in_its_session_alone(server: Server) -> None:
    send(server, request("a", 1), request("b", 2))
    send(server, request("a", 3))
    assert server.files("a") == ["3"]
    assert server.files("b") == ["2"]


def test_the_uploads_of_a_session_are_taken_one_by_one(server: Server) -> None:
    send(server, *(request("a", file) for file in range(5)))
    assert server.most == 1
    assert len(server.files("a")) == 1


def test_other_requests_keep_the_file(server: Server) -> None:
    send(server, request("a", 1))
    send(server, request("a", 1, "OPTIONS"))
    assert server.files("a") == ["1"]


def test_a_file_is_read_once_and_again_for_other_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []
    read_table = csv_files.read_table

    def counted(content: bytes) -> csv_files.PointsTable:
        read.append(is_in_turn())
        return read_table(content)

    monkeypatch.setattr(csv_files, "read_table", counted)
    app = open_playground()
    content = b"a,b,c,label\n1,2,5,x\n3,4,6,y\n5,7,8,y\n"
    app.file_uploader(key="upload").set_value(("points.csv", content, "text/csv"))
    healthy(app.run())
    healthy(app.run())
    assert any("3 points" in caption.value for caption in app.caption)
    assert read == [False]  # a large file takes a second
    offered(app.selectbox, "column_1").set_value("c")
    healthy(app.run())
    healthy(app.run())
    assert read == [False, False]


def test_others_compute_while_columns_are_guessed_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a second or more for the largest file."""
    in_turn: dict[str, bool] = {}

    def watched(place: ModuleType, name: str) -> None:
        compute = getattr(place, name)

        def called(*arguments: Any, **options: Any) -> Any:
            in_turn[name] = is_in_turn()
            return compute(*arguments, **options)

        monkeypatch.setattr(place, name, called)

    watched(upload, "guess_columns")
    watched(csv_files, "to_points")
    app = open_playground()
    app.file_uploader(key="upload").set_value(("p.csv", b"a,b,c\n1,2,x\n3,4,y\n", "text/csv"))
    healthy(app.run())
    assert in_turn == {"guess_columns": False, "to_points": False}


def test_a_bad_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    read_table = csv_files.read_table

    def counted(content: bytes) -> csv_files.PointsTable:
        read.append(len(content))
        return read_table(content)

    monkeypatch.setattr(csv_files, "read_table", counted)
    app = open_playground()
    app.file_uploader(key="upload").set_value(("points.csv", b"only,a,header\n", "text/csv"))
    for _ in range(2):
        healthy(app.run())
        assert "only a header" in app.error[0].value
    assert len(read) == 1
