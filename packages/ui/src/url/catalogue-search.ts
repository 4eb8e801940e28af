import { present, readChoice, readText } from "./search-string.ts";

export const metricTypes = ["counter", "gauge", "histogram", "summary", "unknown"] as const;
export type MetricType = (typeof metricTypes)[number];
export const catalogueSorts = ["name", "series"] as const;
export type CatalogueSort = (typeof catalogueSorts)[number];

/** `/catalogue` */
export interface CatalogueSearch {
  /** Part of a name or of a help text. */
  q?: string;
  type?: MetricType;
  sort?: CatalogueSort;
  /** The metric whose labels are shown. */
  metric?: string;
}

export function parseCatalogueSearch(raw: Record<string, unknown>): CatalogueSearch {
  return present({
    q: readText(raw, "q"),
    type: readChoice(raw, "type", metricTypes),
    sort: readChoice(raw, "sort", catalogueSorts),
    metric: readText(raw, "metric"),
  });
}
