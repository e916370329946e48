/**
 * Lint is where the architecture bites: which folder may import which, and what pure code may not touch. The rest are
 * the rules of the house that a machine can check. `tests/node/house/architecture.test.ts` shows that they do.
 */
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

/** Pure rooms, lowest first: no DOM, no Svelte, no package. Each may import what its line names (itself always). */
const PURE = {
  base: [],
  stats: ['base'],
  text: ['base', 'stats'],
  probe: ['base', 'stats', 'text'],
  models: ['base', 'probe'],
  reading: ['base', 'stats', 'text', 'probe', 'models'],
  lens: ['base', 'stats', 'probe', 'reading'],
  steering: ['base', 'stats', 'text', 'probe', 'models', 'reading'],
  charts: ['base', 'stats', 'text', 'probe', 'models', 'reading', 'steering'],
  chat: ['base', 'stats', 'text', 'probe'],
  json: ['base', 'text', 'probe', 'reading'],
  graph: ['base', 'models'],
  formats: ['base', 'stats', 'text', 'probe', 'models', 'reading', 'lens', 'steering', 'charts', 'json'],
  training: ['base', 'stats', 'text', 'probe', 'models', 'reading', 'formats'],
  // Of training the type of its reader and pure fits.
  experiments: [
    'base',
    'stats',
    'text',
    'probe',
    'models',
    'reading',
    'steering',
    'charts',
    'json',
    'formats',
    'training',
  ],
  content: ['base', 'stats', 'text', 'probe', 'models', 'reading', 'lens', 'steering', 'chat'],
};
const KNOWLEDGE = [
  'base',
  'stats',
  'text',
  'probe',
  'models',
  'reading',
  'lens',
  'steering',
  'charts',
  'chat',
  'json',
  'formats',
];

/** A place of the page: its view, its state and its words. It imports no other place, but for those named here. */
const features = (...others) => [
  'panels',
  'ui',
  'state',
  'content',
  'worker/client',
  'worker/protocol.ts',
  ...KNOWLEDGE,
  ...others,
];

/** What each room of src/ may import of the others. What is not named here, it may not. */
const LAYERS = {
  ...PURE,
  // It implements the readers and runners whose types training, steering and experiments own.
  engine: [...KNOWLEDGE, 'graph', 'content', 'training', 'experiments'],
  'worker/protocol.ts': [...KNOWLEDGE, 'experiments'],
  'worker/start-worker.ts': [],
  // Of the host its address, which is no import of it.
  'worker/client': [
    'worker/protocol.ts',
    'worker/start-worker.ts',
    'worker/host/engine.worker.ts?worker&url',
    'worker/host/files.worker.ts?worker&url',
    ...KNOWLEDGE,
    'experiments',
  ],
  'worker/host': ['worker/protocol.ts', 'worker/start-worker.ts', 'engine', 'training', 'experiments', ...KNOWLEDGE],
  // Its last layer is trained on: it implements the reader of training.
  'second-engine': ['base', 'stats', 'text', 'probe', 'chat', 'training', 'worker/start-worker.ts'],
  state: [
    'worker/client',
    'worker/protocol.ts',
    'second-engine/connect.ts',
    'content',
    ...KNOWLEDGE,
    // Types of specs and reports.
    'experiments',
  ],
  ui: ['content', ...KNOWLEDGE],
  panels: ['ui', 'state', 'content', ...KNOWLEDGE],
  'features/bench': features(),
  'features/compare': features(),
  'features/experiments': features('experiments', 'features/train'),
  'features/help': features(),
  'features/inside': features(),
  // It lists what was trained and run.
  'features/library': features('features/experiments', 'features/train'),
  'features/models': features(),
  'features/read': features(),
  'features/steer': features(),
  'features/train': features('second-engine/connect.ts', 'second-engine/train-last-layer.ts'),
  'features/write': features(),
  shell: ['features', 'panels', 'ui', 'state', 'content', 'styles', 'worker/client', ...KNOWLEDGE],
  offline: ['base', 'models'],
  // One reading in a frame, without the page's parts.
  embed: ['state/runs/link-code.ts', ...KNOWLEDGE],
  cli: ['engine', 'training', 'experiments', 'graph', 'content', ...KNOWLEDGE],
  // What other projects import: entries over the same core.
  library: ['engine', 'training', 'experiments', 'graph', 'worker/client', 'worker/host', ...KNOWLEDGE],
};

const zones = [
  ...Object.entries(LAYERS).map(([folder, others]) => ({
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...others].map((name) => `./${name}`),
    message: `src/${folder} may import only ${[folder, ...others].join(', ')} (see LAYERS in eslint.config.js).`,
  })),
  {
    target: './src/main.ts',
    from: './src',
    except: ['./main.ts', './shell', './state', './worker/client', './models', './styles'],
  },
  ...['./tests', './bench', './scripts'].map((from) => ({
    target: './src',
    from,
    message: 'The program must not need its tests, benchmarks or scripts.',
  })),
];

/** Packages that only one place may name, so that they can be replaced and loaded when they are needed. */
const OWNED = [
  { group: ['onnxruntime-web', 'onnxruntime-web/*'], owner: 'src/engine/ort' },
  { group: ['onnxruntime-node', 'onnxruntime-node/*'], owner: 'src/engine/node' },
  { group: ['onnxruntime-common', 'onnxruntime-common/*'], owner: 'src/engine/ort and src/engine/node' },
  { group: ['@mlc-ai/web-llm', '@mlc-ai/web-llm/*'], owner: 'src/second-engine' },
  { group: ['plotly.js*'], owner: 'src/ui/charts/PlotlyChart.svelte' },
];
const NODE = {
  regex: '^node:',
  message: 'Only src/engine/node, src/cli, two entries of src/library, tests and benchmarks run in Node.',
};
const SVELTE = {
  regex: '^svelte(/|$)',
  message: 'Svelte belongs to state, ui, panels, features, shell and the entry.',
};
const ANY_PACKAGE = { regex: '^[^.]', message: 'Pure code has no dependencies.' };

/** Import restrictions of one kind of file; `mine` are the owners whose packages it may name. */
const restrict = (patterns, mine = '') => [
  'error',
  {
    patterns: [
      ...OWNED.filter(({ owner }) => mine === '' || !owner.includes(mine)).map(({ group, owner }) => ({
        group,
        message: `Only ${owner} may name it.`,
      })),
      ...patterns,
    ],
  },
];

/** What pure code could reach without importing it. */
const IMPURE_GLOBALS = [
  'document',
  'window',
  'self',
  'navigator',
  'location',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'fetch',
  'Worker',
  'postMessage',
  'process',
  'Buffer',
  'setTimeout',
  'setInterval',
  'requestAnimationFrame',
  'performance',
];

/** Rules about `any`, for files whose types lint cannot see. */
const UNSAFE_OFF = Object.fromEntries(
  ['assignment', 'member-access', 'call', 'argument', 'return'].map((what) => [
    `@typescript-eslint/no-unsafe-${what}`,
    'off',
  ]),
);

const UNFINISHED_TESTS = [
  {
    selector:
      'MemberExpression[object.name=/^(test|it|describe|suite)$/][property.name=/^(skip|only|todo|skipIf|runIf|fails)$/]',
    message: 'Every test runs, and none runs alone: remove the modifier or the test.',
  },
  {
    selector:
      "CallExpression[callee.name='skip'], CallExpression[callee.object.name=/^(context|ctx)$/][callee.property.name='skip']",
    message: 'A test that cannot run must fail.',
  },
  {
    selector: "ExpressionStatement > CallExpression[callee.name='expect']",
    message: 'An expectation without a matcher tests nothing.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'dist-lib/', 'node_modules/', 'shots/', '**/*.d.mts', 'public/', '.vitest-attachments/'] },
  {
    plugins: { 'import-x': importX },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensions: ['.ts', '.js', '.mjs', '.svelte', '.json'] }),
      ],
      // Components are looked at when they are linted themselves; nothing that matters imports one.
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/ignore': ['node_modules'],
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-debugger': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // Prettier breaks everything else; what is left are comments, and code that it cannot break.
      'max-len': [
        'error',
        { code: 140, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreUrls: true, ignoreRegExpLiterals: true },
      ],
      'import-x/no-cycle': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: './tsconfig.lint.json',
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'import-x/no-default-export': 'error',
      'no-restricted-imports': restrict([NODE, SVELTE]),
      // Objects here are made of closures, and methods that fill an interface may have nothing to wait for.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      // Code that both the page and the worker run is checked by two type libraries; lint sees only one of them.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    // Heavy things are plain fields on purpose, and their readers are told by one version number.
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  // A component is a module's default export; svelte-check is what knows its types.
  {
    files: ['**/*.svelte'],
    rules: {
      'import-x/no-default-export': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      ...UNSAFE_OFF,
    },
  },
  // The worker's global scope is unknown to the page's type library; tsconfig.worker.json checks these files.
  { files: ['src/worker/host/**', 'src/offline/**', 'tests/**/*.worker.ts'], rules: UNSAFE_OFF },
  { files: ['**/*.d.ts'], rules: { 'import-x/no-default-export': 'off' } },
  {
    files: Object.keys(PURE).map((room) => `src/${room}/**`),
    rules: {
      'no-restricted-imports': ['error', { patterns: [ANY_PACKAGE] }],
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
    },
  },
  {
    // The rule about imports sees `import … from` only.
    files: ['src/**'],
    ignores: ['src/engine/ort/**', 'src/engine/node/**', 'src/second-engine/**', 'src/ui/charts/PlotlyChart.svelte'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/^(onnxruntime|plotly|@mlc-ai)/]',
          message: 'Only its owner may load it (see OWNED in eslint.config.js).',
        },
      ],
    },
  },
  // Training gives way to the page now and then.
  {
    files: ['src/training/**'],
    rules: { 'no-restricted-globals': ['error', ...IMPURE_GLOBALS.filter((name) => name !== 'setTimeout')] },
  },
  {
    files: ['src/{state,ui,panels,features,shell,embed}/**', 'src/main.ts'],
    rules: { 'no-restricted-imports': restrict([NODE]) },
  },
  {
    files: ['src/ui/charts/PlotlyChart.svelte', 'src/ui/plotly.d.ts'],
    rules: { 'no-restricted-imports': restrict([NODE], 'PlotlyChart') },
  },
  { files: ['src/engine/ort/**'], rules: { 'no-restricted-imports': restrict([NODE, SVELTE], 'engine/ort') } },
  { files: ['src/second-engine/**'], rules: { 'no-restricted-imports': restrict([NODE, SVELTE], 'second-engine') } },
  { files: ['src/engine/node/**'], rules: { 'no-restricted-imports': restrict([SVELTE], 'engine/node') } },
  {
    files: ['src/cli/**', 'src/library/{node,engine-node}.ts'],
    rules: { 'no-restricted-imports': restrict([SVELTE]) },
  },
  {
    files: ['tests/**', 'bench/**', '*.config.ts'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'import-x/no-default-export': 'off',
    },
  },
  {
    files: ['tests/**'],
    rules: {
      'no-restricted-syntax': ['error', ...UNFINISHED_TESTS],
      'max-lines': ['error', { max: 650, skipBlankLines: true, skipComments: true }],
    },
  },
);
