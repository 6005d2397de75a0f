/** Has the proof in a file verified as an SM-DP+ does, in a process of its own; exit code 1 if it is not valid. */
import { readFileSync } from 'node:fs';
import { parseEnvelope } from '../../../src/prover/envelope.ts';
import { pinnedKey } from '../../../src/prover/keys.ts';
import { ProofVerifiers } from '../../../src/rsp/zkcx/server/verifiers.ts';

const verifiers = new ProofVerifiers({ processes: 1, timeout: 300_000 });
const place = verifiers.reserve();
await place.assertProof(parseEnvelope(readFileSync(process.argv[2]!, 'utf8')), pinnedKey('chain'));
verifiers.close();
