import { describe, expect, it } from "vitest";
import { escapeName, unescapeName } from "./escape-name.ts";

describe("escaped names", () => {
  it.each([
    // name: underscores | dots | values
    ["up", "up|up|up"],
    ["http_requests:rate", "http_requests:rate|http__requests:rate|http_requests:rate"],
    ["http.status_code", "http_status_code|http_dot_status__code|U__http_2e_status__code"],
    ["0a", "_a|__a|U___30_a"],
    ["größe 😀", "gr__e__|gr____e____|U__gr_f6__df_e_20__1f600_"],
  ])("%s", (name, expected) => {
    expect(["underscores", "dots", "values"].map((scheme) => escapeName(name, scheme as "dots")).join("|")).toBe(
      expected,
    );
    expect(escapeName(name, "allow-utf-8")).toBe(name);
    expect(unescapeName(escapeName(name, "values"))).toBe(name);
  });

  it.each(["U__a_", "U__a_zz_", "U___d800_", "U___110000_", "plain__name"])("%s stands for itself", (name) =>
    expect(unescapeName(name)).toBe(name),
  );
});
