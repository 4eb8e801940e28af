import { useEffect, useState } from "react";
import { plainNumber, type Unit } from "../../format/unit.ts";

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
  const [units, setUnits] = useState<Units>(unknown);
  useEffect(() => {
    let isOn = true;
    void load().then((loaded) => {
      if (isOn) setUnits(loaded);
    });
    return () => {
      isOn = false;
    };
  }, []);
  return units;
}
