import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { scrapeJobs } from "../../../config/scrape-jobs.ts";
import type { SampleBatch } from "../../../decode/exposition/write-samples.ts";
import type { ScrapeJob } from "../job.ts";
import { Scraper } from "../scraper.ts";
import { ManualClock } from "./manual-clock.ts";

/** A real target over HTTP and a scraper whose clock is moved by hand; anew for each test. */
export class ScrapeWorkshop {
  server!: Server;
  /** HOST:PORT of the target. */
  address!: string;
  answer!: (request: IncomingMessage, response: ServerResponse) => void;
  requests!: IncomingMessage[];
  clock!: ManualClock;
  batches!: SampleBatch[];
  faults!: string[];
  scraper!: Scraper;
  appendError: Error | undefined;
  folder!: string;

  constructor() {
    beforeEach(() => this.#open());
    afterEach(() => this.#close());
  }

  async #open(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "sightglass-scrape-"));
    this.requests = [];
    this.server = createServer((request, response) => {
      this.requests.push(request);
      this.answer(request, response);
    }).listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    this.clock = new ManualClock();
    this.batches = [];
    this.faults = [];
    this.appendError = undefined;
    this.scraper = new Scraper({
      clock: this.clock,
      version: "0",
      append: (batch) => {
        if (this.appendError !== undefined) return Promise.reject(this.appendError);
        this.batches.push(batch);
        return Promise.resolve();
      },
      onFault: ({ error }) => this.faults.push(error.message),
    });
  }

  async #close(): Promise<void> {
    await this.scraper.stop();
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the target answers from now on. */
  text = (body: string | Uint8Array, type = "text/plain; version=0.0.4"): void => {
    this.answer = (_request, response) => response.writeHead(200, { "content-type": type }).end(body);
  };

  jobs = (yaml: string): ScrapeJob[] => {
    const file = join(this.folder, "sightglass.yaml");
    const source = { file, text: `scrape_configs:\n  - job_name: j\n    scrape_interval: 10s\n${yaml}` };
    return scrapeJobs(loadConfig({ source, environment: {} }), this.folder);
  };

  /** A job that has only the target. */
  target = (more = ""): ScrapeJob[] => this.jobs(`    static_configs: [{targets: ['${this.address}']}]\n${more}`);

  settled = (): Promise<void> => expect.poll(() => this.clock.timerCount).toBe(1);

  /** Moves on to the next scrape and waits for the batch of that scrape. */
  next = async (): Promise<SampleBatch> => {
    const before = this.batches.length;
    this.clock.runNext();
    await expect.poll(() => this.batches.length).toBeGreaterThan(before);
    await this.settled();
    return this.batches.at(-1) as SampleBatch;
  };

  start = async (config = this.target()): Promise<void> => {
    await this.scraper.apply(config);
    await this.settled();
  };

  /** The labels of the target's samples. */
  at = (labels: string): string => `{instance="${this.address}",job="j"${labels}}`;
}
