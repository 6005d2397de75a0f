/** Files that verifiers read, all below `keys`: verification keys, the pinned proofs, the setup. */
import { readFileSync } from 'node:fs';

/** Where a file is kept. */
export function assetUrl(name: string): URL {
  return new URL(`./keys/${name}`, import.meta.url);
}

export function readAsset(name: string): Uint8Array {
  return readFileSync(assetUrl(name));
}
