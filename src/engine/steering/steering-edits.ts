/** Steering as edits of a decoder's stream, token by token. */
import type { Intervention } from '../../steering/steering.ts';
import type { Decoder, LayerEdit } from '../decoder.ts';

/** Sets steering for the pass that follows, at the tokens that are steered. */
export function setEdits(decoder: Decoder, intervention: Intervention, steered: readonly boolean[]): void {
  if (intervention.length === 0 || !steered.includes(true)) {
    if (decoder.editing) decoder.edit(new Map());
    return;
  }
  const all = !steered.includes(false);
  const edits = intervention.map(({ stream, add, bound }): [number, LayerEdit] => [
    stream - 1, // what leaves a layer is the stream that enters the next
    {
      add: add === null || all ? add : byToken(add, steered),
      bound:
        bound === null || all
          ? bound
          : {
              direction: bound.direction,
              low: steered.map((is) => (is ? bound.low : -Infinity)),
              high: steered.map((is) => (is ? bound.high : Infinity)),
            },
    },
  ]);
  decoder.edit(new Map(edits));
}

function byToken(add: Float32Array, steered: readonly boolean[]): Float32Array {
  const rows = new Float32Array(steered.length * add.length);
  for (const [token, is] of steered.entries()) if (is) rows.set(add, token * add.length);
  return rows;
}
