import { Hono } from "hono";
import { expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { answerErrors } from "./prometheus-envelope.ts";

it.each([
  [
    new SightglassError("query_timeout", "the store refused the query: Code: 159"),
    503,
    "timeout",
    "query timed out in expression evaluation",
  ],
  [
    new SightglassError("query_too_large", "too many rows", { hint: "ask for less" }),
    422,
    "execution",
    "too many rows (ask for less)",
  ],
  [new Error("secret"), 500, "internal", "the server failed; its log says why"],
])("%s is told as Prometheus does", async (thrown, status, errorType, error) => {
  const app = new Hono();
  app.get("/", () => {
    throw thrown;
  });
  const answer = await answerErrors(app).request("/");
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ status: "error", errorType, error });
});
