import type { StatusResponse, TableStatus } from "sightglass/contract";
import { formatBytes, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { Panel } from "../../primitives/panel.tsx";
import { Moment, RelativeTime } from "../../primitives/measures.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { SeriesFigure } from "./series-figure.tsx";

export function StoragePanel({ storage }: { storage: StatusResponse["storage"] }) {
  return (
    <Panel
      title="Store"
      note={`${formatBytes(storage.bytes)} on disk, compressed; ${formatBytes(storage.diskFreeBytes)} free.`}
    >
      {storage.tables.length === 0 ? (
        <p className="muted">No table has been made yet, or the engine does not answer.</p>
      ) : (
        <Table caption="Tables of the store">
          <thead>
            <tr>
              <Header>Table</Header>
              <Header numeric>Rows</Header>
              <Header numeric>Size</Header>
              <Header numeric className="wide" title="Compressed bytes per row">
                Per row
              </Header>
              <Header
                numeric
                className="wide"
                title="Files that the engine keeps and merges; hundreds mean that it is behind"
              >
                Parts
              </Header>
              <Header className="wide">Oldest</Header>
              <Header className="wide">Newest</Header>
              <Header>Keeps</Header>
            </tr>
          </thead>
          <tbody>
            {storage.tables.map((table) => (
              <TableRow key={table.table} table={table} />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function TableRow({ table }: { table: TableStatus }) {
  const labels = { table: table.table };
  return (
    <Row>
      <th scope="row" className="status-name">
        <code>{table.table}</code>
      </th>
      <td className="num">
        <SeriesFigure metric="sightglass_table_rows" labels={labels}>
          {formatCount(table.rows)}
        </SeriesFigure>
      </td>
      <td className="num">
        <SeriesFigure metric="sightglass_table_bytes" labels={labels}>
          {formatBytes(table.bytes)}
        </SeriesFigure>
      </td>
      <td className="num wide">
        {table.rows === 0 ? <span className="muted">–</span> : formatBytes(table.bytes / table.rows)}
      </td>
      <td className="num wide">
        <SeriesFigure metric="sightglass_table_parts" labels={labels}>
          {formatCount(table.parts)}
        </SeriesFigure>
      </td>
      <td className="wide">
        <Moment at={table.oldestAt} />
      </td>
      <td className="wide">
        {table.newestAt === null ? <span className="muted">–</span> : <RelativeTime at={table.newestAt} />}
      </td>
      <td>{retention(table)}</td>
    </Row>
  );
}

/** Tables that hold data for a short time only, whatever the retention. */
const passing: Readonly<Record<string, string>> = { samples: "until folded into sample_chunks" };

function retention({ table, ageMaxMs, bytesMax }: TableStatus): string {
  const passes = passing[table];
  if (passes !== undefined) return passes;
  const limits = [ageMaxMs > 0 && days(ageMaxMs), bytesMax > 0 && formatBytes(bytesMax)].filter(
    (limit) => limit !== false,
  );
  return limits.length === 0 ? "everything" : limits.join(", at most ");
}

function days(ms: number): string {
  const count = ms / 86_400_000;
  return Number.isInteger(count) ? `${formatCount(count)} ${count === 1 ? "day" : "days"}` : formatDuration(ms);
}
