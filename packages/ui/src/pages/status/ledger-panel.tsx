import type { LedgerCounts } from "sightglass/contract";
import { formatCount, formatCountShort } from "../../format/count.ts";
import { Panel } from "../../primitives/panel.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { ledgerDifference, type LedgerVerdict } from "./ledger-check.ts";
import type { LedgerVerdicts } from "./problems.ts";
import { SeriesFigure } from "./series-figure.tsx";
import type { Rates } from "./use-rates.ts";

export interface LedgerPanelProps {
  ledger: Readonly<Record<string, LedgerCounts>>;
  verdicts: LedgerVerdicts;
  rates: Rates | undefined;
}

const words: Readonly<Record<string, string>> = { spans: "Spans", logs: "Log records", samples: "Samples" };

/** The equation, with its numbers, and whether it holds. */
export function LedgerPanel({ ledger, verdicts, rates }: LedgerPanelProps) {
  return (
    <Panel
      title="Ledger"
      note="In items since the data folder was made. Receivers, engine and spool count for themselves; the sums must agree."
    >
      <table className="ledger">
        <caption className="visually-hidden">received = stored + refused + spooled, by signal</caption>
        <thead>
          <tr>
            {["Signal", "Received", "Stored", "Refused", "In the spool", "Check"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(ledger).map(([signal, counts]) => (
            <tr key={signal}>
              <th scope="row">
                {words[signal] ?? signal}
                {rates?.[signal] === undefined ? null : (
                  <span className="ledger-rate">{formatCountShort(Math.round(rates[signal]))}/s</span>
                )}
              </th>
              <Term name="Received" {...{ signal }} value={counts.received} metric="items_received_total" sign="" />
              <Term name="Stored" {...{ signal }} value={counts.stored} metric="items_stored_total" sign="=" />
              <Term name="Refused" {...{ signal }} value={counts.refused} metric="items_refused_total" sign="+" />
              <Term name="In the spool" {...{ signal }} value={counts.spooled} metric="items_spooled" sign="+" />
              <td>
                <Check verdict={verdicts[signal] ?? "settling"} difference={ledgerDifference(counts)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

interface TermProps {
  name: string;
  signal: string;
  value: number;
  metric: string;
  sign: string;
}

function Term({ name, signal, value, metric, sign }: TermProps) {
  return (
    <td className="ledger-term" data-name={name}>
      <span className="ledger-sign" aria-hidden="true">
        {sign}
      </span>
      <SeriesFigure metric={`sightglass_${metric}`} labels={{ signal }}>
        {formatCount(value)}
      </SeriesFigure>
    </td>
  );
}

function Check({ verdict, difference }: { verdict: LedgerVerdict; difference: number }) {
  if (verdict === "balances") {
    return (
      <span className="ledger-check">
        <StatusShape status="succeeded" /> balances
      </span>
    );
  }
  if (verdict === "settling") {
    return (
      <span className="ledger-check" title="Counted a moment apart while data move">
        <StatusShape status="running" /> settling ({formatCount(difference)})
      </span>
    );
  }
  return (
    <span className="ledger-check is-off">
      <StatusShape status="failed" /> off by {formatCount(difference)}
    </span>
  );
}
