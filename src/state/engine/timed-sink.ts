/** How fast the model writes, measured where its tokens come in. */
import type { ReadingSink } from '../../reading/reading.ts';
import type { Steps } from '../../worker/protocol.ts';

/** How often the speed is brought up to date; faster only flickers. */
const SPEED_EVERY_MS = 250;

/** Passes a count on now and then, and the last one in any case. */
export function paced(onSteps: (steps: Steps) => void): (steps: Steps) => void {
  let shown = 0;
  return (steps) => {
    const now = performance.now();
    if (steps.done < steps.total && now - shown < SPEED_EVERY_MS) return;
    shown = now;
    onSteps(steps);
  };
}

/** A sink that passes everything on and tells the tokens a second now and then. */
export function timedSink(sink: ReadingSink, onSpeed: (tokensPerSecond: number) => void): ReadingSink {
  let tokens = 0;
  let first: number | null = null;
  let shown = 0;
  return {
    readout: (readout) => sink.readout(readout),
    tokens: (batch) => {
      sink.tokens(batch);
      const now = performance.now();
      if (first === null) {
        // The speed counts from the first token on, so that a wait before it does not spoil the number.
        first = now;
        return;
      }
      tokens += batch.pieces.length;
      if (now - shown < SPEED_EVERY_MS || now === first) return;
      shown = now;
      onSpeed((tokens * 1000) / (now - first));
    },
  };
}
