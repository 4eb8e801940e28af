import { Link } from "@tanstack/react-router";
import type { RunOrigin } from "sightglass/contract";
import "./origin.css";

/** Who reported it: what kind of program, and the services, which lead to their traces. */
export function Origin({ origin, services }: { origin: RunOrigin; services: readonly string[] }) {
  return (
    <span className="origin">
      {origin}
      {services
        .filter((service) => service !== origin)
        .map((service) => (
          <span key={service}>
            {" · "}
            <Link to="/traces" search={{ service }} className="figure">
              {service}
            </Link>
          </span>
        ))}
    </span>
  );
}
