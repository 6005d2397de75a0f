/**
 * `npm run pins:proof`: make the pinned proof anew, and rewrite its file and its hash. Needed when a version
 * of o1js makes another key of its program, which `zkcx keys check` says.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { makePinnedProof } from '../src/prover/key-build.ts';
import { PINNED_PROOF_URL } from '../src/prover/pinned-proof.ts';

const text = `${JSON.stringify(await makePinnedProof(), null, 2)}\n`;
writeFileSync(PINNED_PROOF_URL, text);
const source = new URL('../src/prover/pinned-proof.ts', import.meta.url);
const sha256 = createHash('sha256').update(text).digest('hex');
writeFileSync(source, readFileSync(source, 'utf8').replace(/\b[0-9a-f]{64}\b/, sha256));
process.exit(0);
