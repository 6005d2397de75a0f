/** What every stage above the parsers may use. */
const GROUND = ['arguments', 'errors', 'bytes', 'params', 'roles', 'time', 'random', 'files'];

/**
 * Which stage may import what. A folder is a stage of the way the data goes; the table below is the
 * whole rule, and everything that it does not list is refused.
 *
 * `folders`: other folders or files of src. `packages`: npm packages and node built-ins.
 */
const STAGES = {
  errors: { folders: [], packages: [] },
  bytes: { folders: [], packages: [] },
  params: { folders: [], packages: [] },
  roles: { folders: [], packages: [] },
  time: { folders: [], packages: [] },
  random: { folders: [], packages: ['node:'] },
  arguments: { folders: ['errors'], packages: ['zod'] },
  files: { folders: ['errors'], packages: ['node:'] },
  level: { folders: ['errors', 'files'], packages: ['node:', 'classic-level'] },
  caches: { folders: [], packages: ['node:'] },
  'compile-cache': { folders: ['caches'], packages: ['node:'] },
  asn1: { folders: ['arguments', 'errors', 'bytes', 'params'], packages: ['zod', '@peculiar/'] },
  pki: {
    folders: ['asn1', 'arguments', 'roles', 'params', 'errors', 'bytes'],
    packages: ['zod', '@noble/'],
  },
  circuits: {
    folders: ['params', 'roles', 'bytes'],
    packages: ['o1js', 'node:async_hooks$', 'node:module$', 'node:url$'],
  },
  witness: {
    folders: [...GROUND, 'asn1', 'pki', 'circuits'],
    packages: ['o1js', 'zod', '@noble/', 'node:'],
  },
  prover: {
    folders: [...GROUND, 'compile-cache', 'witness', 'circuits', 'pki', 'asn1'],
    packages: ['o1js', 'zod', '@noble/', 'node:', 'tsx'],
  },
  session: {
    folders: [...GROUND, 'level', 'prover', 'witness', 'circuits', 'pki', 'asn1', 'sgp22'],
    packages: ['o1js', 'zod', '@noble/', 'node:'],
  },
  aggregate: {
    folders: [...GROUND, 'prover', 'witness', 'circuits', 'pki', 'asn1'],
    packages: ['o1js', 'zod', 'bullmq', 'ioredis', '@noble/', 'node:'],
  },
  zkapp: {
    folders: [...GROUND, 'prover', 'witness', 'circuits', 'pki', 'asn1'],
    packages: ['o1js', 'zod', '@noble/', 'node:'],
  },
  /** For contracts of others: what verifies proofs in their circuits, and proves for them. */
  contracts: {
    folders: [...GROUND, 'zkapp', 'session', 'prover', 'witness', 'circuits', 'asn1'],
    packages: ['o1js', 'zod', '@noble/'],
  },
  /** SGP.22 itself: messages, bound profile packages, status codes. */
  sgp22: {
    folders: ['pki', 'asn1', 'arguments', 'roles', 'params', 'errors', 'bytes'],
    packages: ['zod', '@noble/', 'node:'],
  },
  /** Issues certificates and lists. */
  authority: {
    folders: [...GROUND, 'level', 'sgp22', 'pki', 'asn1'],
    packages: ['@peculiar/', 'zod', 'node:'],
  },
  rsp: {
    folders: [...GROUND, 'level', 'sgp22', 'pki', 'asn1'],
    packages: ['hono', '@hono/', 'zod', '@noble/', 'node:', 'prom-client'],
  },
  /** What RSP and proofs have in common: the one place that knows both. */
  'rsp/zkcx': {
    folders: [
      ...GROUND,
      'compile-cache',
      'rsp',
      'session',
      'prover',
      'witness',
      'circuits',
      'pki',
      'asn1',
      'sgp22',
    ],
    packages: ['o1js', 'hono', 'zod', '@hpke/', '@noble/', 'node:'],
  },
};

const own = (name) => `^src/${name}(/|\\.ts$)`;

/** Stages inside a stage have rules of their own. */
const inner = (stage) =>
  Object.keys(STAGES)
    .filter((other) => other.startsWith(`${stage}/`))
    .map(own);

/** Packages are told apart by where they resolve to; a built-in resolves to its own bare name. */
const npm = (name) =>
  name.startsWith('node:')
    ? `^(node:)?${name.slice('node:'.length) || '[a-z_/]+$'}`
    : `(^|/)node_modules/${name}`;

const stageRules = Object.entries(STAGES).flatMap(([stage, { folders, packages }]) => [
  {
    name: `${stage}-folders`,
    comment: `src/${stage} may import ${folders.join(', ') || 'nothing'} of src`,
    severity: 'error',
    from: { path: own(stage), pathNot: inner(stage) },
    to: { path: '^src/', pathNot: [stage, ...folders].map(own) },
  },
  {
    name: `${stage}-packages`,
    comment: `src/${stage} may import ${packages.join(', ') || 'no package'}`,
    severity: 'error',
    from: { path: own(stage), pathNot: inner(stage) },
    to: { pathNot: ['^src/', ...packages.map(npm)], couldNotResolve: false },
  },
]);

export default {
  forbidden: [
    ...stageRules,
    {
      name: 'cli-is-the-edge',
      comment: 'nothing imports the command line',
      severity: 'error',
      from: { path: '^src/', pathNot: own('cli') },
      to: { path: own('cli') },
    },
    {
      name: 'rsp-is-plain',
      comment: 'RSP works without any proof; what brings both together builds on it',
      severity: 'error',
      from: { path: own('rsp'), pathNot: own('rsp/zkcx') },
      to: { path: own('rsp/zkcx') },
    },
    {
      name: 'index-is-the-edge',
      comment: 'stages import each other, never the public index',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'kimchi-is-internal',
      comment: 'low-level gate access stays inside the circuits',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/circuits/' },
      to: { path: '^src/circuits/kimchi/' },
    },
    {
      name: 'src-only',
      comment: 'the package holds no test, script or benchmark code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|fixtures)/' },
    },
    {
      name: 'no-cycles',
      comment: 'no file needs itself, not even for a type',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
    },
  },
};
