import { useQuery } from "@tanstack/react-query";
import { targetsQuery } from "../../api/prometheus-queries.ts";
import { formatCount } from "../../format/count.ts";
import { StatusShape } from "../../primitives/status.tsx";
import { Tabs } from "../../primitives/tabs.tsx";

/** Between the catalogue and the targets, with what is wrong in view. */
export function MetricsTabs({ current }: { current: "catalogue" | "targets" }) {
  const { data } = useQuery(targetsQuery());
  const down = data?.data.activeTargets.filter(({ health }) => health === "down").length ?? 0;
  return (
    <Tabs
      label="Metrics"
      current={current}
      tabs={[
        { key: "catalogue", label: "Catalogue", link: { to: "/catalogue" } },
        {
          key: "targets",
          label: "Targets",
          link: { to: "/targets" },
          ...(down === 0
            ? {}
            : {
                badge: (
                  <>
                    <StatusShape status="failed" /> {formatCount(down)} down
                  </>
                ),
              }),
        },
      ]}
    />
  );
}
