import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What ./lib may import from outside itself; the order within it is checked by test/unit/tidy.test.ts. */
const purePackages = ['ipaddr\\.js', 'yaml', 'protobufjs/minimal(\\.js)?'];

/** Globals through which code reads a clock, sets a timer, or reaches the machine. */
const platformGlobals = [
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['process', 'Buffer', 'console', 'crypto', 'fetch', 'require', 'global', 'globalThis', 'Deno', 'Bun'],
];

export default defineConfig(
  { ignores: ['dist/', 'out/', 'proto/'] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      // Numbers in texts are what a network tool prints all day.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An implementation of an asynchronous interface need not wait for anything itself.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  {
    // The core does no I/O and owns neither time nor chance: both are given to it.
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(?!\\.\\.?/|(${purePackages.join('|')})$)`,
              message: 'The core imports no Node module, and only packages that do no I/O.',
            },
            {
              regex: '^(\\.\\./)+(daemon|cli|test|bench|scripts|web)/',
              message: 'Imports point down: the core knows nobody above it.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...platformGlobals.map((name) => ({ name, message: 'The core is given time, chance and I/O; it takes none.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The core draws from the seeded Random it is given.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'The core is loaded whole; a dynamic import is I/O.' },
      ],
    },
  },
  {
    files: ['web/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.\\.?/|preact(/hooks)?$|@noble/)',
              message: 'The page is bundled whole: it imports the core and preact.',
            },
            { regex: '^(\\.\\./)+(daemon|cli|test|bench|scripts)/', message: 'The page runs in a browser.' },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name=/^(describe|it)$/][property.name=/^(only|skip)$/]',
          message: 'Use skip(this, reason) of test/support/skip.ts, and --grep to run some tests only.',
        },
      ],
    },
  },
);
