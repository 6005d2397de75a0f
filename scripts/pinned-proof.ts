/**
 * `npm run pins:proof`: make the pinned proofs anew, and rewrite their files and hashes. Needed when a version
 * of o1js makes another key of their programs, which `zkcx keys check` says.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { assetUrl } from '../src/prover/assets.ts';
import { makePinnedPlainProof, makePinnedProof } from '../src/prover/key-build.ts';
import { type PinnedName, pinnedProofFile } from '../src/prover/pinned-proof.ts';

const source = new URL('../src/prover/pinned-proof.ts', import.meta.url);

function pin(name: PinnedName, proof: unknown): void {
  const text = `${JSON.stringify(proof, null, 2)}\n`;
  writeFileSync(assetUrl(pinnedProofFile(name)), text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const line = new RegExp(`('${name}': ')[0-9a-f]{64}`);
  writeFileSync(source, readFileSync(source, 'utf8').replace(line, `$1${sha256}`));
}

pin('pinned-proof', await makePinnedProof());
pin('pinned-plain-proof', await makePinnedPlainProof());
process.exit(0);
