/** The lens of a loaded model: opened when it is first asked for, since most readers never do and it takes memory of its own. */
import { AppError } from '../../base/errors.ts';
import { checkLayers, checkTop, type DirectionKind, type DirectionWords, type LensReading } from '../../lens/lens.ts';
import type { Probe } from '../../probe/probe-types.ts';
import type { LensHead } from './lens-head.ts';
import { directionOf } from '../../lens/probe-direction.ts';
import { directionThroughLens } from './lens-direction.ts';
import { readLens, type LensParts, type LensRequest } from './lens.ts';

/** What {@link EngineLens} needs. */
export interface EngineLensParts extends Omit<LensParts, 'head'> {
  readonly open: (signal: AbortSignal) => Promise<LensHead>;
}

/** One model's lens. Calls must not overlap. */
export class EngineLens {
  readonly #parts: EngineLensParts;
  #head: LensHead | null = null;

  constructor(parts: EngineLensParts) {
    this.#parts = parts;
  }

  /** As {@link readLens}. */
  async read(
    request: LensRequest,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<LensReading> {
    return readLens({ ...this.#parts, head: await this.#open(signal) }, request, onProgress, signal);
  }

  /** A direction of a probe at one layer, `count` words at each end. Throws `usage` for a direction or layer that there is not. */
  async direction(
    probe: Probe,
    { kind, layer, count }: { kind: DirectionKind; layer: number; count: number },
    signal: AbortSignal,
  ): Promise<DirectionWords> {
    const layers = checkLayers([layer], this.#parts.decoder.sizes.layerCount);
    checkTop(count, this.#parts.decoder.sizes.vocabulary);
    const direction = directionOf(probe, kind);
    const [told] = await directionThroughLens(
      await this.#open(signal),
      this.#parts.tokenizer,
      { direction, nullModel: probe.nullModel },
      layers,
      count,
    );
    if (told === undefined) throw new AppError('internal', `The lens told nothing of layer ${layer}.`);
    return told;
  }

  /** Frees it; to be done before the decoder is disposed of. */
  async dispose(): Promise<void> {
    const head = this.#head;
    this.#head = null;
    await head?.dispose();
  }

  async #open(signal: AbortSignal): Promise<LensHead> {
    this.#head ??= await this.#parts.open(signal);
    return this.#head;
  }
}
