/**
 * A probe as the engine needs it to score or to steer: with the sets that it was fitted on, where it has to be measured
 * on another variant of its model.
 */
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { otherDtype } from '../../models/model-dtype.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { ProbeFiles, ProbeToUse } from '../../worker/protocol.ts';
import type { ProbeOffer } from './probe-card.ts';
import type { Session } from '../engine/session.svelte.ts';
import { shippedSets } from './shipped-sets.ts';

/** The files, and of the shipped sets those whose names the probe was fitted on; what they hold is known by its hash, in the worker. */
export async function probeToUse(offer: ProbeOffer, model: ModelIdentity): Promise<ProbeToUse> {
  const { model: own, evidence } = await offer.card();
  const { json, tensors } = await offer.files();
  if (otherDtype(own, model) === null) return { json, tensors, sets: [] };
  const names = new Set(evidence.bySet.map(({ name }) => name));
  const { sets } = await shippedSets();
  return {
    json,
    tensors,
    sets: await Promise.all(sets.filter(({ name }) => names.has(name)).map((set) => set.source())),
  };
}

/** The files of a probe that the loaded model takes, and how far it agrees where it was made on another variant. */
export interface CarriedFiles {
  readonly files: ProbeFiles;
  readonly agreement: DtypeAgreement | null;
}

/**
 * A probe that is to steer the loaded model, or to be judged on it, measured first where it was made on another variant;
 * null where that was stopped or refused, which is then shown. Throws as {@link Session.needReady}.
 */
export async function carriedFiles(offer: ProbeOffer, session: Session): Promise<CarriedFiles | null> {
  session.needReady();
  const model = session.status?.model;
  if (model === undefined) return null;
  const probe = await probeToUse(offer, model);
  const { json, tensors } = probe;
  const { model: own } = await offer.card();
  const measured = otherDtype(own, model) === null ? { agreement: null } : await session.carryOver(probe);
  return measured && { files: { json, tensors }, ...measured };
}
