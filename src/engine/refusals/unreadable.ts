/** Why a graph cannot be read, by the architecture that its model has: what to take instead depends on it. */
import { AppError } from '../../base/errors.ts';
import { graphProducer } from '../../graph/graph-producer.ts';
import { EXPORT_COMMAND } from './checkpoint.ts';

/** `model_type` in config.json of the families that are read (docs/models.md). */
const READ = ['llama', 'mistral', 'smollm3', 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'gemma3_text', 'phi3', 'granite'];

/** The official exporter, as it names itself in a graph. */
const BUILDER = 'onnxruntime-genai';

/**
 * An error about a graph with the architecture in `configJson` and a way on; any other as it is. Parts that cannot be
 * read are left out.
 */
export function unreadable(thrown: unknown, configJson: string | null, graph: Uint8Array): AppError {
  const error = AppError.from(thrown);
  const { found } = error.details;
  if (error.code !== 'model-node-missing' || typeof found !== 'string') return error;
  const { type, name } = architectureIn(configJson);
  if (type === null) return error;
  const details = { ...error.details, architecture: name };
  if (!READ.includes(type))
    return new AppError(
      'model-node-missing',
      `This model is of the architecture ${name}, which Flipside cannot read: ${found}. Take a model of a family that is read: Llama, SmolLM2 or 3, Qwen 2 or 3, Gemma 3.`,
      details,
      thrown,
    );
  const byBuilder = graphProducer(graph).startsWith(BUILDER);
  const remedy = byBuilder
    ? 'Its export is by the official model builder, in a form that Flipside does not know: take another variant of it, or another model of the family.'
    : `Take another export of it, or make one: ${EXPORT_COMMAND}`;
  return new AppError(
    'model-node-missing',
    `This export of a ${name} cannot be read: ${found}. ${remedy}`,
    details,
    thrown,
  );
}

function architectureIn(configJson: string | null): { readonly type: string | null; readonly name: string } {
  try {
    const { model_type: type, architectures } = JSON.parse(configJson ?? '') as {
      readonly model_type?: unknown;
      readonly architectures?: unknown;
    };
    const [first] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
    const plain = (value: unknown): string | null =>
      typeof value === 'string' && /^[\w.-]{1,60}$/.test(value) ? value : null;
    return { type: plain(type), name: plain(first) ?? plain(type) ?? '' };
  } catch {
    return { type: null, name: '' };
  }
}
