import { parse } from "./parse/parse.ts";
import { print } from "./print/print.ts";
for (const q of process.argv.slice(2)) { try { console.log(q, "=>", print(parse(q))); } catch (e) { console.log(q, "!!", (e as Error).message); } }
