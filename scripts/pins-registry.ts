/**
 * `npm run pins:registry`: compile the registry's contract as it is now, with the pinned keys of the programs whose
 * proofs it takes, and rewrite its pinned key. Some minutes.
 */
import { writeFileSync } from 'node:fs';
import { assetUrl } from '../src/prover/assets.ts';
import { keyFileName, pinnedKey } from '../src/prover/keys.ts';
import { compileContract } from '../src/zkapp/client/compile.ts';

const { data, hash } = await compileContract({
  onCompile: (name) => console.error(`compiling ${name} ...`),
});
// the same version of o1js compiled the programs, or their keys would be others
const { o1jsVersion } = pinnedKey('chain');
const key = { program: 'ProofRegistry', o1jsVersion, hash, data };
writeFileSync(assetUrl(keyFileName('ProofRegistry')), `${JSON.stringify(key, null, 2)}\n`);
process.exit(0);
