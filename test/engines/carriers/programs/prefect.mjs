import { prefect } from "@sightglass/sdk/carriers";

const { PREFECT_URL, NAME: name } = process.env;

async function api(path, body) {
  const response = await fetch(`${PREFECT_URL}/api${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

export async function produce() {
  const flow = await api("/flows/", { name });
  await api("/flow_runs/", { name, flow_id: flow.id, labels: prefect.inject({ team: "orders" }) });
}

export async function consume() {
  const [flowRun] = await api("/flow_runs/filter", { flow_runs: { name: { any_: [name] } } });
  return prefect.extract(flowRun);
}
