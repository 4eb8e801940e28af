import { it } from "vitest";
import { openTestStore } from "../fold/testing/store.ts";
it("timing", async () => {
  const { store, close } = await openTestStore();
  for (let v = 0; v < 3; v++)
    await store.execute(`INSERT INTO runs (run_id, version, pipeline, status, origin, partition, started_at, ended_at, last_seen_at, duration_ms, wait_ms, trace_id, service, stage_count, records_read, records_written, records_unexplained, detail, updated_at)
   SELECT lower(hex(sipHash128(number))), ${v + 1}, concat('pipeline-', toString(number % 40)), ['succeeded','failed','running','lost'][1 + (number % 97 = 0) + (number % 1001 = 0)], 'sdk', toString(toDate('2026-01-01') + number % 300),
     now64(3) - toIntervalSecond(number * 30) AS s, s + 20, s + 20, 20000 + number % 1000, 100, lower(hex(sipHash128(number))), 'svc', 5, 1000, 990, number % 3, repeat('{"traceIds":["x"]}', 60), now64(3)
   FROM numbers(${v === 0 ? 100000 : 20000})`);
  await store.execute(`INSERT INTO runs SELECT * FROM runs LIMIT 1`);
  const time = async (name: string, sql: string) => {
    const times: number[] = [];
    let n = 0;
    for (let i = 0; i < 10; i++) {
      const t = performance.now();
      n = (await store.query(sql)).length;
      times.push(performance.now() - t);
    }
    times.sort((a, b) => a - b);
    console.log(name, n, "p50", times[5]!.toFixed(1), "max", times[9]!.toFixed(1));
  };
  console.log(await store.query("select count() c, uniqExact(_part) p from runs"));
  await time(
    "list final",
    "SELECT run_id, pipeline, status, started_at, ended_at, duration_ms, records_read FROM runs FINAL ORDER BY started_at DESC, run_id LIMIT 51",
  );
  await time(
    "list final nodetail all columns",
    "SELECT * EXCEPT detail FROM runs FINAL ORDER BY started_at DESC, run_id LIMIT 51",
  );
  await time(
    "keys argmax",
    "SELECT run_id, argMax(started_at, version) s FROM runs GROUP BY run_id ORDER BY s DESC LIMIT 51",
  );
  await time("final keys", "SELECT run_id FROM runs FINAL ORDER BY started_at DESC, run_id LIMIT 51");
  await time(
    "final keys window",
    "SELECT run_id FROM runs FINAL WHERE started_at > now() - interval 7 day ORDER BY started_at DESC, run_id LIMIT 51",
  );
  await time(
    "final filter pipeline",
    "SELECT * EXCEPT detail FROM runs FINAL WHERE pipeline = 'pipeline-3' and status='failed' ORDER BY started_at DESC, run_id LIMIT 51",
  );
  await time(
    "two step",
    "SELECT * EXCEPT detail FROM runs FINAL WHERE run_id IN (SELECT run_id FROM runs FINAL ORDER BY started_at DESC, run_id LIMIT 51) ORDER BY started_at DESC",
  );
  await time("by id", "SELECT * FROM runs FINAL WHERE run_id = (SELECT any(run_id) FROM runs)");
  await time(
    "pipelines",
    "SELECT pipeline, count(), countIf(status='succeeded'), quantiles(0.5,0.95)(duration_ms), sum(records_read), max(started_at) FROM runs FINAL WHERE started_at > now() - interval 7 day GROUP BY pipeline",
  );
  await time("strip", "SELECT * EXCEPT detail FROM runs FINAL ORDER BY started_at DESC LIMIT 24 BY pipeline");
  await time(
    "strip keys",
    "SELECT pipeline, arrayReverseSort(groupArraySorted(24)((-toUnixTimestamp64Milli(started_at), run_id))) FROM runs FINAL GROUP BY pipeline",
  );
  await time(
    "max by pipeline all time",
    "SELECT pipeline, max(started_at), maxIf(ended_at, status='succeeded') FROM runs FINAL GROUP BY pipeline",
  );
  await close();
}, 120000);
