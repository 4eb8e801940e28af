import type { Config } from "../config/schema.ts";
import { tlsSettings } from "../config/tls-server.ts";
import { ServerTls } from "../listen/server-tls.ts";
import { readTlsFiles } from "../listen/tls-files.ts";
import { family, type MetricFamily } from "../self/metrics.ts";
import type { Context } from "./context.ts";

/** @throws SightglassError config_invalid */
export function startTls({ config, clock, log, running, metrics }: Context): ServerTls | undefined {
  if (config.tls_server_config === undefined) return undefined;
  const tls = new ServerTls({
    settings: tlsSettings(config.tls_server_config, config.folder),
    clock,
    onWarning: (warning) => log.warn({ warning }, "TLS"),
    onRenewed: (subject) => log.info({ subject }, "the certificate was renewed"),
    onRefused: (listener, error) => log.debug({ listener, error }, "a client could not agree on TLS"),
  });
  tls.start();
  running.add("tls", () => tls.stop());
  metrics.register(() => tlsMetrics(tls));
  return tls;
}

/** Reads what `tls_server_config` names. @throws SightglassError config_invalid */
export function checkTlsFiles({ tls_server_config: tls, folder }: Config): void {
  if (tls !== undefined) readTlsFiles(tlsSettings(tls, folder));
}

function tlsMetrics(tls: ServerTls): MetricFamily[] {
  return [
    family(
      "gauge",
      "sightglass_tls_certificate_not_after_timestamp_seconds",
      "When the certificate that is used ends, seconds since 1970.",
      tls.notAfterMs / 1000,
    ),
    family(
      "gauge",
      "sightglass_tls_certificate_last_reload_successful",
      "Whether the files of the certificate could be used when they were read last.",
      tls.fault === null ? 1 : 0,
    ),
    family(
      "counter",
      "sightglass_tls_handshake_failures_total",
      "Clients that could not connect: no TLS, another version, no certificate that is trusted here.",
      [...tls.handshakeFailures].map(([listener, count]) => [{ listener }, count] as const),
    ),
  ];
}
