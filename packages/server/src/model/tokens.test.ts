import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuthorize } from "./tokens.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const authorize = createAuthorize([
  { name: "collector", scopes: ["ingest"], sha256: hash("in") },
  { name: "boss", scopes: ["admin"], sha256: hash("all") },
]);
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("tokens", () => {
  it("allows everything when none is configured", () =>
    expect(() => createAuthorize([])(undefined, "admin")).not.toThrow());

  it.each([["Bearer in"], ["bearer  in"], [basic("anyone:in")]])("lets %j ingest", (header) =>
    expect(() => authorize(header, "ingest")).not.toThrow(),
  );

  it.each([[undefined], [""], ["Bearer"], ["Bearer wrong"], ["in"], [basic("in")], [basic("in:")]])(
    "refuses %j",
    (header) => expect(() => authorize(header, "ingest")).toThrow(expect.objectContaining({ code: "unauthenticated" })),
  );

  it("keeps scopes apart, and admin has them all", () => {
    expect(() => authorize("Bearer in", "read")).toThrow(expect.objectContaining({ code: "permission_denied" }));
    expect(() => authorize("Bearer all", "read")).not.toThrow();
  });
});
