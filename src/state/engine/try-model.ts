/** Another model in place of the one before, which is chosen again where the other does not load. */
import type { BackendChoice } from '../../models/engine-report.ts';
import type { ModelChoice, OtherModel } from './model-choice.svelte.ts';
import type { Session } from './session.svelte.ts';

/** What says that a model as it is does not run here; a connection that broke, or a stop, is gone on with instead. */
const UNUSABLE = /^(?:model-(?!fetch-failed|host-off|gated)|numbers-|gpu-|worker-died)/;

/** Loads it. What goes wrong is shown by the session. */
export async function tryModel(
  session: Session,
  choice: ModelChoice,
  other: OtherModel,
  backend?: BackendChoice,
): Promise<void> {
  const before = choice.other;
  choice.choose(other);
  await session.load(backend);
  if (session.status === null && session.problem !== null && UNUSABLE.test(session.problem.code))
    choice.giveWay(before);
}
