import {
  type HTMLAttributes,
  type ReactNode,
  type TableHTMLAttributes,
  type ThHTMLAttributes,
  useEffect,
  useRef,
  useState,
} from "react";
import "./table.css";

export interface TableProps extends TableHTMLAttributes<HTMLTableElement> {
  /** What the table holds, for people who hear it. */
  caption: string;
  dense?: boolean;
}

/** A plain HTML table in the house's clothes. It scrolls sideways by itself when the page is too narrow. */
export function Table({ caption, dense = false, className, children, ...rest }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isWider = useIsWider(scroller);
  return (
    // Only while it scrolls does it take the focus, so that the keyboard can scroll it.
    <div
      ref={scroller}
      className="table-scroll"
      {...(isWider ? { tabIndex: 0, role: "region", "aria-label": `${caption}, scrolls sideways` } : {})}
    >
      <table className={`table${dense ? " table-dense" : ""}${className ? ` ${className}` : ""}`} {...rest}>
        <caption className="visually-hidden">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

/** Whether the content is wider than the element, followed as either changes. */
function useIsWider(element: { current: HTMLElement | null }): boolean {
  const [isWider, setIsWider] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const observer = new ResizeObserver(() => setIsWider(target.scrollWidth > target.clientWidth));
    observer.observe(target);
    if (target.firstElementChild !== null) observer.observe(target.firstElementChild);
    return () => observer.disconnect();
  }, [element]);
  return isWider;
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
