/** What was done to the stream, in the words of a caption, a list or a note. */
import { agreementShort, weakestLayer } from '../probe/dtype-agreement.ts';
import type { Axis } from '../probe/probe-types.ts';
import type { SteeringRecord, StrengthChange } from './steering.ts';
import { modeDef } from './modes.ts';

/**
 * A push in a few words, e.g. `pushed to kind, layer 18, strength 0.26 (KL 1), own words only`. `axis`: that of the
 * direction, so that its pole has a name; null where only the direction's own name is known.
 */
export function steeringWords(
  { mode, pole, from, to, strength, where, matchedKl, direction, changes = [], carriedOver }: SteeringRecord,
  axis: Axis | null,
): string {
  const end = axis === null ? `the ${pole} pole of ${direction}` : axis[pole];
  const { done, strength: scale } = modeDef(mode);
  const what = done(end, axis === null ? direction : `${axis.positive}–${axis.negative}`);
  const amount =
    scale === null
      ? []
      : [`${scale.name} ${short(strength)}${matchedKl === null ? '' : ` (KL ${short(matchedKl)})`}${changed(changes)}`];
  const places = where === 'all' ? [] : [where === 'generated' ? 'own words only' : `from token ${where} on`];
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
