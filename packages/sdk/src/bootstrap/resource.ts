import { hostname } from "node:os";
import type { Attributes } from "@opentelemetry/api";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";

/**
 * Who sends: the SDK's defaults, then the host and process, then OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, then
 * what the code says. No command line and no user name: they may hold secrets.
 */
export function resourceFor(service: string | undefined, attributes: Attributes | undefined): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        "host.name": hostname(),
        "process.pid": process.pid,
        "process.runtime.name": "nodejs",
        "process.runtime.version": process.versions.node,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ ...attributes, ...(service === undefined ? {} : { "service.name": service }) }));
}
