/** What many futures come to, in sentences: the plain one first, then the numbers that it rests on. */
import type { Axis } from '../../probe/probe-types.ts';
import { CHANCE_SHARE, type FanEnd, type FanStep, type LineShare } from './fan.ts';

/** A share as it is written, e.g. `7 of 24 (29 %, 15 to 49 %)`. */
export function shareWords({ count, of, share, low, high }: LineShare): string {
  const percent = (value: number): string => String(Math.round(100 * value));
  return `${count} of ${of} (${percent(share)} %, ${percent(low)} to ${percent(high)} %)`;
}

/** What is seen, e.g. `7 of 24 futures turn to cruel.` */
export function fanHeadline({ start, leans, turned }: FanEnd, axis: Axis): string {
  const { positive, none, negative } = leans;
  if (turned !== null && start !== 'none') {
    const to = start === 'positive' ? axis.negative : axis.positive;
    return turned.count === 0
      ? `None of ${turned.of} futures turns to ${to}.`
      : `${turned.count} of ${turned.of} futures ${turned.count === 1 ? 'turns' : 'turn'} to ${to}.`;
  }
  if (none.count === none.of) return `All ${none.of} futures stay where chance alone would put them.`;
  return `Of ${none.of} futures ${positive.count} end ${axis.positive} and ${negative.count} ${axis.negative}.`;
}

/** How sure that is: shares with intervals, and what chance gives. */
export function fanSure({ start, leans, turned }: FanEnd, axis: Axis): readonly string[] {
  const chance = (CHANCE_SHARE * leans.none.of).toFixed(1);
  const begin =
    start === 'none'
      ? 'The text itself leans to neither side, so there is nothing to turn from.'
      : `The text itself leans to ${start === 'positive' ? axis.positive : axis.negative}.`;
  return [
    begin,
    ...(turned === null ? [] : [`They turn: ${shareWords(turned)}.`]),
    `At their last reading: ${axis.positive} ${shareWords(leans.positive)}, ${axis.negative} ${shareWords(leans.negative)}, within the chance range ${shareWords(leans.none)}.`,
    `In brackets: the share and Wilson's 95 % interval, over futures of this one text. Chance alone puts about ${chance} of ${leans.none.of} beyond the range on each side.`,
  ];
}

/** One step of the fan, e.g. `After 16 tokens: median −0.3, half between −1.0 and +0.4, 90 % between −2.1 and +1.2 (n = 24).` */
export function stepWords({ after, n, quantiles }: FanStep): string {
  const [least, lower, middle, upper, most] = quantiles.map(
    (value) => `${value > 0 ? '+' : ''}${value.toFixed(1).replace('-', '−')}`,
  );
  return `After ${after} tokens: median ${middle}, half between ${lower} and ${upper}, 90 % between ${least} and ${most} (n = ${n}).`;
}
