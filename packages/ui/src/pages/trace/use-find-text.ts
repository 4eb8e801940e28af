import { useEffect, useState } from "react";

/** The URL follows when typing has been still for this long. */
const settleMs = 200;

/**
 * Text that is typed here and kept in the URL. The field must not wait for the URL: fast typing would lose letters. What
 * comes from the URL otherwise (a link, going back) is taken over.
 */
export function useFindText(inUrl: string, write: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(inUrl);
  const [seen, setSeen] = useState(inUrl);
  const [written, setWritten] = useState(inUrl);
  if (inUrl !== seen) {
    setSeen(inUrl);
    if (inUrl !== written) {
      setText(inUrl);
      setWritten(inUrl);
    }
  }
  useEffect(() => {
    if (text === written) return;
    const timer = setTimeout(() => {
      setWritten(text);
      write(text);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [text, written, write]);
  return [text, setText];
}
