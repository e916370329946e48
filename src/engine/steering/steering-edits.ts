/** A push as edits of a decoder's stream, token by token. */
import type { Push } from '../../steering/steering.ts';
import type { Decoder, LayerEdit } from '../decoder.ts';

/** Sets a push for the pass that follows, at the tokens that are pushed. */
export function setEdits(decoder: Decoder, push: Push, pushed: readonly boolean[]): void {
  if (push.length === 0 || !pushed.includes(true)) {
    if (decoder.editing) decoder.edit(new Map());
    return;
  }
  const all = !pushed.includes(false);
  const edits = push.map(({ stream, add, bound }): [number, LayerEdit] => [
    stream - 1, // what leaves a layer is the stream that enters the next
    {
      add: add === null || all ? add : byToken(add, pushed),
      bound:
        bound === null || all
          ? bound
          : {
              direction: bound.direction,
              low: pushed.map((is) => (is ? bound.low : -Infinity)),
              high: pushed.map((is) => (is ? bound.high : Infinity)),
            },
    },
  ]);
  decoder.edit(new Map(edits));
}

function byToken(add: Float32Array, pushed: readonly boolean[]): Float32Array {
  const rows = new Float32Array(pushed.length * add.length);
  for (const [token, is] of pushed.entries()) if (is) rows.set(add, token * add.length);
  return rows;
}
