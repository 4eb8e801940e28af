import { expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** Two real processes, one trace. */
const workshop = useWorkshop();
const receiver = useReceiver();

const start = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { environment, http } from "@sightglass/sdk/carriers";
  import { pipeline } from "@sightglass/sdk";
  bootstrap({ service: "s" });
`;
const childOf = (child: string, parent: string) => {
  expect(receiver.span(child)).toMatchObject({
    traceId: receiver.span(parent).traceId,
    parentSpanId: receiver.span(parent).spanId,
  });
};

it.each(["tracecontext,baggage", "b3", "b3multi", "none"])(
  "environment variables, OTEL_PROPAGATORS=%s",
  async (names) => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_PROPAGATORS: names };
    const result = await workshop.run(
      "parent.mjs",
      `${start}
    import { spawnSync } from "node:child_process";
    import { writeFileSync } from "node:fs";
    writeFileSync("child.mjs", ${JSON.stringify(`${start} await pipeline("inner", () => {});`)});
    await pipeline("outer", (run) => run.stage("spawn", () => {
      console.log(spawnSync(process.execPath, ["child.mjs"], { env: environment.inject(), encoding: "utf8" }).stderr);
    }));`,
      variables,
    );
    expect(result).toMatchObject({ code: 0, stdout: "\n", stderr: "" });
    childOf("inner", "spawn");
  },
);

it.each(["tracecontext,baggage", "b3multi"])("HTTP headers, OTEL_PROPAGATORS=%s", async (names) => {
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_PROPAGATORS: names };
  const server = workshop.start(
    "server.mjs",
    `${start}
    import { createServer } from "node:http";
    const server = createServer(async (request, response) => {
      await pipeline("handle", { parent: http.extract(request.headers) }, () => {});
      response.setHeader("connection", "close").end("done");
      server.close();
    }).listen(0, "127.0.0.1", () => console.log("port", server.address().port, "."));`,
    variables,
  );
  await server.printed(".");
  const port = /port (\d+)/.exec(server.stdout)?.[1];
  const client = await workshop.run(
    "client.mjs",
    `${start} await pipeline("call", (run) => run.stage("fetch", async () => {
      await fetch("http://127.0.0.1:${port}", { headers: http.inject() });
    }));`,
    variables,
  );
  expect(client).toMatchObject({ code: 0, stderr: "" });
  await server.ended;
  childOf("handle", "fetch");
});
