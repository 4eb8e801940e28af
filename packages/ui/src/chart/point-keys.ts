/**
 * Where a key leads among the points of a chart, which stand in the order of time; null for keys that do not move.
 * The first key begins at the newest point, since that is what one came for.
 */
export function pointAfter(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null;
  const clamp = (index: number) => Math.min(Math.max(index, 0), count - 1);
  const newest = count - 1;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return at === null ? newest : clamp(at - 1);
    case "ArrowRight":
    case "ArrowUp":
      return at === null ? newest : clamp(at + 1);
    case "PageDown":
      return at === null ? newest : clamp(at - pagePoints);
    case "PageUp":
      return at === null ? newest : clamp(at + pagePoints);
    case "Home":
      return 0;
    case "End":
      return newest;
    default:
      return null;
  }
}

const pagePoints = 10;
