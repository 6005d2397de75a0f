/**
 * The credential file: a chain proof, the private opening of its commitment, the certificates that
 * it was made of, and the blind of what was published of it. Whoever has it can read the identity in it, so
 * nobody but its owner may read the file.
 */
import { Field } from 'o1js';
import { z } from 'zod';
import * as argument from '../arguments.ts';
import * as form from './arguments.ts';
import { type Certificate, parseCertificate } from '../asn1/index.ts';
import { Opening } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_LINKS } from '../params.ts';
import { publicKey } from '../witness/encode.ts';
import { envelopeSchema, type ProofEnvelope } from './envelope.ts';
import { readFileLimited, writeFileAtomic } from '../files.ts';

export const MAX_CREDENTIAL_BYTES = 300_000;

/** Version 1 had no certificates, version 2 nothing about publication. */
const VERSION = 3;

export interface Credential {
  readonly proof: ProofEnvelope;
  /** Opens the commitment in the proof's claim. Private. */
  readonly opening: Opening;
  /**
   * Below the CI, issuer first. Private. A presentation needs the serial numbers, of which the opening
   * holds hashes only; a renewal needs all.
   */
  readonly certificates: readonly Certificate[];
  /**
   * Blind of the commitment in the proof that was given away to be published, see `publishedOpening`; private.
   * Undefined for a credential of which none was made.
   */
  readonly published?: Field;
}

/** Opens the commitment that was published; undefined where none was made. Private. */
export function publishedOpening({
  opening,
  published,
}: Pick<Credential, 'opening' | 'published'>): Opening | undefined {
  return published && new Opening({ ...opening, blind: published });
}

/** DER of a certificate; far above what the profile takes. */
const MAX_CERTIFICATE_BYTES = 8_192;

const credentialSchema = z.strictObject({
  format: z.literal('zkcx-credential'),
  version: z.literal(VERSION),
  proof: envelopeSchema,
  opening: z.record(z.string(), z.json()),
  /** Base64 of DER. */
  certificates: z
    .array(z.base64().max(2 * MAX_CERTIFICATE_BYTES))
    .min(1)
    .max(MAX_LINKS),
  published: argument.fieldString.optional(),
});

/** Write a credential, readable by its owner only (mode 0600), whole or not at all. */
export async function writeCredential(path: string, credential: Credential): Promise<void> {
  argument.checked(path, argument.path, 'the file of writeCredential');
  argument.checked(credential, form.credential, 'writeCredential');
  const document: z.infer<typeof credentialSchema> = {
    format: 'zkcx-credential',
    version: VERSION,
    proof: credential.proof,
    opening: Opening.toJSON(credential.opening) as Record<
      string,
      z.infer<ReturnType<typeof z.json>>
    >,
    certificates: credential.certificates.map(({ der }) => Buffer.from(der).toString('base64')),
    published: credential.published?.toString(),
  };
  await writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`, 0o600);
}

/**
 * Read a credential. Throws ERR_CREDENTIAL_PERMISSIONS when others may read the file,
 * ERR_CREDENTIAL_FORMAT, ERR_CREDENTIAL_VERSION, and ERR_CREDENTIAL_MISMATCH when proof, opening and
 * certificates do not belong together. Does not verify the proof: that is the business of whoever
 * uses it.
 */
export async function readCredential(path: string): Promise<Credential> {
  argument.checked(path, argument.path, 'the file of readCredential');
  const bytes = await readFileLimited(path, MAX_CREDENTIAL_BYTES, { ownerOnly: true });
  const credential = parseCredential(new TextDecoder().decode(bytes));
  const { proof, opening, certificates } = credential;
  const [, , , commitment] = proof.proof.publicOutput;
  const leaf = publicKey(certificates.at(-1)!.publicKey);
  const belong =
    Opening.commitment(opening).toString() === commitment &&
    opening.links.toBigInt() === BigInt(certificates.length) &&
    [...leaf.x, ...leaf.y].every(
      (limb, i) => limb.toBigInt() === [...opening.key.x, ...opening.key.y][i]!.toBigInt(),
    );
  if (!belong) {
    throw new ZkcxError(
      'ERR_CREDENTIAL_MISMATCH',
      'proof, opening and certificates do not belong together',
    );
  }
  return credential;
}

function parseCredential(text: string): Credential {
  try {
    const json: unknown = JSON.parse(text);
    const version = z.looseObject({ format: z.literal('zkcx-credential'), version: z.int() });
    const found = version.safeParse(json).data?.version ?? VERSION;
    if (found !== VERSION) {
      throw new ZkcxError(
        'ERR_CREDENTIAL_VERSION',
        `credential format version ${found}: this package reads version ${VERSION}, prove the chain anew`,
      );
    }
    const { proof, opening, certificates, published } = credentialSchema.parse(json);
    return {
      proof,
      opening: new Opening(Opening.fromJSON(opening as never)),
      certificates: certificates.map((base64) =>
        parseCertificate(new Uint8Array(Buffer.from(base64, 'base64'))),
      ),
      published: published === undefined ? undefined : Field(published),
    };
  } catch (error) {
    if (error instanceof ZkcxError && error.code === 'ERR_CREDENTIAL_VERSION') throw error;
    const where = error instanceof z.ZodError ? `: ${argument.describeIssue(error)}` : '';
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', `this is not a credential file${where}`);
  }
}
