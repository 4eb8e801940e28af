import { Link } from "@tanstack/react-router";
import type { AnyValue, KeyValue } from "sightglass/contract";
import { type ReactNode, useState } from "react";
import { attributeType, formatAttribute } from "../../format/attribute.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";

/** Longer values are folded. */
const foldChars = 400;
/** Longer lists can be narrowed by typing. */
const filterFrom = 12;

/** Attributes with their types; each value can be copied, and searched for in other traces. */
export function AttributeList({ label, items }: { label: string; items: readonly KeyValue[] }) {
  const [filter, setFilter] = useState("");
  const wanted = filter.toLowerCase();
  const shown = items.filter(
    ({ key, value }) => key.toLowerCase().includes(wanted) || formatAttribute(value).toLowerCase().includes(wanted),
  );
  return (
    <>
      {items.length >= filterFrom ? (
        <input
          className="input attribute-filter"
          aria-label={`Filter: ${label}`}
          placeholder="Filter by key or value"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      <dl className="attributes" aria-label={label}>
        {shown.map((item, index) => (
          // Keys may repeat: OTLP allows it, and the list shows what was sent.
          <Attribute key={`${item.key} ${index}`} item={item} />
        ))}
      </dl>
      {shown.length === 0 && items.length > 0 ? <p className="span-note">Nothing here holds “{filter}”.</p> : null}
    </>
  );
}

function Attribute({ item: { key, value } }: { item: KeyValue }) {
  const text = formatAttribute(value);
  const type = attributeType(value);
  return (
    <div className="attribute">
      <dt>{breakable(key)}</dt>
      <dd>
        <Value text={text} />
        {type === "string" ? null : <span className="attribute-type">{type}</span>}
        <span className="attribute-tools">
          {isSearchable(value) ? (
            <Link
              to="/traces"
              search={{ attributes: [`${key}=${text}`] }}
              className="copy-button"
              aria-label={`Find traces with ${key}=${text.slice(0, 80)}`}
              title="Find traces with this value"
            >
              <svg viewBox="0 0 14 14" aria-hidden="true">
                <path
                  d="M9 9l3.5 3.5M10 5.75a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0z"
                  fill="none"
                  stroke="currentColor"
                  strokeWidth="1.2"
                />
              </svg>
            </Link>
          ) : null}
          <CopyButton text={text} label={`Copy the value of ${key}`} />
        </span>
      </dd>
    </div>
  );
}

/** Keys break behind their dots before they break anywhere. */
function breakable(key: string): ReactNode[] {
  return key.split(/(?<=[._/])/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));
}

function Value({ text }: { text: string }) {
  const [isOpen, setIsOpen] = useState(false);
  if (text === "") return <em className="muted">empty</em>;
  const isLong = text.length > foldChars;
  return (
    <span className="attribute-value">
      {isLong && !isOpen ? `${text.slice(0, foldChars)}…` : text}
      {isLong ? (
        <button type="button" className="link-button" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? " show less" : ` show all ${text.length.toLocaleString("en-US")} characters`}
        </button>
      ) : null}
    </span>
  );
}

function isSearchable(value: AnyValue): boolean {
  return ["string", "int", "double", "bool"].includes(attributeType(value));
}
