/**
 * An engine that has measured how far a probe of another variant agrees, and holds it to the rules; patches are real,
 * the rest is made up.
 */
import { assertAgrees, assertInterventions, type DtypeAgreement } from '../../../../src/probe/dtype-agreement.ts';
import type { RunSummary } from '../../../../src/models/engine-report.ts';
import type { ProbeOffer } from '../../../../src/state/probes/probe-card.ts';
import type { ProbeToUse } from '../../../../src/worker/protocol.ts';
import type { FakeEngine } from './fake-engine.ts';
import { PatchEngine } from './patch-engine.ts';
import { LAYERS, SAMPLE_CARD } from './sample.ts';
import { sampleOffer } from './sample-bundle.ts';

/** What was measured: less at every layer than at the one before. */
export const AGREEMENT: DtypeAgreement = {
  from: 'q8',
  to: 'q4',
  layer: 16,
  shuffles: 200,
  topics: 24,
  fittedTopics: 72,
  turns: 48,
  cosine: Array.from({ length: LAYERS }, (_, layer) => 1 - layer / 200),
  null95: Array.from({ length: LAYERS }, () => 0.41),
};

/** A probe of the 8-bit variant of the model that is loaded. */
export function eightBit(): ProbeOffer {
  const stock = sampleOffer('eight-bit', 'Eight-bit', SAMPLE_CARD.axis, 4);
  return {
    ...stock,
    card: async () => ({
      ...(await stock.card()),
      model: { ...SAMPLE_CARD.model, id: 'smollm2-135m-instruct-q8', weightsSha256: 'd8'.repeat(32) },
    }),
  };
}

/** The engine. */
export class MeasuringEngine extends PatchEngine {
  /** Probes that were taken to read with, and to steer with. */
  readonly used: ProbeToUse[] = [];
  readonly carried: ProbeToUse[] = [];
  readonly #agreement: DtypeAgreement;

  constructor(agreement: DtypeAgreement = AGREEMENT) {
    super();
    this.#agreement = agreement;
  }

  override async useProbe(...[probe, options]: Parameters<FakeEngine['useProbe']>): Promise<DtypeAgreement | null> {
    this.used.push(probe);
    return this.#measure(probe, options);
  }

  override async carryOver(...[probe, options]: Parameters<FakeEngine['carryOver']>): Promise<DtypeAgreement | null> {
    this.carried.push(probe);
    return this.#measure(probe, options);
  }

  override async writeSteered(...args: Parameters<FakeEngine['writeSteered']>): Promise<RunSummary> {
    if (this.carried.length > 0) assertInterventions({ id: 'eight-bit' }, this.#agreement, args[0].settings);
    return super.writeSteered(...args);
  }

  async #measure(...[probe, { on } = {}]: Parameters<FakeEngine['carryOver']>): Promise<DtypeAgreement | null> {
    if (probe.sets.length === 0) return null;
    on?.progress?.({ done: 24, total: 48 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertAgrees({ id: 'eight-bit' }, this.#agreement);
    return this.#agreement;
  }
}
