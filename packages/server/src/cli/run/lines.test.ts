import { describe, expect, it } from "vitest";
import { type Line, LineSplitter } from "./lines.ts";

function split(chunks: (string | number[])[], lineBytesMax = 100): Line[] {
  const lines: Line[] = [];
  const splitter = new LineSplitter(lineBytesMax, (line) => lines.push(line));
  for (const chunk of chunks) splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : Uint8Array.from(chunk));
  splitter.end();
  return lines;
}
const texts = (chunks: (string | number[])[]) => split(chunks).map((line) => line.text);

describe("lines of output", () => {
  it.each([
    ["joins parts", ["a", "b\nc", "\n"], ["ab", "c"]],
    ["keeps a last line without an end", ["a\nb"], ["a", "b"]],
    ["keeps empty lines", ["\n\na\n"], ["", "", "a"]],
    ["takes Windows line ends", ["a\r\nb\r\n"], ["a", "b"]],
    ["takes the last state of a progress bar", ["10%\r20%\r30%\n"], ["30%"]],
    ["leaves escape sequences out", ["\u001B[31mred\u001B[0m \u001B]0;title\u0007x\n"], ["red x"]],
    ["joins a character that was cut", [[0xc3], [0xa9, 0x0a]], ["é"]],
    ["shows bytes that are no text", [[0xff, 0x00, 0x61, 0x0a]], ["\uFFFD\u0000a"]],
    ["finds nothing in nothing", [], []],
  ] as [string, (string | number[])[], string[]][])("%s", (_name, chunks, expected) => {
    expect(texts(chunks)).toEqual(expected);
  });

  it("cuts a line over the limit and goes on with the next", () => {
    expect(split(["abc", "defgh", "\nok\n"], 4)).toEqual([
      { text: "abcd", isTruncated: true },
      { text: "ok", isTruncated: false },
    ]);
  });

  it("keeps a line of exactly the limit whole", () => {
    expect(split(["abcd\n"], 4)).toEqual([{ text: "abcd", isTruncated: false }]);
  });
});
