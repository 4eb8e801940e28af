import type { KeyValue } from "sightglass/contract";
import { attributeType, formatAttribute } from "../format/attribute.ts";
import { CopyButton } from "./copy-button.tsx";
import "./key-value-list.css";

/** Attributes as a list: key, value, type. Values can be copied whole. */
export function KeyValueList({ label, items }: { label: string; items: readonly KeyValue[] }) {
  return (
    <dl className="key-values" aria-label={label}>
      {items.map((item, index) => {
        const text = formatAttribute(item.value);
        const type = attributeType(item.value);
        return (
          // Keys may repeat: OTLP allows it, and the list must show what was sent.
          <div className="key-value" key={`${item.key} ${index}`}>
            <dt className="mono">{item.key}</dt>
            <dd className="mono">
              <span className="key-value-text">{text === "" ? <em className="muted">empty</em> : text}</span>
              {type === "string" ? null : <span className="key-value-type">{type}</span>}
              <CopyButton text={text} label={`Copy the value of ${item.key}`} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
