import { o1jsInternal } from './gates.ts';

/**
 * The compiled half of o1js on the backend in use, and how values cross into it: the very objects that o1js
 * uses. `Rust` and `Conversion` declare what the caller needs of them.
 */
export async function loadBindings<Rust, Conversion>() {
  const bindings = (await import(o1jsInternal('./bindings.js'))) as {
    initializeBindings(): Promise<void>;
    wasm: Rust;
    withThreadPool<T>(body: () => Promise<T>): Promise<T>;
  };
  await bindings.initializeBindings();
  const crypto = (await import(o1jsInternal('./bindings/crypto/bindings.js'))) as {
    getRustConversion(rust: Rust): Conversion;
  };
  const { wasm: rust, withThreadPool } = bindings;
  return { rust, withThreadPool, conversion: crypto.getRustConversion(rust) };
}
