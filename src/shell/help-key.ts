/** Whether a key press asks for the help: `?` anywhere but where it would be typed, or where something modal is open. */
export function asksForHelp(event: KeyboardEvent): boolean {
  if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  return (
    !(event.target instanceof Element) ||
    event.target.closest(
      'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select, [contenteditable], dialog[open]',
    ) === null
  );
}
