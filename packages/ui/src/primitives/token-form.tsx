import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { keepToken } from "../api/token.ts";
import { Button } from "./button.tsx";
import "./field.css";

/** Asks for the access token that a server outside loopback needs; kept for this tab only. */
export function TokenForm() {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keepToken(token.trim());
    void queries.invalidateQueries();
  };
  return (
    <form className="state-actions" onSubmit={submit}>
      <label className="field">
        <span className="visually-hidden">Access token</span>
        <input
          className="input"
          type="password"
          autoComplete="off"
          placeholder="Access token"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      </label>
      <Button type="submit" variant="primary" disabled={token.trim() === ""}>
        Use this token
      </Button>
    </form>
  );
}
