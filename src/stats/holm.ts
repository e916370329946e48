/** Several tests at once: Holm's step-down correction (Holm 1979), which holds the family-wise error under any dependence. */

/** Adjusted p, in the order given. A null stays null and does not count among the tests. */
export function holm(p: readonly (number | null)[]): (number | null)[] {
  const order = p.flatMap((value, at) => (value === null ? [] : [{ value, at }])).sort((a, b) => a.value - b.value);
  const adjusted: (number | null)[] = p.map(() => null);
  let highest = 0;
  order.forEach(({ value, at }, rank) => {
    highest = Math.max(highest, Math.min(1, value * (order.length - rank)));
    adjusted[at] = highest;
  });
  return adjusted;
}
