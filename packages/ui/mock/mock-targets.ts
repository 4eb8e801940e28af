/** What is scraped: most of it well. */
export function mockTargets(nowMs: number) {
  const target = (job: string, instance: string, problem = "") => ({
    discoveredLabels: { __address__: instance, __scheme__: "http", __metrics_path__: "/metrics", job },
    labels: { job, instance },
    scrapePool: job,
    scrapeUrl: `http://${instance}/metrics`,
    globalUrl: `http://${instance}/metrics`,
    lastError: problem,
    lastScrape: new Date(nowMs - 4_200).toISOString(),
    lastScrapeDuration: problem === "" ? 0.0142 : 10.0004,
    health: problem === "" ? "up" : "down",
    scrapeInterval: "15s",
    scrapeTimeout: "10s",
  });
  return [
    target("api", "api-0:8080"),
    target("api", "api-1:8080"),
    target("kafka-exporter", "kafka-exporter:9308"),
    target("node", "10.0.3.11:9100"),
    target("node", "10.0.3.12:9100"),
    target("node", "10.0.3.13:9100", 'Get "http://10.0.3.13:9100/metrics": connect ECONNREFUSED 10.0.3.13:9100'),
    {
      ...target("node", "10.0.3.14:9100"),
      health: "unknown",
      lastScrape: "0001-01-01T00:00:00Z",
      lastScrapeDuration: 0,
    },
  ];
}
