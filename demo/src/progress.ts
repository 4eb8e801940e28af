const barWidth = 28;

/** A bar on a terminal, a line every tenth elsewhere. */
export function createProgress(total: number, stream: NodeJS.WriteStream = process.stdout) {
  return (done: number, label: string) => {
    const share = total === 0 ? 1 : done / total;
    if (stream.isTTY) {
      const filled = Math.round(share * barWidth);
      stream.write(
        `\r\u001b[2K  demo ${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${done}/${total} ${label}${done === total ? "\n" : ""}`,
      );
      return;
    }
    if (done === total || done % Math.max(1, Math.ceil(total / 10)) === 0)
      stream.write(`demo: ${done}/${total} ${label}\n`);
  };
}
