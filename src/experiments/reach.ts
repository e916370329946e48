/** What an experiment asks of a model beside time: a context that holds its longest text, and room to steer. Pure. */

/** The farthest that a size of an experiment goes. */
export interface Reach {
  /** The longest text that is read at once, by characters. */
  readonly longest: string;
  /** A text that is gone on from, and the tokens that are written behind it; null where nothing is written. */
  readonly written: { readonly after: string; readonly tokens: number } | null;
  /** Whether the stream is steered, which takes the weights a second time. */
  readonly steers: boolean;
}

/** The longest of some texts by characters; empty where there is none. */
export function longestOf(texts: Iterable<string>): string {
  let longest = '';
  for (const text of texts) if (text.length > longest.length) longest = text;
  return longest;
}
