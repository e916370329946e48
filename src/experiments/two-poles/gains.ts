/**
 * From bits to gains. With S(k | c) = bits of turn k after context c, less those of the neutral turn behind the same opening, a turn gains
 *   W(k | c) = S(k | neutral context) - S(k | c).
 * Both poles are shown in turn, and the mean of the two is taken: own (k is the pole that c shows), opposite (the other one),
 * marked (a turn of another axis, against its own neutral turn).
 */
import { mean } from '../../stats/stats.ts';
import { POLES } from './spec.ts';
import type { ContextData, DoseBits } from './stored.ts';

/** Gains of a topic, or means of them, in bits a turn. */
export interface Gains {
  readonly own: number;
  readonly opposite: number;
  readonly marked: number;
}

/**
 * Gains of the topics of one context, at the dose of the verdict. What marked turns gain after that context is the same for all
 * of them: the mean of two, one of either pole.
 */
export function gainsOf({ asked, marked }: ContextData): Gains[] {
  const markedGain = mean(
    marked.flatMap((turn) => {
      const beyond = (shown: 'a' | 'b' | 'neutral'): number => at(turn[shown], 0) - at(turn[shown], 1);
      return POLES.map((shown) => beyond('neutral') - beyond(shown));
    }),
  );
  return asked.map(({ doses }) => {
    const last = doses.at(-1);
    return { ...(last === undefined ? { own: NaN, opposite: NaN } : poleGains(last)), marked: markedGain };
  });
}

/** Own and opposite gains of one topic at one dose. */
export function poleGains(bits: DoseBits): Pick<Gains, 'own' | 'opposite'> {
  const beyond = (shown: 'a' | 'b' | 'neutral', pole: 'a' | 'b'): number =>
    at(bits[shown], pole === 'a' ? 0 : 1) - at(bits[shown], 2);
  const gain = (shown: 'a' | 'b', pole: 'a' | 'b'): number => beyond('neutral', pole) - beyond(shown, pole);
  return {
    own: mean(POLES.map((pole) => gain(pole, pole))),
    opposite: mean(POLES.map((pole) => gain(pole, pole === 'a' ? 'b' : 'a'))),
  };
}

/** Means of some topics. */
export function meanGains(some: readonly Gains[]): Gains {
  return {
    own: mean(some.map(({ own }) => own)),
    opposite: mean(some.map(({ opposite }) => opposite)),
    marked: mean(some.map(({ marked }) => marked)),
  };
}

/** W(opposite) / W(own): 0 where the opposite gains nothing, 1 where it is not told which pole was shown. */
export function shareOf(axes: readonly Gains[]): number {
  const { own, opposite } = meanGains(axes);
  return ratio(opposite, own);
}

/** The same beyond what any marked turn gains: (W(opposite) - W(marked)) / (W(own) - W(marked)). */
export function beyondShareOf(axes: readonly Gains[]): number {
  const { own, opposite, marked } = meanGains(axes);
  return ratio(opposite - marked, own - marked);
}

/** W(opposite) - W(marked), in bits. */
export function beyondOf(axes: readonly Gains[]): number {
  const { opposite, marked } = meanGains(axes);
  return opposite - marked;
}

/** W(own) - W(marked), in bits: whether showing X makes X cheaper at all. */
export function shownOf(axes: readonly Gains[]): number {
  const { own, marked } = meanGains(axes);
  return own - marked;
}

/** NaN where there is nothing to take a share of. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? NaN : part / whole;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? NaN;
}
