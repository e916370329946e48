/**
 * What the page shows of a probe. The directions stay in their file until they are compared or exported; the worker
 * validates both files.
 */
import type { ProbeHead } from '../../probe/probe-head.ts';
import type { Report } from '../../probe/report-types.ts';
import type { ProbeFiles } from '../../worker/protocol.ts';

/** The part of a probe that is shown. */
export type ProbeCard = ProbeHead;

/** The files of a probe; a probe of an older version, or of other files, may have no report. */
export interface BundleFiles extends ProbeFiles {
  readonly reportJson: string | null;
}

/** A probe that the page can offer, wherever it lies. Each part is fetched and validated when it is first asked for. */
export interface ProbeOffer {
  /** Tells offers apart, e.g. `shipped:kind-cruel`. */
  readonly key: string;
  readonly title: string;
  readonly origin: 'shipped' | 'kept' | 'trained';
  card(): Promise<ProbeCard>;
  report(): Promise<Report | null>;
  files(): Promise<BundleFiles>;
}

/** The name of an offer where several stand together: two may share a title. */
export function offerName({ title, origin }: ProbeOffer): string {
  if (origin === 'shipped') return title;
  return origin === 'kept' ? `${title} (kept)` : `${title} (just trained)`;
}

/** An offer over files that can be had; parses them once, and again only after a failure. */
export function offerOf(
  parts: {
    readonly key: string;
    readonly title: string;
    readonly origin: ProbeOffer['origin'];
    json(): Promise<string>;
    tensors(): Promise<ArrayBuffer>;
    reportJson(): Promise<string | null>;
  },
  read: { card(json: string): ProbeCard; report(json: string): Promise<Report> },
): ProbeOffer {
  const card = once(async () => read.card(await parts.json()));
  const report = once(async () => {
    const json = await parts.reportJson();
    return json === null ? null : read.report(json);
  });
  const { key, title, origin } = parts;
  return {
    key,
    title,
    origin,
    card,
    report,
    files: async () => ({
      json: await parts.json(),
      tensors: await parts.tensors(),
      reportJson: await parts.reportJson(),
    }),
  };
}

/** Asks once and remembers the answer; a failure is not remembered. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = null;
      throw error;
    });
    return answer;
  };
}
