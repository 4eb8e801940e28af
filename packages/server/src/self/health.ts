import type { HealthResponse } from "../http/contract.ts";
import type { Clock } from "../model/clock.ts";

export interface HealthPart {
  name: string;
  /**
   * Without it the server must get no traffic. A store that does not answer is not of that kind: the spool takes what is
   * sent meanwhile.
   */
  isNeededToServe: boolean;
  /** Resolves to null when all is well, else to the reason; a throw is one too. */
  check: () => string | null | Promise<string | null>;
}

/** `all`: `/health`; `ready`: `/health/ready`; `live`: `/health/live`, which asks nothing but that the process answers. */
export type HealthQuestion = "all" | "ready" | "live";

/** A part that takes longer to answer is taken for down. */
const checkTimeoutMs = 2_000;

export function createHealth(
  parts: readonly HealthPart[],
  { clock }: { clock: Clock },
): (question: HealthQuestion) => Promise<HealthResponse> {
  return async (question) => {
    const asked = question === "live" ? [] : parts.filter((part) => question === "all" || part.isNeededToServe);
    const answers = await Promise.all(asked.map(async (part) => [part.name, await stateOf(part, clock)] as const));
    const isDown = answers.some(([, { status }]) => status === "unavailable");
    return { status: isDown ? "unavailable" : "ok", parts: Object.fromEntries(answers) };
  };
}

async function stateOf(part: HealthPart, clock: Clock): Promise<HealthResponse["parts"][string]> {
  const reason = await new Promise<string | null>((resolve) => {
    const cancel = clock.after(checkTimeoutMs, () => resolve(`no answer within ${checkTimeoutMs} ms`));
    const answer = (text: string | null) => {
      cancel();
      resolve(text);
    };
    void (async () => {
      try {
        answer(await part.check());
      } catch (thrown) {
        answer(thrown instanceof Error ? thrown.message : String(thrown));
      }
    })();
  });
  return reason === null ? { status: "ok" } : { status: "unavailable", reason };
}
