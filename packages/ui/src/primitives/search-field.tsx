import type { InputHTMLAttributes } from "react";
import { leaveSearch } from "../keyboard/leave-search.ts";
import "./field.css";

export interface SearchFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type" | "value" | "onChange"> {
  /** What it searches, for people who hear it. */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The box that `/` goes to; the key stands in it until one types. Enter and Escape lead back to the list's keys. */
export function SearchField({ label, onChange, className, ...rest }: SearchFieldProps) {
  return (
    <span className={`search-field${className === undefined ? "" : ` ${className}`}`}>
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        onKeyDown={leaveSearch}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
      <kbd aria-hidden="true">/</kbd>
    </span>
  );
}
