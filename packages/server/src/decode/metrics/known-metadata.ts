import { limits } from "../../model/limits.ts";

/** What was told of each metric last, so that only news are written: senders repeat it with every request. */
export class KnownMetadata {
  private readonly toldOf = new Map<string, string>();

  /** Whether this was not told before; remembers it. */
  isNews({ metric, type, help, unit }: { metric: Buffer; type: string; help: Buffer; unit: Buffer }): boolean {
    const name = metric.toString("latin1");
    const told = `${type}\n${unit.toString("latin1")}\n${help.toString("latin1")}`;
    if (this.toldOf.get(name) === told) return false;
    if (this.toldOf.size >= limits.metadataKnownMax.value) this.toldOf.clear();
    this.toldOf.set(name, told);
    return true;
  }

  /** The type that was told of a metric. */
  typeOf(metric: string): string | undefined {
    return this.toldOf.get(Buffer.from(metric).toString("latin1"))?.split("\n", 1)[0];
  }

  clear(): void {
    this.toldOf.clear();
  }
}
