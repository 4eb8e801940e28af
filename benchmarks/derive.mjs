import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const gridMs = 15_000;

/**
 * Processor time and time of a grid point of derived series when there is much to derive from: pipelines with many stages,
 * many runs that ended, spans of many names. Between grid points some runs end and some spans come, as on a busy day.
 */
export async function derive({
  pipelines = 200,
  stages = 20,
  runs = 100_000,
  services = 20,
  namesPerService = 50,
  points = 8,
} = {}) {
  const dist = new URL("../packages/server/dist/", import.meta.url);
  const load = (path) => import(new URL(path, dist));
  const { openEmbeddedStore } = await load("store/embedded/store.js");
  const { migrate } = await load("store/migrate.js");
  const { systemClock } = await load("model/clock.js");
  const { Deriver } = await load("derive/deriver.js");
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-bench-derive-"));
  const store = await openEmbeddedStore({ dataDir });
  const statements = new Map();
  const timed = {
    ...pick(store),
    async execute(sql, options) {
      const used = process.cpuUsage();
      await store.execute(sql, options);
      const { user, system } = process.cpuUsage(used);
      const what = `${/INSERT INTO (\w+)/.exec(sql)?.[1]} ${options?.params?.source ?? ""}`.trim();
      statements.set(what, (statements.get(what) ?? 0) + Math.round((user + system) / 1000));
    },
  };
  let nowMs = Math.floor(Date.now() / gridMs) * gridMs;
  const clock = { ...systemClock, nowMs: () => nowMs, after: () => () => {} };
  const rows = [];
  try {
    await migrate(store, { clock });
    const deriver = new Deriver({
      store: timed,
      clock,
      spanMetrics: { tempo: true, collector: true },
      serviceGraph: true,
      onFault: (error) => console.error(error),
    });
    await deriver.start();
    for (let point = 0; point < points; point++) {
      const isFirst = point === 0;
      await fill(store, {
        nowMs,
        pipelines,
        stages,
        services,
        namesPerService,
        runs: isFirst ? runs : 200,
        round: point,
      });
      // The runs of the first point are history soon: a fold that is later than this is not looked for.
      nowMs += isFirst ? 20 * gridMs : gridMs;
      statements.clear();
      const [startedAt, used] = [performance.now(), process.cpuUsage()];
      await deriver.sampleNow();
      const { user, system } = process.cpuUsage(used);
      const [{ series }] = await store.query(
        `SELECT count() AS series FROM derived_series FINAL WHERE toUnixTimestamp64Milli(sampled_at) = ${nowMs}`,
      );
      const costs = [...statements].sort(([, a], [, b]) => b - a);
      rows.push({
        point: isFirst ? "first, with all runs" : `${point + 1}`,
        series: Number(series),
        milliseconds: Math.round(performance.now() - startedAt),
        processorMilliseconds: Math.round((user + system) / 1000),
        costliest: costs
          .slice(0, 3)
          .map((cost) => cost.join(" "))
          .join(", "),
      });
      if (process.env.BENCH_STATEMENTS !== undefined) console.log(costs.map((cost) => cost.join(" ")).join(", "));
    }
    await deriver.stop();
  } finally {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return rows;
}

const pick = (store) => ({
  kind: store.kind,
  clusterName: store.clusterName,
  query: store.query.bind(store),
  queryBytes: store.queryBytes.bind(store),
  insertRows: store.insertRows.bind(store),
  insertSegment: store.insertSegment.bind(store),
  close: store.close.bind(store),
});

/** Runs that ended with all their stages, and spans of every name, as the fold and the views would write them. */
async function fill(store, { nowMs, pipelines, stages, services, namesPerService, runs, round }) {
  const now = `fromUnixTimestamp64Milli(${nowMs + 1000}, 'UTC')`;
  const patient = { timeoutMs: 600_000, memoryBytesMax: 4e9 };
  await store.execute(
    `INSERT INTO runs (run_id, version, pipeline, status, is_backfill, started_at, ended_at, last_seen_at, duration_ms, trace_id, updated_at)
     SELECT concat('run-${round}-', toString(number)), 1, concat('pipeline-', toString(number % ${pipelines})),
       if(number % 50 = 0, 'failed', 'succeeded'), false, ${now} - 60, ${now}, ${now}, 60000 + rand() % 600000,
       hex(MD5(concat('${round}-', toString(number)))), ${now} FROM numbers(${runs})`,
    patient,
  );
  await store.execute(
    `INSERT INTO stages (run_id, stage_id, version, pipeline, name, status, started_at, ended_at, duration_ms, records_read, records_written, detail, updated_at)
     SELECT concat('run-${round}-', toString(run)), hex(MD5(concat('${round}-', toString(number)))), 1, concat('pipeline-', toString(run % ${pipelines})),
       concat('stage-', toString(number % ${stages})), 'succeeded', ${now} - 30, ${now}, 1000 + rand() % 60000, 1000, 990,
       concat('{"traceId":"', hex(MD5(concat('${round}-', toString(run)))), '"}'), ${now}
     FROM (SELECT number, intDiv(number, ${stages}) AS run FROM numbers(${Math.min(runs, 20_000) * stages}))`,
    patient,
  );
  await store.execute(
    `INSERT INTO span_calls (service, name, is_overflow, kind, status_code, above_ns, calls, duration_ns, first_seen, last_seen, exemplar)
     SELECT concat('service-', toString(number % ${services})), concat('span ', toString(intDiv(number, ${services}) % ${namesPerService})),
       false, 1 + number % 2, 0, [0, 2000000, 10000000, 50000000, 200000000, 1000000000][1 + rand() % 6] AS above, 1 + rand() % 10,
       above * 2, ${now}, ${now}, (toInt64(${nowMs}), unhex(hex(MD5(toString(rand64())))), toFixedString('abcdefgh', 8), toInt64(above + 1))
     FROM numbers(${services * namesPerService * 6})`,
    patient,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await derive());
