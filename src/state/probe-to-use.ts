/** A probe as the engine needs it: with the sets that it was fitted on, where it has to be measured on another variant of its model. */
import { otherDtype } from '../core/model-dtype.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { ProbeToUse } from '../worker/protocol.ts';
import type { ProbeOffer } from './probe-card.ts';
import { shippedSets } from './shipped-sets.ts';

/** The files, and of the shipped sets those whose names the probe was fitted on; what they hold is known by its hash, in the worker. */
export async function probeToUse(offer: ProbeOffer, model: ModelIdentity): Promise<ProbeToUse> {
  const { model: own, evidence } = await offer.card();
  const { json, tensors } = await offer.files();
  if (otherDtype(own, model) === null) return { json, tensors, sets: [] };
  const names = new Set(evidence.bySet.map(({ name }) => name));
  const { sets } = await shippedSets();
  return { json, tensors, sets: await Promise.all(sets.filter(({ name }) => names.has(name)).map((set) => set.source())) };
}
