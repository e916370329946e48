/** The state of the room Models. */
import { useApp } from '../../state/app.svelte.ts';
import { ModelBench } from './model-bench.svelte.ts';
import { roomOf } from '../../state/room.ts';

const roomIn = roomOf(
  (app) => new ModelBench({ connect: app.connect, hosts: app.modelHosts, session: app.session, choice: app.model }),
);

/** The bench of this page, within the component tree. */
export function useModels(): ModelBench {
  return roomIn(useApp());
}
