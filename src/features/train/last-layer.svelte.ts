/** A probe on the last layer of the loaded chat model, trained on what lies on the bench. */
import { planTraining } from '../../probe/training-defaults.ts';
import type { TrainingPlan } from '../../probe/training-plan.ts';
import { trainLastLayer } from '../../second-engine/train-last-layer.ts';
import type { Probes } from '../../state/probes/probes.svelte.ts';
import { readOffer } from '../../state/probes/read-offer.ts';
import type { SecondEngine } from './second-engine.svelte.ts';
import type { PromptSetEditor } from '../../state/sets/prompt-set-editor.svelte.ts';
import { stepPace, type StepPace } from '../../state/engine/step-pace.ts';
import type { Trainer } from './trainer.svelte.ts';

/** One training at a time. */
export class LastLayer {
  readonly #chat: SecondEngine;
  readonly #bench: PromptSetEditor;
  readonly #trainer: Trainer;
  readonly #probes: Probes;
  #running = $state(false);
  #pace = $state.raw<StepPace | null>(null);

  constructor({
    chat,
    bench,
    trainer,
    probes,
  }: {
    readonly chat: SecondEngine;
    readonly bench: PromptSetEditor;
    readonly trainer: Trainer;
    readonly probes: Probes;
  }) {
    this.#chat = chat;
    this.#bench = bench;
    this.#trainer = trainer;
    this.#probes = probes;
  }

  get running(): boolean {
    return this.#running;
  }

  /** How far it is; null before the first step and after the last. */
  get pace(): StepPace | null {
    return this.#pace;
  }

  /**
   * Trains as the options of the place have it; the probe becomes `probes.trained`. The key of its offer, or null where
   * it was stopped or failed, which is then shown.
   */
  async train(): Promise<string | null> {
    if (this.#running) return null;
    this.#running = true;
    const pace = stepPace(() => performance.now());
    const key = await this.#chat.run(async (model, signal) => {
      const plan = await this.#plan(model.id);
      if (plan === null) return null;
      const trained = await trainLastLayer(model, plan, (progress) => (this.#pace = pace(progress)), signal);
      const offer = readOffer({
        key: `trained:${plan.id}:${Date.now()}`,
        title: plan.title,
        origin: 'trained',
        json: async () => trained.json,
        tensors: async () => trained.tensors.slice(0),
        reportJson: async () => trained.reportJson,
      });
      await Promise.all([offer.card(), offer.report()]);
      this.#probes.trained = offer;
      return offer.key;
    });
    this.#running = false;
    this.#pace = null;
    return key;
  }

  async #plan(model: string): Promise<TrainingPlan | null> {
    const texts = await this.#bench.texts();
    if (texts === null) return null;
    const plan = planTraining(texts, this.#trainer.options);
    return { ...plan, id: `${plan.id}-last-layer`, title: `${plan.title}, last layer of ${model}`.slice(0, 200) };
  }
}
