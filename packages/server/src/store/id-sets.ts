/**
 * Right sides of IN for the ids, in hexadecimal, of a parameter `Array(String)`. Each is a subquery, for which the engine looks
 * into its index; whether an id is in an array that an expression makes it asks of every row there is.
 */
export const traceIdSet = (param: string) => idSet(param, 16);
export const spanIdSet = (param: string) => idSet(param, 8);

const idSet = (param: string, bytes: number) =>
  `(SELECT toFixedString(unhex(arrayJoin({${param}:Array(String)})), ${bytes}))`;
