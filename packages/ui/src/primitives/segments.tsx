import "./segments.css";

export interface SegmentsProps<T extends string> {
  label: string;
  options: readonly T[];
  value: T;
  words?: Partial<Record<T, string>>;
  onChange: (value: T) => void;
}

/** One of a few, all in view. */
export function Segments<T extends string>({ label, options, value, words, onChange }: SegmentsProps<T>) {
  return (
    <div className="segments" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option} className={`segment${option === value ? " is-chosen" : ""}`}>
          <input
            type="radio"
            className="visually-hidden"
            name={label}
            value={option}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          {words?.[option] ?? option}
        </label>
      ))}
    </div>
  );
}
