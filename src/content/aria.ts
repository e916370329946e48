/** Names that are spoken, not shown. In one place, so that they can be read as a whole and changed together. */
import { spoken } from './numbers.ts';

/** Fixed accessible names. */
export const ARIA = {
  strip: 'Text, coloured by score',
  map: 'Layer map',
  mapHelp: 'Arrow keys move by token and layer.',
  trajectory: 'Trajectory of the chosen layer',
  stories: 'Recorded stories',
  theme: 'Appearance',
  problems: 'Problems',
  loading: 'Loading the model',
} as const;

/** Name of one token for a screen reader, e.g. `“rain”, plus 0.62, token 41 of 212, layer 16`. */
export function tokenName(text: string, value: number, token: number, tokens: number, layer: number): string {
  const said = token === 0 ? 'start of text, not a score' : spoken(value);
  return `“${text}”, ${said}, token ${token} of ${tokens - 1}, layer ${layer}`;
}

/** Name of a tap mark. */
export function tapName(sentence: number, score: number, low: number, high: number): string {
  const inside = score >= low && score <= high;
  return `Tap after sentence ${sentence}: ${spoken(score)}, ${inside ? 'within' : 'beyond'} the range of random directions, ${spoken(low)} to ${spoken(high)}`;
}
