/** The orders in which evidence is told: which sentences stand where, and which of them are kind. Drawn from the spec's seed; no model. */
import { createRng, type Rng } from '../../base/rng.ts';
import { type MixtureSpec, mostSentences } from './spec.ts';

/** Evidence in the order in which it is told. */
export interface Order {
  /** Places in the topic's evidence, each at most once. */
  readonly beats: readonly number[];
  /** +1 for the kind version, -1 for the cruel one. */
  readonly signs: readonly number[];
}

/**
 * Random orders that one is chosen from: the one after which, over what the topic has so far, the last sentence and the balance of
 * all go least together (rerandomisation, Morgan and Rubin 2012). Left to chance they would go together, since the last is one of all.
 */
const DRAWS = 100;

/**
 * The orders of a topic, each followed by its mirror: the same sentences in the same places, all in their other version. So
 * every sentence counts as often on either side at the same place. A topic's orders depend on nothing but the seed, its place and
 * the orders before them.
 */
export function ordersOf(
  spec: Pick<MixtureSpec, 'seed' | 'doses' | 'orders' | 'topics'>,
  topic: number,
): readonly Order[] {
  const rng = createRng(spec.seed, topic);
  const most = mostSentences(spec);
  const places = Array.from({ length: spec.topics[topic]?.evidence.length ?? 0 }, (_, at) => at);
  let together = 0;
  return spec.orders.flatMap((kind) => {
    const beats = rng.shuffle([...places]).slice(0, most);
    const signs = drawSigns(kind, most, spec.doses, together, rng);
    together += togetherness(signs, spec.doses);
    return [
      { beats, signs },
      { beats, signs: signs.map((sign) => -sign) },
    ];
  });
}

function drawSigns(kind: number, most: number, doses: readonly number[], before: number, rng: Rng): readonly number[] {
  const plain = Array.from({ length: most }, (_, at) => (at < kind ? 1 : -1));
  if (kind === 0 || kind === most) return plain;
  let best = plain;
  let least = Infinity;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const signs = rng.shuffle([...plain]);
    const left = Math.abs(before + togetherness(signs, doses));
    if (left < least) [best, least] = [signs, left];
  }
  return best;
}

/** Σ over doses of the last sign times the balance a sentence. A mirror has the same. */
function togetherness(signs: readonly number[], doses: readonly number[]): number {
  return doses.reduce(
    (sum, dose) => (dose === 0 ? sum : sum + ((signs[dose - 1] ?? NaN) * netOf(signs.slice(0, dose))) / dose),
    0,
  );
}

/** Kind less cruel sentences. */
export function netOf(signs: readonly number[]): number {
  return signs.reduce((sum, sign) => sum + sign, 0);
}
