import { describe, expect, it } from "vitest";
import { PersonalDataFilter } from "./personal-data.ts";

const filter = new PersonalDataFilter();

describe("texts", () => {
  it.each([
    ["cannot mail to Ann.O+x@mail.example.co.uk, sorry", "cannot mail to [email], sorry"],
    ["from 203.0.113.7:443 to 2001:db8::1", "from [ip]:443 to [ip]"],
    ["card 4111 1111 1111 1111 and 378282246310005.", "card [card] and [card]."],
    ["378282246310005", "[card]"],
    ["postgres://ann:s3cret@db.example.com/x", "postgres://[redacted]@db.example.com/x"],
    ["postgres://ann:s3/cr+et=@db/x", "postgres://[redacted]@db/x"],
    ["cloning https://ghp_0123456789@github.com/x", "cloning https://[redacted]@github.com/x"],
    [
      "jdbc:postgresql://db/x?user=u&password=s3cret&ssl=true",
      "jdbc:postgresql://db/x?user=u&password=[redacted]&ssl=true",
    ],
    ["Server=db;User Id=u;Password=s3cret;", "Server=db;User Id=u;Password=[redacted];"],
    ["GET /x?api_key=abc&page=2&X-Amz-Signature=0a1b", "GET /x?api_key=[redacted]&page=2&X-Amz-Signature=[redacted]"],
    ['{"user": {"email": "x", "id": 7}}', '{"user": {"email": "[redacted]", "id": 7}}'],
    ["Authorization: Bearer 0123456789abcdefghij==", "Authorization: Bearer [redacted]"],
    ["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF_123", "got [redacted]"],
    ["jos\u00e9@example.com, ann@b\u00fccher.example", "[email], [email]"],
    ["connect to 2001:db8::1: refused; [2001:db8::1]:443", "connect to [ip]: refused; [[ip]]:443"],
    ["4111\u00a01111\u00a01111\u00a01111", "[card]"],
  ])("%s", (text, cleaned) => {
    expect(filter.text(text)).toBe(cleaned);
  });

  it.each([
    "4111111111111112", // check digit
    "20261120130000", // a time stamp
    "1.2.3", // a version
    "999.1.1.1",
    "at 12:34:56",
    "aa:bb:cc:dd:ee:ff",
    "std::ab",
    "127.0.0.1",
    "::1",
    "at f (file:///app/node_modules/pkg@1.2.3/a.js:12:34)",
    "2001-01-13T00:00:00.000Z",
    "12345678-1234-4123-8123-123456789012", // an id of digits
    "a41111111111111111f", // within a hash
    "abfss://raw@lake.dfs.core.windows.net/orders", // a container
    "postgres://reader@db.example.com/x", // an account
    "http://db.example.com:8080/a@b", // a port
    "mongodb://a:27017,b:27017/orders",
    "4006381333931", // an article
    "4111111111111116000", // too long for the check digit of its network
    "Ab::Cd",
    "select * from users where email=? and token=$1 and phone=:phone",
    "token_count=5",
    '{"email_sent": "yes"}',
    "basic understanding",
  ])("leaves %s alone", (text) => {
    expect(filter.text(text)).toBe(text);
  });

  it("of a million characters take little time", () => {
    for (const text of [
      "a".repeat(1e6),
      "1".repeat(1e6),
      "1.".repeat(5e5),
      ":".repeat(1e6),
      "@".repeat(1e6),
      "a@".repeat(5e5),
      "a=".repeat(5e5),
      '"a":'.repeat(2e5),
      '"a":"\\'.repeat(2e5),
      "://:".repeat(2e5),
      "bearer ".repeat(1e5),
      "eyJ".repeat(3e5),
      "eyJ01234567.".repeat(1e5),
      "1:".repeat(5e5),
      "::".repeat(5e5),
    ]) {
      const before = process.cpuUsage();
      filter.text(`http://${text}`);
      // Tens of milliseconds; with its square it would be hours.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    }
  });
});

describe("attributes", () => {
  it("with a name that says it go as a whole; others by what is in them", () => {
    const attributes: Record<string, unknown> = {
      "http.request.header.authorization": ["Bearer x"],
      api_key: 17,
      "user.Email": "who",
      note: ["by ann@example.com", "fine"],
      "server.address": "203.0.113.7",
      "gen_ai.usage.tokens": 5,
      "pipeline.run.id": "r-1",
    };
    filter.clean(attributes);
    expect(attributes).toEqual({
      "http.request.header.authorization": "[redacted]",
      api_key: "[redacted]",
      "user.Email": "[redacted]",
      note: ["by [email]", "fine"],
      "server.address": "203.0.113.7",
      "gen_ai.usage.tokens": 5,
      "pipeline.run.id": "r-1",
    });
  });

  it.each([
    "db_password",
    "DB_PASSWORD",
    "userEmail",
    "user-email",
    "customer.firstName",
    "aws_secret_access_key",
    "smtp.sessionToken",
    "http.request.header.x-api-key",
    "customer_social_security_number",
  ])("%s says that its value is personal", (name) => {
    const attributes: Record<string, unknown> = { [name]: "x" };
    filter.clean(attributes);
    expect(attributes[name]).toBe("[redacted]");
  });

  it("that only count, or say whether there is one, are left alone", () => {
    const attributes = {
      token_count: 3,
      "email.count": 3,
      has_email: true,
      emails_sent: "7",
      "pipeline.partition.key": "2026-11-20",
      primary_key: "id",
    };
    const cleaned = { ...attributes };
    filter.clean(cleaned);
    expect(cleaned).toEqual(attributes);
  });

  it("may be nested, in log records: copies are cleaned, for the objects are the program's own", () => {
    const own = { user: { email: "x", notes: ["by ann@example.com", { phone: 5, id: 7 }], photo: new Uint8Array(2) } };
    const attributes: Record<string, unknown> = { ...own };
    filter.clean(attributes);
    const { photo } = own.user;
    expect(attributes).toEqual({
      user: { email: "[redacted]", notes: ["by [email]", { phone: "[redacted]", id: 7 }], photo },
    });
    expect(filter.value(own)).toEqual(attributes);
    expect(own.user.email).toBe("x");
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(JSON.stringify(filter.value(cyclic))).toContain("[redacted]");
  });

  it("follow what is configured", () => {
    const own = new PersonalDataFilter({ patterns: ["ip"], keys: ["customer_no"], allow: ["token"] });
    const attributes: Record<string, unknown> = { customerNo: "7", token: "t", note: "ann@example.com at 203.0.113.7" };
    own.clean(attributes);
    expect(attributes).toEqual({ customerNo: "[redacted]", token: "t", note: "ann@example.com at [ip]" });
  });
});
