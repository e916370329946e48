/** What a run was steered by, found again among the probes that are here, so that its steering can be made again. */
import { AppError } from '../../base/errors.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type { SteeringArgs } from '../../worker/protocol.ts';
import { neutralStories } from './neutral-stories.ts';
import type { ProbeOffer } from './probe-card.ts';
import { carriedFiles } from './probe-to-use.ts';
import { probeHash } from '../runs/run-record.ts';
import type { Session } from '../engine/session.svelte.ts';

/**
 * The steering for the loaded model. Throws `push-invalid` where the probe whose direction it was is not among `offers`,
 * and `cancelled` where it was made on another variant and was not measured, which is then shown.
 */
export async function steeringArgsOf(
  steering: SteeringRecord,
  offers: readonly ProbeOffer[],
  session: Session,
): Promise<SteeringArgs> {
  const {
    direction,
    probeSha256,
    matchedKl: _,
    carriedOver: __,
    changes = [],
    also = [],
    when,
    ...settings
  } = steering;
  if (also.length > 0 || when !== undefined)
    throw new AppError(
      'push-invalid',
      `This run was steered ${when === undefined ? `along ${also.length + 1} directions at once` : 'under a condition'}, and the page cannot make that again. Compare a run that one direction steered throughout.`,
      { directions: also.length + 1 },
    );
  if (changes.length > 0)
    throw new AppError(
      'push-invalid',
      `The strength of this run’s steering was changed on the way (${changes.length} times), and what it did cannot be made again in one reading. Compare a run whose strength stayed.`,
      { changes: changes.length },
    );
  for (const offer of offers) {
    // A probe whose files cannot be had is not the one, as far as can be known here.
    if (probeSha256 === null || (await probeHash(offer).catch(() => null)) !== probeSha256) continue;
    const steeringFiles = await carriedFiles(offer, session);
    if (steeringFiles === null) throw new AppError('cancelled', 'The probe was not measured.');
    return { probe: steeringFiles.files, settings, stories: await neutralStories() };
  }
  throw new AppError(
    'push-invalid',
    `The run was steered by “${direction}”, which is not among the probes here, so its steering cannot be made again. Bring the probe’s files in under Library.`,
    { direction },
  );
}
