/**
 * ESM through @swc/jest. The name of a test file says what it needs, and puts it into a project:
 *
 * - `name.test.ts`, plain: anything but the proof system. Loading o1js fails.
 * - `name.circuit.test.ts`, circuits: builds circuits and witnesses, verifies. Makes no proof.
 * - `name.program.test.ts`, programs: runs whole programs on many witnesses, or the registry's contract
 *   in many transactions, half a minute a file or more.
 * - `name.kimchi.test.ts`, kimchi: asks kimchi itself, which proves a circuit without Pickles, or verifies proofs.
 * - `name.proof.test.ts`, proofs: compiles programs and makes proofs, minutes of both cores.
 */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // what users import, see tsconfig.json
  moduleNameMapper: {
    '^zkcx$': '<rootDir>/src/index.ts',
    '^zkcx/circuits$': '<rootDir>/src/contracts/index.ts',
    '^zkcx/(rsp|rsp/zkcx|zkapp)$': '<rootDir>/src/$1/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: {
            useDefineForClassFields: false,
            legacyDecorator: true,
            decoratorMetadata: true,
          },
        },
        module: { type: 'es6' },
      },
    ],
  },
};

const withO1js = {
  ...common,
  testEnvironment: '<rootDir>/test/support/environment.js',
  moduleNameMapper: {
    ...common.moduleNameMapper,
    '/o1js_node\\.bc\\.cjs$': '<rootDir>/test/support/o1js-compiled.cjs',
  },
};

/** But for proofs, which are made by nothing but o1js. */
const withFastHashing = {
  ...withO1js,
  setupFilesAfterEnv: ['<rootDir>/test/support/fast-hashing.ts'],
};

export default {
  maxWorkers: 2,
  // o1js leaks memory in every test file that loads it: a fresh worker beyond this
  workerIdleMemoryLimit: '2GB',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'plain',
      testMatch: ['<rootDir>/test/**/!(*.circuit|*.program|*.kimchi|*.proof).test.ts'],
      moduleNameMapper: {
        ...common.moduleNameMapper,
        '^o1js(/.*)?$': '<rootDir>/test/support/no-o1js.cjs',
      },
    },
    {
      ...withFastHashing,
      displayName: 'circuits',
      testMatch: ['<rootDir>/test/**/*.circuit.test.ts'],
    },
    {
      ...withFastHashing,
      displayName: 'programs',
      testMatch: ['<rootDir>/test/**/*.program.test.ts'],
    },
    {
      ...withFastHashing,
      displayName: 'kimchi',
      testMatch: ['<rootDir>/test/**/*.kimchi.test.ts'],
    },
    {
      ...withO1js,
      displayName: 'proofs',
      testMatch: ['<rootDir>/test/**/*.proof.test.ts'],
      globalSetup: '<rootDir>/test/support/proving/start.js',
      globalTeardown: '<rootDir>/test/support/proving/stop.js',
      setupFilesAfterEnv: ['<rootDir>/test/support/proving/patience.js'],
    },
  ],
};
