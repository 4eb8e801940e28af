"""What clickhouse-server's main function sets and `clickhouse local`'s does not, put into the code of chDB's library.

There is no way to set it from outside, so machine code of the library (x86-64, the version of chdb 3.4.0) is replaced after
it is loaded. Each place is known by its bytes; a library in which they are not found is refused by name.
"""

import ctypes
import mmap
import os
import struct
import sys
from pathlib import Path

# Accessors of Context: they say where the fields lie. 0x150 host (its length in the last of 24 bytes), 0x168 port,
# 0x170 scheme, 0x188 the lock of the credentials at 0x1b0. Only the first is replaced.
address_accessor = bytes.fromhex("4156534883ec484c8b36490fbe8e67010000")
neighbours = {-0x80: bytes.fromhex("41574156534c8b3f498d9f88010000"), 0x100: bytes.fromhex("488b0680b88701000000")}

# Poco::Net::TCPServerConnection::start, and where it hands an exception to the error handler; the default one ends the
# process, the server's logs it.
connection_start = bytes.fromhex("53488b07ff50105bc34889d34889c783fb03750fe8")
error_handler_calls = (0x1C, 0x30, 0x37)
no_operation = bytes.fromhex("0f1f440000")


class Library:
    def __init__(self, path):
        self.loaded = ctypes.CDLL(path)
        self.path = path
        with open(path, "rb") as file:
            self.content = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        maps = [line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines()]
        self.segments = [
            (*(int(bound, 16) for bound in span.split("-")), int(offset, 16))
            for span, mode, offset, _, _, *name in maps
            if name and os.path.basename(name[0]) == os.path.basename(path) and "x" in mode
        ]

    def find(self, signature, around=None):
        """The offset in the file."""
        at = self.content.find(signature)
        known = at >= 0 and all(self.content[at + by : at + by + len(code)] == code for by, code in (around or {}).items())
        if not known:
            sys.exit(f"{self.path} is not the version that test/engines/cluster/library.py knows")
        return at

    def write(self, offset, code):
        address = next(
            begin + offset - first for begin, end, first in self.segments if first <= offset < first + end - begin
        )
        pages = (ctypes.c_void_p(address & ~4095), ctypes.c_size_t(8192))
        libc = ctypes.CDLL(None)
        if libc.mprotect(*pages, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) != 0:
            sys.exit("the library's code cannot be written")
        ctypes.memmove(address, code, len(code))
        libc.mprotect(*pages, mmap.PROT_READ | mmap.PROT_EXEC)


def keep_connection_errors_apart(library):
    """A connection that is reset ends, not the process."""
    start = library.find(connection_start)
    for by in error_handler_calls:
        if library.content[start + by] != 0xE8:
            sys.exit(f"{library.path} handles errors of connections elsewhere")
        library.write(start + by, no_operation)


def set_interserver_address(library, port):
    """
    Other replicas reach this one at 127.0.0.1:port by HTTP without credentials. Context::getInterserverIOAddress is
    replaced by a function of the same result, which sets the two other fields as well: all else asks for it first.
    @returns what must live as long as the library is used
    """
    empty_credentials = ctypes.create_string_buffer(4096)
    library.write(
        library.find(address_accessor, neighbours),
        bytes.fromhex("4c8b06")  # r8 = context->shared
        + bytes.fromhex("41c78070010000") + b"http"  # r8->interserver_scheme = "http"
        + bytes.fromhex("41c6808701000004")
        + bytes.fromhex("48b8") + struct.pack("<Q", ctypes.addressof(empty_credentials))
        + bytes.fromhex("498980b0010000")  # r8->interserver_io_credentials = &empty_credentials
        + bytes.fromhex("48b8") + b"127.0.0." + bytes.fromhex("488907")  # result->host = "127.0.0.1"
        + bytes.fromhex("48c7470831000000" + "48c7471000000000" + "c6471709")
        + bytes.fromhex("66c74718") + struct.pack("<H", port)  # result->port = port
        + bytes.fromhex("4889f8c3"),  # return result
    )
    return empty_credentials
