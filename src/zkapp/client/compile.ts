/** The contract's proving keys, in this process: a transaction's proofs are made where it is built. */
import { selfTest } from '../../circuits/proof-system.ts';
import { ZkcxError } from '../../errors.ts';
import { selectBackend } from '../../prover/backend.ts';
import { cacheFolder, keyCache } from '../../prover/cache.ts';
import { assertPinned } from '../../prover/keys.ts';
import { PROGRAMS } from '../../prover/programs.ts';
import type { Backend } from '../../prover/protocol.ts';
import { ProofRegistry, REGISTRY_KEY_HASH } from '../contract/index.ts';

export interface CompileOptions {
  readonly backend?: Backend;
  /** Folder of compiled keys; default as of `Prover`. */
  readonly cache?: string;
  /** What is compiled now. */
  readonly onCompile?: (name: string) => void;
}

/** Programs whose proofs the contract takes, each behind those that it verifies inside. */
const TAKEN = ['chain', 'crl', 'aggregatePair', 'aggregateMerge', 'aggregate'] as const;

let compiled: Promise<{ data: string; hash: bigint }> | undefined;

/**
 * Compile the contract and what it verifies; once a process. Minutes without a key cache. Throws
 * ERR_PROVER_KEY when contract or program is not the one whose key the package pins.
 */
export function compileRegistry(options: CompileOptions = {}) {
  compiled ??= compile(options);
  return compiled;
}

async function compile({ backend, cache, onCompile }: CompileOptions) {
  selectBackend(backend);
  await selfTest();
  const keys = keyCache(cacheFolder(cache));
  for (const name of TAKEN) {
    onCompile?.(name);
    const program = await PROGRAMS[name]();
    const { verificationKey } = await program.compile({ cache: keys, withRuntimeTables: true });
    assertPinned(name, verificationKey.hash.toString());
  }
  onCompile?.('ProofRegistry');
  const { verificationKey } = await ProofRegistry.compile({ cache: keys });
  const hash = verificationKey.hash.toBigInt();
  if (hash !== REGISTRY_KEY_HASH) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      'the methods of ProofRegistry are not those of the pinned verification key: reinstall the package, ' +
        `or write ${hash} to src/zkapp/contract/key.ts after a change of the contract`,
    );
  }
  return { data: verificationKey.data, hash };
}
