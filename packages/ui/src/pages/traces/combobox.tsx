import { type KeyboardEvent, useId, useState } from "react";
import "../../primitives/field.css";

export interface ComboboxOption {
  value: string;
  /** Beside it, muted. */
  note?: string;
}

export interface ComboboxProps {
  label: string;
  placeholder: string;
  /** What holds now; typing does not change it before Enter, a choice, or leaving the field. */
  value: string;
  options: readonly ComboboxOption[];
  onCommit: (value: string) => void;
  /** Each change of the text: for options that depend on it. */
  onText?: (text: string) => void;
  /** Choosing an option only puts it into the field: more is to be typed. */
  isPartial?: (value: string) => boolean;
  /** Whether leaving the field takes what was typed. */
  commitOnBlur?: boolean;
  className?: string;
}

const shownMax = 50;

/** A text field with suggestions; any other text is as good. */
export function Combobox(props: ComboboxProps) {
  const { label, placeholder, value, options, onCommit, onText, isPartial, commitOnBlur = true } = props;
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = matching(options, text ?? "");
  const isListed = isOpen && shown.length > 0;

  const type = (next: string) => {
    setText(next);
    setActive(-1);
    setIsOpen(true);
    onText?.(next);
  };
  const commit = (next: string) => {
    setIsOpen(false);
    setText(null);
    onText?.("");
    if (next !== value) onCommit(next);
  };
  const choose = (option: string) => (isPartial?.(option) === true ? type(option) : commit(option));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setIsOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((before) => (shown.length === 0 ? -1 : (before + step + shown.length + 1) % (shown.length + 1)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = isListed ? shown[active] : undefined;
      if (option !== undefined) choose(option.value);
      else commit(text ?? value);
    } else if (event.key === "Escape") {
      event.preventDefault();
      setIsOpen(false);
      setText(null);
    }
  };
  return (
    <div className={`combobox ${props.className ?? ""}`}>
      <input
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded={isListed}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(isListed && active >= 0 ? { "aria-activedescendant": `${id}-${active}` } : {})}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text ?? value}
        onChange={(event) => type(event.target.value)}
        onFocus={() => setIsOpen(true)}
        onBlur={() => {
          setIsOpen(false);
          if (commitOnBlur && text !== null) commit(text);
        }}
        onKeyDown={onKeyDown}
      />
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a datalist cannot hold notes, nor be styled */}
      <div id={`${id}-list`} className="combobox-list" role="listbox" aria-label={label} hidden={!isListed}>
        {shown.map((option, index) => (
          <div
            // A key of two types is listed twice.
            key={`${option.value} ${option.note ?? ""}`}
            id={`${id}-${index}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- see above
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={index === active ? "is-active" : ""}
            // Before the field loses the focus, which would close the list.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(option.value);
            }}
          >
            <span className="truncate">{option.value}</span>
            {option.note === undefined ? null : <span className="muted">{option.note}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

function matching(options: readonly ComboboxOption[], text: string): ComboboxOption[] {
  const wanted = text.toLowerCase();
  return options.filter((option) => option.value.toLowerCase().includes(wanted)).slice(0, shownMax);
}
