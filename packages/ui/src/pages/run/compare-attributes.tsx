import { formatCount } from "../../format/count.ts";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { AttributeDifference } from "./compare.ts";

/** What the runs, their stages and their processes say of themselves, where it is not the same. */
export function AttributeDifferences({ attributes }: { attributes: readonly AttributeDifference[] }) {
  return (
    <Panel title="Attributes that differ" note={attributes.length === 0 ? "none" : formatCount(attributes.length)}>
      {attributes.length === 0 ? (
        <p className="muted">Both runs and their processes said the same of themselves.</p>
      ) : (
        <Table caption="Attributes that differ" dense>
          <thead>
            <tr>
              <Header>Of</Header>
              <Header>Key</Header>
              <Header>This run</Header>
              <Header>Other</Header>
            </tr>
          </thead>
          <tbody>
            {attributes.map((item) => (
              <Row key={`${item.of.join()} ${item.key}`}>
                <td className="muted">
                  {item.of.slice(0, 3).join(", ")}
                  {item.of.length > 3 ? ` and ${item.of.length - 3} more` : ""}
                </td>
                <th scope="row" className="mono">
                  {item.key}
                </th>
                <td className="mono compare-value">{item.here ?? <span className="muted">absent</span>}</td>
                <td className="mono compare-value muted">{item.there ?? "absent"}</td>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}
