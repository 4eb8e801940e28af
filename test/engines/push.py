"""Pushes with the official client, as a batch job does, to the address that is given; then deletes one of the groups."""

import sys

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client import delete_from_gateway, push_to_gateway, pushadd_to_gateway

gateway = sys.argv[1]

registry = CollectorRegistry()
rows = Counter("rows_loaded", "Rows.", ["table"], registry=registry)
rows.labels("a b/c").inc(7)
Gauge("queue_length", "Waiting.", registry=registry).set(2.5)
seconds = Histogram("load_seconds", "Time.", buckets=(0.1, 1.0), registry=registry)
for value in (0.05, 0.5, 5):
    seconds.observe(value)
Info("build", "Version.", registry=registry).info({"version": "1.2"})
push_to_gateway(gateway, job="batch", registry=registry)

# A value with a slash, and an empty one, travel in base64.
push_to_gateway(gateway, job="a/b", grouping_key={"path": "/var/tmp", "empty": ""}, registry=registry)

more = CollectorRegistry()
Gauge("added", "One more.", registry=more).set(1)
pushadd_to_gateway(gateway, job="batch", registry=more)

gone = CollectorRegistry()
Gauge("soon_gone", "Deleted at once.", registry=gone).set(1)
push_to_gateway(gateway, job="gone", grouping_key={"x": "ä/ö"}, registry=gone)
delete_from_gateway(gateway, job="gone", grouping_key={"x": "ä/ö"})
