import type { IncomingMessage } from "node:http";
import type { Scope } from "../model/tokens.ts";

/** Throws unless the request may be made here, with a token of the scope where tokens are needed. */
export type AuthorizeRequest = (request: IncomingMessage, scope: Scope) => void;
