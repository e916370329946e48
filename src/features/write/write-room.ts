/** The state of the Write place. */
import { useApp } from '../../state/app.svelte.ts';
import { roomOf } from '../../state/room.ts';
import { Writer } from './writer.svelte.ts';

const roomIn = roomOf((app) => new Writer({ desk: app.desk, session: app.session, storage: app.storage }));

/** The prompt and the takes of this page, within the component tree. */
export function useWriter(): Writer {
  return roomIn(useApp());
}
