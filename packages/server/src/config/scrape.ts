import { z } from "zod";
import { escapingSchemes, scrapeProtocolNames } from "../decode/exposition/parse.ts";
import { base2Bytes, durationMs } from "./quantities.ts";
import { checkAuth, httpClientReasons, httpClientShape, objectWithout } from "./scrape-http.ts";
import { relabelConfig } from "./scrape-relabel.ts";

const discoveryKinds =
  "aws azure consul digitalocean dns docker dockerswarm ec2 eureka gce hetzner ionos kubernetes kuma lightsail linode marathon " +
  "nerve nomad oci openstack outscale ovhcloud puppetdb scaleway serverset stackit triton uyuni vultr";

const discoveryReasons = Object.fromEntries(
  discoveryKinds
    .split(" ")
    .map((kind) => [`${kind}_sd_configs`, "targets come from static_configs, file_sd_configs and http_sd_configs"]),
);

const protocol = z.enum(scrapeProtocolNames, { error: `expected one of ${scrapeProtocolNames.join(", ")}` });
const protocols = z
  .array(protocol)
  .min(1)
  .refine((list) => new Set(list).size === list.length, { error: "a protocol occurs twice" });
const count = z.int().min(0);
const positiveDurationMs = durationMs.refine((value) => value > 0, { error: "expected more than 0" });

/** What a job has of its own, or takes from `global`. */
const inheritedShape = {
  scrape_interval: positiveDurationMs.optional(),
  scrape_timeout: positiveDurationMs.optional(),
  scrape_protocols: protocols.optional().describe("formats to ask for, the best first"),
  body_size_limit: base2Bytes
    .optional()
    .describe("of a scrape, decompressed; 0 is no limit but limits.scrapeBodyBytesMax"),
  sample_limit: count.optional().describe("a scrape with more samples fails; 0 is no limit"),
  target_limit: count.optional().describe("a job with more targets scrapes none; 0 is no limit"),
  label_limit: count.optional().describe("a scrape with more labels on a sample fails; 0 is no limit"),
  label_name_length_limit: count.optional(),
  label_value_length_limit: count.optional(),
  scrape_native_histograms: z.boolean().optional().describe("ask for native histograms and keep them"),
  always_scrape_classic_histograms: z.boolean().optional().describe("keep classic buckets beside native histograms"),
  convert_classic_histograms_to_nhcb: z
    .boolean()
    .optional()
    .describe("classic histograms become native histograms with custom buckets"),
  keep_dropped_targets: count
    .optional()
    .describe("most dropped targets of a job that are listed; 0 is no limit of its own"),
  metric_name_validation_scheme: z.enum(["utf8", "legacy"]).optional(),
  metric_name_escaping_scheme: z
    .enum(escapingSchemes, { error: `expected one of ${escapingSchemes.join(", ")}` })
    .optional()
    .describe(
      "how targets are asked to write names that are not of the legacy alphabet: " + escapingSchemes.join(", "),
    ),
  extra_scrape_metrics: z
    .boolean()
    .optional()
    .describe("store scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes too"),
};

const sharedReasons = {
  scrape_failure_log_file: "the last error of each target is at /api/v1/targets and on the page Targets",
};

/** Keys of `global` that have no counterpart here. */
export const globalReasons: Readonly<Record<string, string>> = {
  ...sharedReasons,
  query_log_file: "`stats=all` says of a query what it read, and the page's Explain shows it",
};

const escapingNeedsUtf8 =
  "allow-utf-8 needs metric_name_validation_scheme utf8; with legacy, ask for underscores, dots or values";

/** `global`, as far as it concerns scraping. */
export const globalShape = {
  ...inheritedShape,
  scrape_interval: positiveDurationMs.prefault("1m").describe("how often targets are scraped"),
  scrape_timeout: positiveDurationMs.optional().describe("10s, or the interval when that is shorter"),
};

const groupShape = { labels: z.record(z.string(), z.string()).default({}) };
const staticConfig = z.strictObject({ targets: z.array(z.string().min(1)).default([]), ...groupShape });

const filePattern = z.string().regex(/^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/, {
  error: "expected a path that ends in .json, .yml or .yaml, in whose last part may be one *",
});
const fileDiscovery = z.strictObject({
  files: z.array(filePattern).min(1),
  refresh_interval: positiveDurationMs.prefault("5m").describe("files are watched, and read again at least this often"),
});

const httpDiscovery = objectWithout(
  {
    url: z.url({ protocol: /^https?$/ }),
    refresh_interval: positiveDurationMs.prefault("1m"),
    ...httpClientShape,
  },
  httpClientReasons,
).superRefine(checkAuth);

const scrapeConfig = objectWithout(
  {
    job_name: z.string().min(1),
    ...inheritedShape,
    metrics_path: z.string().default("/metrics"),
    scheme: z.enum(["http", "https"]).default("http"),
    params: z.record(z.string(), z.array(z.string())).default({}),
    honor_labels: z.boolean().default(false).describe("labels of the scrape win over the target's"),
    honor_timestamps: z.boolean().default(true),
    track_timestamps_staleness: z.boolean().default(false),
    fallback_scrape_protocol: protocol.optional().describe("format of answers whose Content-Type names none"),
    native_histogram_bucket_limit: count
      .optional()
      .describe(
        "a native histogram with more buckets is halved in resolution until it fits; the scrape fails where none does; 0 is no limit",
      ),
    native_histogram_min_bucket_factor: z
      .number()
      .min(0)
      .optional()
      .describe("a native histogram whose buckets grow by less is halved in resolution until they do not"),
    enable_compression: z.boolean().default(true),
    ...httpClientShape,
    static_configs: z.array(staticConfig).default([]),
    file_sd_configs: z.array(fileDiscovery).default([]),
    http_sd_configs: z.array(httpDiscovery).default([]),
    relabel_configs: z.array(relabelConfig).default([]),
    metric_relabel_configs: z.array(relabelConfig).default([]),
  },
  {
    ...httpClientReasons,
    ...discoveryReasons,
    ...sharedReasons,
  },
)
  .superRefine(checkAuth)
  .superRefine(({ relabel_configs, static_configs }, context) => {
    if (relabel_configs.length > 0) return;
    static_configs.forEach(({ targets }, group) =>
      targets.forEach((target, index) => {
        if (!target.includes("/")) return;
        context.addIssue({
          code: "custom",
          path: ["static_configs", group, "targets", index],
          message: `${JSON.stringify(target)} is no HOST:PORT; the scheme and path have keys of their own`,
        });
      }),
    );
  });

/** `scrape_configs`, in Prometheus' grammar. */
export const scrapeConfigs = z.array(scrapeConfig).superRefine((jobs, context) => {
  const indexOf = new Map<string, number>();
  jobs.forEach(({ job_name }, index) => {
    const first = indexOf.get(job_name);
    if (first === undefined) indexOf.set(job_name, index);
    else {
      const message = `the job ${JSON.stringify(job_name)} occurs twice; names must differ`;
      context.addIssue({ code: "custom", path: [index, "job_name"], message });
    }
  });
});

export type ScrapeConfig = z.output<typeof scrapeConfig>;
export type ScrapeGlobal = z.output<z.ZodObject<typeof globalShape>>;

type Names = Pick<ScrapeGlobal, "metric_name_validation_scheme" | "metric_name_escaping_scheme">;

/** How a job asks for names: as `global` has it unless the job says itself which names it takes. Undefined: as fits those. */
export function escapingOf(job: Names, global: Names) {
  const inherited = job.metric_name_validation_scheme === undefined ? global.metric_name_escaping_scheme : undefined;
  return job.metric_name_escaping_scheme ?? inherited;
}

/** What only both blocks together tell: a timeout that is longer than its interval, names that are asked for and not taken. */
export function checkInherited(
  { global, scrape_configs }: { global: ScrapeGlobal; scrape_configs: readonly ScrapeConfig[] },
  context: z.RefinementCtx,
): void {
  const fault = (path: (string | number)[]) =>
    context.addIssue({ code: "custom", path, message: "the timeout is longer than the interval" });
  if ((global.scrape_timeout ?? 0) > global.scrape_interval) fault(["global", "scrape_timeout"]);
  scrape_configs.forEach((job, index) => {
    if ((job.scrape_timeout ?? 0) > (job.scrape_interval ?? global.scrape_interval)) {
      fault(["scrape_configs", index, "scrape_timeout"]);
    }
    const key = "metric_name_escaping_scheme";
    const isLegacy = (job.metric_name_validation_scheme ?? global.metric_name_validation_scheme) === "legacy";
    if (isLegacy && escapingOf(job, global) === "allow-utf-8") {
      const path = job[key] === undefined ? ["global", key] : ["scrape_configs", index, key];
      context.addIssue({ code: "custom", path, message: escapingNeedsUtf8 });
    }
  });
}
