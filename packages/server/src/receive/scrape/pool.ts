import { type Discovery, FileDiscovery, HttpDiscovery, staticDiscovery } from "./discovery.ts";
import { HttpClient } from "./http-client.ts";
import type { ScrapeJob, TargetGroup } from "./job.ts";
import { type DroppedTarget, makeTarget, type Target } from "./target.ts";
import { type ScrapeContext, TargetScraper } from "./target-scraper.ts";

export interface PoolContext extends ScrapeContext {
  /** Told of what keeps targets from being found or read. */
  readonly onFault: (fault: { job: string; error: Error }) => void;
}

/** The targets of one job, as its discoveries find them. */
export class ScrapePool {
  job: ScrapeJob;
  readonly dropped: DroppedTarget[] = [];
  /** Including those that are not listed. */
  droppedCount = 0;
  readonly scrapers = new Map<string, TargetScraper>();
  private readonly context: PoolContext;
  private client: HttpClient;
  private discoveries: { discovery: Discovery; groups: readonly TargetGroup[] | undefined }[] = [];
  /**
   * The scrapers of the job before it changed, by their target's `labelsKey`: each goes on until it is replaced, or until
   * all discoveries have reported.
   */
  private readonly outdated = new Map<string, TargetScraper>();
  private readonly outdatedClients: HttpClient[] = [];
  /** Changes are applied one after the other. */
  private last: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(job: ScrapeJob, context: PoolContext) {
    this.job = job;
    this.context = context;
    this.client = new HttpClient(job.client, context.clock);
  }

  start(): void {
    const { job, context } = this;
    const shared = (refreshMs: number) => ({
      clock: context.clock,
      refreshMs,
      onFault: (error: Error) => context.onFault({ job: job.name, error }),
    });
    const all: Discovery[] = [
      staticDiscovery(job.staticGroups),
      ...job.fileDiscoveries.map(({ files, refreshMs }) => new FileDiscovery({ ...shared(refreshMs), files })),
      ...job.httpDiscoveries.map(
        ({ url, refreshMs, client }) =>
          new HttpDiscovery({
            ...shared(refreshMs),
            url,
            client: new HttpClient(client, context.clock),
            userAgent: context.userAgent,
          }),
      ),
    ];
    this.discoveries = all.map((discovery) => ({ discovery, groups: undefined }));
    for (const source of this.discoveries) {
      source.discovery.start((groups) => {
        source.groups = groups;
        this.sync();
      });
    }
  }

  /** Goes over to a changed job. Targets that stay keep their series. */
  change(job: ScrapeJob): void {
    for (const { discovery } of this.discoveries) discovery.stop();
    this.outdatedClients.push(this.client);
    this.job = job;
    this.client = new HttpClient(job.client, this.context.clock);
    this.enqueue(async () => {
      const twice: TargetScraper[] = [];
      for (const scraper of this.scrapers.values()) {
        const { labelsKey } = scraper.target;
        if (this.outdated.has(labelsKey)) twice.push(scraper);
        else this.outdated.set(labelsKey, scraper);
      }
      this.scrapers.clear();
      await Promise.allSettled(twice.map((scraper) => scraper.stop({ isGone: false })));
    });
    this.start();
  }

  /** @param isGone the job is gone, and its series end; else the server stops */
  async stop({ isGone }: { isGone: boolean }): Promise<void> {
    this.isStopped = true;
    for (const { discovery } of this.discoveries) discovery.stop();
    await this.last;
    const all = [...this.scrapers.values(), ...this.outdated.values()];
    const stopped = all.map((scraper) => scraper.stop({ isGone }));
    for (const client of [this.client, ...this.outdatedClients]) client.close();
    await Promise.allSettled(stopped);
  }

  /** Everything that was found so far is scraped. */
  settled(): Promise<void> {
    return this.last;
  }

  private sync(): void {
    this.enqueue(async () => {
      if (this.isStopped) return;
      // After a change, no target ends because its discovery has not answered yet.
      const isWhole = this.discoveries.every(({ groups }) => groups !== undefined);
      const targets = this.targets();
      const overLimit = this.job.targetsMax > 0 && targets.size > this.job.targetsMax;
      await stopGone(this.scrapers, ({ target }) => !targets.has(target.key));
      for (const [key, target] of targets) await this.keepScraping(key, target);
      if (isWhole) {
        await stopGone(this.outdated, () => true);
        for (const client of this.outdatedClients.splice(0)) client.close();
      }
      for (const scraper of this.scrapers.values()) {
        scraper.fault = overLimit
          ? `the job has ${targets.size} targets, its target_limit is ${this.job.targetsMax}`
          : undefined;
      }
    });
  }

  private targets(): Map<string, Target> {
    const targets = new Map<string, Target>();
    this.dropped.length = 0;
    this.droppedCount = 0;
    for (const { groups = [] } of this.discoveries) {
      for (const group of groups) for (const address of group.targets) this.addTarget(group, address, targets);
    }
    return targets;
  }

  private addTarget({ labels }: TargetGroup, address: string, targets: Map<string, Target>): void {
    try {
      const made = makeTarget(this.job, { ...labels, __address__: address });
      if ("key" in made) targets.set(made.key, made);
      else {
        this.droppedCount++;
        if (this.dropped.length < this.job.droppedTargetsMax) this.dropped.push(made);
      }
    } catch (cause) {
      const error = new Error(`target ${address}: ${(cause as Error).message}`, { cause });
      this.context.onFault({ job: this.job.name, error });
    }
  }

  private async keepScraping(key: string, target: Target): Promise<void> {
    const running = this.scrapers.get(key);
    if (running !== undefined) {
      running.target = target;
      return;
    }
    const before = this.outdated.get(target.labelsKey);
    this.outdated.delete(target.labelsKey);
    await before?.stop({ isGone: false });
    const scraper = new TargetScraper(target, this.context, this.client, before);
    this.scrapers.set(key, scraper);
    scraper.start();
  }

  private enqueue(work: () => void | Promise<void>): void {
    this.last = this.last.then(work).catch((error: unknown) => {
      this.context.onFault({ job: this.job.name, error: error as Error });
    });
  }
}

/** Stops the scrapers whose target is gone, with their series. */
async function stopGone(
  scrapers: Map<string, TargetScraper>,
  isGone: (scraper: TargetScraper) => boolean,
): Promise<void> {
  const gone = [...scrapers].filter(([, scraper]) => isGone(scraper));
  for (const [key] of gone) scrapers.delete(key);
  await Promise.allSettled(gone.map(([, scraper]) => scraper.stop({ isGone: true })));
}
