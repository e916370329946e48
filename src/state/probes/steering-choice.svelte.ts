/** What the reader sets of steering: along which probe's direction, to which pole, how, where and how strongly. */
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import { defaultStream } from '../../steering/steering-defaults.ts';
import { checkSteeringSettings, type SteeringSettings, type SteeringWhere } from '../../steering/steering.ts';
import type { Pole } from '../../probe/heads.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { DEFAULT_MODE, modeDef, type SteeringMode, strengthDef } from '../../steering/modes.ts';
import type { ProbeCard, ProbeOffer } from './probe-card.ts';
import type { Probes } from './probes.svelte.ts';

/** Layers of the embedded model: what is shown until the card of the probe is there. */
const USUAL_LAYERS = 30;

/** Layers as they are typed. */
interface Typed {
  readonly from: number | null;
  readonly to: number | null;
}

/** The KL in nats that a strength was matched to, and the weights on which it was. */
export interface MatchedKl {
  readonly kl: number;
  readonly weightsSha256: string;
}

/** The settings, and what is wrong with them. */
export class SteeringChoice {
  readonly #probes: Probes;
  #key = $state<string | null>(null);
  #card = $state.raw<{ readonly key: string; readonly card: ProbeCard } | null>(null);
  #mode = $state<SteeringMode>(DEFAULT_MODE);
  #pole = $state<Pole>('positive');
  #typed = $state.raw<Typed>({ from: null, to: null });
  #where = $state<SteeringWhere>('generated');
  #strength = $state(strengthDef(DEFAULT_MODE).first);
  #matched = $state.raw<MatchedKl | null>(null);
  #agreed = $state.raw<{
    readonly key: string;
    readonly weightsSha256: string;
    readonly agreement: DtypeAgreement;
  } | null>(null);

  constructor(probes: Probes) {
    this.#probes = probes;
  }

  /** Whose direction: the reader's choice, or the probe that reads. */
  readonly offer = $derived.by(
    (): ProbeOffer | null => (this.#key === null ? null : this.#probes.offer(this.#key)) ?? this.#probes.chosen,
  );

  /** Its card, once {@link settle} has brought it. */
  readonly card = $derived.by((): ProbeCard | null =>
    this.#card?.key === this.offer?.key ? (this.#card?.card ?? null) : null,
  );

  /** Names of its poles. */
  readonly axis = $derived.by(
    () => this.card?.axis ?? { positive: 'positive', negative: 'negative', neutral: 'neutral' },
  );

  /** What the probe was made on, once that is known. */
  readonly layerCount = $derived.by(() => this.card?.model.layerCount ?? null);

  get matchedKl(): number | null {
    return this.#matched?.kl ?? null;
  }

  /** How far the direction agrees with a model, where it was measured on that one; null where it was not, or need not be. */
  agreementOn({ weightsSha256 }: Pick<ModelIdentity, 'weightsSha256'>): DtypeAgreement | null {
    const agreed = this.#agreed;
    return agreed !== null && agreed.key === this.offer?.key && agreed.weightsSha256 === weightsSha256
      ? agreed.agreement
      : null;
  }

  /** Takes what was measured of a direction on a model. */
  agree(
    { key }: ProbeOffer,
    { weightsSha256 }: Pick<ModelIdentity, 'weightsSha256'>,
    agreement: DtypeAgreement | null,
  ): void {
    this.#agreed = agreement && { key, weightsSha256, agreement };
  }

  /** Throws `push-invalid` where the strength was matched on other weights than a model has: there it has another KL. */
  needMatchedOn({ id, weightsSha256 }: Pick<ModelIdentity, 'id' | 'weightsSha256'>): void {
    const matched = this.#matched;
    if (matched === null || matched.weightsSha256 === weightsSha256) return;
    throw new AppError(
      'push-invalid',
      `The strength was matched to a KL of ${matched.kl} on other weights than those of ${id}, which is loaded: here another strength has that KL. Match it again, or set a strength yourself.`,
      { kl: matched.kl, model: id },
    );
  }

  /** Everything as it is set now, right or wrong. */
  readonly settings = $derived.by((): SteeringSettings => {
    const from = this.#typed.from ?? defaultStream(this.layerCount ?? USUAL_LAYERS);
    return {
      mode: this.#mode,
      pole: this.#pole,
      from,
      to: this.#typed.to ?? from,
      strength: this.#strength,
      where: this.#where,
    };
  });

  /** Why nothing can be steered like that; null where it can, as far as the page knows. */
  readonly fault = $derived.by((): AppError | null => {
    const { card } = this;
    if (card === null) return null;
    try {
      checkSteeringSettings(this.settings, card.model);
      return null;
    } catch (thrown) {
      return AppError.from(thrown);
    }
  });

  /** Takes the direction of another probe. */
  choose(key: string): void {
    this.#key = key;
    this.#matched = null;
  }

  /** Changes how the steered stream is changed; each way has a strength to begin with. */
  use(mode: SteeringMode): void {
    if (mode !== this.#mode) this.#strength = modeDef(mode).strength?.first ?? 0;
    this.#mode = mode;
    this.#matched = null;
  }

  /** Steers to the other pole; what was matched was matched for one. */
  aim(pole: Pole): void {
    this.#pole = pole;
    this.#matched = null;
  }

  /** Steers other layers; null: the first is the default of the model, the last the same as the first. */
  reach({ from = this.#typed.from, to = this.#typed.to }: Partial<Typed>): void {
    this.#typed = { from, to };
    this.#matched = null;
  }

  /** Changes which tokens are steered; the strength of a KL stays what it is. */
  place(where: SteeringWhere): void {
    this.#where = where;
  }

  /** Sets the strength, by hand or because it was matched. */
  strengthen(strength: number, matched: MatchedKl | null = null): void {
    this.#strength = strength;
    this.#matched = matched;
  }

  /** Brings the card of the probe; to be called whenever {@link offer} changes. */
  async settle(): Promise<void> {
    const { offer } = this;
    if (offer === null || this.#card?.key === offer.key) return;
    this.#card = { key: offer.key, card: await offer.card() };
  }
}
