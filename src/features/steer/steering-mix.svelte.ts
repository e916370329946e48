/** What the reader sets beside the first direction: further ones with strengths of their own, and when all of them act. */
import { AppError } from '../../base/errors.ts';
import { otherDtype } from '../../models/model-dtype.ts';
import type { Pole } from '../../probe/heads.ts';
import { checkTogether, MOST_PARTS } from '../../steering/combine.ts';
import { cannotDecide, checkCondition, conditionLayer, type ConditionSide } from '../../steering/condition.ts';
import { DEFAULT_MODE } from '../../steering/modes.ts';
import { checkSteeringSettings, type SteeringSettings } from '../../steering/steering.ts';
import type { ProbeCard, ProbeOffer } from '../../state/probes/probe-card.ts';
import type { Probes } from '../../state/probes/probes.svelte.ts';
import type { SteeringChoice } from '../../state/probes/steering-choice.svelte.ts';

/** A further direction begins weaker than the first: their strengths add up. */
const FIRST_STRENGTH = 0.1;

/** A further direction, as the reader sets it. */
interface SetDirection {
  readonly id: number;
  readonly offer: ProbeOffer;
  readonly card: ProbeCard;
  readonly pole: Pole;
  /** Null: the first layer of the first direction. */
  readonly layer: number | null;
  readonly strength: number;
}

/** A further direction, and what is done along it; it steers the tokens of the first. */
export interface FurtherDirection extends SetDirection {
  readonly settings: Omit<SteeringSettings, 'where'>;
}

/** A condition, as it is set. */
export interface ChosenCondition {
  readonly offer: ProbeOffer;
  readonly card: ProbeCard;
  /** Null: the highest of the probe's reading layers below all that are steered. */
  readonly layer: number | null;
  readonly side: ConditionSide;
  readonly threshold: number;
}

/** The directions and the condition, and what is wrong with them. */
export class SteeringMix {
  readonly #choice: SteeringChoice;
  readonly #probes: Probes;
  #set = $state.raw<readonly SetDirection[]>([]);
  #condition = $state.raw<ChosenCondition | null>(null);
  #lastId = 0;

  constructor(choice: SteeringChoice, probes: Probes) {
    this.#choice = choice;
    this.#probes = probes;
  }

  /** Null: steering acts throughout. */
  get condition(): ChosenCondition | null {
    return this.#condition;
  }

  /** Whether there is room for another direction. */
  readonly room = $derived.by(() => this.#set.length < MOST_PARTS - 1);

  /** In the order in which they were added. */
  readonly further = $derived.by((): readonly FurtherDirection[] => {
    const { from: first } = this.#choice.settings;
    return this.#set.map((part) => {
      const { pole, strength } = part;
      const from = part.layer ?? first;
      return { ...part, settings: { mode: DEFAULT_MODE, pole, from, to: from, strength } };
    });
  });

  /** The lowest layer that is steered. */
  readonly firstSteered = $derived.by(() =>
    Math.min(this.#choice.settings.from, ...this.further.map(({ settings }) => settings.from)),
  );

  /** The layer that decides; null where there is no condition, or none of the probe's layers lies low enough. */
  readonly decidingLayer = $derived.by((): number | null =>
    this.#condition === null
      ? null
      : (this.#condition.layer ?? conditionLayer(this.#condition.card, this.firstSteered)),
  );

  /** Why nothing can be steered like that; null where it can, as far as the page knows. */
  readonly fault = $derived.by((): AppError | null => {
    try {
      this.#check();
      return null;
    } catch (thrown) {
      return AppError.from(thrown);
    }
  });

  /** Adds a direction that is not there yet, where one is left. Throws probe errors. */
  async add(): Promise<void> {
    if (!this.room) return;
    const used = new Set([this.#choice.offer?.key, ...this.#set.map(({ offer }) => offer.key)]);
    const { offers } = this.#probes;
    const offer = offers.find(({ key }) => !used.has(key)) ?? offers[0];
    if (offer === undefined) return;
    const card = await offer.card();
    if (!this.room) return;
    const id = (this.#lastId += 1);
    this.#set = [...this.#set, { id, offer, card, pole: 'positive', layer: null, strength: FIRST_STRENGTH }];
  }

  /** Takes a direction out. */
  remove(id: number): void {
    this.#set = this.#set.filter((part) => part.id !== id);
  }

  /** Changes what is done along a direction. */
  change(id: number, to: Partial<Pick<SetDirection, 'pole' | 'layer' | 'strength'>>): void {
    this.#set = this.#set.map((part) => (part.id === id ? { ...part, ...to } : part));
  }

  /** Takes another probe's direction in its place. Throws probe errors. */
  async direct(id: number, key: string): Promise<void> {
    const offer = this.#probes.offer(key);
    if (offer === null) return;
    const card = await offer.card();
    this.#set = this.#set.map((part) => (part.id === id ? { ...part, offer, card } : part));
  }

  /** Lets the reading of a probe decide, the one in use where none is named. Throws probe errors. */
  async decideBy(key: string | null = null): Promise<void> {
    const offer = key === null ? this.#probes.chosen : this.#probes.offer(key);
    if (offer === null) return;
    const card = await offer.card();
    const { side, threshold } = this.#condition ?? { side: 'below', threshold: 0 };
    this.#condition = { offer, card, layer: null, side, threshold };
  }

  /** Changes when it acts. */
  adjust(to: Partial<Pick<ChosenCondition, 'layer' | 'side' | 'threshold'>>): void {
    if (this.#condition !== null) this.#condition = { ...this.#condition, ...to };
  }

  /** Lets steering act throughout. */
  always(): void {
    this.#condition = null;
  }

  #check(): void {
    const { card, offer, settings } = this.#choice;
    // Until the first direction is known there is nothing that others could go with.
    if (card === null || offer === null) return;
    const parts = this.further.map(({ offer: { key, title }, card: own, settings: set }) => {
      needSameModel(title, own, card);
      checkSteeringSettings({ ...set, where: settings.where }, card.model);
      return { ...set, direction: title, probeSha256: key };
    });
    // Which probe a direction is of is known by its key here; hashes take their files.
    checkTogether([{ ...settings, direction: offer.title, probeSha256: offer.key }, ...parts]);
    const condition = this.#condition;
    if (condition === null) return;
    const { title } = condition.offer;
    needSameModel(title, condition.card, card);
    if (condition.card.trace === null) throw cannotDecide(title);
    const layer = this.decidingLayer;
    if (layer === null)
      throw new AppError(
        'push-invalid',
        `${title} is read at no layer below ${this.firstSteered}, the first that is steered. Type a lower layer, or steer from a higher one on.`,
        { firstSteered: this.firstSteered },
      );
    checkCondition({ ...condition, layer }, [settings, ...parts]);
  }
}

/** Refuses a probe of another model than that of the first direction; a variant of its numbers is measured later. */
function needSameModel(title: string, { model }: ProbeCard, { model: first, title: other }: ProbeCard): void {
  if (model.weightsSha256 === first.weightsSha256 || otherDtype(model, first) !== null) return;
  throw new AppError(
    'push-invalid',
    `${title} was made on ${model.id}, and ${other} on ${first.id}. Take probes of one model.`,
    { model: model.id },
  );
}
