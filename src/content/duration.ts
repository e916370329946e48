/** How long something takes, in words. */

/** A duration, e.g. `a few seconds`, `about 40 s`, `about 3 min`, `about 2.5 hours`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 5) return 'a few seconds';
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Number((seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0))} hours`;
}
