import { Argument, Option } from 'commander';
import { formatEnvelope } from '../../prover/envelope.ts';
import { writeFileAtomic } from '../../files.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { readChain } from '../shared/chain-files.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { fillBeside, REFRESHES, type RefreshesFlags } from '../shared/pools.ts';
import { PROVER, type ProverFlags, proverOptions, withProver } from '../shared/proving.ts';

interface Flags extends CiFlags, AtFlags, ProverFlags, RefreshesFlags {
  readonly out: string;
  readonly proof?: string;
}

/** zkcx chain prove --ci CI --out credential.json [--proof proof.json] CERT... */
export const chainProve: CommandDefinition = {
  name: 'prove',
  description:
    'prove a chain; one proof a certificate, half a minute to a few minutes each, and its refreshes',
  arguments: [new Argument('<certificates...>', 'below the CI, issuer first; DER or PEM')],
  options: [
    CI,
    required('--out <file>', 'write the credential here: proof and private opening'),
    new Option('--proof <file>', 'write the proof alone here, for `chain verify`'),
    AT,
    REFRESHES,
    ...PROVER,
  ],
  run: prove,
};

async function prove(files: string[], flags: Flags): Promise<Answer> {
  const { out, proof } = flags;
  await assertOutputs({ '--out': out, '--proof': proof }, { inputs: [...files, ...flags.ci] });
  const anchors = await readAnchors(flags.ci);
  const certificates = await readChain(files, { anchors, at: flags.at ?? systemClock() });
  // circuits take a while to load, so only when everything else is in order
  const { proveChain } = await import('../../prover/chain.ts');
  const { writeCredential } = await import('../../prover/credential.ts');
  const options = proverOptions(flags);
  const { credential, ready } = await withProver(options, async (prover) => {
    const input = { anchors, certificates, at: flags.at };
    const credential = await proveChain(input, { ...options, prover });
    await writeCredential(out, credential);
    if (proof !== undefined) await writeFileAtomic(proof, formatEnvelope(credential.proof), 0o644);
    return { credential, ready: await fillBeside(out, credential, flags, prover, options) };
  });
  const [trustRoot, from, until, commitment] = credential.proof.proof.publicOutput;
  const [validFrom, validUntil] = [isoTime(BigInt(from!)), isoTime(BigInt(until!))];
  return {
    json: {
      credential: out,
      proof,
      trustRoot,
      validFrom,
      validUntil,
      commitment,
      refreshes: ready,
    },
    text: [
      `Proven: a chain of ${certificates.length} below a CI under trust root ${trustRoot},`,
      `valid from ${validFrom} to ${validUntil}.`,
      `Credential (private, keep it): ${out}`,
      `Refreshes that are ready for presentations: ${ready}`,
      ...(proof === undefined ? [] : [`Proof: ${proof}`]),
    ],
  };
}
