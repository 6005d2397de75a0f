/**
 * Loaded into another process before its own code (NODE_OPTIONS): writes what kimchi's verifier is called
 * with to the file ZKCX_WATCH, a line a call. With ZKCX_UNSEEN=1 the native function cannot be replaced, as
 * if o1js had another way to it.
 */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const NAME = 'caml_pasta_fq_plonk_proof_batch_verify';
const o1js = createRequire(import.meta.url).resolve('o1js');
const native = createRequire(o1js)(`@o1js/native-${process.platform}-${process.arch}`) as {
  [NAME](indexes: object[], proofs: { ft_eval1: Uint8Array }[]): boolean;
};

const original = native[NAME];
const watched: typeof original = (indexes, proofs) => {
  const names = proofs.map(({ ft_eval1: bytes }) => Buffer.from(bytes).toString('hex'));
  appendFileSync(process.env.ZKCX_WATCH!, `${JSON.stringify(names)}\n`);
  return original(indexes, proofs);
};
if (process.env.ZKCX_UNSEEN === '1') {
  Object.defineProperty(native, NAME, { get: () => watched, set() {} });
} else {
  native[NAME] = watched;
}
