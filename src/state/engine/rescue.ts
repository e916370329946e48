/** What can be saved from an engine whose graphics device is gone: its worker lives, with all that it has read for training. */
import type { PackedReadings } from '../../probe/training-plan.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import { PATIENCE_MS } from './patience.ts';

/** Its readings, or null where it does not answer in time; it is disposed of in any case. */
export async function rescueReadings(
  client: Pick<EngineClient, 'takeReadings' | 'dispose'>,
): Promise<PackedReadings | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const readings = await Promise.race([client.takeReadings({}).catch(() => null), late]);
  client.dispose();
  return readings;
}
