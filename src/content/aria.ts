/** Names that are spoken, not shown. In one place, so that they can be read as a whole and changed together. */
import type { StripCell, ReadoutMark } from '../reading/strip-cell.ts';
import { spokenToken } from '../text/visible-text.ts';
import { spoken } from './numbers.ts';

/** Fixed accessible names. */
export const ARIA = {
  strip: 'Text, coloured by its readings',
  map: 'Layer map',
  mapHelp: 'Arrow keys move by token and layer, with Shift they choose a span.',
  face: 'How the text is shown',
  trajectory: 'The reading along the text',
  heads: 'What is read',
  stories: 'Recorded stories',
  shown: 'What is on show',
  theme: 'Appearance',
  problems: 'Problems',
  loading: 'Loading the model',
} as const;

/**
 * Name of one token for a screen reader, e.g. `“rain”, plus 0.62, kind against cruel, token 41 of 212, layer 16`;
 * `layer` is null where the reading is over several.
 */
export function tokenName(cell: StripCell, tokens: number, layer: number | null, reading: string): string {
  const said =
    cell.state === 'unread'
      ? 'no reading yet'
      : cell.state === 'sink'
        ? 'start of text, not a score'
        : spoken(cell.value);
  return `“${spokenToken(cell.text)}”, ${said}, ${reading}, token ${cell.token} of ${tokens - 1}${layer === null ? '' : `, layer ${layer}`}`;
}

/** Name of a readout mark, e.g. `Reading 3, after token 41: plus 0.20, kind against cruel, beyond 90 percent of random directions, …`. */
export function readoutName(readout: ReadoutMark, afterToken: number, reading: string): string {
  const place = readout.inside ? 'no further out than' : 'beyond';
  return `Reading ${readout.index + 1}, after token ${afterToken}: ${spoken(readout.score)}, ${reading}, ${place} 90 percent of random directions, ${spoken(readout.low)} to ${spoken(readout.high)}`;
}
