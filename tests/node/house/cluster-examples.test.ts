/**
 * The examples for clusters are what a cluster needs, and ask for every shard exactly once: their scripts are run, the
 * command is a stub.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plainYaml, type Yaml } from '../../fixtures/plain-yaml.ts';

const KUBERNETES = 'examples/kubernetes';
const SLURM = 'examples/slurm/experiment-array.sh';
let stubs: string;
let log: string;

beforeAll(() => {
  stubs = mkdtempSync(join(tmpdir(), 'flipside-stubs-'));
  log = join(stubs, 'calls');
  // One line a call, arguments apart by tabs. Slurm's answers with a number, as it does with --parsable.
  const record = 'printf "%s" "${0##*/}" >>"$CALLS"; printf "\\t%s" "$@" >>"$CALLS"; echo >>"$CALLS"';
  const made = {
    flipside: record,
    npm: record,
    sbatch: `${record}; echo $((100 + $(grep -c ^sbatch "$CALLS")))`,
    failing: 'exit 3',
  };
  for (const [name, body] of Object.entries(made)) {
    writeFileSync(join(stubs, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(stubs, name), 0o755);
  }
});
beforeEach(() => writeFileSync(log, ''));
afterAll(() => rmSync(stubs, { recursive: true }));

/** Runs a command with nothing in its environment but what is given and the stubs; answers what was called. */
function run(
  command: readonly string[],
  env: Record<string, string>,
): { readonly status: number | null; readonly output: string; readonly calls: string[][] } {
  writeFileSync(log, '');
  const [program = '', ...args] = command;
  // No standard input, as in a container: bash takes a socket for a login from afar and reads its start-up files.
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${stubs}:/usr/bin:/bin`, CALLS: log, ...env },
  });
  return {
    status,
    output: stdout + stderr,
    calls: readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')),
  };
}

/** The one call that a run made. */
const only = (command: readonly string[], env: Record<string, string>): string[] => {
  const { status, output, calls } = run(command, env);
  expect({ status, output, calls: calls.length }).toEqual({ status: 0, output: '', calls: 1 });
  return calls[0]!;
};

const shardArgs = (experiment: string, model: string, out: string, i: number, n: number): string[] => [
  'experiment',
  experiment,
  '--model',
  model,
  '--out',
  `${out}/shard-${i}`,
  '--shard',
  `${i}/${n}`,
  '--prepared',
  `${out}/prepared/prepared.json`,
];

/** A value inside a document, by keys and places. */
function at(node: Yaml | undefined, ...path: (string | number)[]): Yaml | undefined {
  return path.reduce<Yaml | undefined>(
    (found, key) => (typeof found === 'object' ? (found as Record<string | number, Yaml>)[key] : undefined),
    node,
  );
}
const file = (name: string): Yaml => plainYaml(readFileSync(join(KUBERNETES, `${name}.yaml`), 'utf8'));

describe('the Kubernetes jobs', () => {
  const settings = at(file('settings'), 'data') as Record<string, string>;
  const n = Number(settings.SHARDS);
  const container = (job: string): Yaml | undefined => at(file(job), 'spec', 'template', 'spec', 'containers', 0);
  /** As Kubernetes makes a container's command: `$$` is a dollar, `$(NAME)` a variable where there is one of that name. */
  const commandOf = (job: string, env: Record<string, string>): string[] =>
    (at(container(job), 'command') as string[]).map((part) =>
      part.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found: string, name?: string) =>
        found === '$$' ? '$' : (env[name ?? ''] ?? found),
      ),
    );
  const flipside = { FLIPSIDE: 'flipside' };

  it('are one Indexed Job with as many completions as shards, all at once', () => {
    const job = file('experiment-job');
    expect(at(job, 'apiVersion')).toBe('batch/v1');
    expect(at(job, 'kind')).toBe('Job');
    expect(at(job, 'spec', 'completionMode')).toBe('Indexed');
    expect(n).toBeGreaterThan(1);
    expect([at(job, 'spec', 'completions'), at(job, 'spec', 'parallelism')]).toEqual([n, n]);
    // The name of a pod adds the index and a suffix, and stays within 63 characters.
    expect(at(job, 'metadata', 'name')).toMatch(/^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/);
    // Every shard may lose its pod a few times.
    expect(Number(at(job, 'spec', 'backoffLimit'))).toBeGreaterThan(2 * n);
  });

  it.each(['prepare-job', 'experiment-job', 'merge-job'])(
    '%s starts again where it stopped, on the claim that is there, with the settings that are there',
    (name) => {
      const job = file(name);
      expect([at(job, 'apiVersion'), at(job, 'kind')]).toEqual(['batch/v1', 'Job']);
      expect(at(job, 'spec', 'template', 'spec', 'restartPolicy')).toBe('OnFailure');
      expect(at(job, 'spec', 'template', 'spec', 'volumes')).toEqual([
        { name: 'data', persistentVolumeClaim: { claimName: at(file('storage'), 'metadata', 'name') } },
      ]);
      expect(at(container(name), 'volumeMounts')).toEqual([{ name: 'data', mountPath: '/data' }]);
      expect(at(container(name), 'envFrom')).toEqual([
        { configMapRef: { name: at(file('settings'), 'metadata', 'name') } },
      ]);
      for (const path of [at(container(name), 'workingDir'), settings.MODEL, settings.OUT])
        expect(path).toMatch(/^\/data\//);
      expect(at(container(name), 'resources', 'requests')).toEqual({
        cpu: expect.stringMatching(/^\d+$/) as string,
        memory: expect.stringMatching(/^\d+Gi$/) as string,
      });
      // Every value of a config map and every quantity is a string.
      for (const value of Object.values(settings)) expect(typeof value).toBe('string');
    },
  );

  it('the claim can be mounted by many machines', () => {
    expect([
      at(file('storage'), 'apiVersion'),
      at(file('storage'), 'kind'),
      at(file('storage'), 'spec', 'accessModes'),
    ]).toEqual(['v1', 'PersistentVolumeClaim', ['ReadWriteMany']]);
  });

  it('ask for the shards 1/n to n/n, each in a folder of its own', () => {
    const asked = Array.from({ length: n }, (_, index) => {
      const env = { ...settings, JOB_COMPLETION_INDEX: `${index}`, ...flipside };
      return only(commandOf('experiment-job', env), env);
    });
    expect(asked).toEqual(
      Array.from({ length: n }, (_, index) => [
        'flipside',
        ...shardArgs(settings.EXPERIMENT!, settings.MODEL!, settings.OUT!, index + 1, n),
      ]),
    );
  });

  it('run the command of the checkout, and fail where it fails or the index is missing', () => {
    const env = { ...settings, JOB_COMPLETION_INDEX: '0' };
    expect(only(commandOf('experiment-job', env), env)).toEqual([
      'npm',
      'run',
      '-s',
      'flipside',
      '--',
      ...shardArgs(settings.EXPERIMENT!, settings.MODEL!, settings.OUT!, 1, n),
    ]);
    expect(run(commandOf('experiment-job', env), { ...env, FLIPSIDE: 'failing' }).status).toBe(3);
    expect(run(commandOf('experiment-job', settings), { ...settings, ...flipside })).toMatchObject({
      status: 1,
      calls: [],
    });
  });

  it('prepare where the shards look, and merge every shard folder', () => {
    const env = { ...settings, ...flipside };
    expect(only(commandOf('prepare-job', env), env)).toEqual([
      'flipside',
      'experiment',
      settings.EXPERIMENT,
      '--model',
      settings.MODEL,
      '--out',
      `${settings.OUT}/prepared`,
      '--prepare',
    ]);
    expect(only(commandOf('merge-job', env), env)).toEqual([
      'flipside',
      'merge',
      '--out',
      `${settings.OUT}/whole`,
      ...Array.from({ length: n }, (_, i) => `${settings.OUT}/shard-${i + 1}`),
    ]);
  });

  it('keep a folder with a space in one piece', () => {
    const env = { ...settings, OUT: '/data/my runs', JOB_COMPLETION_INDEX: '1', ...flipside };
    expect(only(commandOf('experiment-job', env), env)).toEqual([
      'flipside',
      ...shardArgs('A', settings.MODEL!, '/data/my runs', 2, n),
    ]);
    expect(only(commandOf('merge-job', env), env)).toHaveLength(4 + n);
  });
});

describe('the Slurm script', () => {
  const source = readFileSync(SLURM, 'utf8');
  const set = (name: string): string => new RegExp(`^${name}=(.+)$`, 'm').exec(source)?.[1] ?? '';
  const [experiment, model, out, n] = [set('EXPERIMENT'), set('MODEL'), set('OUT'), Number(set('SHARDS'))];
  const step = (name: string, env: Record<string, string> = {}): string[] =>
    only(['bash', SLURM, name], { FLIPSIDE: 'flipside', ...env });

  it('has its directives where Slurm still reads them: above the first command, and lets a job start again', () => {
    const lines = source.split('\n');
    const firstCommand = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
    const directives = lines.flatMap((line, i) => (line.startsWith('#SBATCH') ? [i] : []));
    expect(directives.length).toBeGreaterThan(3);
    expect(Math.max(...directives)).toBeLessThan(firstCommand);
    expect(lines[0]).toBe('#!/bin/bash');
    expect(source).toMatch(/^#SBATCH --requeue$/m);
  });

  it('submits the preparation, the array 1-n after it, and the merge after the array', () => {
    const { status, calls, output } = run(['bash', SLURM], {});
    expect(status).toBe(0);
    expect(output).toBe(`Submitted: preparation 101, shards 102, merge 103. The result will lie in ${out}/whole.\n`);
    expect(calls).toEqual([
      ['sbatch', '--parsable', '--job-name=prepare', SLURM, 'prepare'],
      [
        'sbatch',
        '--parsable',
        '--job-name=shards',
        `--array=1-${n}`,
        '--dependency=afterok:101',
        '--kill-on-invalid-dep=yes',
        SLURM,
        'shard',
      ],
      [
        'sbatch',
        '--parsable',
        '--job-name=merge',
        '--dependency=afterok:102',
        '--kill-on-invalid-dep=yes',
        SLURM,
        'merge',
      ],
    ]);
  });

  it('asks for the shards 1/n to n/n, each in a folder of its own', () => {
    const asked = Array.from({ length: n }, (_, i) =>
      step('shard', { SLURM_ARRAY_TASK_ID: `${i + 1}`, SLURM_ARRAY_TASK_COUNT: `${n}` }),
    );
    expect(asked).toEqual(
      Array.from({ length: n }, (_, i) => ['flipside', ...shardArgs(experiment, model, out, i + 1, n)]),
    );
  });

  it('asks for the same shard where one is submitted again by itself, and for none that there is not', () => {
    expect(step('shard', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '1' })).toContain(`3/${n}`);
    for (const id of ['0', `${n + 1}`]) {
      const { status, output, calls } = run(['bash', SLURM, 'shard'], {
        FLIPSIDE: 'flipside',
        SLURM_ARRAY_TASK_ID: id,
      });
      expect([status, calls]).toEqual([2, []]);
      expect(output).toBe(`There is no shard ${id} of ${n}: the array must be 1-${n}.\n`);
    }
  });

  it('prepares where the shards look, and merges every shard folder', () => {
    expect(step('prepare')).toEqual([
      'flipside',
      'experiment',
      experiment,
      '--model',
      model,
      '--out',
      `${out}/prepared`,
      '--prepare',
    ]);
    expect(step('merge')).toEqual([
      'flipside',
      'merge',
      '--out',
      `${out}/whole`,
      ...Array.from({ length: n }, (_, i) => `${out}/shard-${i + 1}`),
    ]);
  });

  it('runs the command of the checkout, and fails where it fails', () => {
    expect(only(['bash', SLURM, 'merge'], {}).slice(0, 6)).toEqual(['npm', 'run', '-s', 'flipside', '--', 'merge']);
    expect(run(['bash', SLURM, 'merge'], { FLIPSIDE: 'failing' }).status).toBe(3);
    expect(run(['bash', SLURM, 'all'], {}).output).toBe('all is no step: submit, prepare, shard, merge.\n');
  });
});

describe('the reader of the examples', () => {
  it('reads what it is made for, and refuses the rest with its line', () => {
    expect(plainYaml('# c\na: 1\nb:\n  - x: "2"\n    y: z\n  - |\n    one\n      two\n')).toEqual({
      a: 1,
      b: [{ x: '2', y: 'z' }, 'one\n  two\n'],
    });
    for (const wrong of [
      'a: yes',
      'a: b: c',
      'a: 1\na: 2',
      'a:\n    b: 1\n  c: 2',
      'a: [1]',
      'a: 1\n---\nb: 2',
      'a: 1.5',
      'a:',
    ])
      expect(() => plainYaml(wrong)).toThrow(/^line \d/);
  });
});
