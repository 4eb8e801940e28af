import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { bootstrap, BootstrapOptions, Telemetry } from "./bootstrap/index.ts";
import { expectations } from "./checks/index.ts";
import { type Endpoint, pipeline, type Run, type Stage, type StageOptions } from "./index.ts";
import { heapLimit, profile, whenSlow } from "./profile/index.ts";

/** Checked by tsc; nothing here runs. */
describe("types", () => {
  it("carry the value of the work through", () => {
    const use = () => {
      expectTypeOf(pipeline("p", () => 1)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(pipeline("p", async () => "x")).toEqualTypeOf<Promise<string>>();
      expectTypeOf(pipeline("p", { partition: "d" }, (run) => run.stage("s", () => [1]))).toEqualTypeOf<
        Promise<number[]>
      >();
      expectTypeOf(pipeline("p", () => {})).toEqualTypeOf<Promise<void>>();
    };
    expectTypeOf(use).toBeFunction();
  });

  it("give the work a run and a stage", () => {
    const use = () =>
      pipeline("p", (run) => {
        expectTypeOf(run).toEqualTypeOf<Run>();
        return run.stage("s", { retries: 2, source: { system: "s3" } }, (stage) => {
          expectTypeOf(stage).toEqualTypeOf<Stage>();
          expectTypeOf<Parameters<Stage["failed"]>[1]>().toEqualTypeOf<string | undefined>();
        });
      });
    expectTypeOf(use).returns.toEqualTypeOf<Promise<void>>();
  });

  it("refuse what would be wrong", () => {
    const use = () => {
      // @ts-expect-error a name is needed
      void pipeline(() => {});
      // @ts-expect-error the work is needed
      void pipeline("p", {});
      // @ts-expect-error no such option
      void pipeline("p", { partitions: "x" }, () => {});
      void pipeline("p", (run) =>
        run.stage("s", (stage) => {
          // @ts-expect-error counts are numbers
          stage.read("3");
          // @ts-expect-error bytes have no default
          stage.bytes();
        }),
      );
      // @ts-expect-error a source needs a system
      const source: Endpoint = { table: "t" };
      return source;
    };
    expectTypeOf(use).toBeFunction();
  });

  it("carry the value of profiled work through", () => {
    const use = () => {
      expectTypeOf(profile(() => 1)).toEqualTypeOf<number>();
      expectTypeOf(profile(async () => "x")).toEqualTypeOf<Promise<string>>();
      // @ts-expect-error a limit is needed
      heapLimit({ folder: "/tmp" });
      return pipeline("p", (run) => run.stage("s", { profile: [whenSlow({ factor: 2 })] }, () => true));
    };
    expectTypeOf(use).returns.toEqualTypeOf<Promise<boolean>>();
  });

  it("take each kind of schema for rows", () => {
    interface MadeSchema {
      type: "object";
      properties: object;
    }
    const use = (made: MadeSchema) => {
      const schema = z.object({ id: z.number() });
      void expectations("t", { schema });
      void expectations("t", { schema: schema["~standard"] });
      void expectations("t", { schema: { type: "object", "x-owner": "orders", properties: { id: { minimum: 1 } } } });
      void expectations("t", { schema: made });
      void expectations("t", { schema: { schema: made, valid: 0.9, severity: "warn" } });
      // @ts-expect-error no such option
      void expectations("t", { schema: { schema: made, vlaid: 0.9 } });
      // @ts-expect-error no such severity
      void expectations("t", { schema: { schema: made, severity: "bad" } });
      // @ts-expect-error no schema
      void expectations("t", { schema: "number" });
    };
    expectTypeOf(use).toBeFunction();
  });

  it("have no any in them", () => {
    expectTypeOf<StageOptions["profile"]>().not.toBeAny();
    expectTypeOf<Run["span"]>().not.toBeAny();
    expectTypeOf<StageOptions["attributes"]>().not.toBeAny();
    expectTypeOf<Parameters<typeof bootstrap>[0]>().toEqualTypeOf<BootstrapOptions | undefined>();
    expectTypeOf<ReturnType<typeof bootstrap>>().toEqualTypeOf<Telemetry>();
    expectTypeOf<Awaited<ReturnType<Telemetry["shutdown"]>>>().toEqualTypeOf<void>();
  });
});
