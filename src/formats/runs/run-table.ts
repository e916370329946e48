/** The table of a run at one layer, as text between tabs: what a spreadsheet takes from the clipboard. */
import { drawnThing, grainDef } from '../../reading/grain.ts';
import { headName } from '../../probe/heads.ts';
import { visibleToken } from '../../text/visible-text.ts';
import { type FigureChoice, figureData, headOf } from './figure-data.ts';
import type { Recording } from './recording.ts';

/** One line a token, with the readout after it where there is one. Hidden characters are named, so that no cell breaks the table. */
export function runTable(recording: Recording, choice: FigureChoice): string {
  const { layer, window } = choice;
  const { layers } = recording;
  const { cells, grain, head, readouts } = figureData(recording, choice);
  const { scores, words } = headOf(recording, head);
  const readoutAfter = new Map(readouts.map((readout) => [readout.afterToken, readout]));
  const number = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toFixed(2)));
  const header = [
    'token',
    'text',
    `${headName(head, recording.axis)}, layer ${layer} (sd)`,
    grainDef(grain).single ? 'shown (sd)' : `${drawnThing(grain, window)} (sd)`,
    'words alone (sd)',
    'reading after it',
    'reading: 5 % of random',
    'reading: 95 % of random',
  ];
  const rows = cells.map(({ token, text, value }) => {
    const readout = readoutAfter.get(token);
    const shown = visibleToken(text);
    // A spreadsheet would compute what begins like a formula.
    const cell = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
    return [
      String(token),
      cell,
      number(scores[token * layers + layer]),
      number(value),
      number(words[token * layers + layer]),
      number(readout?.score),
      number(readout?.low),
      number(readout?.high),
    ];
  });
  return [header, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}
