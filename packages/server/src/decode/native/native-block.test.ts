import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { TestEngine } from "../testing/engine.ts";
import { SeededRandom } from "../testing/random.ts";
import { ByteSource } from "./byte-source.ts";
import { FixedStringColumn, UInt32Column, UInt8Column, Word64Column } from "./fixed-columns.ts";
import { LowCardinalityColumn } from "./low-cardinality-column.ts";
import { NativeBlock } from "./native-block.ts";
import { ArrayColumn, MapColumn } from "./nested-columns.ts";
import { StringColumn } from "./string-column.ts";

const engine = new TestEngine();
engine.execute(
  `CREATE TABLE all_types (number UInt32, flag Bool, whole Int64, time DateTime64(9, 'UTC'), id FixedString(8), text String,
    name LowCardinality(String), names Array(LowCardinality(String)), map Map(LowCardinality(String), Int64))
  ENGINE = MergeTree ORDER BY number`,
);
afterAll(() => engine.close());
beforeEach(() => engine.execute("TRUNCATE TABLE all_types"));

interface Row {
  number: number;
  flag: boolean;
  whole: string;
  time: string;
  id: string;
  text: string;
  name: string;
  names: string[];
  keys: string[];
  values: string[];
}

class AllTypes {
  readonly columns = {
    number: new UInt32Column("UInt32"),
    flag: new UInt8Column("Bool"),
    whole: new Word64Column("Int64"),
    time: new Word64Column("DateTime64(9, 'UTC')"),
    id: new FixedStringColumn(8),
    text: new StringColumn(),
    name: new LowCardinalityColumn(),
    names: new ArrayColumn(new LowCardinalityColumn()),
    map: new MapColumn(new Word64Column("Int64")),
  };
  readonly block = new NativeBlock("all_types", this.columns);

  append(row: Row): void {
    const { columns } = this;
    columns.number.append(row.number);
    columns.flag.append(row.flag ? 1 : 0);
    appendWord(columns.whole, row.whole);
    appendWord(columns.time, row.time);
    columns.id.append(new ByteSource(Buffer.from(row.id, "hex")), 0);
    appendText(columns.text, row.text);
    appendText(columns.name, row.name);
    for (const name of row.names) {
      appendText(columns.names.elements, name);
      columns.names.added();
    }
    columns.names.endRow();
    row.keys.forEach((key, index) => {
      const bytes = Buffer.from(key);
      columns.map.appendKey(new ByteSource(bytes), 0, bytes.length);
      appendWord(columns.map.values, row.values[index] ?? "0");
    });
    columns.map.endRow();
    this.block.rowCount++;
  }

  stored(): Row[] {
    engine.insert(this.block);
    return engine.rows<Row>(
      `SELECT number, flag, whole, toString(toUnixTimestamp64Nano(time)) AS time, lower(hex(id)) AS id, text, name, names,
        mapKeys(map) AS keys, mapValues(map) AS values FROM all_types ORDER BY number`,
    );
  }
}

function appendText(column: { append(source: ByteSource, start: number, end: number): unknown }, text: string): void {
  // Not at the start of the source, so that offsets count.
  const bytes = Buffer.from(`--${text}--`);
  column.append(new ByteSource(bytes), 2, bytes.length - 2);
}

function appendWord(column: Word64Column, digits: string): void {
  const value = BigInt.asUintN(64, BigInt(digits));
  column.append(Number(value & 0xffff_ffffn), Number(value >> 32n));
}

/** Strings of all lengths around the words in which they are copied and compared. */
function rows(count: number, distinct: number): Row[] {
  const random = new SeededRandom(count);
  const word = () => `${"abcdefghijk".slice(0, random.below(12))}${random.below(distinct)}`;
  return Array.from({ length: count }, (_, number) => {
    const keys = Array.from({ length: random.below(4) }, word);
    return {
      number,
      flag: number % 3 === 0,
      whole: String(BigInt.asIntN(64, BigInt(random.next()) * BigInt(random.next()) - 5n * BigInt(number))),
      time: String(1_700_000_000_000_000_000n + BigInt(random.next())),
      id: random.next().toString(16).padStart(16, "0"),
      text: random.below(50) === 0 ? "x".repeat(random.below(5000)) : word(),
      name: random.below(5) === 0 ? "" : word(),
      names: Array.from({ length: random.below(4) }, word),
      keys,
      values: keys.map(() => String(random.next())),
    };
  });
}

describe("a block with columns of every type", () => {
  it.each([
    ["of one row", 1, 1],
    ["with dictionaries of 8 bits", 2000, 10],
    ["with dictionaries of 16 bits", 3000, 2000],
    ["with dictionaries of 32 bits", 70_000, 90_000],
  ])("%s is stored as it was appended", (_name, count, distinct) => {
    const expected = rows(count, distinct);
    const all = new AllTypes();
    for (const row of expected) all.append(row);
    const stored = all.stored();
    expect(stored).toHaveLength(count);
    // As text, since comparing so many objects one by one is slow.
    expect(JSON.stringify(stored) === JSON.stringify(expected)).toBe(true);
  });

  it("without nested elements is stored", () => {
    const all = new AllTypes();
    const expected = rows(3, 5).map((row) => ({ ...row, names: [], keys: [], values: [] }));
    for (const row of expected) all.append(row);
    expect(all.stored()).toEqual(expected);
  });

  it("without rows is a valid block", () => {
    const all = new AllTypes();
    expect(all.stored()).toEqual([]);
  });

  it("is reused after clear", () => {
    const all = new AllTypes();
    for (const row of rows(500, 300)) all.append(row);
    all.block.clear();
    const expected = rows(40, 20);
    for (const row of expected) all.append(row);
    expect(all.stored()).toEqual(expected);
  });

  it("is as it was after a rollback, whatever came between", () => {
    const random = new SeededRandom(1);
    const all = new AllTypes();
    const encoded = () => Buffer.concat(all.block.encode());
    for (const row of rows(50, 30)) all.append(row);
    for (let round = 0; round < 200; round++) {
      const before = encoded();
      const { byteLength } = all.block;
      const mark = all.block.mark();
      for (const row of rows(1 + random.below(40), 1 + random.below(100))) all.append(row);
      // A row that was begun and not ended.
      appendText(all.columns.text, "begun");
      appendText(all.columns.names.elements, "begun");
      all.columns.names.added();
      all.block.rollback(mark);
      expect(encoded().equals(before)).toBe(true);
      expect(all.block.byteLength).toBe(byteLength);
      // Goes on, so that a dictionary with holes would show.
      if (round % 10 === 0) for (const row of rows(5, 500)) all.append(row);
    }
    const names = all.stored().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(100);
    expect(names).not.toContain("begun");
  });

  it("forgets the elements of an abandoned row only", () => {
    const all = new AllTypes();
    const expected = rows(4, 5);
    for (const row of expected) {
      appendText(all.columns.names.elements, "abandoned");
      all.columns.names.added();
      all.columns.names.abandonRow();
      all.columns.map.appendKey(new ByteSource(Buffer.from("key")), 0, 3);
      all.columns.map.values.append(1, 2);
      all.columns.map.abandonRow();
      all.append(row);
    }
    expect(all.stored()).toEqual(expected);
  });
});
