/** What a browser tells about itself and the device, as far as it does. */
import type { SpeedPower } from '../../models/speed/speed-record.ts';
import type { PageMemoryLack } from './words.ts';

/** What Chromium tells of the battery; other browsers have it not. */
interface Battery extends EventTarget {
  readonly charging: boolean;
}

/** Asks for the battery; null where the browser does not tell. */
export async function findBattery(): Promise<Battery | null> {
  const { getBattery } = navigator as { readonly getBattery?: () => Promise<Battery> };
  try {
    return (await getBattery?.call(navigator)) ?? null;
  } catch {
    return null; // A page policy may forbid it.
  }
}

/** Where the electricity comes from. */
export function powerOf(battery: Battery | null): SpeedPower {
  return battery === null ? 'unknown' : battery.charging ? 'mains' : 'battery';
}

/** Whether the graphics adapter offers timestamps; null where there is none to ask. */
export async function hasTimestamps(): Promise<boolean | null> {
  try {
    const adapter = await (navigator as { readonly gpu?: GPU }).gpu?.requestAdapter({
      powerPreference: 'high-performance',
    });
    return adapter?.features.has('timestamp-query') ?? null;
  } catch {
    return null;
  }
}

/** Milliseconds that an answer on memory may take: browsers wait for a moment in which they tidy up. */
const MEMORY_WAIT_MS = 10_000;

/** Bytes of the page with its workers, or why they are not known. */
export async function pageBytes(): Promise<number | PageMemoryLack> {
  const { measureUserAgentSpecificMemory: ask } = performance as {
    readonly measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>;
  };
  if (!globalThis.crossOriginIsolated) return 'not-isolated';
  if (ask === undefined) return 'absent';
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), MEMORY_WAIT_MS));
  try {
    return (await Promise.race([ask.call(performance), late]))?.bytes ?? 'late';
  } catch {
    return 'absent'; // A page policy may forbid it.
  }
}

/** Names of browsers in what they say of themselves, the most special first, for many claim to be others too. */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg\/([\d.]+)/, 'Edge'],
  [/\bOPR\/([\d.]+)/, 'Opera'],
  [/\bFirefox\/([\d.]+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/([\d.]+)/, 'Chromium'],
  [/\bVersion\/([\d.]+).*Safari/, 'Safari'],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** Browser, version and system in a few words, from the user agent. Pure. */
export function browserWords(userAgent: string): string {
  const found = BROWSERS.flatMap(([pattern, name]) => {
    const version = pattern.exec(userAgent)?.[1];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return `${found[0] ?? 'an unknown browser'}${system === undefined ? '' : ` on ${system}`}`;
}
