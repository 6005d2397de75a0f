/**
 * Loaded into another process before its own code (NODE_OPTIONS): writes what kimchi's verifier is called
 * with to the file ZKCX_WATCH, a line a call, on the backend of O1JS_BACKEND. With ZKCX_UNSEEN=1 the function
 * cannot be replaced, as if o1js had another way to it. Plain JavaScript: threads of o1js load it too.
 */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const NAME = 'caml_pasta_fq_plonk_proof_batch_verify';
const POINTER = '__wbg_ptr';

/** The same on both backends; on wasm a proof is an address. */
function nameOf({ WasmFqProverProof: { prototype } }, proof) {
  const object =
    typeof proof === 'number' ? Object.create(prototype, { [POINTER]: { value: proof } }) : proof;
  return Buffer.from(object.ft_eval1).toString('hex');
}

function watch(kimchi) {
  const original = kimchi[NAME];
  const watched = (indexes, proofs) => {
    const names = Array.from(proofs, (proof) => nameOf(kimchi, proof));
    appendFileSync(process.env.ZKCX_WATCH, `${JSON.stringify(names)}\n`);
    return original(indexes, proofs);
  };
  if (process.env.ZKCX_UNSEEN === '1') {
    Object.defineProperty(kimchi, NAME, { get: () => watched, set() {} });
  } else {
    kimchi[NAME] = watched;
  }
}

// a thread must not load the backend before it has the memory that the threads share
if (isMainThread) {
  const fromO1js = createRequire(createRequire(import.meta.url).resolve('o1js'));
  const backend =
    process.env.O1JS_BACKEND === 'wasm'
      ? './bindings/compiled/node_bindings/kimchi_wasm.cjs'
      : `@o1js/native-${process.platform}-${process.arch}`;
  watch(fromO1js(backend));
}
