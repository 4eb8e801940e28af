import { describe, expect, it } from "vitest";
import { type Shortcuts, sequenceMatcher } from "./shortcuts.ts";

const done: string[] = [];
const shortcuts: Shortcuts = {
  "g p": () => done.push("g p"),
  p: () => done.push("p"),
  j: () => done.push("j"),
};

function press(keys: [string, number][]): string[] {
  done.length = 0;
  const match = sequenceMatcher();
  for (const [key, atMs] of keys) match(key, atMs, shortcuts)?.();
  return [...done];
}

describe("sequenceMatcher", () => {
  it.each<[string, [string, number][], string[]]>([
    ["one key", [["j", 0]], ["j"]],
    [
      "a sequence",
      [
        ["g", 0],
        ["p", 300],
      ],
      ["g p"],
    ],
    [
      "a sequence that came too late",
      [
        ["g", 0],
        ["p", 1_500],
      ],
      ["p"],
    ],
    [
      "the second key of an unknown sequence",
      [
        ["g", 0],
        ["j", 100],
      ],
      [],
    ],
    [
      "keys after it",
      [
        ["g", 0],
        ["j", 100],
        ["j", 200],
      ],
      ["j"],
    ],
    ["an unknown key", [["x", 0]], []],
  ])("acts on %s", (_, keys, expected) => {
    expect(press(keys)).toEqual(expected);
  });
});
