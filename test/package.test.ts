/** The package as others get it: packed, installed elsewhere, imported, type checked, run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ROOT, run, runTool } from './support/command.ts';

jest.setTimeout(600_000);

const SGP26 = join(ROOT, 'fixtures/sgp26');
const folder = mkdtempSync(join(tmpdir(), 'zkcx-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Packed {
  filename: string;
  files: { path: string; mode: number }[];
  size: number;
}
let packed: Packed;

function succeed(result: ReturnType<typeof run>): string {
  if (result.status !== 0) throw Error(`exit ${result.status}\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

beforeAll(() => {
  succeed(run('npm', ['run', 'build']));
  const report = succeed(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]),
  );
  [packed] = JSON.parse(report) as [Packed];
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  succeed(run('npm', [...install, join(folder, packed.filename)], { cwd: folder }));
});

describe('the packed files', () => {
  test('are code, types, keys and documents', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'CONTRIBUTING.md',
      'docs/README.md',
      'vectors/vectors.json',
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/rsp/index.js',
      'dist/rsp/index.d.ts',
      'dist/prover/worker.js',
      'dist/prover/keys/chain.json',
      'dist/prover/keys/ProofRegistry.json',
      'dist/prover/keys/circuits/chain.json',
      'dist/prover/keys/lagrange-fq-13.bin',
      'dist/prover/keys/lagrange-fp-16.bin',
      'dist/cli/main.js',
    ]) {
      expect(paths).toContain(path);
    }
    const documents =
      /^(LICENSE|(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|package\.json|docs\/[\w/-]+\.md|vectors\/vectors\.json)$/;
    const code =
      /^dist\/[\w./-]+(\.js|\.d\.ts)$|^dist\/prover\/keys\/(circuits\/)?[\w-]+\.(json|bin)$/;
    expect(paths.filter((path) => !documents.test(path) && !code.test(path))).toEqual([]);
  });

  test('hold no test data', () => {
    const paths = packed.files.map(({ path }) => path).join('\n');
    expect(paths).not.toMatch(/(^|\/)(test|fixtures|bench)\/|sgp26|\.(der|pem|crt|key)$/im);
    expect(packed.size).toBeLessThan(17_000_000);
  });

  test('hold every page that their pages link to', () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    const dead = [...paths]
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) => {
        const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```/gms, '');
        const links = [...text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].map(([, target]) => target!);
        return links
          .filter((target) => !/^https?:/.test(target))
          .map((target) => normalize(join(dirname(page), target)))
          .filter((target) => !paths.has(target))
          .map((target) => `${page}: ${target}`);
      });
    expect(dead).toEqual([]);
  });

  test('are those of the newest version in the CHANGELOG, which has a date', () => {
    const changes = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    const [, version] = /^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$/m.exec(changes) ?? [];
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(manifest.version).toBe(version);
    expect(manifest.bugs.url).toMatch(/^https:/);
  });

  test('are what the manifest says (publint)', () => {
    succeed(runTool('publint', ['--strict', join(folder, 'node_modules/zkcx')]));
  });
});

describe('installed elsewhere', () => {
  const inFolder = { cwd: folder };

  test.each([
    ['zkcx', 'src/index.ts'],
    ['zkcx/circuits', 'src/contracts/index.ts'],
    ['zkcx/rsp', 'src/rsp/index.ts'],
    ['zkcx/rsp/zkcx', 'src/rsp/zkcx/index.ts'],
    ['zkcx/zkapp', 'src/zkapp/index.ts'],
  ])('%s exports what the source does', (name, source) => {
    const names = (module: string) =>
      `import('${module}').then((all) => console.log(JSON.stringify(Object.keys(all))))`;
    const exported = succeed(run('node', ['-e', names(name)], inFolder));
    expect(exported.length).toBeGreaterThan(10);
    expect(exported).toBe(
      succeed(run('node', ['--import', 'tsx', '-e', names(join(ROOT, source))])),
    );
  });

  test('nothing else can be imported', () => {
    const inner = run('node', ['-e', "import('zkcx/dist/prover/serve.js')"], inFolder);
    expect(inner.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  test('its command works, without development dependencies', () => {
    const zkcx = join(folder, 'node_modules/.bin/zkcx');
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(succeed(run(zkcx, ['--version'], inFolder))).toBe(`${manifest.version}\n`);
    const root = join(SGP26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der');
    const chain = [
      `--ci=${root}`,
      '--at=2025-06-01',
      join(SGP26, 'EUM/CERT_EUM_ECDSA_NIST.der'),
      join(SGP26, 'eUICC/CERT_EUICC_ECDSA_NIST.der'),
    ];
    const answer = succeed(run(zkcx, ['chain', 'check', '--json', ...chain], inFolder));
    expect(JSON.parse(answer)).toMatchObject({ ok: true, roles: ['eum-v2', 'euicc-v2'] });
  });

  test('zkcx/rsp has a card that answers an LPA', () => {
    const credential = ['eUICC/CERT_EUICC_ECDSA_NIST.der', 'EUM/CERT_EUM_ECDSA_NIST.der'];
    writeFileSync(
      join(folder, 'card.js'),
      `import { randomBytes } from 'node:crypto';
       import { readFileSync } from 'node:fs';
       import * as rsp from 'zkcx/rsp';
       const read = (file) => new Uint8Array(readFileSync('${SGP26}/' + file));
       const [certificate, eumCertificate] = ${JSON.stringify(credential)}.map(read);
       const secretKey = rsp.parseSecretKey(read('eUICC/SK_EUICC_ECDSA_NIST.pem'));
       const euicc = await rsp.openEuicc({
         store: rsp.memoryStore(),
         credentials: [{ certificate, eumCertificate, secretKey }],
         anchors: [],
         now: () => 1_750_000_000n,
         random: randomBytes,
       });
       const card = rsp.es10(await rsp.openIsdr(rsp.cardInterface(euicc.card)));
       console.log(await card.eid());`,
    );
    expect(succeed(run('node', ['card.js'], inFolder))).toBe('89049032123451234512345678901235\n');
  });

  test('its proving process starts and answers', () => {
    writeFileSync(
      join(folder, 'start.js'),
      `import { Prover } from 'zkcx';
       const prover = new Prover();
       prover.compile('nothing').catch((error) => console.log(error.code));`,
    );
    expect(succeed(run('node', ['start.js'], inFolder))).toBe('ERR_PROVER_INPUT\n');
  });

  test('its types are there, and the program of the README type checks', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, program] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    expect(program?.trim().split('\n').length).toBeLessThanOrEqual(10);
    writeFileSync(join(folder, 'readme.ts'), program!);
    writeFileSync(
      join(folder, 'types.ts'),
      `import { parseEnvelope, type ProverEvent, verifyChain, ZkcxError } from 'zkcx';
       const claim = await verifyChain(parseEnvelope(''), { trustRoot: 1n });
       export const from: bigint = claim.validFrom;
       // @ts-expect-error a bigint, not a text: were the types missing, this would pass
       export const wrong: string = claim.validFrom;
       // @ts-expect-error no such code
       export const error = new ZkcxError('ERR_NOTHING', '');
       // @ts-expect-error trustRoot is needed
       await verifyChain({}, {});
       export const ms = (event: ProverEvent) => (event.type === 'proved' ? event.ms : 0);`,
    );
    writeFileSync(
      join(folder, 'rsp.ts'),
      `import { type ActivationCode, parseActivationCode, RspRefusal } from 'zkcx/rsp';
       export const code: ActivationCode = parseActivationCode('1$smdp.example.com$A-B');
       // @ts-expect-error a text
       export const wrong: number = code.address;
       export const pair = (error: RspRefusal) => error.status.subjectCode;`,
    );
    const compilerOptions = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['readme.ts', 'types.ts', 'rsp.ts'] }),
    );
    succeed(runTool('tsc', ['-p', folder]));
  });
});
