import { Long, ObjectId } from "mongodb";
import { describe, expect, it } from "vitest";
import { commandText } from "./mongodb-text.ts";

/** As the driver makes it of the documents of an insert. */
const sequence = (documents: object[]) => ({ field: "documents", documents, chunks: [Buffer.alloc(1000)] });

describe("a MongoDB command without values", () => {
  it.each<[object, string]>([
    [{ find: "people", filter: { name: "x" } }, '{"find":"?","filter":{"name":"?"}}'],
    [{ filter: { $or: [{ a: 1 }, { a: 2 }, { b: { $gt: 3 } }] } }, '{"filter":{"$or":[{"a":"?"},{"b":{"$gt":"?"}}]}}'],
    [{ pipeline: [{ $match: { a: 1 } }, { $count: "n" }] }, '{"pipeline":[{"$match":{"a":"?"}},{"$count":"?"}]}'],
    [{ filter: { a: { $in: [1, 2, "x", null] } } }, '{"filter":{"a":{"$in":["?"]}}}'],
    [{ insert: "people", documents: sequence([{ a: 1 }, { a: 2 }]) }, '{"insert":"?","documents":[{"a":"?"}]}'],
    [{ getMore: Long.fromNumber(5), _id: new ObjectId() }, '{"getMore":"?","_id":"?"}'],
    [{ at: new Date(0), like: /secret/, bytes: Buffer.from("secret") }, '{"at":"?","like":"?","bytes":"?"}'],
    [new Map<string, unknown>([['a"b', [new Map([["c", 1]])]]]), String.raw`{"a\"b":[{"c":"?"}]}`],
    [{}, "{}"],
  ])("%o", (command, expected) => expect(commandText(command)).toBe(expected));

  it("is bounded, whatever it gets", () => {
    const cyclic: Record<string, unknown> = { insert: "people" };
    cyclic["self"] = cyclic;
    expect(commandText(cyclic)).toMatch(/^\{"insert":"\?","self":\{/);
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field ${n}`, n]));
    expect(commandText(wide)).toHaveLength(8192);
    expect(commandText({ documents: sequence(Array.from({ length: 100_000 }, (_, n) => ({ n }))) })).toBe(
      '{"documents":[{"n":"?"}]}',
    );
  });
});
