/** Measures interventions on a decoder whose stream can be edited. */
import { klFromLogits, logSumExp } from '../../reading/divergence.ts';
import { AppError } from '../../base/errors.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { firstSteered } from '../../steering/steering.ts';
import type { ChoiceOdds, ForcedChoice, NeutralGround, SteeringRunner } from '../../steering/steering-runner.ts';
import type { Decoder } from '../decoder.ts';
import { underSteering } from './steering-faults.ts';
import { readSteeredLines, type LineReading, type LineRow, type SteeredLine } from './steered-lines.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** Texts of the neutral ground, and tokens that are read of each. */
export const NEUTRAL_TEXTS = 12;
export const NEUTRAL_TOKENS = 40;

/** What {@link createSteeringRunner} needs. */
export interface SteeringRunnerParts {
  /** One that edits. */
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly setTokens: number;
  readonly chunkTokens: number;
  /** Neutral texts; the first {@link NEUTRAL_TEXTS} of them that are long enough are read, {@link NEUTRAL_TOKENS} tokens each. */
  readonly neutral: readonly string[];
}

/** What unsteered neutral text looks like: it is compared with again and again. */
interface Unsteered {
  readonly ground: NeutralGround;
  /** Logits by row, with their {@link logSumExp}. */
  readonly rows: ReadonlyMap<string, { readonly logits: Float32Array; readonly logSum: number }>;
}

/** Makes a runner, which reads nothing before it is asked. Throws `usage` where no neutral text is long enough. */
export function createSteeringRunner({
  decoder,
  tokenizer,
  model,
  setTokens,
  chunkTokens,
  neutral,
}: SteeringRunnerParts): SteeringRunner {
  const texts = neutral
    .map((text) => tokenizer.start(text).slice(0, NEUTRAL_TOKENS))
    .filter((ids) => ids.length === NEUTRAL_TOKENS)
    .slice(0, NEUTRAL_TEXTS);
  if (texts.length === 0)
    throw new AppError(
      'usage',
      `No neutral text has ${NEUTRAL_TOKENS} tokens, so no steering can be measured. Give longer ones.`,
    );
  // Position 0, the attention sink, predicts nothing that anyone reads; after the last token nothing follows.
  const lines: SteeredLine[][] = texts.map((ids) => [
    { ids, from: 1, rows: Array.from({ length: ids.length - 1 }, (_, token) => token + 1) },
  ]);
  const reading = (onRow: LineReading['onRow'], onStreams?: LineReading['onStreams']): LineReading => ({
    setTokens,
    chunkTokens,
    onRow,
    ...(onStreams && { onStreams }),
  });
  let unsteered: Promise<Unsteered> | null = null;

  async function readUnsteered(signal?: AbortSignal): Promise<Unsteered> {
    const rows = new Map<string, { logits: Float32Array; logSum: number }>();
    const sums = new StreamSums(model);
    await readSteeredLines(
      decoder,
      lines,
      [],
      reading(
        (row, logits) => rows.set(keyOf(row), { logits: logits.slice(), logSum: logSumExp(logits) }),
        (pass, positions) => sums.add(pass.residuals, positions),
      ),
      signal,
    );
    return { ground: { texts: texts.length, ...sums.ground }, rows };
  }

  async function base(signal?: AbortSignal): Promise<Unsteered> {
    unsteered ??= readUnsteered(signal);
    try {
      return await unsteered;
    } catch (thrown) {
      unsteered = null; // stopped, or failed: the next call tries again
      throw thrown;
    }
  }

  return {
    model,
    ground: async (signal) => (await base(signal)).ground,
    async neutral(intervention, signal, some) {
      const { rows } = await base(signal);
      const kl: number[] = [];
      const surprise: number[] = [];
      await underSteering(intervention, () =>
        readSteeredLines(
          decoder,
          lines.slice(0, some),
          intervention,
          reading((row, logits) => {
            const unmoved = rows.get(keyOf(row));
            if (unmoved === undefined) throw new AppError('internal', `No row ${keyOf(row)} was read unsteered.`);
            const logSum = logSumExp(logits);
            kl.push(klFromLogits(unmoved.logits, unmoved.logSum, logits, logSum));
            const next = texts[row.group]?.[row.token + 1];
            if (next !== undefined) surprise.push(logSum - (logits[next] ?? NaN));
          }),
          signal,
        ),
      );
      return { kl, surprise };
    },
    async choices(choices, intervention, where, signal) {
      const groups = choices.map((choice) => linesOf(tokenizer, choice, where));
      const odds = choices.map((): { positive: number; negative: number } => ({ positive: 0, negative: 0 }));
      await underSteering(intervention, () =>
        readSteeredLines(
          decoder,
          groups,
          intervention,
          reading(({ group, line, token }, logits) => {
            const sum = odds[group];
            const next = groups[group]?.[line]?.ids[token + 1];
            if (sum === undefined || next === undefined) return;
            sum[line === 0 ? 'positive' : 'negative'] += (logits[next] ?? NaN) - logSumExp(logits);
          }),
          signal,
        ),
      );
      return odds.map((sum, index): ChoiceOdds => ({
        ...sum,
        positiveTokens: groups[index]?.[0]?.rows.length ?? 0,
        negativeTokens: groups[index]?.[1]?.rows.length ?? 0,
      }));
    },
  };
}

/** The two lines of a choice; context and continuation are tokenised apart, as training turns are. */
function linesOf(
  tokenizer: TextTokenizer,
  { context, positive, negative }: ForcedChoice,
  where: Parameters<SteeringRunner['choices']>[2],
): readonly SteeredLine[] {
  const given = tokenizer.start(context);
  return [positive, negative].map((text) => {
    const ids = [...given, ...tokenizer.encode(` ${text}`)];
    return {
      ids,
      from: firstSteered(where, given.length),
      rows: ids.slice(given.length).map((_, token) => given.length - 1 + token),
    };
  });
}

const keyOf = ({ group, token }: LineRow): string => `${group}:${token}`;

/** Sums over the streams of neutral tokens. */
class StreamSums {
  readonly #layers: number;
  readonly #hidden: number;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #tokens = 0;

  constructor({ layerCount, hidden }: ModelIdentity) {
    this.#layers = layerCount + 1;
    this.#hidden = hidden;
    this.#sum = new Float64Array(this.#layers * hidden);
    this.#squares = new Float64Array(this.#layers);
  }

  /** Adds the tokens of a pass, residuals `[layers, tokens, hidden]`, but for those at position 0. */
  add(residuals: Float32Array, positions: readonly number[]): void {
    for (const [token, position] of positions.entries()) {
      if (position === 0) continue;
      this.#tokens += 1;
      for (let layer = 0; layer < this.#layers; layer += 1) {
        const at = (layer * positions.length + token) * this.#hidden;
        for (let feature = 0; feature < this.#hidden; feature += 1) {
          const value = residuals[at + feature] ?? NaN;
          const sum = layer * this.#hidden + feature;
          this.#sum[sum] = (this.#sum[sum] ?? 0) + value;
          this.#squares[layer] = (this.#squares[layer] ?? 0) + value * value;
        }
      }
    }
  }

  get ground(): Omit<NeutralGround, 'texts'> {
    return {
      tokens: this.#tokens,
      lengths: Array.from(this.#squares, (sum) => Math.sqrt(sum / this.#tokens)),
      mean: Float32Array.from(this.#sum, (sum) => sum / this.#tokens),
    };
  }
}
