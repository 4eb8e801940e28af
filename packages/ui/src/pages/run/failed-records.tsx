import { formatAttribute } from "../../format/attribute.ts";
import { formatCount, formatRatio } from "../../format/count.ts";
import { Moment } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { FailedGroup } from "./failed-groups.ts";
import "./errors-tab.css";

/** Records that failed, by stage and reason, the most frequent first. */
export function FailedRecords({ groups }: { groups: readonly FailedGroup[] }) {
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <Panel title="Failed records" note={`${formatCount(total)}, by reason`}>
      <Table caption="Failed records by reason" className="failed-records">
        <thead>
          <tr>
            <Header>Reason</Header>
            <Header>Stage</Header>
            <Header numeric>Records</Header>
            <Header numeric>Share</Header>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <GroupRow key={`${group.stageId} ${group.reason ?? ""}`} group={group} total={total} />
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

function GroupRow({ group, total }: { group: FailedGroup; total: number }) {
  return (
    <Row>
      <th scope="row">
        {group.reason === null ? (
          <span className="muted">No reason was told</span>
        ) : (
          <details className="failed-samples">
            <summary>{group.reason}</summary>
            <ul aria-label={`Samples of ${group.reason}`}>
              {group.samples.map((sample) => (
                <li key={`${sample.at} ${sample.attributes.map((each) => formatAttribute(each.value)).join()}`}>
                  <Moment at={sample.at} />
                  <span className="mono">
                    {sample.attributes.map((each) => `${each.key}=${formatAttribute(each.value)}`).join("  ")}
                  </span>
                </li>
              ))}
              {group.samples.length === 0 ? <li className="muted">No sample was kept.</li> : null}
            </ul>
          </details>
        )}
      </th>
      <td>{group.stage}</td>
      <td className="num">{formatCount(group.count)}</td>
      <td className="num muted">{formatRatio(group.count / total)}</td>
    </Row>
  );
}
