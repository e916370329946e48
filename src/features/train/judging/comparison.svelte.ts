/** Two or more probes side by side. */
import { cosineByLayer } from '../../../stats/linear/cosine.ts';
import { parseProbe } from '../../../formats/probe/probe.ts';
import { judged, type JudgedOffer } from './judged.svelte.ts';
import { offerName } from '../../../state/probes/probe-card.ts';
import type { Probes } from '../../../state/probes/probes.svelte.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';

/** More curves than this cannot be told apart. */
export const MOST_COMPARED = 4;

/** How two probes' directions lie to each other. */
export interface PairCosine {
  readonly a: string;
  readonly b: string;
  /** By layer; NaN where either has no direction. Null where the probes belong to different models. */
  readonly cosine: readonly number[] | null;
}

interface Compared extends JudgedOffer {
  readonly directions: Float32Array;
}

/** The comparison. */
export class Comparison {
  readonly #probes: Probes;
  readonly #session: Session;
  #keys = $state.raw<readonly string[]>([]);
  #loaded = $state.raw<ReadonlyMap<string, Compared>>(new Map());

  constructor(probes: Probes, session: Session) {
    this.#probes = probes;
    this.#session = session;
  }

  /** Whether a probe is being compared, or will be once its files have come. */
  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  get full(): boolean {
    return this.#keys.length >= MOST_COMPARED;
  }

  /** The probes side by side, in the order in which they were taken in. */
  readonly probes = $derived.by((): readonly JudgedOffer[] => this.#present());

  /** Every pair. */
  readonly cosines = $derived.by((): readonly PairCosine[] => {
    const probes = this.#present();
    return probes.flatMap((a, index) =>
      probes.slice(index + 1).map((b) => {
        const { hidden, weightsSha256 } = a.card.model;
        const same = weightsSha256 === b.card.model.weightsSha256 && a.directions.length === b.directions.length;
        return {
          a: offerName(a.offer),
          b: offerName(b.offer),
          cosine: same ? cosineByLayer(a.directions, b.directions, hidden) : null,
        };
      }),
    );
  });

  /** Takes a probe in, or out. */
  async toggle(key: string): Promise<void> {
    if (this.has(key)) {
      this.#keys = this.#keys.filter((own) => own !== key);
      return;
    }
    const offer = this.#probes.offer(key);
    if (offer === null || this.full) return;
    this.#keys = [...this.#keys, key];
    if (this.#loaded.has(key)) return;
    try {
      const [known, { json, tensors }] = await Promise.all([judged(offer), offer.files()]);
      const { directions } = parseProbe(json, new Uint8Array(tensors));
      this.#loaded = new Map([...this.#loaded, [key, { ...known, directions }]]);
    } catch (error) {
      this.#keys = this.#keys.filter((own) => own !== key);
      this.#session.report(error);
    }
  }

  /** Those whose files have come and that still exist. */
  #present(): Compared[] {
    return this.#keys.flatMap((key) => (this.#probes.offer(key) === null ? [] : (this.#loaded.get(key) ?? [])));
  }
}
