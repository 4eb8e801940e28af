import type { HTMLAttributes, ReactNode, TableHTMLAttributes, ThHTMLAttributes } from "react";
import "./table.css";

export interface TableProps extends TableHTMLAttributes<HTMLTableElement> {
  /** What the table holds, for people who hear it. */
  caption: string;
  dense?: boolean;
}

/** A plain HTML table in the house's clothes. It scrolls sideways by itself when the page is too narrow. */
export function Table({ caption, dense = false, className, children, ...rest }: TableProps) {
  return (
    <div className="table-scroll">
      <table className={`table${dense ? " table-dense" : ""}${className ? ` ${className}` : ""}`} {...rest}>
        <caption className="visually-hidden">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

export interface HeaderProps extends ThHTMLAttributes<HTMLTableCellElement> {
  numeric?: boolean;
  /** Sorted by this column, and which way. */
  sorted?: "ascending" | "descending" | undefined;
  /** Makes the header a button that sorts. */
  onSort?: (() => void) | undefined;
  children: ReactNode;
}

export function Header({ numeric = false, sorted, onSort, className, children, ...rest }: HeaderProps) {
  const classes = `${numeric ? "num" : ""}${className ? ` ${className}` : ""}`;
  return (
    <th scope="col" className={classes} {...(sorted === undefined ? {} : { "aria-sort": sorted })} {...rest}>
      {onSort === undefined ? (
        children
      ) : (
        <button type="button" className="table-sort" onClick={onSort}>
          {children}
          <span aria-hidden="true" className="table-arrow">
            {sorted === "ascending" ? "↑" : sorted === "descending" ? "↓" : ""}
          </span>
        </button>
      )}
    </th>
  );
}

/** A row that the list keyboard (j/k) can stand on. */
export function Row({
  current = false,
  className,
  ...rest
}: HTMLAttributes<HTMLTableRowElement> & { current?: boolean }) {
  return <tr className={`table-row${current ? " is-current" : ""}${className ? ` ${className}` : ""}`} {...rest} />;
}
