/** The small models of tests/fixtures/containers as a browser reads them, and what PyTorch computed with them. */
import { parseSafetensors, serialiseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import type { NumbersReport } from '../../../src/models/engine-report.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import facts from '../../fixtures/containers/containers.json';

const urls = import.meta.glob<string>('../../fixtures/containers/*/*', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** The bytes of MODEL/NAME. */
export async function containerFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(urls[`../../fixtures/containers/${path}`] ?? path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Holds what is loaded to what PyTorch computed with these weights (make_containers.py), known by a key of its reference. */
export async function heldToPytorch(client: EngineClient, model: string, key: string): Promise<NumbersReport> {
  const truth = parseSafetensors(await containerFile(`${model}/reference.safetensors`), 'reference.safetensors');
  // That of an adapter lies with its reference.
  const greedy =
    truth.get(`${key}.greedy`)?.data ??
    (facts.models[model as keyof typeof facts.models].greedy as Record<string, number[]>)[key]!;
  const f32 = (shape: readonly number[], data: ArrayLike<number>) =>
    ({ dtype: 'F32', shape, data: Float32Array.from(data) }) as const;
  const [streams, logits] = ['streams', 'logits'].map((part) => truth.get(`${key}.${part}`)!);
  const tokens = facts.tokens.length;
  const hidden = streams!.shape.at(-1)!;
  const bytes = serialiseSafetensors(
    new Map([
      ['story.ids', f32([tokens], facts.tokens)],
      ['story.streams', f32([streams!.data.length / tokens / hidden, tokens, hidden], streams!.data)],
      ['story.logits', f32([logits!.data.length], logits!.data)],
      ['story.greedy', f32([12], greedy)],
    ]),
  );
  return client.checkNumbers({ given: { bytes: bytes.slice().buffer, name: 'reference.safetensors' } });
}
