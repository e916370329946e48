/** `adapter_config.json` of a LoRA adapter, as peft writes it. Hostile until everything that changes numbers has been checked. */
import { field, has, integer, jsonRoot, number, text, type JsonNode, type Refuse } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { flag } from '../../json/json-values.ts';
import type { AdapterConfig } from '../../models/checkpoint/checkpoint-file.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';

const FILE = 'adapter_config.json';

/** Settings that change nothing at the one value that they may have here; missing is that value. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  use_dora: false,
  fan_in_fan_out: false,
  bias: 'none',
  modules_to_save: null,
  lora_bias: false,
  alora_invocation_tokens: null,
  trainable_token_indices: null,
};

/** Reads it. Throws `model-checkpoint-invalid` and `model-checkpoint-unknown`, naming the setting. */
export function parseAdapterConfig(source: string): AdapterConfig {
  const refuse: Refuse = (message) => damaged(FILE, message);
  const root = jsonRoot(source, FILE, refuse);
  const type = text(field(root, 'peft_type'));
  if (type !== 'LORA') notRead(FILE, `${FILE} is of the kind ${JSON.stringify(type.slice(0, 40))}; LORA is read.`);
  for (const [key, only] of Object.entries(NEUTRAL)) {
    const value = valueOf(root, key);
    if (value !== null && value !== only && !isEmpty(value))
      notRead(FILE, `${FILE} has the setting ${key} = ${shown(value)}, which is not read.`);
  }
  for (const key of ['rank_pattern', 'alpha_pattern']) {
    const value = valueOf(root, key);
    if (value !== null && !isEmpty(value))
      notRead(FILE, `${FILE} has the setting ${key}, which gives layers ranks of their own and is not read.`);
  }
  const rank = integer(field(root, 'r'), 1, 4096);
  const alpha = number(field(root, 'lora_alpha'));
  const rooted = has(root, 'use_rslora') && flag(field(root, 'use_rslora'));
  const base = text(field(root, 'base_model_name_or_path'));
  return { base, rank, scale: alpha / (rooted ? Math.sqrt(rank) : rank) };
}

/** The value of a member; null where there is none. */
const valueOf = (node: JsonNode, key: string): unknown => (has(node, key) ? field(node, key).value : null);

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length === 0
    : typeof value === 'object' && value !== null && Object.keys(value).length === 0;
