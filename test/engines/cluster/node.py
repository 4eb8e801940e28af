"""One node of a ClickHouse cluster: `node.py LIBCHDB FOLDER CONFIG`. It ends with its standard input.

The engine is chDB's library run as `clickhouse local`, which serves ClickHouse's native and HTTP protocols
(`SYSTEM START LISTEN`), speaks to a keeper and has `Replicated*` and `Distributed` tables. What only `clickhouse-server`
does is added here, so that replicas find each other: library.py and parts.py.
"""

import ctypes
import os
import sys
import threading
import xml.etree.ElementTree as xml
from http.server import ThreadingHTTPServer

from library import Library, keep_connection_errors_apart, set_interserver_address
from parts import PartsHandler

start = "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP"
wait = "SELECT sleepEachRow(1) FROM numbers(86400) SETTINGS max_block_size = 1 FORMAT Null"


def main(library_path, folder, config):
    ports = xml.parse(config).getroot()
    interserver_port = int(ports.findtext("interserver_http_port"))
    server = ThreadingHTTPServer(("127.0.0.1", interserver_port), PartsHandler)
    server.http_port = ports.findtext("http_port")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

    library = Library(library_path)
    keep_connection_errors_apart(library)
    kept = set_interserver_address(library, interserver_port)
    options = [f"--path={folder}", f"--config-file={config}", f"--query={start}; {wait}"]
    arguments = [option.encode() for option in ["clickhouse", "--function_sleep_max_microseconds_per_block=0", *options]]
    library.loaded.chdb_query_cmdline(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments))
    del kept


main(*sys.argv[1:])
