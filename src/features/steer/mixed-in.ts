/** Further directions and a condition, from what is set to what the engine takes and what a run remembers. */
import type { SteeringPart, SteeringRecord } from '../../steering/steering.ts';
import { carriedFiles } from '../../state/probes/probe-to-use.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import { probeHash } from '../../state/runs/run-record.ts';
import type { ConditionArgs, FurtherArgs, SteeredTextArgs } from '../../worker/protocol.ts';
import type { SteeringMix } from './steering-mix.svelte.ts';

/** What is mixed in: for the engine, for the record, and the pole that each further direction steers towards. */
export interface MixedIn {
  readonly args: Pick<SteeredTextArgs, 'also' | 'when'>;
  readonly record: Pick<SteeringRecord, 'also' | 'when'>;
  readonly ends: readonly string[];
}

/**
 * What is set, by probes that the loaded model takes; null where measuring one was stopped or refused, which is then shown.
 * Throws as `carriedFiles` does.
 */
export async function mixedIn(mix: SteeringMix, session: Session): Promise<MixedIn | null> {
  const { further, condition, decidingLayer: layer } = mix;
  const parts: (FurtherArgs & { readonly record: SteeringPart; readonly end: string })[] = [];
  for (const { offer, card, pole, settings } of further) {
    const carried = await carriedFiles(offer, session);
    if (carried === null) return null;
    const { files: probe, agreement } = carried;
    const record: SteeringPart = {
      ...settings,
      direction: offer.title,
      probeSha256: await probeHash(offer),
      matchedKl: null,
      ...(agreement && { carriedOver: agreement }),
    };
    parts.push({ probe, settings, record, end: card.axis[pole] });
  }
  const also = parts.map(({ probe, settings }) => ({ probe, settings }));
  const ends = parts.map(({ end }) => end);
  const recorded = parts.length === 0 ? {} : { also: parts.map(({ record }) => record) };
  if (condition === null || layer === null) return { args: { also, when: null }, record: recorded, ends };
  const { offer, card, side, threshold } = condition;
  const carried = await carriedFiles(offer, session);
  if (carried === null) return null;
  const { files: probe, agreement } = carried;
  const { positive, negative } = card.axis;
  const when: ConditionArgs = { probe, layer, side, threshold };
  return {
    args: { also, when },
    record: {
      ...recorded,
      when: {
        layer,
        side,
        threshold,
        probe: offer.title,
        axis: { positive, negative },
        probeSha256: await probeHash(offer),
        ...(agreement && { carriedOver: agreement }),
        acted: [],
        asked: 0,
      },
    },
    ends,
  };
}
