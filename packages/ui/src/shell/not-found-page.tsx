import { Link } from "@tanstack/react-router";
import { EmptyState } from "../primitives/empty-state.tsx";

export function NotFoundPage() {
  return (
    <div className="page">
      <EmptyState
        title="There is no such page"
        level={1}
        actions={
          <Link to="/pipelines" className="button">
            All pipelines
          </Link>
        }
      >
        <p>The address may be mistyped, or come from another version of Sightglass.</p>
      </EmptyState>
    </div>
  );
}
