/** What the gallery shows: one component in one state. */
import { createRawSnippet, type Component, type Snippet } from 'svelte';
import type { Theme } from '../../src/charts/colour.ts';
import type { AppParts, AppState } from '../../src/state/app.svelte.ts';
import type { FakeOptions } from '../browser/pages/support/fake-engine.ts';

/** One component in one state. */
export interface Specimen {
  readonly of: string;
  readonly state: string;
  readonly component: Component<Record<string, unknown>>;
  readonly props?: (theme: Theme) => object;
  /** What the made-up engine of its page does. */
  readonly engine?: FakeOptions;
  readonly parts?: Partial<AppParts>;
  /** Brings its page into the state. */
  readonly arrange?: (app: AppState, node: HTMLElement) => Promise<unknown> | void;
  /** Seen as on a narrow phone, wherever it is shown. */
  readonly narrow?: true;
  /** It stands at the edge of the window: here, of its scene. */
  readonly fixed?: true;
  /** It differs from the one before it in words alone: the tests show its state in the same scene. */
  readonly words?: true;
  /** A whole place: shown alone, because its marks are one a page. */
  readonly whole?: true;
}

/** A component that needs nothing but its properties. */
export function piece<P extends object>(
  of: string,
  component: Component<P>,
  states: Readonly<Record<string, P>>,
): readonly Specimen[] {
  return Object.entries(states).map(([state, props]) => ({
    of,
    state,
    component: component as unknown as Component<Record<string, unknown>>,
    props: () => props,
  }));
}

/** By name, so that a view may move among its folders. */
const views = Object.fromEntries(
  Object.entries(
    import.meta.glob<Component<Record<string, unknown>>>(
      ['/src/panels/**/*.svelte', '/src/features/**/*.svelte', '/src/shell/**/*.svelte'],
      { import: 'default', eager: true },
    ),
  ).map(([path, component]) => [path.split('/').at(-1)?.replace('.svelte', '') ?? '', component]),
);

/** Names of all views that are whole places. */
export const PLACE_VIEWS = Object.keys(views)
  .filter((name) => name.endsWith('View') && name !== 'LazyView')
  .sort();

/** A panel of the page over the page's state. Throws where there is none of that name. */
export function panel(
  of: string,
  states: Readonly<Record<string, Omit<Specimen, 'of' | 'state' | 'component'>>>,
): readonly Specimen[] {
  const component = views[of];
  if (component === undefined)
    throw new Error(`There is no view ${of} any more: take its specimens out of the gallery, or rename them.`);
  return Object.entries(states).map(([state, rest]) => ({ of, state, component, ...rest }));
}

/** Words as the content of a component. */
export const words = (html: string): Snippet => createRawSnippet(() => ({ render: () => html }));

/** Opens every disclosure within. */
export async function openAll(node: HTMLElement): Promise<void> {
  for (const summary of node.querySelectorAll<HTMLElement>('details:not([open]) > summary')) summary.click();
  await frame();
}

/** After the next frame has been drawn. */
export const frame = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
