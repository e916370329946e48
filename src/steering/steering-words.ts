/** What was done to the stream, in the words of a caption, a list or a note. */
import { agreementShort, weakestLayer } from '../probe/dtype-agreement.ts';
import type { Axis } from '../probe/probe-types.ts';
import { type ConditionRecord, tokensIn } from './condition.ts';
import { modeDef } from './modes.ts';
import type { SteeringPart, SteeringRecord, StrengthChange } from './steering.ts';

/**
 * A steering in a few words, e.g. `steered to kind, layer 18, strength 0.26 (KL 1), own words only`. `axis`: that of the
 * first direction, so that its pole has a name; null where only the direction's own name is known.
 */
export function steeringWords(record: SteeringRecord, axis: Axis | null): string {
  const { where, changes = [], also = [], when } = record;
  const places = where === 'all' ? [] : [where === 'generated' ? 'own words only' : `from token ${where} on`];
  return [
    partWords(record, axis, changes, places),
    ...also.map((part) => `and ${partWords(part, null)}`),
    ...(when === undefined ? [] : [conditionWords(when)]),
  ].join('; ');
}

/** A condition and where it held, e.g. `only while kind–cruel read below −1 at layer 16: 14 of 60 tokens`. */
function conditionWords({ axis, side, threshold, layer, acted, asked }: ConditionRecord): string {
  return `only while ${axis.positive}–${axis.negative} read ${side} ${short(threshold)} at layer ${layer}: ${tokensIn(acted)} of ${asked} tokens`;
}

function partWords(
  { mode, pole, from, to, strength, matchedKl, direction, carriedOver }: SteeringPart,
  axis: Axis | null,
  changes: readonly StrengthChange[] = [],
  places: readonly string[] = [],
): string {
  const end = axis === null ? `the ${pole} pole of ${direction}` : axis[pole];
  const { done, strength: scale } = modeDef(mode);
  const what = done(end, axis === null ? direction : `${axis.positive}–${axis.negative}`);
  const amount =
    scale === null
      ? []
      : [`${scale.name} ${short(strength)}${matchedKl === null ? '' : ` (KL ${short(matchedKl)})`}${changed(changes)}`];
  const made =
    carriedOver === undefined ? '' : `; ${agreementShort(carriedOver, weakestLayer(carriedOver, { from, to }))}`;
  return `${[what, from === to ? `layer ${from}` : `layers ${from} to ${to}`, ...amount, ...places].join(', ')}${made}`;
}

/** Changes on the way; of many the last and how many there were. */
function changed(changes: readonly StrengthChange[]): string {
  const last = changes.at(-1);
  if (last === undefined) return '';
  return `, changed ${changes.length === 1 ? '' : `${changes.length} times, last `}to ${short(last.strength)} after token ${last.after}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '−');
}
