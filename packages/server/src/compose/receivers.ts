import { otlpTranslation } from "../config/otlp.ts";
import { type Address, formatAddress } from "../config/quantities.ts";
import type { Config } from "../config/schema.ts";
import { limits } from "../model/limits.ts";
import type { Redaction } from "../decode/redact/redaction.ts";
import type { ServerTls } from "../listen/server-tls.ts";
import type { Authorize } from "../model/tokens.ts";
import { Admission } from "../receive/admission.ts";
import type { AuthorizeRequest } from "../receive/authorize-request.ts";
import { Gate } from "../receive/gate.ts";
import { createOtlpMetrics } from "../receive/metrics-otlp.ts";
import { createOtlpGrpcReceiver } from "../receive/otlp-grpc.ts";
import { createOtlpHttpHandler, isOtlpPath } from "../receive/otlp-http-handler.ts";
import { createOtlpHttpReceiver } from "../receive/otlp-http.ts";
import { createPushgatewayHandler, isPushgatewayPath } from "../receive/pushgateway/handler.ts";
import type { Pushgateway } from "../receive/pushgateway/pushgateway.ts";
import { ReceiverStats } from "../receive/receiver-stats.ts";
import { createRemoteWriteHandler, isRemoteWritePath } from "../receive/remote-write.ts";
import { askedBy, createDoor } from "./doors.ts";
import type { Context } from "./context.ts";
import type { MetricsIngest } from "./metrics.ts";
import type { TableSpools } from "./spools.ts";

interface ReceiversOptions {
  spools: TableSpools;
  metrics: MetricsIngest;
  pushgateway: Pushgateway;
  redaction: Redaction;
  authorize: Authorize;
  tls: ServerTls | undefined;
}

export async function startReceivers(
  context: Context,
  { spools: { tables }, metrics, pushgateway, redaction, authorize, tls }: ReceiversOptions,
) {
  const { config, clock, log, running, reload } = context;
  const admission = new Admission({
    requestsMax: limits.concurrentRequestsMax.value,
    bytesMax: limits.requestBytesInFlightMax.value,
  });
  let translation = otlpTranslation(config.otlp);
  const shared = {
    sink: {
      spans: tables.spans.append.bind(tables.spans),
      logs: tables.logs.append.bind(tables.logs),
      metrics: createOtlpMetrics({ sink: metrics.write, translation: () => translation, deltas: metrics.deltas }),
    },
    largeBodies: new Gate(1),
    redaction,
    tls,
    clock,
    admission,
    onInternalError: (error: unknown) => log.error({ error }, "a request failed"),
  };
  const corsOrigins = () => reload.current.cors.origins;
  /** Tokens, and who a browser asks for, at one of the addresses. No page can speak gRPC over HTTP/2 to a server of its choice. */
  const door = (address: Address, trustedOrigins?: () => readonly string[]): AuthorizeRequest => {
    const check = createDoor(context, address, trustedOrigins);
    return (request, scope) => {
      check(askedBy(request));
      authorize(request.headers.authorization, scope);
    };
  };
  const otlp = (address: Address) => ({ ...shared, corsOrigins, authorize: door(address, corsOrigins) });
  const onPage = { ...shared, authorize: door(config.listen) };
  const grpc = createOtlpGrpcReceiver({
    ...shared,
    authorize,
    address: config.otlp_grpc,
    stats: new ReceiverStats("otlp-grpc"),
  });
  const http = createOtlpHttpReceiver({
    ...otlp(config.otlp_http),
    address: config.otlp_http,
    stats: new ReceiverStats("otlp-http"),
  });
  for (const receiver of [grpc, http]) {
    await receiver.start();
    running.add(receiver.stats.protocol, () => receiver.stop());
  }
  // First of all on the way down: what still comes on open connections is refused as retryable.
  running.add("admission", () => admission.stop());
  // The same on the page's port, for clients that know only one address.
  const onPagePort = new ReceiverStats("otlp-http");
  const remoteWrite = new ReceiverStats("remote-write");
  const pushes = new ReceiverStats("pushgateway");
  for (const stats of [onPagePort, remoteWrite, pushes]) stats.address = formatAddress(config.listen);
  return {
    stats: [grpc.stats, http.stats, onPagePort, remoteWrite, pushes],
    ingest: [
      { owns: isOtlpPath, handle: createOtlpHttpHandler({ ...otlp(config.listen), stats: onPagePort }) },
      { owns: isPushgatewayPath, handle: createPushgatewayHandler({ ...onPage, pushgateway, stats: pushes }) },
      {
        owns: isRemoteWritePath,
        handle: createRemoteWriteHandler({ ...onPage, sink: metrics.write, stats: remoteWrite }),
      },
    ],
    /** Requests that come from now on follow it. */
    apply: (changed: Config) => (translation = otlpTranslation(changed.otlp)),
  };
}
