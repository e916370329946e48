/** Which files of a build are kept for use without a network, and what page and service worker say to each other about them. */
import type { RuntimeBuild } from './engine-report.ts';

/**
 * When a file is kept: `first` with the page, in the background of a first visit; `chart` once charts are drawn; `wasm`,
 * `jspi` and `asyncify`, the builds of the runtime, once a model was started on them; `probe`, the directions of a
 * probe, when they are used or a
 * model has been started; `other` when it is used.
 */
export type FileKind = 'first' | 'chart' | RuntimeBuild | 'probe' | 'other';

/** One file of a build. */
export interface BuiltFile {
  /** Relative to the page; empty for the page itself. */
  readonly path: string;
  readonly kind: FileKind;
  /** Whether its name changes with its content, so that a kept copy can never be an old one. */
  readonly hashed: boolean;
  /** As in the `integrity` of a request. */
  readonly integrity: string;
}

/** Everything of a build that can be kept. Models are none of it: they have their own storage. */
export interface Build {
  /** Changes with any of the files. */
  readonly version: string;
  readonly files: readonly BuiltFile[];
}

/** What a page asks of a service worker: to keep files; to serve from now on, if `script` (the page's own) is of its build. */
export type OfflineRequest =
  { readonly ask: 'keep'; readonly kinds: readonly FileKind[] } | { readonly ask: 'serve'; readonly script: string };

/** The answer to `serve`: whether the page is of the worker's build. If not, the worker waits until all its pages are closed. */
export interface ServeAnswer {
  readonly sameBuild: boolean;
}

/** A file's name without the part that changes with its content: the same in the builds before and after. */
export function lastingName(path: string): string {
  return path.replace(/-[\w-]{8}(\.\w+)$/, '$1');
}
