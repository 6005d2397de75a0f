/** Which credential of the store stands for an eUICC under a CI, and how one comes to be. */
import { parseCertificate } from '../../../asn1/index.ts';
import { bytesEqual, bytesToHex } from '../../../bytes.ts';
import type { TrustAnchor } from '../../../pki/index.ts';
import type { Credential } from '../../../prover/credential.ts';
import type { CredentialStore } from '../../../session/credential-store.ts';
import type { DeviceProofs } from './proofs.ts';

export interface CredentialWanted {
  readonly store: CredentialStore;
  /** 32 digits, of the eUICC; stays here. */
  readonly eid: string;
  /** The CI that the server chose for the eUICC, by key identifier. */
  readonly ciKeyIdentifier: Uint8Array;
  /** CIs, among them that one. */
  readonly anchors: readonly TrustAnchor[];
  /** Unix seconds. */
  readonly at: bigint;
  /** Ends proving at once. */
  readonly signal?: AbortSignal;
}

/** A credential of the store. */
export interface Stored {
  readonly name: string;
  readonly credential: Credential;
  /** Its window is over: `renewed` comes before its use. */
  readonly isOver: boolean;
}

type Searched = Pick<CredentialWanted, 'store' | 'eid' | 'at'>;

/** Credentials of an eUICC. */
export async function* credentialsOf({ store, eid, at }: Searched): AsyncGenerator<Stored> {
  for (const { name, state } of await store.list(at)) {
    const credential = await store.read(name);
    if (credential.opening.identity.toBigInt() !== BigInt(eid)) continue;
    yield { name, credential, isOver: state !== 'current' && state !== 'renew' };
  }
}

/**
 * The credential of an eUICC under a CI. Undefined if the store has none: its certificates have to be asked of the
 * eUICC.
 */
export async function storedCredential(
  searched: Searched & Pick<CredentialWanted, 'ciKeyIdentifier'>,
): Promise<Stored | undefined> {
  for await (const stored of credentialsOf(searched)) {
    const [first] = stored.credential.certificates;
    const issuer = first?.authorityKeyIdentifier;
    if (issuer !== undefined && bytesEqual(issuer, searched.ciKeyIdentifier)) return stored;
  }
  return undefined;
}

/** The credential for the window of now: one that is over is proven anew and takes its own place. */
export async function currentCredential(
  { name, credential, isOver }: Stored,
  { store, anchors, at, signal }: CredentialWanted,
  proofs: DeviceProofs,
): Promise<Credential> {
  if (!isOver) return credential;
  const renewed = await proofs.renewed(credential, { anchors, now: at }, signal);
  await store.replace(name, renewed);
  return renewed;
}

/**
 * Prove a credential from the certificates that the eUICC gave out, and keep it. Its name in the store
 * says nothing of the eUICC.
 */
export async function newCredential(
  { store, anchors, at, signal }: CredentialWanted,
  { eumCertificate, euiccCertificate }: Readonly<Record<CertificateName, Uint8Array>>,
  { proofs, random }: { readonly proofs: DeviceProofs; random(length: number): Uint8Array },
): Promise<void> {
  const certificates = [eumCertificate, euiccCertificate].map(parseCertificate);
  const credential = await proofs.chain({ anchors, certificates, at }, signal);
  await store.add(`euicc-${bytesToHex(random(8))}`, credential);
}

type CertificateName = 'eumCertificate' | 'euiccCertificate';
