import {
  type ComponentProps,
  type MouseEvent,
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

export interface RowProps extends ComponentProps<"tr"> {
  /** The list keyboard (j/k) stands on it. */
  current?: boolean;
  /** A click anywhere in the row does what its main link does; the keyboard has the link. */
  onOpen?: () => void;
}

export function Row({ current = false, onOpen, className, ...rest }: RowProps) {
  const classes = ["table-row", current && "is-current", onOpen !== undefined && "is-link", className];
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- for the pointer only, see onOpen
    <tr
      className={classes.filter(Boolean).join(" ")}
      {...(onOpen === undefined ? {} : { onClick: (event: MouseEvent) => isPlainClick(event) && onOpen() })}
      {...rest}
    />
  );
}

/** Not on something that acts by itself, not to open a tab, and not at the end of marking text. */
function isPlainClick(event: MouseEvent): boolean {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (event.target instanceof Element && event.target.closest("a, button, input, summary, label") !== null)
    return false;
  return getSelection()?.isCollapsed !== false;
}
