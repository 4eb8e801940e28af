"""One node of a ClickHouse cluster: `node.py LIBCHDB FOLDER CONFIG`. It ends with its standard input.

The engine is chDB's library run as `clickhouse local`, which serves ClickHouse's native and HTTP protocols
(`SYSTEM START LISTEN`), speaks to a keeper and has `Replicated*` and `Distributed` tables. What only `clickhouse-server`
does is added here, so that replicas find each other:

- the address, scheme and credentials between servers, which its main function sets from `interserver_http_*`;
- the endpoint on that address from which other replicas fetch parts (src/Storages/MergeTree/DataPartsExchange.cpp).
"""

import ctypes
import mmap
import os
import struct
import sys
import threading
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from clickhouse_cityhash.cityhash import CityHash128

# Of DataPartsExchange's versions the first that sends the sizes, the TTLs and the type of a part.
protocol_version = 3
hashed_block_bytes = 2048
# CityHash 1.0.2 takes the seed of a hash without one from the first 16 bytes, xored with this.
city_k3 = 0xC949D7C7509E6557


class PartsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        replica = query["endpoint"][0].removeprefix("DataPartsExchange:")
        path = part_path(self.server.http_port, replica, query["part"][0])
        body = part_message(path) if path is not None else b"no such part"
        self.send_response(500 if path is None else 200)
        self.send_header("Set-Cookie", f"server_protocol_version={protocol_version}")
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


# Accessors of Context in the library of chdb 3.4.0, which say where the fields lie: 0x150 host (its length in the last of
# 24 bytes), 0x168 port, 0x170 scheme, 0x1b0 credentials.
address_accessor = bytes.fromhex("4156534883ec484c8b36490fbe8e67010000")
scheme_accessor = bytes.fromhex("488b0680b88701000000")
credentials_accessor = bytes.fromhex("4157415653" + "4c8b3f" + "498d9f88010000")


def set_interserver_address(library, port):
    """Puts a function of the same result in the place of Context::getInterserverIOAddress, which sets the other two."""
    at = accessor_address(library)
    empty_credentials = ctypes.create_string_buffer(4096)
    code = (
        bytes.fromhex("4c8b06")  # r8 = context->shared
        + bytes.fromhex("41c78070010000") + b"http"  # r8->interserver_scheme = "http"
        + bytes.fromhex("41c6808701000004")
        + bytes.fromhex("48b8") + struct.pack("<Q", ctypes.addressof(empty_credentials))
        + bytes.fromhex("498980b0010000")  # r8->interserver_io_credentials = &empty_credentials
        + bytes.fromhex("48b8") + b"127.0.0." + bytes.fromhex("488907")  # result->host = "127.0.0.1"
        + bytes.fromhex("48c7470831000000" + "48c7471000000000" + "c6471709")
        + bytes.fromhex("66c74718") + struct.pack("<H", port)  # result->port = port
        + bytes.fromhex("4889f8c3")  # return result
    )
    pages = (ctypes.c_void_p(at & ~4095), ctypes.c_size_t(8192))
    libc = ctypes.CDLL(None)
    if libc.mprotect(*pages, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) != 0:
        sys.exit("the library's code cannot be written")
    ctypes.memmove(at, code, len(code))
    libc.mprotect(*pages, mmap.PROT_READ | mmap.PROT_EXEC)
    return empty_credentials


def accessor_address(library):
    with open(library, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as content:
        found = content.find(address_accessor)
        known = (
            found > 0
            and content.find(credentials_accessor, found - 0x80, found) == found - 0x80
            and content.find(scheme_accessor, found, found + 0x200) == found + 0x100
        )
    if not known:
        sys.exit(f"{library} is not the version that this node knows: look for Context::getInterserverIOAddress again")
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, mode, offset, *_, name = line.split()
        begin, end = (int(bound, 16) for bound in span.split("-"))
        if os.path.basename(name) == "libchdb.so" and "x" in mode and 0 <= found - int(offset, 16) < end - begin:
            return begin + found - int(offset, 16)
    sys.exit("the library is not mapped")


def main(library, folder, config):
    ports = xml.parse(config).getroot()
    interserver_port = int(ports.findtext("interserver_http_port"))
    server = ThreadingHTTPServer(("127.0.0.1", interserver_port), PartsHandler)
    server.http_port = ports.findtext("http_port")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

    engine = ctypes.CDLL(library)
    kept = set_interserver_address(library, interserver_port)
    forever = "SELECT sleepEachRow(1) FROM numbers(86400) SETTINGS max_block_size = 1 FORMAT Null"
    arguments = [
        "clickhouse",
        f"--path={folder}",
        f"--config-file={config}",
        "--function_sleep_max_microseconds_per_block=0",
        f"--query=SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; {forever}",
    ]
    engine.chdb_query_cmdline(len(arguments), (ctypes.c_char_p * len(arguments))(*[a.encode() for a in arguments]))
    del kept


main(*sys.argv[1:])
