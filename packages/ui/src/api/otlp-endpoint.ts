/**
 * Where a program sends its telemetry, as a line of a shell. OTLP over HTTP is taken at the page's own address too, so this holds
 * whatever ports the server was given and whatever stands before it.
 */
export const otlpEndpointLine = () => `export OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`;
