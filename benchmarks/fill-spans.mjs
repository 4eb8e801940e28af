/**
 * `spans` spans over a day, through the tables and views that received ones pass: traces of ten, eight services, forty
 * operations, nine attributes; the first tenth
 * of the traces are runs (fill-runs.mjs). In blocks of a million, as merged parts have them; goes on
 * where an earlier call was cut off.
 * @returns the time after the last span, in ms
 */
export async function fillSpans(store, spans) {
  const { count, firstMs } = await filled(store);
  if (count > spans) throw new Error(`the folder has ${count} spans, more than ${spans}`);
  const endMs = count === 0 ? Math.floor(Date.now() / 1000) * 1000 : firstMs - 1000 + dayMs;
  const block = 1_000_000;
  // Wide, as merges make them; what is inserted would be compact.
  await store.execute("ALTER TABLE spans MODIFY SETTING min_level_for_wide_part = 0");
  for (let from = count; from < spans; from += block) {
    await store.execute(fillSql({ from, count: Math.min(block, spans - from), spans, endMs }), {
      timeoutMs: 600_000,
      memoryBytesMax: 4 * 1024 ** 3,
    });
    if (process.stderr.isTTY) process.stderr.write(`\r${from + block} spans`);
  }
  await store.execute("ALTER TABLE spans RESET SETTING min_level_for_wide_part");
  // The fold is done with them, as it would be with spans that came over a day.
  if (count < spans)
    await store.execute("INSERT INTO fold_progress SELECT 'runs', toUnixTimestamp64Micro(now64(6)), now64(3)");
  return endMs;
}

const dayMs = 86_400_000;

async function filled(store) {
  const [row] = await store.query(
    "SELECT count() AS count, toUnixTimestamp64Milli(min(received_at)) AS firstMs FROM spans",
  );
  return row;
}

function fillSql({ from, count, spans, endMs }) {
  const trace = "intDiv(number, 10)";
  const hash = "cityHash64(number)";
  return `
    INSERT INTO spans (received_at, start_time, duration_ns, trace_id, span_id, parent_span_id, name, kind, status_code,
      service, resource, scope, attributes_string, attributes_int, attributes_double, attributes_bool, event_times,
      event_names, event_attributes, is_pipeline)
    SELECT start_time + toIntervalSecond(1), start_time,
      toInt64(if(number % 10 = 0, 200000000, 1000000 + ${hash} % 50000000)),
      toFixedString(MD5(toString(${trace})), 16), toFixedString(unhex(leftPad(hex(number + 1), 16, '0')), 8),
      if(number % 10 = 0, toFixedString('', 8), toFixedString(unhex(leftPad(hex(${trace} * 10 + 1), 16, '0')), 8)),
      concat('op-', toString(${hash} % 40)), 1, if(${hash} % 100 = 0, 2, 0), concat('svc-', toString(${trace} % 8)) AS service,
      concat('{"attributes":{"service.name":"', service, '","host.name":"h', toString(${trace} % 16),
        '","process.pid":', toString(1000 + ${trace} % 16), '},"droppedAttributesCount":0,"schemaUrl":""}'),
      '{"name":"lib","version":"1.0","attributes":{},"droppedAttributesCount":0,"schemaUrl":""}',
      map('pipeline.run.id', concat('run-', toString(${trace})), 'db.table', concat('t', toString(${hash} % 500)),
        'pipeline.partition.key', toString(toDate('2000-01-01') + intDiv(number, 1000) % 3000),
        'http.method', if(number % 2 = 0, 'GET', 'POST')),
      map('pipeline.records.read', toInt64(${hash} % 100000), 'http.status_code', toInt64(200 + 100 * (${hash} % 4))),
      map('ratio', (${hash} % 1000) / 1000), map('cache.hit', number % 3 = 0),
      if(number % 20 = 0, [start_time], []), if(number % 20 = 0, ['exception'], []),
      if(number % 20 = 0, ['{"attributes":{"exception.type":"E"},"droppedAttributesCount":0}'], []),
      ${trace} < ${spans / 100}
    FROM (
      SELECT number + ${from} AS number,
        fromUnixTimestamp64Nano(toInt64(${endMs - 86_400_000} + ${trace} * ${86_400_000 / (spans / 10)}) * 1000000
          + (number % 10) * 10000000, 'UTC') AS start_time
      FROM numbers(${count}))`;
}
