/** Why a graphics card is not used. */

/** Why the engine does not run on the graphics processor. A closed list; `content/capability.ts` has the remedies. */
export type GpuCause =
  | 'no-api'
  | 'insecure-page'
  | 'no-adapter'
  | 'limit'
  | 'no-half'
  | 'no-kernel'
  | 'no-room'
  | 'device-lost'
  | 'wrong-numbers'
  | 'session-failed'
  | 'slower'
  | 'chosen';
