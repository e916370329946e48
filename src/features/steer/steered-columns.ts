/** Texts side by side as the place shows them: a steered one with the unsteered, or the recorded three. */
import { type Examples, meanReading } from '../../reading/examples.ts';
import { tracePoints } from '../../reading/trace.ts';
import { actedTokens } from '../../steering/acted-tokens.ts';
import { DEFAULT_MODE, modeDef } from '../../steering/modes.ts';
import { steeredSide } from '../../steering/steered-side.ts';
import type { ReadingState } from '../../state/runs/reading.svelte.ts';
import type { ReadColumn } from '../../ui/read-column.ts';
import type { SteeredText } from './steerer.svelte.ts';
import { NOT_READ_BACK, settingsLine, TRACES } from './words.ts';
import { actedLine } from '../../content/acted.ts';

/** One text, and what a sentence about it needs. */
export interface SteeredColumn extends ReadColumn {
  /** E.g. `towards kind`; null where nothing steered. */
  readonly towards: string | null;
  /** To which side of what is read it was steered; 0 where there is none. */
  readonly side: -1 | 0 | 1;
  /** Mean of its readings, NaN where there is none yet. */
  readonly reading: number;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** The recorded texts, in their order. */
export function exampleColumns({ texts, axis, sampling }: Examples): readonly SteeredColumn[] {
  return texts.map(({ steering, pieces, trace, given }, index) => {
    const towards = steering === null ? null : `towards ${axis[steering.pole]}`;
    return {
      key: String(index),
      heading: towards === null ? TRACES.unsteered.label : capital(towards),
      tone: steering === null ? null : steering.pole === 'positive' ? 'up' : 'down',
      pieces,
      trace,
      from: given,
      towards,
      side: steering === null ? 0 : steeredSide({ mode: DEFAULT_MODE, ...steering }, axis, axis),
      reading: meanReading(trace, given),
      note:
        steering === null
          ? `seed ${sampling.seed}`
          : settingsLine({
              strength: steering.strength,
              from: steering.layer,
              to: steering.layer,
              seed: sampling.seed,
              tokens: pieces.length - given,
            }),
    };
  });
}

/** The tokens of a text that were steered, as it was read back where it was; null where all of its own words were. */
export function actedIn({ during, back }: SteeredText): ReadonlySet<number> | null {
  const when = during.push?.when;
  if (when === undefined) return null;
  const pieces = ({ tokens }: ReadingState): readonly string[] => tokens.map((token) => token.text);
  return actedTokens(when.acted, pieces(during), pieces(back ?? during));
}

/** A text that was written here, and what the model writes by itself once there is something of it. */
export function textColumns(text: SteeredText): readonly SteeredColumn[] {
  const { steering, axis, ends, during, back, unsteered, sampling, key } = text;
  const { hasPole, done, strength } = modeDef(steering.mode);
  const towards = [hasPole ? `towards ${axis[steering.pole]}` : done('', steering.direction), ...ends].join(' and ');
  const column = (reading: ReadingState, readable: boolean): Pick<ReadColumn, 'pieces' | 'trace' | 'from'> => ({
    pieces: reading.tokens.map((token) => token.text),
    trace: readable ? tracePoints(reading.readouts, reading.tokens.length, null, reading.frame.defaultLayer) : [],
    from: reading.givenTokens,
  });
  const steered = column(back ?? during, back !== null);
  const beside = unsteered === null ? null : column(unsteered, true);
  const set = settingsLine({
    strength: strength === null ? null : steering.strength,
    from: steering.from,
    to: steering.to,
    seed: sampling.seed,
    tokens: steered.pieces.length - steered.from,
  });
  const acted = actedIn(text);
  const when = during.push?.when;
  const held = when === undefined ? set : `${set}. ${actedLine(when)}`;
  return [
    {
      key: `${key} steered`,
      heading: capital(towards),
      tone: !hasPole ? null : steering.pole === 'positive' ? 'up' : 'down',
      ...steered,
      towards,
      side: steeredSide(steering, axis, during.frame.axis),
      reading: meanReading(steered.trace, steered.from),
      note: back === null ? `${held}. ${NOT_READ_BACK}` : held,
      ...(acted && { acted }),
    },
    ...(beside === null
      ? []
      : [
          {
            key: `${key} unsteered`,
            heading: TRACES.unsteered.label,
            tone: null,
            ...beside,
            towards: null,
            side: 0,
            reading: meanReading(beside.trace, beside.from),
            note: TRACES.unsteered.says,
          } as const,
        ]),
  ];
}
