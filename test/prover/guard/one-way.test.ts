/** Nothing verifies but by `src/prover/guard.ts`: every use of what o1js verifies with is looked up by its type. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { ROOT } from '../../support/command.ts';

/** Files of o1js, and who may use a `verify` that is declared there. */
const MAY = {
  // `verify`, and the one of a ZkProgram
  'zkprogram.d.ts': ['src/circuits/kimchi/verify.ts', 'test/support/guard/bare.ts'],
  // the one of a proof: inside circuits it makes them verify the proof, elsewhere it does nothing
  'proof.d.ts': [
    /^src\/circuits\/[\w-]+\.program\.ts$/,
    'src/zkapp/contract/registry.ts',
    // for contracts of others
    'src/contracts/side-loaded.ts',
    'src/contracts/device.ts',
    'bench/filler.ts',
    /^bench\/builtin\//,
    'test/support/prover/counter.program.ts',
  ],
} as const;

/** Native functions that verify, and who may name them. */
const NATIVE = /caml_\w+_(verify|accumulator_check)\b/;
const MAY_NATIVE = [
  'src/circuits/kimchi/native-calls.ts',
  // behind the pinned plain proof
  /^src\/circuits\/kimchi\/plain\/(backend|verify)\.ts$/,
  /^test\/support\/(guard|kimchi)\//,
  /^test\/prover\/(guard|plain)\//,
];

const OFFENDER = join(ROOT, 'src/prover/offender.ts');
const OFFENCES = `
  import { verify as alias, ZkProgram, type JsonProof, type Proof } from 'o1js';
  import * as all from 'o1js';
  const program = ZkProgram({ name: 'p', methods: {} });
  export const a = (proof: JsonProof) => alias(proof, '');
  export const b = (proof: JsonProof) => all.verify(proof, '');
  export const c = (proof: Proof<void, void>) => program.verify(proof);
  export const d = (proof: Proof<void, void>) => proof.verify();
  export const { verify: e } = program;
  export const f = async (proof: JsonProof) => (await import('o1js'))['verify'](proof, '');
`;

const isAllowed = (file: string, allowed: readonly (string | RegExp)[]) =>
  allowed.some((one) => (typeof one === 'string' ? one === file : one.test(file)));

function usesOfVerify(program: ts.Program): { file: string; line: number; declaredIn: string }[] {
  const checker = program.getTypeChecker();
  const uses: { file: string; line: number; declaredIn: string }[] = [];
  for (const source of program.getSourceFiles()) {
    if (source.fileName.includes('/node_modules/')) continue;
    const file = relative(ROOT, source.fileName);
    const visit = (node: ts.Node): void => {
      if ((ts.isIdentifier(node) || ts.isStringLiteral(node)) && node.text === 'verify') {
        for (const declaredIn of declarationsOf(checker, node)) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
          uses.push({ file, line, declaredIn });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return uses;
}

/** Names of the files of o1js's proof system in which a name is declared. */
function declarationsOf(checker: ts.TypeChecker, node: ts.Node): string[] {
  let symbol = checker.getSymbolAtLocation(node);
  if (ts.isBindingElement(node.parent)) {
    const from = checker.getTypeAtLocation(node.parent.parent);
    symbol = from.getProperty('verify') ?? symbol;
  }
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) {
    symbol = checker.getAliasedSymbol(symbol);
  }
  return (symbol?.declarations ?? [])
    .map((declaration) => declaration.getSourceFile().fileName)
    .filter((name) => name.includes('/o1js/') && name.includes('/lib/proof-system/'))
    .map((name) => name.slice(name.lastIndexOf('/') + 1));
}

test('only the guard verifies, and its test sees every way around it', () => {
  const configFile = join(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(configFile, (path) => readFileSync(path, 'utf8'));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => path === OFFENDER || fileExists(path);
  host.readFile = (path) => (path === OFFENDER ? OFFENCES : readFile(path));
  host.getSourceFile = (path, ...rest) =>
    path === OFFENDER
      ? ts.createSourceFile(path, OFFENCES, ts.ScriptTarget.ES2022, true)
      : getSourceFile(path, ...rest);
  const program = ts.createProgram([...fileNames, OFFENDER], options, host);

  const uses = usesOfVerify(program);
  const isOffence = ({ file, declaredIn }: (typeof uses)[number]) =>
    !isAllowed(file, MAY[declaredIn as keyof typeof MAY] ?? []);
  const offences = uses.filter(isOffence).map(({ file, line }) => `${file}:${line}`);
  // the import, and a to f but for a, which is the import's
  expect([...new Set(offences)]).toEqual(
    [1, 5, 6, 7, 8, 9].map((n) => `src/prover/offender.ts:${n}`),
  );
  // the allowed uses are found too
  expect(uses.filter((use) => !isOffence(use)).length).toBeGreaterThan(10);

  const native = fileNames
    .map((name) => relative(ROOT, name))
    .filter((name) => NATIVE.test(readFileSync(join(ROOT, name), 'utf8')));
  expect(native.filter((name) => !isAllowed(name, MAY_NATIVE))).toEqual([]);
  expect(native).toContain('src/circuits/kimchi/native-calls.ts');
}, 300_000);
