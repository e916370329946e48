/** The state of the whole page, made once by `App.svelte` and handed down by context; there are no singletons. */
import { createContext } from 'svelte';
import type { EngineClient } from '../worker/client/engine-client.ts';
import { Desk } from './desk.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { browserStorage } from './kept.ts';
import { Preferences } from './preferences.svelte.ts';
import { Session } from './session.svelte.ts';
import { shippedProbeCard, shippedProbeFiles } from './shipped.ts';
import type { ProbeCard } from './shipped.ts';
import { fetchText, Stories } from './stories.svelte.ts';
import type { FetchText } from './stories.svelte.ts';
import type { ProbeFiles } from '../worker/protocol.ts';

/** What may be replaced from outside: the engine always, the rest by tests. */
export interface AppParts {
  readonly connect: () => EngineClient;
  readonly probeFiles?: () => Promise<ProbeFiles>;
  readonly probeCard?: () => Promise<ProbeCard>;
  readonly fetchText?: FetchText;
  readonly storage?: Storage | null;
}

const MANIFEST_URL = './models/smollm2-135m-instruct-q4.manifest.json';
const RECORDINGS_URL = './recordings/';

/** Every state class of the page. */
export class AppState {
  readonly preferences: Preferences;
  readonly draft: Draft;
  readonly session: Session;
  readonly stories: Stories;
  readonly desk: Desk;

  constructor(parts: AppParts) {
    const storage = parts.storage === undefined ? browserStorage() : parts.storage;
    this.preferences = new Preferences(storage);
    this.draft = new Draft(storage);
    this.session = new Session({ connect: parts.connect, probeFiles: parts.probeFiles ?? shippedProbeFiles, manifestUrl: MANIFEST_URL });
    this.stories = new Stories(parts.fetchText ?? fetchText, RECORDINGS_URL);
    const { session, stories, draft, preferences } = this;
    this.desk = new Desk({ session, stories, draft, preferences, probeCard: parts.probeCard ?? shippedProbeCard });
  }
}

/** Reads and provides the state within the component tree. */
export const [useApp, provideApp] = createContext<AppState>();
