/** What the reader sets of a push: along which probe's direction, to which pole, how, where and how strongly. */
import { AppError } from '../core/errors.ts';
import { defaultStream, FIRST_STRENGTH } from '../core/push-defaults.ts';
import { checkPushSettings, type PushMode, type PushSettings, type PushWhere } from '../core/push.ts';
import type { Pole } from '../core/heads.ts';
import type { ProbeCard, ProbeOffer } from './probe-card.ts';
import type { Probes } from './probes.svelte.ts';

/** Layers of the embedded model: what is shown until the card of the probe is there. */
const USUAL_LAYERS = 30;

/** Layers as they are typed. */
interface Typed {
  readonly from: number | null;
  readonly to: number | null;
}

/** The settings, and what is wrong with them. */
export class PushChoice {
  readonly #probes: Probes;
  #key = $state<string | null>(null);
  #card = $state.raw<{ readonly key: string; readonly card: ProbeCard } | null>(null);
  #mode = $state<PushMode>('add');
  #pole = $state<Pole>('positive');
  #typed = $state.raw<Typed>({ from: null, to: null });
  #where = $state<PushWhere>('generated');
  #strength = $state(FIRST_STRENGTH.add);
  #matchedKl = $state<number | null>(null);

  constructor(probes: Probes) {
    this.#probes = probes;
  }

  /** Whose direction: the reader's choice, or the probe that reads. */
  readonly offer = $derived.by((): ProbeOffer | null => (this.#key === null ? null : this.#probes.offer(this.#key)) ?? this.#probes.chosen);

  /** Its card, once {@link settle} has brought it. */
  readonly card = $derived.by((): ProbeCard | null => (this.#card?.key === this.offer?.key ? (this.#card?.card ?? null) : null));

  /** Names of its poles. */
  readonly axis = $derived.by(() => this.card?.axis ?? { positive: 'positive', negative: 'negative', neutral: 'neutral' });

  /** What the probe was made on, once that is known. */
  readonly layerCount = $derived.by(() => this.card?.model.layerCount ?? null);

  get matchedKl(): number | null {
    return this.#matchedKl;
  }

  /** Everything as it is set now, right or wrong. */
  readonly settings = $derived.by((): PushSettings => {
    const from = this.#typed.from ?? defaultStream(this.layerCount ?? USUAL_LAYERS);
    return { mode: this.#mode, pole: this.#pole, from, to: this.#typed.to ?? from, strength: this.#strength, where: this.#where };
  });

  /** Why nothing can be pushed like that; null where it can, as far as the page knows. */
  readonly fault = $derived.by((): AppError | null => {
    const { card } = this;
    if (card === null) return null;
    try {
      checkPushSettings(this.settings, card.model);
      return null;
    } catch (thrown) {
      return AppError.from(thrown);
    }
  });

  /** Takes the direction of another probe. */
  choose(key: string): void {
    this.#key = key;
    this.#matchedKl = null;
  }

  /** Changes how the pushed stream is changed; each way has a strength to begin with. */
  use(mode: PushMode): void {
    if (mode !== this.#mode) this.#strength = FIRST_STRENGTH[mode];
    this.#mode = mode;
    this.#matchedKl = null;
  }

  /** Pushes to the other pole; what was matched was matched for one. */
  aim(pole: Pole): void {
    this.#pole = pole;
    this.#matchedKl = null;
  }

  /** Pushes other layers; null: the first is the default of the model, the last the same as the first. */
  reach({ from = this.#typed.from, to = this.#typed.to }: Partial<Typed>): void {
    this.#typed = { from, to };
    this.#matchedKl = null;
  }

  /** Changes which tokens are pushed; the strength of a KL stays what it is. */
  place(where: PushWhere): void {
    this.#where = where;
  }

  /** Sets the strength, by hand or because it was matched. */
  strengthen(strength: number, matchedKl: number | null = null): void {
    this.#strength = strength;
    this.#matchedKl = matchedKl;
  }

  /** Brings the card of the probe; to be called whenever {@link offer} changes. */
  async settle(): Promise<void> {
    const { offer } = this;
    if (offer === null || this.#card?.key === offer.key) return;
    this.#card = { key: offer.key, card: await offer.card() };
  }
}
