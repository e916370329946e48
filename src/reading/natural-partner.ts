/** Which run a run is best compared with. */

/** What is known of a run without its scores. */
export interface RunFacts {
  readonly text: string;
  readonly probeSha256: string;
}

/** Texts that share fewer characters at their beginning do not begin alike. */
const LEAST_SHARED = 60;

/**
 * The natural partner among runs, the newest first: one that begins alike and goes on differently (the one that shares
 * most), else the same text read with another probe, else the newest. Null where there is none.
 */
export function naturalPartner<T extends RunFacts>(run: RunFacts, others: readonly T[]): T | null {
  let best: { readonly other: T; readonly shared: number } | null = null;
  for (const other of others) {
    const shared = sharedLength(run.text, other.text);
    if (other.text !== run.text && shared >= LEAST_SHARED && shared > (best?.shared ?? 0)) best = { other, shared };
  }
  return (
    best?.other ??
    others.find(({ text, probeSha256 }) => text === run.text && probeSha256 !== run.probeSha256) ??
    others[0] ??
    null
  );
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
