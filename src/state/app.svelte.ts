/** The state of the whole page, made once by `App.svelte` and handed down by context; there are no singletons. */
import { createContext } from 'svelte';
import { AppError } from '../core/errors.ts';
import type { EngineClient } from '../worker/client/engine-client.ts';
import { Desk } from './desk.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { Help } from './help.svelte.ts';
import { browserStorage } from './kept.ts';
import { Library, type KeptProbe } from './library.svelte.ts';
import { Offline } from './offline.svelte.ts';
import { Place } from './place.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import type { ProbeOffer } from './probe-card.ts';
import { Probes } from './probes.svelte.ts';
import { download, type SaveFile } from './save-file.ts';
import { Session } from './session.svelte.ts';
import { browserShelf, type Shelf } from './shelf.ts';
import { shippedProbes } from './shipped.ts';
import { fetchText, Stories } from './stories.svelte.ts';
import type { FetchText } from './stories.svelte.ts';
import { Tour } from './tour.svelte.ts';

/** What may be replaced from outside: the engine always, the rest by tests. */
export interface AppParts {
  readonly connect: () => EngineClient;
  readonly shipped?: readonly ProbeOffer[];
  readonly shelf?: () => Promise<Shelf<KeptProbe>>;
  readonly fetchText?: FetchText;
  readonly storage?: Storage | null;
  readonly save?: SaveFile;
  readonly offline?: Offline;
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
  readonly session: Session;
  readonly stories: Stories;
  readonly desk: Desk;
  readonly help = new Help();
  readonly tour: Tour;
  readonly offline: Offline;
  readonly storage: Storage | null;
  readonly save: SaveFile;

  constructor(parts: AppParts) {
    const storage = (this.storage = parts.storage === undefined ? browserStorage() : parts.storage);
    this.place = new Place(globalThis.location.hash);
    this.preferences = new Preferences(storage);
    this.draft = new Draft(storage);
    this.library = new Library(parts.shelf ?? (() => browserShelf<KeptProbe>()));
    const probes = (this.probes = new Probes(parts.shipped ?? shippedProbes(), this.library, storage));
    this.session = new Session({ connect: parts.connect, probeFiles: () => probes.needChosen().files(), manifestUrl: MANIFEST_URL });
    this.stories = new Stories(parts.fetchText ?? fetchText, RECORDINGS_URL);
    const { session, stories, draft, preferences } = this;
    this.desk = new Desk({ session, stories, draft, preferences, probeCard: () => probes.needChosen().card() });
    this.tour = new Tour(this.place, storage);
    this.save = parts.save ?? download;
    this.offline = parts.offline ?? new Offline({ container: null, worker: '', script: '' });
  }

  /** Opens the page: the reader's probes first, so that the one last read with is there to read with. */
  async open(): Promise<void> {
    await this.library.open().catch((error: unknown) => this.session.report(error));
    await this.desk.open();
  }

  /** Reads with another probe from now on; own text on show is read again with it. */
  async useProbe(key: string): Promise<void> {
    const offer = this.probes.offer(key);
    if (offer === null) return;
    await this.attempt(async () => {
      const before = this.probes.chosen;
      const card = await offer.card();
      // Chosen first: whoever loads the model meanwhile gets this probe.
      this.probes.choose(key);
      try {
        await this.desk.useProbe(card, offer.title, async () => {
          const files = await offer.files();
          if (this.probes.chosen?.key !== key) throw new AppError('cancelled', 'Another probe was chosen meanwhile.');
          return files;
        });
      } catch (error) {
        if (before !== null && this.probes.chosen?.key === key) this.probes.choose(before.key);
        throw error;
      }
    });
  }

  /** Does something and shows what goes wrong. */
  async attempt(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      this.session.report(error);
    }
  }
}

/** Reads and provides the state within the component tree. */
export const [useApp, provideApp] = createContext<AppState>();
