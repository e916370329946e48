/** A worker that speaks the engine's protocol and does what the text of a `read` tells it: the other end for tests of the client. */
import { holdLife } from '../../../src/worker/host/hold-life.ts';
import { STATUS } from '../pages/support/fake-engine.ts';
import type { Message, Request } from '../../../src/worker/protocol.ts';

/** The worker's own scope, which the type library of the page's tests does not know. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage(message: Message): void;
  close(): void;
};
const post = (message: Message): void => scope.postMessage(message);
const batch = (start: number) => ({
  start,
  pieces: [{ id: 1, text: `t${start}` }],
  scores: Float32Array.of(start),
  words: Float32Array.of(start / 2),
  poles: null,
});
const summary = { tokens: 1, readoutTokens: 0, remembered: 0, milliseconds: 1, ended: 'text' as const };

holdLife((lock) => post({ kind: 'alive', lock }));

scope.onmessage = ({ data }) => {
  const { id } = data;
  if (data.kind === 'cancel') {
    post({ kind: 'error', id, error: { code: 'cancelled', message: 'Stopped.', details: {} } });
    return;
  }
  if (data.kind === 'change') {
    post({ kind: 'event', id, event: 'tokens', value: batch(data.change) });
    post({ kind: 'value', id, value: summary });
    return;
  }
  if (data.call === 'writeSteered') return; // waits for another strength, and tells it
  if (data.call === 'takeReadings') {
    post({ kind: 'value', id, value: { keys: ['kept'], lengths: [2], values: Float32Array.of(1, 2) } });
    return;
  }
  if (data.call === 'load') {
    post({ kind: 'value', id, value: STATUS });
    return;
  }
  if (data.call !== 'read') {
    post({ kind: 'value', id, value: null });
    return;
  }
  switch (data.args.text) {
    case 'two tokens':
      post({ kind: 'event', id, event: 'tokens', value: batch(0) });
      post({ kind: 'event', id, event: 'tokens', value: batch(1) });
      post({ kind: 'value', id, value: summary });
      post({ kind: 'event', id, event: 'tokens', value: batch(2) }); // late: nobody waits for it
      return;
    case 'fail':
      post({
        kind: 'error',
        id,
        error: { code: 'text-too-long', message: 'Too long.', details: { tokens: 9000 }, stack: 'from the worker' },
      });
      return;
    case 'throw':
      throw new Error('worker script broke');
    case 'close':
      post({ kind: 'event', id, event: 'tokens', value: batch(0) });
      scope.close();
      return;
    case 'hang':
      post({ kind: 'event', id, event: 'tokens', value: batch(0) });
      for (;;);
    case 'answer and close':
      post({ kind: 'value', id, value: summary });
      scope.close();
      return;
    case 'lose':
      post({ kind: 'lost', error: { code: 'gpu-device-lost', message: 'Gone.', details: { reason: 'unknown' } } });
      return;
    default: // waits until it is cancelled
      post({ kind: 'event', id, event: 'tokens', value: batch(0) });
  }
};
