/**
 * `runs` runs of twelve pipelines over a month, nine stages each, with the ids and traces of query.mjs' spans: what the
 * fold would have written.
 */
export async function fillRuns(store, { runs, endMs }) {
  const [{ count }] = await store.query("SELECT count() AS count FROM stages");
  const block = 100_000;
  for (let from = Math.floor(count / 9); from < runs; from += block)
    await fillBlock(store, { from, count: Math.min(block, runs - from), runs, endMs });
}

/** Runs first: stages that are there say that their runs are too. */
async function fillBlock(store, { from, count, runs, endMs }) {
  const options = { timeoutMs: 600_000, memoryBytesMax: 4 * 1024 ** 3 };
  const stepMs = Math.floor((30 * 86_400_000) / runs);
  const run = `
    concat('run-', toString(number)) AS run_id, 1 AS version, concat('pipeline-', toString(number % 12)) AS pipeline,
    fromUnixTimestamp64Milli(toInt64(${endMs} - (${runs} - number) * ${stepMs}), 'UTC') AS started,
    if(number % 20 = 0, 'failed', 'succeeded') AS status, lower(hex(MD5(toString(number)))) AS trace`;
  const counts = "records_read, records_written, records_failed, records_filtered";
  const values = "1000 + number % 50, 990 + number % 50, number % 3, 7";
  await store.execute(
    `INSERT INTO runs (run_id, version, pipeline, status, origin, partition, started_at, ended_at, last_seen_at, duration_ms,
       wait_ms, trace_id, service, stage_count, stages_failed, attempts, ${counts}, detail, updated_at)
     SELECT run_id, version, pipeline, status, 'sdk', toString(toDate(started)), started, started + 9, started + 9, 9000, 100,
       trace, 'svc-1', 9, status = 'failed', 1, ${values},
       concat('{"traceIds":["', trace, '"],"attributes":[],"resource":"{\\\\"attributes\\\\":{},\\\\"droppedAttributesCount\\\\":0,',
         '\\\\"schemaUrl\\\\":\\\\"\\\\"}","handoffs":[]}'),
       started
     FROM (SELECT number, ${run} FROM numbers(${from}, ${count}))`,
    options,
  );
  await store.execute(
    `INSERT INTO stages (run_id, stage_id, version, pipeline, name, parent_id, status, started_at, ended_at, duration_ms,
       attempts, ${counts}, detail, updated_at)
     SELECT run_id, concat('stage-', toString(stage)), version, pipeline, concat('stage ', toString(stage)), '', status,
       started + stage, started + stage + 1, 1000, 1, ${values},
       concat('{"traceId":"', trace, '","spanId":"', leftPad(lower(hex(number * 10 + stage + 1)), 16, '0'),
         '","service":"svc-1","queuedAt":null,"source":{"system":"postgresql","table":"orders"},"sink":null,',
         '"recordsPerSecond":1000,"attempts":[],"error":null,"attributes":[]}'),
       started
     FROM (SELECT number, ${run}, arrayJoin(range(1, 10)) AS stage FROM numbers(${from}, ${count}))`,
    options,
  );
}
