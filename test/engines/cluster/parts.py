"""The endpoint from which other replicas fetch parts, as src/Storages/MergeTree/DataPartsExchange.cpp has it."""

import struct
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from clickhouse_cityhash.cityhash import CityHash128

# The first version that sends the sizes, the TTLs and the type of a part.
exchange_version = 3
hashed_block_bytes = 2048
# CityHash 1.0.2 takes the seed of a hash without one from the first 16 bytes, xored with this.
city_k3 = 0xC949D7C7509E6557


class PartsHandler(BaseHTTPRequestHandler):
    """On a server that has the `http_port` of the engine here."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        replica = query["endpoint"][0].removeprefix("DataPartsExchange:")
        path = part_path(self.server.http_port, replica, query["part"][0])
        body = part_message(path) if path is not None else b"no such part"
        self.send_response(500 if path is None else 200)
        self.send_header("Set-Cookie", f"server_protocol_version={exchange_version}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def part_path(http_port, replica_path, part):
    """The folder of a part here, or None."""
    sql = """SELECT path FROM system.parts WHERE name = {part:String} AND (database, table) IN
             (SELECT database, table FROM system.replicas WHERE replica_path = {replica:String}) FORMAT TSVRaw"""
    parameters = urllib.parse.urlencode({"param_part": part, "param_replica": replica_path})
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/?{parameters}", data=sql.encode()) as answer:
        path = answer.read().decode().strip()
    return Path(path) if path else None


def part_message(path):
    files = [(file.name, file.read_bytes()) for file in sorted(path.iterdir()) if file.name != "txn_version.txt"]
    kind = "Compact" if any(name == "data.bin" for name, _ in files) else "Wide"
    message = bytearray(struct.pack("<Q", sum(len(data) for _, data in files)))
    message += text(b"ttl format version: 1\n{}") + text(kind.encode()) + struct.pack("<Q", len(files))
    for name, data in files:
        message += text(name.encode()) + struct.pack("<Q", len(data)) + data + struct.pack("<QQ", *file_hash(data))
    return bytes(message)


def text(data):
    """Its length as a varint, and the bytes."""
    length, prefix = len(data), bytearray()
    while length >= 128:
        prefix.append(length & 127 | 128)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + data


def file_hash(data):
    """Block after block, each with the last one's hash as its seed (src/IO/HashingWriteBuffer.h)."""
    low = high = 0
    for start in range(0, len(data), hashed_block_bytes):
        seed = struct.pack("<QQ", low ^ city_k3, high)
        value = CityHash128(seed + data[start : start + hashed_block_bytes])
        low, high = value >> 64, value & (2**64 - 1)
    return low, high
