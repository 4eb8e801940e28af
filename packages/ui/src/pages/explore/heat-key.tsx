import { formatValueShort } from "../../format/value.ts";
import type { HeatMap } from "./heat-data.ts";

/** What a shade of the heat map stands for. */
export function HeatKey({ heat }: { heat: HeatMap }) {
  return (
    <p className="explore-foot muted heat-key">
      <span className="heat-scale">
        0 <span className="heat-ramp" aria-hidden="true" /> {formatValueShort(heat.max)}
      </span>
      <span>observations between two bounds, in one step. Several series are added up.</span>
    </p>
  );
}
