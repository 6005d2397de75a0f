/** A credential for the next window: the same certificates, proven anew. */
import { z } from 'zod';
import { checked, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import * as form from '../prover/arguments.ts';
import { ZkcxError } from '../errors.ts';
import { canonicalWindow, type TrustAnchor, type Window } from '../pki/index.ts';
import { proveChain, type ProveChainOptions } from '../prover/chain.ts';
import type { Credential } from '../prover/credential.ts';
import { chainOf } from './credential-chain.ts';

/**
 * The window that a renewal at `now` would have. Throws ERR_CREDENTIAL_RENEWAL when it would not end
 * later: the credential is of this quarter, or its certificates end; and the ERR_CHAIN_* codes.
 */
export function renewalWindow(
  credential: Credential,
  anchors: readonly TrustAnchor[],
  now: bigint,
): Window {
  const { chain } = chainOf(credential, anchors);
  const window = canonicalWindow({ window: chain.window }, now);
  if (window.until <= credential.opening.validUntil.toBigInt()) {
    throw new ZkcxError(
      'ERR_CREDENTIAL_RENEWAL',
      'a renewal would not be valid for longer: wait for the next quarter, or get new certificates',
    );
  }
  return window;
}

const renewalInput = z.strictObject({ anchors: pki.anchors, now: time });

/**
 * Prove a credential's chain for the window of `now`, with fresh blinds: nothing in the new one tells
 * that it follows the old one. Minutes; the codes of `renewalWindow` and `proveChain`.
 */
export async function renewCredential(
  credential: Credential,
  input: { readonly anchors: readonly TrustAnchor[]; readonly now: bigint },
  options: ProveChainOptions = {},
): Promise<Credential> {
  checked(credential, form.credential, 'renewCredential');
  checked(input, renewalInput, 'renewCredential');
  const { anchors, now } = input;
  renewalWindow(credential, anchors, now);
  return proveChain({ anchors, certificates: credential.certificates, at: now }, options);
}
