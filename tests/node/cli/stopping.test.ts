/** Ctrl-C on a program of ours that cannot hear it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../fixtures/command.ts';

const script = (entry: string): string =>
  `import { runTypeScript } from ${JSON.stringify(join(ROOT, 'scripts/run-typescript.mjs'))}; runTypeScript(${JSON.stringify(entry)}, [], 'none');`;

/** Runs a program through the start script and sends `signal` once it has printed something. */
function stopped(
  entry: string,
  signal: NodeJS.Signals,
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(entry)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.once('data', () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stderr })));
}

describe('a program that computes without a pause', () => {
  it('ends at one Ctrl-C all the same, and says so', async () => {
    const { status, stderr } = await stopped('tests/fixtures/stuck.ts', 'SIGINT');
    expect(status).toBe(137);
    expect(stderr).toBe(
      'flipside: cancelled: Stopped in the middle of a step, which would not end by itself. Files that were written are whole.\n',
    );
  });

  it('ends at a request to terminate by itself, without a word', async () => {
    expect(await stopped('tests/fixtures/stuck.ts', 'SIGTERM')).toEqual({ status: 143, stderr: '' });
  });
});
