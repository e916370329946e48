/** Whether a key press belongs to a text that is being typed, which then has its own undo. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['radio', 'checkbox', 'range', 'button', 'file', 'submit'].includes(target.type)
  );
}
