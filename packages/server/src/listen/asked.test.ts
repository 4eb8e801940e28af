import { describe, expect, it } from "vitest";
import { type Asked, checkHost, checkOrigin } from "./asked.ts";

const asked = (headers: Record<string, string>, method = "POST"): Asked => ({
  method,
  header: (name) => headers[name],
});
const refused = expect.objectContaining({ code: "permission_denied" });

describe("the name that a request is for", () => {
  it.each([
    "localhost",
    "localhost:4319",
    "LOCALHOST.:4319",
    "sightglass.localhost:4319",
    "127.0.0.1:4319",
    "127.9.9.9",
    "[::1]:4319",
    "[::ffff:127.0.0.1]:4319",
    "10.1.2.3:4319",
    "host.docker.internal:4318",
    "host.containers.internal:4318",
  ])("%s is the server's own", (host) => {
    checkHost(asked({ host }), []);
  });

  it.each(["evil.example", "evil.example:4319", "127.0.0.1.evil.example", "localhost.evil.example", "1.2.3.4.5", "a"])(
    "%s is a stranger's",
    (host) => {
      expect(() => checkHost(asked({ host }), [])).toThrow(refused);
    },
  );

  it("may be configured", () => {
    for (const host of ["Sight.example:443", "a.b.test", "b.test"])
      checkHost(asked({ host }), ["sight.Example", ".b.test"]);
    checkHost(asked({ host: "whatever" }), ["*"]);
    expect(() => checkHost(asked({ host: "a.sight.example" }), ["sight.example"])).toThrow(refused);
    expect(() => checkHost(asked({ host: "ab.test" }), [".b.test"])).toThrow(refused);
  });

  it("is missing where no browser asks", () => {
    checkHost(asked({}), []);
    checkHost(asked({ host: "" }), []);
  });

  it("is told with the setting that lets it in", () => {
    expect(() => checkHost(asked({ host: "sight.example:80" }), [])).toThrow(
      expect.objectContaining({
        message: 'this server is not known by the name "sight.example:80"',
        hint: expect.stringContaining('list "sight.example" under allowed_hosts'),
      }),
    );
  });
});

describe("what pages send", () => {
  const host = "127.0.0.1:4319";

  it.each<[string, Record<string, string>]>([
    ["a program", { host }],
    ["the page itself", { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" }],
    ["a person, by hand", { host, "sec-fetch-site": "none" }],
    ["the page itself, in a browser that says no more", { host, origin: `http://${host}` }],
    ["the page behind a proxy that ends TLS", { host: "sight.example", origin: "https://sight.example" }],
    [
      "the page behind one that says how it was called",
      {
        host,
        origin: "https://sight.example",
        "x-forwarded-host": "sight.example",
      },
    ],
    [
      "the page behind one that says nothing, over TLS",
      {
        host,
        origin: "https://sight.example",
        "sec-fetch-site": "same-origin",
      },
    ],
  ])("is taken from %s", (_who, headers) => {
    checkOrigin(asked(headers));
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { host, origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another site that hides its name", { host, "sec-fetch-site": "cross-site" }],
    ["another name of the same site", { host, origin: "http://a.example", "sec-fetch-site": "same-site" }],
    ["another port of this machine", { host, origin: "http://127.0.0.1:3000" }],
    ["a page without a name", { host, origin: "null" }],
    ["a file", { host, origin: "file://" }],
  ])("is not taken from %s, but read all the same", (_who, headers) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect(() => checkOrigin(asked(headers, method))).toThrow(refused);
    for (const method of ["GET", "HEAD", "OPTIONS"]) checkOrigin(asked(headers, method));
  });

  it("is taken from trusted origins", () => {
    const headers = { host, origin: "https://app.example", "sec-fetch-site": "cross-site" };
    checkOrigin(asked(headers), ["https://app.example"]);
    checkOrigin(asked(headers), ["*"]);
    expect(() => checkOrigin(asked(headers), ["https://app.example.evil"])).toThrow(refused);
  });
});
