/**
 * What judges a circuit: its gates and witness as kimchi sees them (`capture`), an evaluator of all
 * gates and lookups (`evaluate`, fast), the real prover and verifier (`judge`), and a search for
 * values that nothing binds (`scanUnbound`). How to use it: README.md. Importing it selects the
 * native backend.
 */
export { capture, witnessOf, type Captured } from './capture.ts';
export { evaluate } from './evaluate.ts';
export { judge, type Verdict } from './judge.ts';
export { scanUnbound, type ScanOptions, type Unbound } from './scan.ts';
export { classOf, tamper, variableCells, type Change } from './wiring.ts';
export { P } from './field.ts';
export type { Cell, Circuit, Failure, Gate, RuntimeTable, Witness } from './types.ts';
