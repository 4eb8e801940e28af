import { describe, expect, it } from "vitest";
import { SeededRandom } from "../testing/random.ts";
import { ByteSource } from "./byte-source.ts";
import { StringDictionary } from "./string-dictionary.ts";

const intern = (dictionary: StringDictionary, text: string) => {
  const bytes = Buffer.from(text);
  return dictionary.intern(new ByteSource(bytes), 0, bytes.length);
};

describe("StringDictionary", () => {
  it("numbers strings in the order they come, from the empty one", () => {
    const dictionary = new StringDictionary();
    const numbers = ["", "a", "b", "a", "", "c", "b", "a"].map((text) => intern(dictionary, text));
    expect(numbers).toEqual([0, 1, 2, 1, 0, 3, 2, 1]);
    expect(dictionary.size).toBe(4);
    expect([...dictionary.written()]).toEqual([0, 1, 97, 1, 98, 1, 99]);
  });

  it("tells strings apart that differ in any one byte", () => {
    const dictionary = new StringDictionary();
    const texts = new Set<string>();
    for (let length = 1; length < 20; length++) {
      for (let at = 0; at < length; at++) texts.add("x".repeat(at) + "y" + "x".repeat(length - at - 1));
    }
    const numbers = [...texts].map((text) => intern(dictionary, text));
    expect(new Set(numbers).size).toBe(texts.size);
    expect([...texts].map((text) => intern(dictionary, text))).toEqual(numbers);
  });

  it("gives a new string its tag once", () => {
    let calls = 0;
    const dictionary = new StringDictionary((_source, start, end) => {
      calls++;
      return end - start;
    });
    const entries = ["abc", "abc", "de", "abc"].map((text) => intern(dictionary, text));
    expect(entries.map((entry) => dictionary.tagOf(entry))).toEqual([3, 3, 2, 3]);
    expect(calls).toBe(2);
    expect(dictionary.tagOf(0)).toBe(0);
  });

  it("keeps numbers across truncations and growth", () => {
    const dictionary = new StringDictionary();
    const random = new SeededRandom(5);
    const known: string[] = [""];
    for (let step = 0; step < 3000; step++) {
      const text = `name-${random.below(4000)}`;
      const entry = intern(dictionary, text);
      if (entry === known.length) known.push(text);
      expect(known[entry]).toBe(text);
      if (random.below(100) === 0) {
        const size = 1 + random.below(known.length);
        dictionary.truncate(size);
        known.length = size;
        expect(dictionary.size).toBe(size);
      }
    }
    known.forEach((text, entry) => expect(intern(dictionary, text)).toBe(entry));
  });
});
