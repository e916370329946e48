/** The keys of the strip and of the layer map, for the list that the page shows. */

/** Keys and what they do. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

/** They work while the strip or the map has the focus, never while typing. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['←', '→'], does: 'previous, next token' },
  { keys: ['↑', '↓'], does: 'layer above, below' },
  { keys: ['Page Up', 'Page Down'], does: 'previous, next sentence' },
  { keys: ['[', ']'], does: 'previous, next peak' },
  { keys: ['Home', 'End'], does: 'first, last token' },
  { keys: ['Enter'], does: 'lock the token' },
  { keys: ['Esc'], does: 'close the tip, then unlock' },
  { keys: ['Ctrl', 'Z'], does: 'take back what was shown last, also outside the strip' },
  { keys: ['Ctrl', 'Shift', 'Z'], does: 'show it again' },
];
