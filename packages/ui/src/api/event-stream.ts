/** One server-sent event. */
export interface StreamEvent {
  event: string;
  data: string;
}

/**
 * Reads a `text/event-stream` body (HTML standard, section 9.2.6) chunk by chunk. `fetch` rather than EventSource,
 * because EventSource can send no Authorization header and hides why it failed.
 *
 * @returns a function that takes the next piece of text and gives the events that it completes
 */
export function eventStreamParser(): (text: string) => StreamEvent[] {
  let rest = "";
  let event = "message";
  let data: string[] = [];
  return (text) => {
    const events: StreamEvent[] = [];
    // A CR at the end may be half of a CRLF: it waits for what follows.
    const lines = (rest + text).split(/\r\n|\n|\r(?=[^])/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) events.push({ event, data: data.join("\n") });
        event = "message";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
    return events;
  };
}
