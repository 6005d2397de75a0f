/**
 * The compiled half of o1js on the backend in use, and how values cross into it: the very objects that o1js
 * uses.
 */
import { o1jsInternal } from './internal.ts';

interface Bindings<Rust> {
  initializeBindings(): Promise<void>;
  readonly wasm: Rust;
  withThreadPool<T>(body: () => Promise<T>): Promise<T>;
}

/** `Rust` and `Conversion` declare what the caller needs. */
export async function loadBindings<Rust, Conversion>(): Promise<{
  rust: Rust;
  conversion: Conversion;
}> {
  const { wasm: rust } = await load<Rust>();
  const crypto = (await import(o1jsInternal('./bindings/crypto/bindings.js'))) as {
    getRustConversion(rust: Rust): Conversion;
  };
  return { rust, conversion: crypto.getRustConversion(rust) };
}

/** What computes by all threads runs in here. */
export async function withThreadPool<T>(body: () => Promise<T>): Promise<T> {
  const bindings = await load<unknown>();
  return bindings.withThreadPool(body);
}

async function load<Rust>(): Promise<Bindings<Rust>> {
  const bindings = (await import(o1jsInternal('./bindings.js'))) as Bindings<Rust>;
  await bindings.initializeBindings();
  return bindings;
}
