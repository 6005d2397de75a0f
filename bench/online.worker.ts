/**
 * What a session costs its holder, in a process of its own; argv: runs. Prints a line of JSON. Started by
 * online.ts.
 */
import { Field } from 'o1js';
import { signAsEuicc } from '../examples/test-pki.ts';
import { ChainProof } from '../src/circuits/chain.program.ts';
import { ChainClaim } from '../src/circuits/claims.ts';
import { presentationProgram } from '../src/circuits/presentation.program.ts';
import { refreshProgram } from '../src/circuits/refresh.program.ts';
import { registryPresentationProgram } from '../src/circuits/registry-presentation.plain.ts';
import { sessionPossessionProgram } from '../src/circuits/session-possession.plain.ts';
import { MODE } from '../src/params.ts';
import { compilePlain, compileProgram, prepareCompiling } from '../src/prover/compile.ts';
import { PROGRAMS } from '../src/prover/programs.ts';
import { systemRandom as random } from '../src/random.ts';
import { chainOf } from '../src/session/credential-chain.ts';
import { handlesOf } from '../src/witness/chain.ts';
import { possessionWitness } from '../src/witness/possession.ts';
import {
  leafOf,
  presentationWitness,
  registryPresentationWitness,
} from '../src/witness/presentation.ts';
import { refreshWitness } from '../src/witness/refresh.ts';
import { RegistryTree } from '../src/witness/registry-tree.ts';
import { mapOf } from '../test/circuits/presentation/credentials.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_TRUST,
  provenCredential,
} from '../test/support/credentials.ts';
import { MESSAGE, stopwatch } from './online-session.ts';

const { timed, seconds } = stopwatch();
const credential = await provenCredential('euicc-1');
const { chain, anchor } = chainOf(credential, [PROVEN_ANCHOR]);
const handles = handlesOf(chain);
const input = {
  handles,
  anchor,
  trust: PROVEN_TRUST,
  map: mapOf({ handles }),
  time: PROVEN_AT,
  role: 'euicc-v2' as const,
  random,
};
const registry = new RegistryTree([leafOf(credential.opening)]);
const chainProof = await ChainProof.fromJSON(credential.proof.proof);

await prepareCompiling();
for (const name of ['chain', 'refresh', 'presentation'] as const) {
  await compileProgram(name, await PROGRAMS[name]());
}
for (const program of [registryPresentationProgram, sessionPossessionProgram]) {
  await compilePlain(program);
}
for (let run = 0; run <= Number(process.argv[2]); run++) {
  const claim = new ChainClaim(chainProof.publicOutput);
  const { witness: refreshing, opening } = refreshWitness(claim, credential.opening, random);
  const { proof: refreshed } = await timed('refresh', () =>
    refreshProgram.ofChain(Field(MODE.refresh), chainProof, refreshing),
  );

  const { request, witness, openings } = presentationWitness({ ...input, opening });
  await timed('presentation', () => presentationProgram.prove(request, refreshed, witness));

  const published = registryPresentationWitness({
    ...input,
    opening: credential.opening,
    registry,
  });
  await timed('registryPresentation', () =>
    registryPresentationProgram.prove(published, published.path, published.witness),
  );

  const possession = possessionWitness({
    session: 1n,
    message: MESSAGE,
    signature: await signAsEuicc(MESSAGE),
    openings,
    scope: 2n,
  });
  await timed('possession', () =>
    sessionPossessionProgram.prove(possession.request, possession.witness),
  );
}
console.log(JSON.stringify(seconds));
process.exit(0);
