/** Writes text in which names stand in backquotes, the names as code. */
export function CodeWords({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      <code key={`${index} ${part}`} className="code-name">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
