/** A place in the grid; `stage` -1 is the row of runs above the stages. */
export interface GridPlace {
  stage: number;
  run: number;
}

export interface GridSize {
  stages: number;
  runs: number;
}

/** Where a key leads, staying inside; null for keys that do not move. Arrows, and h j k l. */
export function moveInGrid(place: GridPlace, key: string, size: GridSize): GridPlace | null {
  const clampRun = (run: number) => Math.min(Math.max(run, 0), size.runs - 1);
  const clampStage = (stage: number) => Math.min(Math.max(stage, -1), size.stages - 1);
  switch (key) {
    case "ArrowLeft":
    case "h":
      return { ...place, run: clampRun(place.run - 1) };
    case "ArrowRight":
    case "l":
      return { ...place, run: clampRun(place.run + 1) };
    case "ArrowUp":
    case "k":
      return { ...place, stage: clampStage(place.stage - 1) };
    case "ArrowDown":
    case "j":
      return { ...place, stage: clampStage(place.stage + 1) };
    case "Home":
      return { ...place, run: 0 };
    case "End":
      return { ...place, run: clampRun(size.runs - 1) };
    default:
      return null;
  }
}
