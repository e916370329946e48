/** A value from outside in a few characters, for a message: whatever it is, however deep and long. Pure. */

const MOST = 80;
const DEEPEST = 2;
const MOST_ITEMS = 4;

/** The value as JSON, cut where it is longer than a line of a message or deeper than two levels; `nothing` for undefined. Never throws. */
export function shown(value: unknown): string {
  const text = described(value, 0);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function described(value: unknown, depth: number): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return value.length > MOST ? `${JSON.stringify(value.slice(0, MOST)).slice(0, -1)}…` : JSON.stringify(value);
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // JSON holds nothing else.
  if (typeof value !== 'object') return typeof value;
  const list = Array.isArray(value);
  const [open, close] = list ? '[]' : '{}';
  if (depth >= DEEPEST) return `${open}…${close}`;
  const items: string[] = [];
  // Without a list of all names: an object may have millions.
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (items.length === MOST_ITEMS) {
      items.push('…');
      break;
    }
    const item = described((value as Record<string, unknown>)[key], depth + 1);
    items.push(list ? item : `${JSON.stringify(key.slice(0, MOST))}:${item}`);
  }
  return `${open}${items.join(',')}${close}`;
}

/** No file of ours is deeper than a dozen levels. */
export const DEEPEST_JSON = 100;

/**
 * Whether a JSON text nests deeper than {@link DEEPEST_JSON}: what walks such a value level by level would end in an
 * error of the machine.
 */
export function tooDeep(source: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEEPEST_JSON) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Array.from('"\\[]{}', (letter) =>
  letter.charCodeAt(0),
);
