import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { checkCommand } from "./check.ts";

const folder = mkdtempSync(join(tmpdir(), "sightglass-check-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const check = async (rules: string): Promise<string> => {
  writeFileSync(join(folder, "r.yaml"), rules);
  writeFileSync(join(folder, "s.yaml"), "rule_files: [r.yaml]");
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  try {
    await checkCommand().parseAsync([join(folder, "s.yaml")], { from: "user" });
  } finally {
    write.mockRestore();
  }
  return written.join("");
};

it("reads the rule files too", async () => {
  expect(await check("groups: [{name: g, rules: [{record: a, expr: 1}]}]")).toMatch(
    /s.yaml is right: .*, 1 rule groups/,
  );
  await expect(check("groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]")).rejects.toThrow(/r.yaml:1:4\d: /);
});
