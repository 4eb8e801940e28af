import { isMainThread, parentPort } from "node:worker_threads";
import { metrics } from "@opentelemetry/api";
import { Late, observe } from "../metrics/catalogue.ts";
import { safely } from "../safely.ts";
import { startInstrumentations } from "./instrumentations.ts";
import { hookModules } from "./module-hooks.ts";

/** What the instrumentations look for, where it is loaded by its name. */
const libraries = ["pg", "pg-pool", "mysql2", "mongodb", "redis", "@redis/client", "ioredis", "kafkajs"];

const autoSymbol = Symbol.for("@sightglass/sdk auto 1");

/**
 * Once for each thread, however often it is imported. What fails leaves the program as it is. What is preloaded (`node -r`) is loaded
 * in the thread of Node's loader hooks too, where no code of the program runs: it is the one thread that has no parent to speak to.
 */
export function turnOn(): void {
  if (!isMainThread && parentPort === null) return;
  const home = globalThis as { [autoSymbol]?: true };
  if (home[autoSymbol] === true) return;
  home[autoSymbol] = true;
  safely(() => {
    hookModules(libraries);
    const instrumentations = startInstrumentations();
    // Metrics have no proxy: an instrument made before the provider is there stays mute.
    observe(
      new Late(() => {
        for (const instrumentation of instrumentations) instrumentation.setMeterProvider(metrics.getMeterProvider());
      }),
    );
  }, undefined);
}
