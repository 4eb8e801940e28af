/** A fenced block of TypeScript in the documentation. */
export interface Snippet {
  /** `docs/guides/sdk.md:7`: where the block begins. */
  place: string;
  /** What the comment before it gives: what the reader has already, and the block leaves out. */
  given: string;
  code: string;
}

/** A comment that begins with `given` and ends on the line before the block: it is on no page that is shown. */
const block = /(?:^<!--given\n(?<given>[\s\S]*?)-->\n)?^```(?:ts|typescript)\n(?<code>[\s\S]*?)^```$/gm;

export function snippetsOf(page: string, text: string): Snippet[] {
  return [...text.matchAll(block)].map(({ 0: whole, index, groups }) => ({
    place: `${page}:${text.slice(0, index + whole.indexOf("```")).split("\n").length}`,
    given: groups?.["given"] ?? "",
    code: groups?.["code"] ?? "",
  }));
}

/** Whether it is a whole program: nothing in it is only declared, and nothing says that it cannot run. */
export function isProgram({ given }: Snippet): boolean {
  return !/^declare |^\/\/ not run: /m.test(given);
}
