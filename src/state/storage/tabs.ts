/** What the tabs of this page tell each other: that something which they all keep has changed. */

/** What may change. */
export type Common = 'runs' | 'probes';

/** A line between the tabs; a tab does not hear itself. */
export interface Tabs {
  /** Tells the other tabs. */
  tell(what: Common): void;
  /** Calls back when another tab tells. */
  hear(what: Common, callback: () => void): void;
}

/** The line of this browser; silent where it has none. */
export function browserTabs(name = 'flipside'): Tabs {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
  const heard = new Map<unknown, (() => void)[]>();
  channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    for (const callback of heard.get(data) ?? []) callback();
  });
  return {
    tell: (what) => channel?.postMessage(what),
    hear: (what, callback) => void heard.set(what, [...(heard.get(what) ?? []), callback]),
  };
}

/** A line that leads nowhere. */
export const NO_TABS: Tabs = { tell: () => undefined, hear: () => undefined };
