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
  { keys: ['Shift + ←', 'Shift + →'], does: 'choose a span, token by token' },
  { keys: ['Shift + Page Up', 'Shift + Page Down'], does: 'the same, sentence by sentence' },
  { keys: ['Enter'], does: 'lock the token' },
  { keys: ['Esc'], does: 'close the tip, then let the span go, then unlock' },
];

/** Keys that work anywhere on the page, never while typing. */
export const PAGE_SHORTCUTS: readonly Shortcut[] = [
  { keys: ['?'], does: 'this help' },
  { keys: ['Ctrl', 'Z'], does: 'take back what was shown last' },
  { keys: ['Ctrl', 'Shift', 'Z'], does: 'show it again' },
  { keys: ['Ctrl', 'Enter'], does: 'in a text box: read it, or let the model write' },
  { keys: ['Esc'], does: 'close the help, end the tour' },
];
