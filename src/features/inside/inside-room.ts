/** The state of the place Look inside. */
import { useApp } from '../../state/app.svelte.ts';
import { Inside } from './inside.svelte.ts';
import { roomOf } from '../../state/room.ts';

/** The room of a page. */
export const insideRoom = roomOf((app) => new Inside({ desk: app.desk, session: app.session }));

/** What was looked at in this page, within the component tree. */
export function useInside(): Inside {
  return insideRoom(useApp());
}
