/**
 * What a session cost its holder before anything of it was prepared: a presentation with a signature, and a proof
 * about the signed message. argv: runs, folder of a checkout of that time. Prints a line of JSON. Started by
 * online.ts. Nothing here knows the types of that checkout.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MESSAGE, stopwatch } from './online-session.ts';

const [runs, checkout] = process.argv.slice(2) as [string, string];
const load = (path: string) => import(pathToFileURL(join(checkout, path)).href);
const { timed, seconds } = stopwatch();

const { compileProgram, prepareCompiling } = await load('src/prover/compile.ts');
const { PROGRAMS } = await load('src/prover/programs.ts');
const { ChainProof } = await load('src/circuits/chain.program.ts');
const { PROVEN_ANCHOR, PROVEN_AT, PROVEN_TRUST, provenCredential } = await load(
  'test/support/credentials.ts',
);
const { chainOf } = await load('src/session/credential-chain.ts');
const { handlesOf } = await load('src/witness/chain.ts');
const { presentationWitness } = await load('src/witness/presentation.ts');
const { messageWitness } = await load('src/witness/message-witness.ts');
const { mapOf } = await load('test/circuits/presentation/credentials.ts');
const { signAsEuicc } = await load('examples/test-pki.ts');
const { systemRandom: random } = await load('src/random.ts');

/** Bytes of the message that the server knew. */
const KNOWN = 90;

const credential = await provenCredential('euicc-1');
const { chain, anchor } = chainOf(credential, [PROVEN_ANCHOR]);
const handles = handlesOf(chain);
const chainProof = await ChainProof.fromJSON(credential.proof.proof);
await prepareCompiling();
const programs: Record<string, { prove(...inputs: unknown[]): Promise<unknown> }> = {};
for (const name of ['chain', 'presentation', 'message5']) {
  programs[name] = await PROGRAMS[name]();
  await compileProgram(name, programs[name]);
}
for (let run = 0; run <= Number(runs); run++) {
  const { request, witness, openings } = presentationWitness({
    opening: credential.opening,
    handles,
    anchor,
    trust: PROVEN_TRUST,
    map: mapOf({ handles }),
    time: PROVEN_AT,
    role: 'euicc-v2',
    scope: credential.opening.blind,
    digest: sha256(MESSAGE),
    signature: await signAsEuicc(MESSAGE),
    random,
  });
  await timed('presentation', () => programs.presentation!.prove(request, chainProof, witness));
  const known = messageWitness(MESSAGE, KNOWN, openings.message.blind);
  await timed('message5', () => programs.message5!.prove(known.request, known.witness));
}
console.log(JSON.stringify(seconds));
process.exit(0);
