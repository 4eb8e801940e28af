import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { metadataQuery } from "../../api/prometheus-queries.ts";
import { plainNumber, type Unit } from "../../format/unit.ts";
import type { QueryUnits } from "./query-unit.ts";

/** What a query's values count, and the bounds of its histograms. */
export interface Units {
  unitOfQuery: (expr: string) => Unit;
  boundUnitOfQuery: (expr: string) => Unit;
}

const unknown: Units = { unitOfQuery: () => plainNumber, boundUnitOfQuery: () => plainNumber };

// It brings the query language, which is not small; the graph need not wait for it.
const load = () => import("./query-unit.ts");

/** The units of queries; plain numbers until that is known. */
export function useUnits(): Units {
  const [made, setMade] = useState<typeof QueryUnits>();
  useEffect(() => {
    let isOn = true;
    void load().then((loaded) => {
      if (isOn) setMade(() => loaded.QueryUnits);
    });
    return () => {
      isOn = false;
    };
  }, []);
  const metadata = useQuery({ ...metadataQuery(), retry: false }).data?.data;
  return useMemo(() => {
    if (made === undefined) return unknown;
    const units = new made((metric) => metadata?.[metric]?.[0]?.unit);
    return { unitOfQuery: (expr) => units.ofQuery(expr), boundUnitOfQuery: (expr) => units.ofBounds(expr) };
  }, [made, metadata]);
}
