/** What the worker on WASM is given before the engine's own script: the toy to load, and passes that fail when told to. */
import { AppError } from '../../../src/base/errors.ts';
import { ort } from '../../../src/engine/ort/runtime-wasm.ts';
import { serveToy } from '../../fixtures/toy/toy-site.ts';

serveToy();

let gone = false;
new BroadcastChannel('take-away').onmessage = () => {
  gone = true;
};

const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (
  ...args: unknown[]
) => ReturnType<typeof ort.InferenceSession.create>;
ort.InferenceSession.create = async (...args: unknown[]) => {
  const session = await create(...args);
  const run = session.run.bind(session) as (...given: unknown[]) => ReturnType<typeof session.run>;
  session.run = (...given: unknown[]) =>
    gone ? Promise.reject(new AppError('gpu-device-lost', 'The graphics processor went away.')) : run(...given);
  return session;
};
