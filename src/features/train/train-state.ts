/** The state of the Train place: the sets, the training, and what is shown of any probe's judgement. */
import { connectWebLlm } from '../../second-engine/connect.ts';
import { useApp, type AppState } from '../../state/app.svelte.ts';
import type { ExportFile } from './judging/bundle-export.ts';
import { ChatJudging } from './judging/chat-judging.svelte.ts';
import { Comparison } from './judging/comparison.svelte.ts';
import { expectKind } from '../../state/sets/imports.ts';
import { JudgedView } from './judging/judged.svelte.ts';
import { LastLayer } from './last-layer.svelte.ts';
import type { PickedFile } from '../../state/probes/library.svelte.ts';
import type { ProbeOffer } from '../../state/probes/probe-card.ts';
import { placeState } from '../../state/place-state.ts';
import { RowDrafts } from './rows/row-drafts.svelte.ts';
import type { SaveFile } from '../../state/storage/save-file.ts';
import { SecondEngine } from './second-engine.svelte.ts';
import { PromptSetEditor } from '../../state/sets/prompt-set-editor.svelte.ts';
import { SetFindings } from '../../state/sets/set-findings.svelte.ts';
import { SetIntake } from '../../state/sets/set-intake.svelte.ts';
import { SetJudging } from './judging/set-judging.svelte.ts';
import { Trainer } from './trainer.svelte.ts';

/** Every state class of the place. */
export class TrainState {
  readonly bench: PromptSetEditor;
  readonly intake: SetIntake;
  readonly findings = new SetFindings();
  readonly trainer: Trainer;
  readonly judged: JudgedView;
  readonly judging: SetJudging;
  readonly comparison: Comparison;
  readonly chat: SecondEngine;
  readonly drafts: RowDrafts;
  readonly chatJudging: ChatJudging;
  readonly lastLayer: LastLayer;
  readonly save: SaveFile;
  readonly #app: AppState;
  /** The probe that is being kept now: a second press meanwhile would keep it twice. */
  #keeping: ProbeOffer | null = null;

  constructor(app: AppState) {
    const { session, probes, storage } = app;
    this.#app = app;
    const bench = (this.bench = new PromptSetEditor(storage));
    this.intake = new SetIntake(bench);
    this.trainer = new Trainer({ session, bench, probes, storage });
    this.judged = new JudgedView(probes, session);
    this.judging = new SetJudging({ session, bench, probes });
    this.comparison = new Comparison(probes, session);
    this.chat = new SecondEngine({ connect: app.connectChat ?? connectWebLlm, session, storage });
    this.drafts = new RowDrafts({ chat: this.chat, bench, session });
    this.chatJudging = new ChatJudging({ chat: this.chat, bench, judging: this.judging });
    this.lastLayer = new LastLayer({ chat: this.chat, bench, trainer: this.trainer, probes });
    this.save = app.save;
  }

  /** Keeps the probe just trained, once; if it is the one that is read with, or becomes it meanwhile, it stays so. */
  async keep(offer: ProbeOffer): Promise<void> {
    const { probes, library, session } = this.#app;
    if (this.#keeping === offer) return;
    this.#keeping = offer;
    await this.#app.attempt(async () => {
      const key = await library.keep(offer.title, await offer.files());
      // Asked after the probe is stored: until then it can be chosen under its old key.
      const inUse = probes.chosen?.key === offer.key;
      if (probes.trained === offer) probes.trained = null;
      if (inUse) probes.choose(key);
      session.say(`${offer.title} is kept.`);
      await this.judged.show(key);
    });
    this.#keeping = null;
  }

  /** Takes in the files of a probe and shows it. */
  async importProbe(files: readonly PickedFile[]): Promise<void> {
    await this.#app.attempt(async () => {
      await expectKind(files, 'probes');
      await this.judged.show(await this.#app.library.import(files));
    });
  }

  /** Takes in the files of a set; the result is in `intake`. */
  async importSet(files: readonly PickedFile[]): Promise<void> {
    await this.#app.attempt(async () => {
      await expectKind(files, 'sets');
      await this.intake.take(files);
    });
  }

  /** Saves one file of a probe. */
  async saveFile(file: ExportFile): Promise<void> {
    await this.#app.attempt(async () => this.save(file.name, await file.make(), file.type));
  }
}

/** The state of the place in each page. */
export const trainState = placeState((app) => new TrainState(app));

/** The state of this page, within the component tree. */
export function useTrain(): TrainState {
  return trainState(useApp());
}
