import type { StatusResponse } from "sightglass/contract";
import { formatCount, formatRatio } from "../../format/count.ts";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { refusalWords } from "./problems.ts";
import { SeriesFigure } from "./series-figure.tsx";

const protocolWords: Readonly<Record<string, string>> = { "otlp-grpc": "OTLP/gRPC", "otlp-http": "OTLP/HTTP" };

export function ReceiversPanel({ receivers }: { receivers: StatusResponse["receivers"] }) {
  return (
    <Panel title="Receivers" note="In requests since the server started.">
      {receivers.length === 0 ? (
        <p className="muted">No receiver is listening.</p>
      ) : (
        <Table caption="Receivers">
          <thead>
            <tr>
              <Header>Protocol</Header>
              <Header>Address</Header>
              <Header numeric>Requests</Header>
              <Header numeric>Refused</Header>
              <Header>Why refused</Header>
            </tr>
          </thead>
          <tbody>
            {receivers.map(({ protocol, address, requests, refused, refusals }) => (
              <Row key={`${protocol} ${address}`}>
                <th scope="row" className="status-name">
                  {protocolWords[protocol] ?? protocol}
                </th>
                <td>
                  <code>{address}</code>
                </td>
                <td className="num">
                  <SeriesFigure metric="sightglass_receiver_requests_total" labels={{ protocol, address }}>
                    {formatCount(requests)}
                  </SeriesFigure>
                </td>
                <td className="num">
                  <SeriesFigure metric="sightglass_receiver_refused_requests_total" labels={{ protocol, address }}>
                    {formatCount(refused)}
                  </SeriesFigure>
                  {refused > 0 && requests > 0 ? (
                    <span className="status-share">{formatRatio(refused / requests)}</span>
                  ) : null}
                </td>
                <td>
                  <Refusals refusals={refusals} />
                </td>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function Refusals({ refusals }: { refusals: Readonly<Record<string, number>> }) {
  const entries = Object.entries(refusals).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return <span className="muted">–</span>;
  return (
    <ul className="refusals">
      {entries.map(([code, count]) => (
        <li key={code}>
          {formatCount(count)} <code>{code}</code>
          {refusalWords[code] === undefined ? null : <span className="muted">{refusalWords[code].meaning}</span>}
        </li>
      ))}
    </ul>
  );
}
