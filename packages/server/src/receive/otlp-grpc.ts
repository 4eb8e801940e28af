import {
  type handleUnaryCall,
  logVerbosity,
  Metadata,
  type MethodDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServiceDefinition,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { ServerTls } from "../listen/server-tls.ts";
import { type ErrorCode, SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Signal } from "../model/signal.ts";
import type { Authorize } from "../model/tokens.ts";
import type { Admission, Admitted } from "./admission.ts";
import { formatAddress, type ListenAddress, listenError } from "../listen/address.ts";
import { takeEncoding } from "./grpc-encodings.ts";
import { ingest, type IngestContext } from "./otlp-sink.ts";
import { encodeSuccess, refusalOf, refusalProtobuf } from "./otlp-status.ts";
import type { ReceiverStats } from "./receiver-stats.ts";
import type { Receiver } from "./receiver.ts";

export interface OtlpGrpcOptions extends IngestContext {
  readonly address: ListenAddress;
  /** Without it, in the clear. */
  readonly tls?: ServerTls | undefined;
  readonly authorize: Authorize;
  /** Shared by all receivers. */
  readonly admission: Admission;
  readonly stats: ReceiverStats;
  readonly bodyBytesMax?: number;
  readonly requestTimeoutMs?: number;
  /** Told of errors of the catalogue's code `internal`, whose text the client does not get. */
  readonly onInternalError: (error: unknown) => void;
}

const keepaliveTimeMs = 120_000;

const signalOfService = {
  "opentelemetry.proto.collector.trace.v1.TraceService": "spans",
  "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
  "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
} as const satisfies Record<string, Signal>;

/**
 * OTLP/gRPC, on 4317 by default. Messages go through as bytes: the decoders read them, not protobuf classes. Services
 * that are not here (profiles) are answered UNIMPLEMENTED, as gRPC has it.
 */
export function createOtlpGrpcReceiver(options: OtlpGrpcOptions): Receiver {
  const { address, stats, clock, tls } = options;
  // It writes to the console by itself; what it would say comes back as errors too.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.max_receive_message_length": options.bodyBytesMax ?? limits.requestBodyBytesMax.value,
    "grpc.max_concurrent_streams": limits.concurrentRequestsMax.value,
    "grpc.keepalive_time_ms": keepaliveTimeMs,
    interceptors: [admit(options)],
  });
  for (const [service, signal] of Object.entries(signalOfService)) {
    server.addService(serviceDefinition(service), { Export: exportMethod(signal, options) });
  }
  let encrypted: TlsServer | undefined;
  return {
    stats,
    async start() {
      let port: number;
      try {
        if (tls === undefined) port = await bind(server, address);
        else ({ port } = (encrypted = await listenTls(server, address, tls)).address() as AddressInfo);
      } catch (cause) {
        throw listenError(cause, address, "--otlp-grpc");
      }
      stats.address = formatAddress({ host: address.host, port });
      return { host: address.host, port };
    },
    async stop() {
      encrypted?.close();
      const cancel = clock.after(limits.stopGraceMs.value, () => server.forceShutdown());
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve());
      });
      cancel();
    },
  };
}

function bind(server: Server, address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatAddress(address), ServerCredentials.createInsecure(), (cause, port) => {
      if (cause === null) resolve(port);
      else reject(cause);
    });
  });
}

/** The library's own credentials neither take another certificate while they serve, nor tell of clients that are refused. */
async function listenTls(server: Server, { host, port }: ListenAddress, tls: ServerTls): Promise<TlsServer> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const encrypted = createTlsServer({ ...tls.serverOptions, ALPNProtocols: ["h2"] }, (socket) => {
    injector.injectConnection(socket);
  });
  tls.follow(encrypted, "otlp_grpc");
  await once(encrypted.listen(port, host), "listening");
  return encrypted;
}

function serviceDefinition(service: string): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  const method: MethodDefinition<Buffer, Buffer> = {
    path: `/${service}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  return { Export: method };
}

function exportMethod(signal: Signal, options: OtlpGrpcOptions): handleUnaryCall<Buffer, Buffer> {
  const respond = async (body: Buffer, callback: sendUnaryData<Buffer>) => {
    let response: Buffer;
    try {
      const receivedAtMs = options.clock.nowMs();
      const outcome = await ingest(options, { signal, encoding: "protobuf", body, receivedAtMs });
      response = encodeSuccess(outcome, signal, "protobuf");
    } catch (error) {
      callback(refuse(error, options));
      return;
    }
    callback(null, response);
  };
  return ({ request }, callback) => {
    void respond(request, callback);
  };
}

/**
 * Before a request's body is read: its token is checked and it is admitted. Then its size counts, and its time, so that
 * a client that never sends the rest does not hold a place for ever.
 */
function admit(options: OtlpGrpcOptions): ServerInterceptor {
  const { stats, authorize, admission, clock } = options;
  const timeoutMs = options.requestTimeoutMs ?? limits.requestTimeoutMs.value;
  const bytesMax = options.bodyBytesMax ?? limits.requestBodyBytesMax.value;
  return (_method, call) => {
    const decompress = takeEncoding(call);
    let admitted: Admitted | undefined;
    let cancelTimeout: () => void = () => {};
    let isAnswered = false;
    const leave = () => {
      cancelTimeout();
      admitted?.leave();
    };
    const refuseNow = (error: unknown) => {
      isAnswered = true;
      leave();
      call.sendStatus(refuse(error, options));
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, next) => {
            stats.requests++;
            try {
              authorize(metadata.get("authorization")[0]?.toString(), "ingest");
              admitted = admission.enter();
            } catch (error) {
              refuseNow(error);
              return;
            }
            cancelTimeout = clock.after(timeoutMs, () => refuseNow(tooSlow(timeoutMs)));
            next(metadata);
          },
          onReceiveMessage: (message: Buffer, next) => {
            cancelTimeout();
            const hold = (bytes: number) => admitted?.hold(bytes);
            try {
              hold(message.length);
            } catch (error) {
              refuseNow(error);
              return;
            }
            if (decompress === undefined || message.length === 0) next(message);
            else void handOn(decompress(message, { bytesMax, hold }), next, refuseNow);
          },
          // After every call, and when the client has gone.
          onCancel: () => {
            leave();
            if (!isAnswered) countLibraryRefusal(call, stats);
          },
        }),
      sendStatus: (status, next) => {
        isAnswered = true;
        leave();
        next(status);
      },
    });
  };
}

async function handOn(
  decompressing: Promise<Buffer>,
  next: (message: Buffer) => void,
  refuseNow: (error: unknown) => void,
): Promise<void> {
  let message: Buffer;
  try {
    message = await decompressing;
  } catch (error) {
    refuseNow(error);
    return;
  }
  next(message);
}

/** What the library answers by itself: too large, not to be decompressed, an unknown compression. */
const libraryRefusals = new Map<string, ErrorCode>([
  [String(status.RESOURCE_EXHAUSTED), "payload_too_large"],
  [String(status.INTERNAL), "invalid_argument"],
  [String(status.UNIMPLEMENTED), "unsupported_media_type"],
]);

/**
 * The library refuses messages that are too large or cannot be decompressed before an interceptor sees them; what it
 * answered stands in the headers that it sent.
 */
function countLibraryRefusal(call: object, stats: ReceiverStats): void {
  const { stream } = call as { stream?: Pick<ServerHttp2Stream, "sentHeaders"> };
  const refused = libraryRefusals.get(String(stream?.sentHeaders?.["grpc-status"]));
  if (refused !== undefined) stats.refuse(refused);
}

function tooSlow(timeoutMs: number): SightglassError {
  return new SightglassError("unavailable", `the request did not arrive within ${timeoutMs / 1000} s`);
}

/** The refusal as a gRPC status, with google.rpc.Status for the details (RetryInfo, BadRequest). */
function refuse(error: unknown, { stats, onInternalError }: OtlpGrpcOptions) {
  const refusal = refusalOf(error);
  stats.refuse(refusal.code);
  if (refusal.code === "internal") onInternalError(error);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", refusalProtobuf(refusal));
  return { code: refusal.rpcCode, details: refusal.message, metadata };
}
