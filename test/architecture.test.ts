/** The house rules about files: which imports are refused (`npm run check` says that there are none), and their size. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, runTool } from './support/command.ts';

const MAX_LINES = 400;
const config = join(ROOT, '.dependency-cruiser.mjs');

describe('import directions', () => {
  // [file, its import, the rule that must refuse it]
  const forbidden = [
    ['asn1/a', '../pki/x.ts', 'asn1-folders'],
    ['asn1/b', 'node:fs', 'asn1-packages'],
    ['asn1/c', '../../test/x.ts', 'src-only'],
    ['pki/a', '../circuits/x.ts', 'pki-folders'],
    ['pki/b', 'o1js', 'pki-packages'],
    ['circuits/a', '../asn1/x.ts', 'circuits-folders'],
    ['circuits/b', '../errors.ts', 'circuits-folders'],
    ['circuits/c', 'node:fs', 'circuits-packages'],
    ['witness/a', '../prover/x.ts', 'witness-folders'],
    ['witness/b', '../circuits/kimchi/x.ts', 'kimchi-is-internal'],
    ['sgp22/a', '../circuits/x.ts', 'sgp22-folders'],
    ['sgp22/b', '../witness/x.ts', 'sgp22-folders'],
    ['prover/a', '../zkapp/x.ts', 'prover-folders'],
    ['prover/b', '../cli/x.ts', 'cli-is-the-edge'],
    ['prover/c', '../index.ts', 'index-is-the-edge'],
    ['cli/a', '../pki/missing.ts', 'resolvable'],
    ['params', './errors.ts', 'params-folders'],
    ['witness/round1', './round2.ts', 'no-cycles'],
    ['witness/round3', './round4.ts', 'no-cycles'],
  ] as const;

  const root = mkdtempSync(join(tmpdir(), 'zkcx-imports-'));
  afterAll(() => rmSync(root, { recursive: true }));
  let violations: string[] = [];

  beforeAll(() => {
    writeFileSync(join(root, 'tsconfig.json'), '{}');
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    for (const place of [
      'asn1',
      'pki',
      'circuits/kimchi',
      'witness',
      'sgp22',
      'prover',
      'zkapp',
      'cli',
    ]) {
      mkdirSync(join(root, 'src', place), { recursive: true });
      writeFileSync(join(root, 'src', place, 'x.ts'), 'export {};\n');
    }
    writeFileSync(join(root, 'src/circuits/x.ts'), "import 'o1js';\nimport '../params.ts';\n");
    writeFileSync(join(root, 'src/witness/round2.ts'), "import './round1.ts';\n");
    writeFileSync(join(root, 'src/witness/round4.ts'), "import type {} from './round3.ts';\n");
    mkdirSync(join(root, 'test'));
    for (const place of ['src/errors.ts', 'src/index.ts', 'test/x.ts']) {
      writeFileSync(join(root, place), 'export {};\n');
    }
    for (const [file, target] of forbidden) {
      writeFileSync(join(root, 'src', `${file}.ts`), `import '${target}';\n`);
    }
    const { stdout } = runTool('depcruise', ['--config', config, '-T', 'json', 'src'], {
      cwd: root,
    });
    const report = JSON.parse(stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    violations = report.summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
  });

  test.each(forbidden)('src/%s importing %s breaks %s', (file, _, rule) => {
    expect(violations).toContain(`src/${file}.ts ${rule}`);
  });

  test('allowed imports break nothing', () => {
    expect(violations.filter((line) => line.startsWith('src/circuits/x.ts'))).toEqual([]);
  });
});

describe('code', () => {
  test(`has no file of more than ${MAX_LINES} lines and no "export *"`, () => {
    const files = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|js)$/.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(files).toContain('src/errors.ts');
    const offenders = files.filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return text.split('\n').length > MAX_LINES + 1 || /^export \*/m.test(text);
    });
    expect(offenders).toEqual([]);
  });

  test('makes integers of a checked range by `inRange` only', () => {
    const folder = join(ROOT, 'src/circuits');
    const checked = /\bas (unknown as )?(Bit|IntegerIn|DigestLimbs|BlockCount|MessageLength)\b/;
    const casts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => checked.test(readFileSync(join(folder, name), 'utf8')));
    expect(casts).toEqual(['kimchi/integer.ts']);
  });
});
