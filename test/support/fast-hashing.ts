/**
 * Before a test file that loads o1js: hashes outside of circuits. Those of o1js in JavaScript take a fifth of the time
 * of many files; here kimchi's own function computes the same where the backend of provers is installed, which is
 * loaded at once. `harness.kimchi.test.ts` compares them with the hashes of circuits, which stay as they are.
 */
import { initializeBindings } from 'o1js';
import { o1jsInternal } from '../../src/circuits/kimchi/internal.ts';
import { selectBackend } from '../../src/prover/backend.ts';
import { decodeFields, encodeFields, mod } from './kimchi/field.ts';
import { poseidonStates, ROUNDS } from './kimchi/gates/poseidon.ts';

/** Where o1js notes which backend it is. */
const BACKEND = '__o1js_backend_preference';

interface Backend {
  readonly [BACKEND]?: string;
  caml_pasta_fp_poseidon_block_cipher(state: Uint8Array): Uint8Array;
}

// before files of tests are loaded, some of which build trees
selectBackend();
await initializeBindings();

const bindings = (await import(o1jsInternal('./bindings.js'))) as { readonly wasm?: Backend };
const { Poseidon } = (await import(o1jsInternal('./bindings/crypto/poseidon.js'))) as {
  Poseidon: {
    update(state: readonly bigint[], input: readonly bigint[]): readonly bigint[];
    hash(input: readonly bigint[]): bigint;
  };
};

const RATE = 2;

function permuted(state: readonly bigint[]): readonly bigint[] {
  const { wasm } = bindings;
  if (wasm?.[BACKEND] !== 'native') return poseidonStates(state, ROUNDS).at(-1)!;
  return decodeFields(wasm.caml_pasta_fp_poseidon_block_cipher(encodeFields(state)));
}

Poseidon.update = (state, input) => {
  let result = state;
  const blocks = Math.max(1, Math.ceil(input.length / RATE));
  for (let block = 0; block < blocks; block++) {
    const added = input.slice(RATE * block, RATE * block + RATE);
    result = permuted(result.map((value, i) => mod(value + (added[i] ?? 0n))));
  }
  return result;
};
Poseidon.hash = (input) => Poseidon.update([0n, 0n, 0n], input)[0]!;
