/** Credential -> proof to give away, for a registry or a relay. */
import { checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { writeFileAtomic } from '../files.ts';
import * as form from './arguments.ts';
import { type Credential, readCredential, writeCredential } from './credential.ts';
import { formatEnvelope, type ProofEnvelope } from './envelope.ts';
import { Prover } from './prover.ts';
import type { ProveChainOptions } from './chain.ts';
import type { RandomBytes } from '../random.ts';
import { proveRefresh } from './refresh.ts';
import { publicValues, verifyRefresh } from './verify.ts';

export interface SharedCredential {
  /** To give away. Nothing in it tells of which credential it is. */
  readonly proof: ProofEnvelope;
  /** The credential with the blind of that proof: to keep before the proof is given away. */
  readonly credential: Credential;
}

export interface ShareOptions extends ProveChainOptions {
  /** Make another one of a credential that was shared; what was published before, is lost to it. */
  readonly again?: boolean;
  /** Default: of the operating system. */
  readonly random?: RandomBytes;
}

/**
 * Make the proof of a credential that its holder may give away. A proof shows data of the proof that it verifies, so
 * the chain proof, which every presentation goes back to, is refreshed twice: the first refresh is used for
 * this one alone and dropped. Two proofs, about half a minute.
 *
 * @throws ERR_CREDENTIAL_SHARED (it was shared before; see `again`), the codes of `proveRefresh`
 */
export async function shareCredential(
  credential: Credential,
  options: ShareOptions = {},
): Promise<SharedCredential> {
  checked(credential, form.credential, 'shareCredential');
  checked(options, form.shareOptions, 'the options of shareCredential');
  if (credential.published !== undefined && options.again !== true) {
    throw new ZkcxError(
      'ERR_CREDENTIAL_SHARED',
      'a proof of this credential was made to be published: give that one away. A new one makes what is published of the old one useless to it',
    );
  }
  const prover = options.prover ?? new Prover(options);
  try {
    const { signal, onEvent, random } = options;
    const first = await proveRefresh(credential, prover, { signal, onEvent, random });
    const { proof, opening } = await proveRefresh(first, prover, { signal, onEvent, random });
    // nothing leaves that this package would not accept itself
    const [, trustRoot, at] = publicValues(proof);
    await verifyRefresh(proof, { trustRoot: trustRoot!, at });
    return { proof, credential: { ...credential, published: opening.blind } };
  } finally {
    if (options.prover === undefined) prover.close();
  }
}

/**
 * The same from file to file: the credential keeps its blind before the proof is anywhere, because without it a
 * published leaf is of no use.
 *
 * @throws the codes of `readCredential` and `shareCredential`; ERR_CREDENTIAL_MISMATCH when somebody wrote the
 *   credential's file meanwhile, ERR_FILE_WRITE
 */
export async function shareFromFile(
  { credential: file, out }: { readonly credential: string; readonly out: string },
  options: ShareOptions,
): Promise<ProofEnvelope> {
  const before = await readCredential(file);
  const { proof, credential } = await shareCredential(before, options);
  const now = await readCredential(file);
  if (!isSame(before, now)) {
    throw new ZkcxError('ERR_CREDENTIAL_MISMATCH', `${file} was changed meanwhile: begin anew`);
  }
  await writeCredential(file, credential);
  await writeFileAtomic(out, formatEnvelope(proof), 0o644);
  return proof;
}

const isSame = (before: Credential, now: Credential) =>
  before.proof.proof.proof === now.proof.proof.proof &&
  String(before.published) === String(now.published);
