import { type Context, diag, propagation } from "@opentelemetry/api";
import { attributeNames as names } from "./attribute-names.ts";
import { safely } from "./safely.ts";

/** What a process has to know to go on with a run that another one began; it travels in the baggage. */
export interface Continuation {
  readonly id?: string | undefined;
  readonly partition?: string | undefined;
}

/** `context`, so that whatever is sent from it can continue the run. */
export function withContinuation(context: Context, { id, partition }: Continuation): Context {
  return safely(() => {
    let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
    if (id !== undefined) baggage = baggage.setEntry(names.runId, { value: id });
    if (partition !== undefined) baggage = baggage.setEntry(names.partition, { value: partition });
    return propagation.setBaggage(context, baggage);
  }, context);
}

/** The run that `context`, from a carrier, can continue; what is given goes first. */
export function continuationIn(context: Context, given: Continuation): Continuation {
  const baggage = safely(() => propagation.getBaggage(context), undefined);
  const id = given.id ?? baggage?.getEntry(names.runId)?.value;
  if (id === undefined)
    safely(() => diag.warn("sightglass: what was extracted names no run to continue: a new one begins"), undefined);
  return { id, partition: given.partition ?? baggage?.getEntry(names.partition)?.value };
}
