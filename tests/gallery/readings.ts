/** Recordings in every state that a strip and its charts must bear. */
import { serialiseRecording, serialiseRecordingIndex } from '../../src/formats/runs/recording-json.ts';
import { UNMEASURED_ALARM } from '../../src/formats/probe/probe-parts.ts';
import type { Recording } from '../../src/formats/runs/recording.ts';
import type { AppParts } from '../../src/state/app.svelte.ts';
import { BETRAYAL, LAYERS, sampleRecording } from '../browser/pages/support/sample.ts';

const scored = (change: (score: number, token: number) => number): Recording => {
  const plain = sampleRecording();
  const readouts = plain.taps.map((readout) => ({
    ...readout,
    score: readout.score.map((score) => change(score, readout.afterToken)),
  }));
  return {
    ...plain,
    taps: readouts,
    scores: plain.scores.map((score, index) => change(score, Math.floor(index / LAYERS))),
  };
};

/** By what is odd about each. */
export const READINGS = {
  recorded: sampleRecording(),
  long: sampleRecording('long', 'Two thousand tokens', Array.from({ length: 13 }, () => BETRAYAL).join(' ')),
  short: sampleRecording('short', 'One word', 'Yes'),
  'far beyond the range': scored((score) => score * 40),
  'with holes': scored((score, token) => (token >= 30 && token < 60 ? Number.NaN : score)),
  'with characters that could mislead': sampleRecording(
    'odd',
    'Odd characters',
    'The sign said \u202etixe\u202c and rang \u0007 once.\n\tThen שלום and 你好 and 🙂\u200b. ' +
      'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3),
  ),
  'of a probe without lines': {
    ...sampleRecording(),
    alarm: UNMEASURED_ALARM,
    explained: new Array<number>(LAYERS).fill(0),
  },
} satisfies Record<string, Recording>;

/** Parts of a page whose one story is this. */
export function telling(recording: Recording): Partial<AppParts> {
  const { id, title } = recording;
  return {
    fetchText: (url) =>
      Promise.resolve(
        url.endsWith('index.json')
          ? serialiseRecordingIndex([{ id, title, blurb: 'A story for looking at.', dark: false }])
          : serialiseRecording(recording),
      ),
  };
}
