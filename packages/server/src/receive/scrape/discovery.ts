import { type FSWatcher, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import type { Clock } from "../../model/clock.ts";
import { limits } from "../../model/limits.ts";
import type { HttpClient } from "./http-client.ts";
import type { TargetGroup } from "./job.ts";

/** A source of targets. */
export interface Discovery {
  /** Calls `onGroups` with all groups, at once or soon, and whenever they have changed. */
  start(onGroups: (groups: readonly TargetGroup[]) => void): void;
  stop(): void;
}

export function staticDiscovery(groups: readonly TargetGroup[]): Discovery {
  return { start: (onGroups) => onGroups(groups), stop: () => {} };
}

interface RefreshOptions {
  readonly clock: Clock;
  readonly refreshMs: number;
  /** Told when targets could not be read; the last ones stay. */
  readonly onFault: (error: Error) => void;
}

/** `file_sd_configs`: files that match the patterns, read when they change and at least every `refreshMs`. */
export class FileDiscovery implements Discovery {
  private readonly options: RefreshOptions & { readonly files: readonly string[] };
  private readonly groupsOf = new Map<string, readonly TargetGroup[]>();
  private watchers: FSWatcher[] = [];
  private cancel = () => {};
  private isStopped = false;
  /** Something has changed while the files were read. */
  private isOutdated = false;

  constructor(options: RefreshOptions & { readonly files: readonly string[] }) {
    this.options = options;
  }

  start(onGroups: (groups: readonly TargetGroup[]) => void): void {
    const { files, refreshMs } = this.options;
    const refresh = () => {
      this.cancel();
      this.isOutdated = false;
      void this.read().then(() => {
        if (this.isStopped) return;
        onGroups([...this.groupsOf.values()].flat());
        again(this.isOutdated ? limits.discoveryDelayMs.value : refreshMs);
      });
    };
    const again = (delayMs: number) => {
      this.cancel();
      this.cancel = this.options.clock.after(delayMs, refresh);
    };
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      try {
        const watcher = watch(folder, () => {
          this.isOutdated = true;
          again(limits.discoveryDelayMs.value);
        });
        watcher.on("error", (error) => this.options.onFault(error));
        watcher.unref();
        this.watchers.push(watcher);
      } catch (error) {
        this.options.onFault(error as Error);
      }
    }
    refresh();
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
    for (const watcher of this.watchers) watcher.close();
  }

  /** A file that cannot be read keeps its last targets; one that is gone has none. */
  private async read(): Promise<void> {
    const found = new Set<string>();
    for (const pattern of this.options.files) for (const file of await matching(pattern)) found.add(file);
    for (const file of this.groupsOf.keys()) if (!found.has(file)) this.groupsOf.delete(file);
    for (const file of found) {
      try {
        // In the failsafe schema every scalar is a text, so that a label may be written as 1.
        const groups = readGroups(parse(await readFile(file, "utf8"), { schema: "failsafe" }), file);
        this.groupsOf.set(file, withLabel(groups, "__meta_filepath", file));
      } catch (error) {
        this.options.onFault(new Error(`${file}: ${(error as Error).message}`, { cause: error }));
      }
    }
  }
}

async function matching(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const [before = "", after] = basename(pattern).split("*");
  if (after === undefined) return [pattern];
  const names = await readdir(folder).catch(() => []);
  const fits = (name: string) =>
    name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return names.filter(fits).map((name) => join(folder, name));
}

/** `http_sd_configs`: asks a server for the groups every `refreshMs`. */
export class HttpDiscovery implements Discovery {
  private readonly options: RefreshOptions & {
    readonly url: string;
    readonly client: HttpClient;
    readonly userAgent: string;
  };
  private cancel = () => {};
  private isStopped = false;

  constructor(options: HttpDiscovery["options"]) {
    this.options = options;
  }

  start(onGroups: (groups: readonly TargetGroup[]) => void): void {
    const { clock, refreshMs, onFault } = this.options;
    const refresh = async () => {
      try {
        const groups = await this.read();
        if (!this.isStopped) onGroups(groups);
      } catch (error) {
        if (!this.isStopped) onFault(error as Error);
      }
      if (!this.isStopped) this.cancel = clock.after(refreshMs, () => void refresh());
    };
    void refresh();
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
    this.options.client.close();
  }

  private async read(): Promise<TargetGroup[]> {
    const { client, url, refreshMs, userAgent } = this.options;
    const answer = await client.get({
      url,
      timeoutMs: refreshMs,
      bodyBytesMax: limits.discoveryBodyBytesMax.value,
      headers: {
        accept: "application/json",
        "accept-encoding": "gzip",
        "user-agent": userAgent,
        "x-prometheus-refresh-interval-seconds": String(refreshMs / 1000),
      },
    });
    if (answer.status !== 200) throw new Error(`${url} answered with HTTP status ${answer.status}`);
    if (!/^application\/json\b/i.test(answer.contentType ?? "")) {
      throw new Error(`${url} answered with Content-Type ${answer.contentType ?? "none"}, not application/json`);
    }
    return withLabel(readGroups(JSON.parse(answer.body.toString()), url), "__meta_url", url);
  }
}

/** The groups of a file or answer: `[{"targets": ["host:port"], "labels": {"name": "value"}}]`. @throws Error */
function readGroups(value: unknown, where: string): TargetGroup[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${where}: expected a list of {targets, labels}`);
  return value.map((group: unknown, index) => {
    const { targets = [], labels = {} } = (group ?? {}) as { targets?: unknown; labels?: unknown };
    if (!Array.isArray(targets) || !targets.every((target) => typeof target === "string")) {
      throw new Error(`${where}: targets of group ${index} are not a list of texts`);
    }
    const isTexts = typeof labels === "object" && Object.values(labels ?? {}).every((text) => typeof text === "string");
    if (!isTexts) throw new Error(`${where}: labels of group ${index} are not texts by name`);
    return { targets, labels: { ...labels } };
  });
}

function withLabel(groups: readonly TargetGroup[], name: string, value: string): TargetGroup[] {
  return groups.map(({ targets, labels }) => ({ targets, labels: { ...labels, [name]: value } }));
}
