/** The contract's proving keys, in this process: a transaction's proofs are made where it is built. */
import { ZkcxError } from '../../errors.ts';
import { selectBackend } from '../../prover/backend.ts';
import { compileProgram, prepareCompiling } from '../../prover/compile.ts';
import { assertPinned, type VerificationKey } from '../../prover/keys.ts';
import { indexCache } from '../../prover/pinned-circuits.ts';
import { PROGRAMS } from '../../prover/programs.ts';
import type { Backend } from '../../prover/protocol.ts';
import { ProofRegistry, registryKey } from '../contract/index.ts';

export interface CompileOptions {
  readonly backend?: Backend;
  /** What is compiled now. */
  readonly onCompile?: (name: string) => void;
}

/** Programs whose proofs the contract takes, each behind those that it verifies inside. */
const TAKEN = ['chain', 'refresh', 'crl', 'aggregatePair', 'aggregateMerge', 'aggregate'] as const;

let compiled: Promise<VerificationKey> | undefined;

/**
 * Compile the contract and what it verifies; once a process. It takes minutes. Throws
 * ERR_PROVER_KEY when contract or program is not the one whose key the package pins.
 */
export function compileRegistry(options: CompileOptions = {}): Promise<VerificationKey> {
  compiled ??= compilePinned(options);
  return compiled;
}

async function compilePinned(options: CompileOptions): Promise<VerificationKey> {
  const key = await compileContract(options);
  const { data, hash } = registryKey();
  if (key.hash === hash && key.data === data) return key;
  throw new ZkcxError(
    'ERR_PROVER_KEY',
    'the methods of ProofRegistry are not those of the pinned verification key: reinstall the package, ' +
      'or run `npm run pins:registry` after a change of the contract',
  );
}

/** Compile, whatever the contract's key is now. Throws ERR_PROVER_KEY for a program with another one. */
export async function compileContract({
  backend,
  onCompile,
}: CompileOptions = {}): Promise<VerificationKey> {
  selectBackend(backend);
  await prepareCompiling();
  for (const name of TAKEN) {
    onCompile?.(name);
    const { hash } = await compileProgram(name, await PROGRAMS[name]());
    assertPinned(name, hash);
  }
  onCompile?.('ProofRegistry');
  const { verificationKey } = await ProofRegistry.compile({ cache: indexCache({}) });
  return { data: verificationKey.data, hash: verificationKey.hash.toString() };
}
