/** Circuits -> key, in this process, with all that the package pins; nothing is kept on disk. */
import { compileKnowing, compileNotingKinds, selfTest } from '../circuits/proof-system.ts';
import { presetSetup, SETUP_PARTS } from '../circuits/verification.ts';
import { pinnedPart, plainKeyOf, type VerificationKey } from './keys.ts';
import { pinnedSrs } from './plain-pins.ts';
import { type Circuits, indexCache, pinnedCircuits, recordingCache } from './pinned-circuits.ts';
import type { AnyPlainProgram, ProvableProgram } from './programs.ts';

/** Check o1js and give this process the setup. Before any compiling. */
export async function prepareCompiling(): Promise<void> {
  await selfTest();
  await presetSetup(SETUP_PARTS, pinnedPart);
}

/** Compile a program with what is pinned of its circuits. */
export async function compileProgram(
  name: string,
  program: ProvableProgram,
): Promise<VerificationKey> {
  const pinned = pinnedCircuits(name);
  const cache = indexCache(pinned?.indexes ?? {});
  const compile = () => program.compile({ ...OPTIONS, cache });
  if (pinned === undefined) return keyOf(await compile());
  const kinds = methodsOf(program).map((method) => pinned.gates[method] ?? []);
  return keyOf(await compileKnowing(kinds, compile));
}

/** Compile a program from nothing but its circuits, and say what to pin of them. */
export async function compileAnew(
  program: ProvableProgram,
): Promise<{ key: VerificationKey; circuits: Circuits }> {
  const { cache, indexes } = recordingCache();
  const { compiled, kinds } = await compileNotingKinds(() =>
    program.compile({ ...OPTIONS, cache, forceRecompile: true }),
  );
  const gates = methodsOf(program).map((method, i): [string, string[]] => [
    method,
    [...(kinds[i] ?? [])],
  ]);
  return { key: keyOf(compiled), circuits: { gates: Object.fromEntries(gates), indexes } };
}

/** Compile a plain program. Nothing of it is pinned but its key. */
export async function compilePlain(program: AnyPlainProgram): Promise<VerificationKey> {
  return plainKeyOf(await program.compile(await pinnedSrs()));
}

/** All programs of this package read runtime tables. */
const OPTIONS = { withRuntimeTables: true };

/** In o1js's order. */
const methodsOf = ({ privateInputTypes }: ProvableProgram) =>
  Object.keys(privateInputTypes).toSorted();

const keyOf = ({
  verificationKey: { hash, data },
}: Awaited<ReturnType<ProvableProgram['compile']>>) => ({
  hash: hash.toString(),
  data,
});
