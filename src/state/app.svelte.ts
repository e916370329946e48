/** The state of the whole page, made once by `App.svelte` and handed down by context; there are no singletons. */
import { createContext } from 'svelte';
import { titleWith } from '../probe/dtype-agreement.ts';
import { AppError } from '../base/errors.ts';
import type { ConnectChatModel } from '../chat/chat-model.ts';
import type { EngineClient } from '../worker/client/engine-client.ts';
import { ReadingController, type ReadingControllerParts } from './runs/reading-controller.svelte.ts';
import { Draft } from './runs/draft.svelte.ts';
import { Help } from './help.svelte.ts';
import { browserStorage } from './storage/text-storage.ts';
import { Library, type StoredProbe } from './probes/library.svelte.ts';
import { HostConsent } from './engine/host-consent.svelte.ts';
import { PlanAhead } from './engine/plan-ahead.svelte.ts';
import { ModelChoice } from './engine/model-choice.svelte.ts';
import { Offline } from './offline.svelte.ts';
import { Place } from './place.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import type { ProbeOffer } from './probes/probe-card.ts';
import { probeToUse } from './probes/probe-to-use.ts';
import { Probes } from './probes/probes.svelte.ts';
import { download, type SaveFile } from './storage/save-file.ts';
import { Session } from './engine/session.svelte.ts';
import { browserDatabase, type Database } from './storage/database.ts';
import { History } from './runs/history.svelte.ts';
import { Links } from './runs/links.svelte.ts';
import type { Maker } from './runs/reading.svelte.ts';
import { probeHash, recordRun } from './runs/run-record.ts';
import type { EngineStatus } from '../models/engine-report.ts';
import type { ReadingState } from './runs/reading.svelte.ts';
import type { Recording } from '../formats/runs/recording.ts';
import { fileName, type RunFileKind } from './runs/run-files.ts';
import { shelfIn, type Shelf } from './storage/shelf.ts';
import { browserTabs, type Tabs } from './storage/tabs.ts';
import { once } from './probes/probe-card.ts';
import { shippedProbes } from './probes/shipped.ts';
import type { DoseFiles } from './probes/shipped-dose.ts';
import type { ShippedExperiment } from './probes/shipped-experiments.ts';
import { fetchText, Stories } from './runs/stories.svelte.ts';
import type { FetchText } from './runs/stories.svelte.ts';
import { Tour } from './tour.svelte.ts';

/** What may be replaced from outside: the engine always, the rest by tests. */
export interface AppParts {
  readonly connect: () => EngineClient;
  readonly shipped?: readonly ProbeOffer[];
  readonly shelf?: () => Promise<Shelf<StoredProbe>>;
  /** Where probes and runs are kept. */
  readonly database?: () => Promise<Database>;
  readonly tabs?: Tabs;
  readonly fetchText?: FetchText;
  readonly storage?: Storage | null;
  readonly save?: SaveFile;
  readonly offline?: Offline;
  readonly doses?: DoseFiles;
  readonly modelHosts?: readonly string[];
  readonly experiments?: readonly ShippedExperiment[];
  readonly connectChat?: ConnectChatModel;
}

const MANIFEST_URL = './models/smollm2-135m-instruct-q4.manifest.json';
const RECORDINGS_URL = './recordings/';

/** Every state class that the page needs from the start; a place with more makes its own room (`room.ts`). */
export class AppState {
  readonly place: Place;
  readonly preferences: Preferences;
  readonly draft: Draft;
  readonly library: Library;
  readonly probes: Probes;
  /** The model that is loaded when one is. */
  readonly model: ModelChoice;
  /** Hosts that this build may fetch models from. */
  readonly modelHosts: readonly string[];
  /** Whether the reader lets the page ask them for models. */
  readonly hostConsent: HostConsent;
  readonly session: Session;
  /** How fast a model would run here. */
  readonly planAhead: PlanAhead;
  readonly stories: Stories;
  /** Fetches a text file that lies beside the page. */
  readonly fetchText: FetchText;
  readonly readingController: ReadingController;
  readonly help = new Help();
  readonly tour: Tour;
  readonly offline: Offline;
  readonly history: History;
  readonly links: Links;
  /** What the tabs of this page tell each other. */
  readonly tabs: Tabs;
  /** For the short things that this browser keeps; null where it refuses. */
  readonly storage: Storage | null;
  readonly save: SaveFile;
  /** Dose–responses that ship with the probes; null: those of this page. */
  readonly doses: DoseFiles | null;
  /** Experiments that ship; null: those of this page. */
  readonly experiments: readonly ShippedExperiment[] | null;
  /** Where probes, runs and experiments are kept. */
  readonly database: () => Promise<Database>;
  /** Starts an engine worker. */
  readonly connect: () => EngineClient;
  /** Loads a chat model; null: by web-llm. */
  readonly connectChat: ConnectChatModel | null;
  /** How often another probe was asked for. */
  #probesAsked = 0;

  constructor(parts: AppParts) {
    const storage = (this.storage = parts.storage === undefined ? browserStorage() : parts.storage);
    this.place = new Place(globalThis.location.hash);
    this.preferences = new Preferences(storage);
    this.draft = new Draft(storage);
    const tabs = (this.tabs = parts.tabs ?? browserTabs());
    const database = (this.database = once(parts.database ?? (() => browserDatabase())));
    this.library = new Library(parts.shelf ?? (async () => shelfIn<StoredProbe>(await database(), 'probes')), tabs);
    this.history = new History({ connect: database, tabs, warn: (problem) => this.session.report(problem) });
    const probes = (this.probes = new Probes(parts.shipped ?? shippedProbes(), this.library, storage));
    this.model = new ModelChoice(storage, MANIFEST_URL);
    this.modelHosts = parts.modelHosts ?? [];
    this.hostConsent = new HostConsent(this.modelHosts, storage);
    this.planAhead = new PlanAhead({
      connect: parts.connect,
      hosts: () => this.hostConsent.hosts,
      say: (sentence) => this.session.say(sentence),
      report: (error) => this.session.report(error),
    });
    this.session = new Session({
      connect: () => {
        this.planAhead.stop();
        return parts.connect();
      },
      probeFiles: (model) => probeToUse(probes.needChosen(), model),
      model: () => ({ source: this.model.source, hosts: this.hostConsent.hosts }),
      backend: () => this.preferences.engine,
      loaded: (status) => this.model.loaded(status),
    });
    this.fetchText = parts.fetchText ?? fetchText;
    this.stories = new Stories(this.fetchText, RECORDINGS_URL);
    const { session, stories, draft, preferences } = this;
    this.readingController = new ReadingController({
      session,
      stories,
      draft,
      preferences,
      probeCard: () => probes.needChosen().card(),
      maker: (engine, readouts) => this.#maker(engine, readouts),
      keep: (reading) => void this.#keepRun(reading),
      probeChoice: this.#probeChoice(),
    });
    this.tour = new Tour(this.place, storage, () => (preferences.details = true));
    this.links = new Links(this);
    this.save = parts.save ?? download;
    this.offline = parts.offline ?? new Offline({ container: null, worker: '', script: '' });
    this.connect = parts.connect;
    this.connectChat = parts.connectChat ?? null;
    this.doses = parts.doses ?? null;
    this.experiments = parts.experiments ?? null;
  }

  /**
   * Opens the page: the reader's probes first, so that the one last read with is there to read with. A link in the
   * address is opened in the place of the first story.
   */
  async open(): Promise<void> {
    const kept = Promise.all([this.library.open(), this.history.open()]).catch((error: unknown) =>
      this.session.report(error),
    );
    const code = this.place.query.get('s');
    const shared = code === null ? null : await this.links.read(code);
    await kept;
    await this.readingController.open({ first: shared === null });
    if (shared !== null) await this.links.show(shared);
  }

  /** Goes where the address leads, and opens the link that it holds. */
  async follow(hash: string): Promise<void> {
    this.place.follow(hash);
    const code = this.place.query.get('s');
    const shared = code === null ? null : await this.links.read(code);
    if (shared !== null) await this.links.show(shared);
  }

  /** Reads with another probe from now on. Nothing is read by that: what is on show stays, and the page offers to read it again. */
  async useProbe(key: string): Promise<void> {
    const offer = this.probes.offer(key);
    if (offer === null) return;
    // Counted, not told by the key: a probe that is kept meanwhile goes on under another.
    const asked = ++this.#probesAsked;
    await this.attempt(async () => {
      const before = this.probes.chosen;
      const card = await offer.card();
      // Chosen first: a model that is loaded meanwhile gets this probe.
      this.probes.choose(key);
      try {
        await this.readingController.useProbe(card, offer.title, async (model) => {
          const files = await probeToUse(offer, model);
          if (this.#probesAsked !== asked) throw new AppError('cancelled', 'Another probe was chosen meanwhile.');
          return files;
        });
      } catch (error) {
        if (before !== null && this.#probesAsked === asked) this.probes.choose(before.key);
        throw error;
      }
    });
  }

  /** What is on show as a recording; null where nothing is, or where it is not known what made it. */
  async recordingOnShow(): Promise<Recording | null> {
    const { reading } = this.readingController;
    if (reading === null || reading.recording !== null) return reading?.recording ?? null;
    return reading.maker === null || reading.tokens.length === 0 ? null : recordRun(reading, reading.maker, Date.now());
  }

  /** Saves a recording as a file. */
  async saveRun(kind: RunFileKind, recording: Recording): Promise<void> {
    const { view } = this.readingController;
    const { grain, window, shownTheme: theme } = this.preferences;
    const layer = Math.min(view.layer, recording.layers - 1);
    await this.attempt(async () =>
      this.save(
        fileName(recording.title, kind.ending),
        await kind.make(recording, { head: view.head, layer, single: view.single, grain, window, theme }),
        kind.type,
      ),
    );
  }

  #probeChoice(): NonNullable<ReadingControllerParts['probeChoice']> {
    const { probes } = this;
    return {
      get key() {
        return probes.chosen?.key ?? null;
      },
      choose: (key) => void this.useProbe(key),
    };
  }

  #maker(engine: EngineStatus, readouts: boolean): Maker | null {
    const { chosen } = this.probes;
    const id = this.readingController.probe?.id;
    if (chosen === null || id === undefined) return null;
    return {
      engine,
      readouts,
      push: null,
      probe: { id, key: chosen.key, title: titleWith(chosen.title, this.session.agreement) },
      agreement: this.session.agreement,
      probeSha256: () => probeHash(chosen),
    };
  }

  /** Keeps a run; what goes wrong is shown, and the run stays on show. */
  async #keepRun(reading: ReadingState): Promise<void> {
    const { maker } = reading;
    if (maker !== null) await this.attempt(async () => this.history.keep(await recordRun(reading, maker, Date.now())));
  }

  /** Does something and shows what goes wrong; `said` is announced where nothing did. */
  async attempt(what: () => Promise<unknown>, said?: string): Promise<void> {
    try {
      await what();
      if (said !== undefined) this.session.say(said);
    } catch (error) {
      this.session.report(error);
    }
  }
}

/** Reads and provides the state within the component tree. */
export const [useApp, provideApp] = createContext<AppState>();
