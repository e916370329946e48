/** One line of progress on standard error: rewritten in a terminal, printed at every tenth elsewhere. */

let shown = '';

/** Shows how far a stage has come. */
export function showProgress(stage: string, done: number, total: number): void {
  const line = `${stage} ${done}/${total}`;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${line}`);
    shown = line;
    return;
  }
  const tenth = Math.floor((done / total) * 10);
  const key = `${stage} ${tenth}`;
  if (key === shown) return;
  shown = key;
  process.stderr.write(`${line}\n`);
}

/** Removes the line, so that what is printed next stands alone. */
export function clearProgress(): void {
  if (process.stderr.isTTY && shown !== '') process.stderr.write('\r\u001b[K');
  shown = '';
}
