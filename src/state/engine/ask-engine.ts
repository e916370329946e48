/** One question to an engine worker of its own, so that the one that works on a text neither waits nor is waited for. */
import type { EngineClient } from '../../worker/client/engine-client.ts';

/** Starts a worker, asks, and ends it. Throws what the question does, or `worker-died`. */
export async function askEngine<T>(
  connect: () => EngineClient,
  question: (client: EngineClient) => Promise<T>,
): Promise<T> {
  const client = connect();
  const lost = new Promise<never>((_, reject) => client.onLost(reject));
  try {
    return await Promise.race([question(client), lost]);
  } finally {
    client.dispose();
  }
}
