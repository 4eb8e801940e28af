import { useNavigate } from "@tanstack/react-router";

/** The places that `g` and a letter lead to. */
export function useGoTo() {
  const navigate = useNavigate();
  return {
    pipelines: () => void navigate({ to: "/pipelines" }),
    runs: () => void navigate({ to: "/runs" }),
    traces: () => void navigate({ to: "/traces" }),
    explore: () => void navigate({ to: "/explore" }),
    metrics: () => void navigate({ to: "/catalogue" }),
    status: () => void navigate({ to: "/status" }),
  };
}
