"""Start the server where no name resolves, and measure what it sends and how long it takes.

    python -m tests.benchmarks.offline

For each way to start the server, this prints three times: until it answers, for a handshake from a
foreign site, and until an ordinary session has its first page and a first tick. It also prints how
many packets left for the outside meanwhile. Needs Linux with the commands `unshare` and `ip`.

The server runs in a network namespace of its own. Everything that it sends to the outside, even a
question to the name server, leaves through one interface, which counts it. Nothing ever answers.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import websockets

from tests.benchmarks.fake_browser import FakeBrowser
from tests.helpers.machine import machine
from tests.helpers.server import APP, ROOT, served_by
from tests.helpers.waiting import PATIENCE_SECONDS

COMMANDS = {
    "streamlit run": [sys.executable, "-m", "streamlit", "run", str(APP)],
    "nnlab": [sys.executable, "-c", "from nnlab.app.launcher import main; main()"],
}
# The outside: a cable with nobody listening at its other end.
NETWORK = """
ip link set lo up
ip link add outside type veth peer name nobody
ip link set outside arp off addrgenmode none
ip link set nobody arp off addrgenmode none
ip address add 192.0.2.2/24 dev outside
ip link set outside up
ip link set nobody up
ip route add default dev outside
mount --bind "$1" /etc/resolv.conf
shift
exec "$@"
"""
NAME_SERVER = "192.0.2.53"
NAMESPACE = ["unshare", "--map-root-user", "--net", "--mount"]
FOREIGN = "http://foreign.example"


@dataclass
class Report:
    """What happened: seconds, packets to the outside, and the answer to the foreign site."""

    start: float
    handshake: float
    session: float
    answer: int
    packets: int


def measure(command: str) -> Report:
    """Start the server in a namespace without a way out, visit it, and report."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolver:
        resolver.write(f"nameserver {NAME_SERVER}\n")
        resolver.flush()
        os.chmod(resolver.name, 0o644)
        inside = [sys.executable, "-m", "tests.benchmarks.offline", "inside", command]
        result = subprocess.run(
            [*NAMESPACE, "sh", "-ec", NETWORK, "sh", resolver.name, *inside],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    return Report(**json.loads(result.stdout.splitlines()[-1]))


def cannot() -> str:
    """Return why this machine cannot make such a namespace, or nothing."""
    try:
        subprocess.run(
            [*NAMESPACE, "sh", "-ec", NETWORK, "sh", "/dev/null", "true"],
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        return f"there is no command {error.filename}"
    except subprocess.CalledProcessError as error:
        return f"no network namespaces: {error.stderr.strip()}"
    return ""


def _sent() -> int:
    """Return how many packets have left for the outside."""
    for line in Path("/proc/self/net/dev").read_text().splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == "outside":
            return int(counters.split()[9])
    raise LookupError("there is no outside")


async def _foreign_handshake(url: str) -> int:
    """Return what the server answers to a handshake from a page of another site."""
    try:
        async with websockets.connect(url, origin=FOREIGN, open_timeout=PATIENCE_SECONDS):
            return 101
    except websockets.InvalidStatus as refusal:
        return refusal.response.status_code


def _inside(command: str) -> Report:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    # Streamlit asks for an address for others only if the server listens on all interfaces.
    with served_by(COMMANDS[command], ROOT, environment, listen="0.0.0.0") as (address, _):
        started = time.perf_counter()
        url = f"ws://{address}/_stcore/stream"
        answer = asyncio.run(_foreign_handshake(url))
        answered = time.perf_counter()
        visitor = FakeBrowser("speed=100", eager=False)
        asyncio.run(visitor.live(url, 0, answered + PATIENCE_SECONDS, n_ticks=1))
        assert visitor.ticks
        assert not visitor.exceptions
        ended = time.perf_counter()
        packets = _sent()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
        question.sendto(b"?", (NAME_SERVER, 53))
    assert _sent() == packets + 1, "packets to the outside are not counted"
    return Report(started - began, answered - started, ended - answered, answer, packets)


def main() -> None:
    """Print the table."""
    print(machine("streamlit"))
    print("\n| | until it answers | foreign handshake | first page and tick | packets outside |")
    print("|---|---|---|---|---|")
    for command in COMMANDS:
        report = measure(command)
        print(
            f"| `{command}` | {report.start:.1f} s | {1000 * report.handshake:.0f} ms: "
            f"{report.answer} | {report.session:.1f} s | {report.packets} |"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        print(json.dumps(asdict(_inside(sys.argv[2]))))
    else:
        main()
