import { describe, expect, it } from "vitest";
import { type Due, type Note, Notes } from "./notes.ts";

function setUp() {
  const due: Due[] = [];
  const written: string[] = [];
  const notes = new Notes((when) => due.push(when));
  const note = (name: string): Note => ({ write: () => void written.push(name) });
  return { due, written, notes, note };
}

describe("notes", () => {
  it("are asked for once with the batch, and written in order", () => {
    const { due, written, notes, note } = setUp();
    notes.add(note("a"));
    notes.add(note("b"));
    expect(due).toEqual(["with the batch"]);
    expect(written).toEqual([]);
    notes.write();
    expect(written).toEqual(["a", "b"]);
    notes.add(note("c"));
    expect(due).toEqual(["with the batch", "with the batch"]);
  });

  it("are asked for soon where somebody waits to see one", () => {
    const { due, notes, note } = setUp();
    notes.add(note("a"));
    notes.add(note("start"), true);
    expect(due).toEqual(["with the batch", "soon"]);
  });

  it("are asked for at once when they are many, and written anyway when the thread has no time", () => {
    const { due, written, notes, note } = setUp();
    for (let i = 0; i < 511; i++) notes.add(note(String(i)));
    expect(due).toEqual(["with the batch", "now"]);
    expect(written).toEqual([]);
    notes.add(note("last"));
    expect(written).toHaveLength(512);
  });

  it("go on after one that throws, and take what is noted meanwhile the next time", () => {
    const { written, notes, note } = setUp();
    notes.add({
      write() {
        notes.add(note("meanwhile"));
        throw new Error("broken");
      },
    });
    notes.add(note("b"));
    notes.write();
    expect(written).toEqual(["b"]);
    notes.write();
    expect(written).toEqual(["b", "meanwhile"]);
  });
});
