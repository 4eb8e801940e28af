import "./states.css";

/** Holds the place of what is being read, in its final size, so that nothing jumps. */
export function Skeleton({ width = "100%", height = 14 }: { width?: number | string; height?: number }) {
  return <span className="skeleton" aria-hidden="true" style={{ width, height }} />;
}

/** Rows of a list that is being read. Says so to people who listen. */
export function SkeletonRows({ rows, height = 36, label }: { rows: number; height?: number; label: string }) {
  return (
    <div>
      <output className="visually-hidden">{label}</output>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton-row" style={{ height }}>
          <Skeleton width={`${92 - ((index * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  );
}
