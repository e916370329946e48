/** State that outlives the component that first asks for it. */

/**
 * What `make` makes, with `$derived` values that go on for as long as somebody reads them. Made within a component they would
 * stand still from when it is gone: Svelte ends a derived value with the effect in which it was made.
 */
export function outliving<T extends object>(make: () => T): T {
  const made: T[] = [];
  $effect.root(() => void made.push(make()));
  const [one] = made;
  if (one === undefined) throw new Error('An effect root runs at once.');
  return one;
}
