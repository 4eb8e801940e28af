"""Serves metrics of the official client on a free port, which it prints, until it is ended."""

import threading

from prometheus_client import Counter, Gauge, Histogram, Summary, start_http_server

Gauge("depth", "How deep.", ["kind"]).labels('back\\slash "quoted"\nline').set(-0.5)
Counter("hits", "Hits, with an exemplar.").inc(3, {"trace_id": "0af7651916cd43dd8448eb211c80319c"})
Summary("sizes", "Sizes.").observe(12)
Histogram("took_seconds", "Took.", buckets=(0.5, 2.0)).observe(1, {"trace_id": "b7ad6b7169203331b7ad6b7169203331"})
server, _thread = start_http_server(0, addr="127.0.0.1")
print(server.server_port, flush=True)
threading.Event().wait()
