/** Tensors that hold the weights of several products below each other, as Phi-3 has them, taken apart by rows. Nothing is read. */
import type { StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';

/** The products of a fused tensor, from its first row on, each with its rows. */
export type FusedParts = readonly (readonly [part: string, rows: number])[];

/**
 * The tensors, with views on the rows of those that are fused in their place: `parts` by the end of the name. Rows of every stored type lie
 * one after the other in whole blocks. Throws `model-checkpoint-invalid` where a fused tensor has another number of rows.
 */
export function unfused(
  file: string,
  tensors: readonly StoredTensor[],
  parts: Readonly<Record<string, FusedParts>>,
): readonly StoredTensor[] {
  return tensors.flatMap((tensor) => {
    const found = Object.entries(parts).find(([end]) => tensor.name.endsWith(`.${end}.weight`));
    if (found === undefined) return [tensor];
    const [end, products] = found;
    const [rows = 0, ...others] = tensor.dims;
    const wanted = products.reduce((sum, [, count]) => sum + count, 0);
    if (rows !== wanted)
      damaged(
        file,
        `${file} ${tensor.name} is [${tensor.dims.join(', ')}], and by the sizes of the model it must have ${wanted} rows.`,
      );
    let first = 0;
    return products.map(([part, count]): StoredTensor => {
      const from = first;
      first += count;
      return {
        ...tensor,
        name: `${tensor.name.slice(0, -`${end}.weight`.length)}${part}.weight`,
        dims: [count, ...others],
        offset: tensor.offset + (tensor.bytes / rows) * from,
        bytes: (tensor.bytes / rows) * count,
      };
    });
  });
}
