import { z } from "zod";
import { translationStrategies } from "../decode/metrics/prometheus-names.ts";
import { defaultTranslation, type OtlpTranslation } from "../decode/otlp/translation.ts";

const attributes = (adjective: string) =>
  z.array(z.string().trim().min(1, `empty ${adjective} OTel resource attribute`)).superRefine((keys, context) =>
    keys.forEach((key, index) => {
      if (keys.indexOf(key) === index) return;
      const message = `duplicated ${adjective} OTel resource attribute ${JSON.stringify(key)}`;
      context.addIssue({ code: "custom", path: [index], message });
    }),
  );

const block = z.strictObject({
  translation_strategy: z
    .enum(translationStrategies, { error: `expected one of ${translationStrategies.join(", ")}` })
    .default(defaultTranslation.strategy)
    .describe(`names of metrics and labels: ${translationStrategies.join(", ")}`),
  promote_resource_attributes: attributes("promoted")
    .default([])
    .describe("resource attributes that become labels of every series"),
  promote_all_resource_attributes: z
    .boolean()
    .default(false)
    .describe("all of them do, but those of one process (`process.pid`, command lines)"),
  ignore_resource_attributes: attributes("ignored")
    .default([])
    .describe("those that do not; only with promote_all_resource_attributes"),
  keep_identifying_resource_attributes: z
    .boolean()
    .default(defaultTranslation.keepIdentifyingAttributes)
    .describe("keep service.name, service.namespace and service.instance.id in target_info too"),
  convert_histograms_to_nhcb: z
    .boolean()
    .default(defaultTranslation.convertHistograms)
    .describe("histograms with explicit bounds become native histograms with custom buckets"),
  promote_scope_metadata: z
    .boolean()
    .default(defaultTranslation.promoteScope)
    .describe("scopes become otel_scope_* labels, as the specification has it (Prometheus: false)"),
  label_name_underscore_sanitization: z
    .boolean()
    .default(defaultTranslation.labelUnderscoreSanitization)
    .describe("escaped labels that begin with one _ get key before it"),
  label_name_preserve_multiple_underscores: z
    .boolean()
    .default(defaultTranslation.labelPreserveMultipleUnderscores)
    .describe("escaped labels keep several _ in a row"),
});

/** `otlp`, in Prometheus' grammar. */
export const otlpSettings = block.prefault({}).superRefine((settings, context) => {
  const fault = (key: keyof typeof settings, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  const { promote_all_resource_attributes: isAll } = settings;
  if (isAll && settings.promote_resource_attributes.length > 0) {
    fault("promote_resource_attributes", "cannot be set together with promote_all_resource_attributes");
  }
  if (!isAll && settings.ignore_resource_attributes.length > 0) {
    fault("ignore_resource_attributes", "cannot be set unless promote_all_resource_attributes is true");
  }
});

/** The block as the decoder takes it. */
export function otlpTranslation(settings: z.output<typeof otlpSettings>): OtlpTranslation {
  const { promote_all_resource_attributes: isAllBut } = settings;
  const keys = isAllBut ? settings.ignore_resource_attributes : settings.promote_resource_attributes;
  return {
    strategy: settings.translation_strategy,
    labelUnderscoreSanitization: settings.label_name_underscore_sanitization,
    labelPreserveMultipleUnderscores: settings.label_name_preserve_multiple_underscores,
    promoted: { isAllBut, keys: new Set(keys) },
    keepIdentifyingAttributes: settings.keep_identifying_resource_attributes,
    promoteScope: settings.promote_scope_metadata,
    convertHistograms: settings.convert_histograms_to_nhcb,
  };
}
