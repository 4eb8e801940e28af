/** What the sum and the number of the values are called beside the quantiles `name`; together they are a Prometheus summary. */
export const summaryParts = (name: string) => ({ sum: `${name}.sum`, count: `${name}.count` });
export const quantileLabel = "quantile";
