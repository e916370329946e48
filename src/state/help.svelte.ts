/** The help drawer: whether it is open, and at which part. */

/** The parts of the help, in their order. */
export const HELP_PARTS = [
  { id: 'tour', label: 'Tour' },
  { id: 'keys', label: 'Keys' },
  { id: 'charts', label: 'Charts' },
  { id: 'words', label: 'Words' },
  { id: 'privacy', label: 'Privacy' },
  { id: 'texts', label: 'Dark texts' },
  { id: 'diagnostics', label: 'Diagnostics' },
] as const;

/** One of the parts. */
export type HelpPart = (typeof HELP_PARTS)[number]['id'];

/** The drawer. What it holds is fetched when it is first opened. */
export class Help {
  #open = $state(false);
  #part = $state.raw<HelpPart | null>(null);

  get open(): boolean {
    return this.#open;
  }

  /** The part to show first; null for the top. */
  get part(): HelpPart | null {
    return this.#part;
  }

  /** Opens the drawer, at a part of it if one is named. */
  show(part: HelpPart | null = null): void {
    this.#part = part;
    this.#open = true;
  }

  close(): void {
    this.#open = false;
  }
}
