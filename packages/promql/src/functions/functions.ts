import { absentFunctions } from "./absent.ts";
import type { FunctionImplementation } from "./call.ts";
import { histogramFunctions } from "./histogram.ts";
import { histogramVectorFunctions } from "./histogram-quantile.ts";
import { infoFunctions } from "./info.ts";
import { labelFunctions } from "./label.ts";
import { mathFunctions } from "./math.ts";
import { scalarFunctions } from "./scalars.ts";
import { sortFunctions } from "./sort.ts";
import { timeFunctions } from "./time.ts";

/** Every function that is not one of the range functions. */
export const functions: ReadonlyMap<string, FunctionImplementation> = new Map([
  ...absentFunctions,
  ...histogramFunctions,
  ...histogramVectorFunctions,
  ...infoFunctions,
  ...labelFunctions,
  ...mathFunctions,
  ...scalarFunctions,
  ...sortFunctions,
  ...timeFunctions,
]);
