/** The direction that reads against the one that steers, layer by layer. Pure. */
import type { Probe } from '../probe/probe-types.ts';
import type { LayerCosine } from './ablation-types.ts';
import type { SteeringDirection } from './make-steering.ts';

/** The cosine of two vectors; 0 where one of them is zero. */
function cosineOf(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [product, left, right] = [0, 0, 0];
  for (let i = 0; i < one.length; i += 1) {
    const [a, b] = [one[i] ?? NaN, other[i] ?? NaN];
    product += a * b;
    left += a * a;
    right += b * b;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}

/** Every layer of a probe but the embedding; `random` are directions `[layers, hidden]` to compare with. */
export function directionCosines(
  { directions, steering, model, evidence }: Pick<Probe, 'directions' | 'steering' | 'model' | 'evidence'>,
  random: readonly SteeringDirection[],
): readonly LayerCosine[] {
  return Array.from({ length: model.layerCount }, (_, index): LayerCosine => {
    const layer = index + 1;
    const at = (vectors: Float32Array): Float32Array =>
      vectors.subarray(layer * model.hidden, (layer + 1) * model.hidden);
    return {
      layer,
      cosine: cosineOf(at(directions), at(steering)),
      random: Math.max(0, ...random.map(({ vectors }) => Math.abs(cosineOf(at(directions), at(vectors))))),
      auroc: evidence.auroc[layer] ?? NaN,
    };
  });
}
