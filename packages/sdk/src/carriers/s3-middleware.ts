import { safely } from "../safely.ts";
import { isRecord } from "./members.ts";
import { s3 } from "./s3.ts";

/** What is used of a command's arguments. */
interface Arguments {
  input: object;
}

type Handler<In extends Arguments, Out> = (args: In) => Promise<Out>;

/** What is used of the middleware stack of a client of the AWS SDK for JavaScript, version 3. */
export interface MiddlewareStackLike {
  add(
    middleware: <In extends Arguments, Out>(
      next: Handler<In, Out>,
      context: { commandName?: string },
    ) => Handler<In, Out>,
    options: { step: "initialize"; name: string; override: boolean },
  ): void;
}

/** Commands that give an object its metadata. An upload in parts has it from its beginning. */
const commands = new Set(["PutObjectCommand", "CreateMultipartUploadCommand"]);

/** For `client.middlewareStack.use(s3Middleware)`: every object that the client writes carries the trace of what is active. */
export const s3Middleware = {
  applyToStack(this: void, stack: MiddlewareStackLike): void {
    stack.add(
      (next, { commandName = "" }) =>
        (args) =>
          next(commands.has(commandName) || isReplacement(commandName, args.input) ? withTrace(args) : args),
      // Before the request is made of the input.
      { step: "initialize", name: "sightglassTrace", override: true },
    );
  },
};

/** A copy keeps the metadata, unless it says otherwise. */
function isReplacement(commandName: string, input: object): boolean {
  return commandName === "CopyObjectCommand" && "MetadataDirective" in input && input.MetadataDirective === "REPLACE";
}

function withTrace<In extends Arguments>(args: In): In {
  return safely(() => {
    const given = (args.input as { Metadata?: unknown }).Metadata;
    const metadata = isRecord(given) ? (given as Record<string, string>) : {};
    return { ...args, input: { ...args.input, Metadata: s3.inject(metadata) } };
  }, args);
}
