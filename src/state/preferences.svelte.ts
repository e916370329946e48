/** What the reader has chosen about the page itself; kept in this browser. */
import type { Theme } from '../charts/colour.ts';
import type { BackendChoice } from '../models/engine-report.ts';
import { isGrain } from '../reading/grain.ts';
import type { Grain } from '../reading/grain.ts';
import { DEFAULT_WINDOW } from '../stats/smoothing.ts';
import { TextStorage } from './storage/text-storage.ts';

/** What decides the appearance: the system, or the reader. */
export type ThemeChoice = 'system' | Theme;

const DARK = '(prefers-color-scheme: dark)';

/**
 * Theme, what a colour stands for, whether readouts are read, whether the trajectory has its lines, dark texts, the key of the help,
 * and the engine.
 */
export class Preferences {
  readonly #kept: TextStorage;
  #theme = $state<ThemeChoice>('system');
  #systemDark = $state(false);
  #grain = $state<Grain>('reading');
  #window = $state(DEFAULT_WINDOW);
  #readouts = $state(true);
  #lines = $state(true);
  #details = $state(false);
  #rawCurve = $state(false);
  #dark = $state(false);
  #helpKey = $state(true);
  #engine = $state<BackendChoice>('auto');

  /** `storage` is null where the browser refuses it: everything then works, and is forgotten. */
  constructor(storage: Storage | null) {
    this.#kept = new TextStorage(storage);
    // What is chosen in one tab holds in all: so no tab writes an older choice over a newer one.
    const follow = (key: string, take: (value: string | null) => void): void => {
      take(this.#kept.read(key));
      this.#kept.hear(key, take);
    };
    follow('flipside.theme', (theme) => (this.#theme = theme === 'light' || theme === 'dark' ? theme : 'system'));
    follow('flipside.window', (stored) => {
      const window = Number(stored);
      if (window >= 8 && window <= 12) this.#window = window;
    });
    // The key is new since colours are readings: what was chosen among raw views before is no choice against them.
    follow('flipside.colour', (grain) => {
      if (isGrain(grain)) this.#grain = grain;
    });
    follow('flipside.taps', (stored) => (this.#readouts = stored !== 'no'));
    follow('flipside.lines', (stored) => (this.#lines = stored !== 'no'));
    follow('flipside.details', (stored) => (this.#details = stored === 'open'));
    follow('flipside.raw-curve', (stored) => (this.#rawCurve = stored === 'yes'));
    follow('flipside.dark-texts', (stored) => (this.#dark = stored === 'show'));
    follow('flipside.help-key', (stored) => (this.#helpKey = stored !== 'no'));
    follow('flipside.engine', (stored) => (this.#engine = stored === 'webgpu' || stored === 'wasm' ? stored : 'auto'));
    const query = matchMedia(DARK);
    this.#systemDark = query.matches;
    query.addEventListener('change', (event) => (this.#systemDark = event.matches));
  }

  /** The reader's choice. */
  get theme(): ThemeChoice {
    return this.#theme;
  }

  set theme(choice: ThemeChoice) {
    this.#theme = choice;
    if (choice === 'system') this.#kept.drop('flipside.theme');
    else this.#kept.write('flipside.theme', choice);
  }

  /** What is shown now; canvases and charts need it, style sheets do not. */
  get shownTheme(): Theme {
    if (this.#theme !== 'system') return this.#theme;
    return this.#systemDark ? 'dark' : 'light';
  }

  /** What one colour stands for. */
  get grain(): Grain {
    return this.#grain;
  }

  set grain(grain: Grain) {
    this.#grain = grain;
    this.#kept.write('flipside.colour', grain);
  }

  /** Tokens in the running mean; 1 for single tokens. Setting it also chooses the grain that it belongs to. */
  get window(): number {
    return this.#grain === 'token' ? 1 : this.#window;
  }

  set window(tokens: number) {
    this.grain = tokens === 1 ? 'token' : 'mean';
    if (tokens === 1) return;
    this.#window = tokens;
    this.#kept.write('flipside.window', String(tokens));
  }

  /** Whether neutral sentences are read after each sentence; without them a reading is faster and says less. */
  get readouts(): boolean {
    return this.#readouts;
  }

  set readouts(on: boolean) {
    this.#readouts = on;
    this.#kept.write('flipside.taps', on ? 'yes' : 'no');
  }

  /** Whether the trajectory also shows the line without the words and the 1 % lines. */
  get lines(): boolean {
    return this.#lines;
  }

  set lines(on: boolean) {
    this.#lines = on;
    this.#kept.write('flipside.lines', on ? 'yes' : 'no');
  }

  /** Whether layer, colour, map, judgement and the like are shown beside text and chart. */
  get details(): boolean {
    return this.#details;
  }

  set details(open: boolean) {
    this.#details = open;
    this.#kept.write('flipside.details', open ? 'open' : 'closed');
  }

  /** Whether the trajectory also shows the tokens' own scores, as their running mean. */
  get rawCurve(): boolean {
    return this.#rawCurve;
  }

  set rawCurve(on: boolean) {
    this.#rawCurve = on;
    this.#kept.write('flipside.raw-curve', on ? 'yes' : 'no');
  }

  /** Whether texts that contain cruelty are shown without a note before them. */
  get darkTexts(): boolean {
    return this.#dark;
  }

  set darkTexts(show: boolean) {
    this.#dark = show;
    this.#kept.write('flipside.dark-texts', show ? 'show' : 'ask');
  }

  /** Whether `?` opens the help; a reader who dictates or types by switches may not want single keys. */
  get helpKey(): boolean {
    return this.#helpKey;
  }

  set helpKey(on: boolean) {
    this.#helpKey = on;
    this.#kept.write('flipside.help-key', on ? 'yes' : 'no');
  }

  /** Which engine runs models: what a short run finds, or always the same. */
  get engine(): BackendChoice {
    return this.#engine;
  }

  set engine(choice: BackendChoice) {
    this.#engine = choice;
    if (choice === 'auto') this.#kept.drop('flipside.engine');
    else this.#kept.write('flipside.engine', choice);
  }
}
