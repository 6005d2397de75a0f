/**
 * The credential file: a chain proof and the private opening of its commitment. Whoever has it can
 * read the identity in it, so nobody but its owner may read the file.
 */
import { z } from 'zod';
import { Opening } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { describeIssue, envelopeSchema, type ProofEnvelope } from './envelope.ts';
import { readFileLimited, writeFileAtomic } from './files.ts';

const MAX_CREDENTIAL_BYTES = 300_000;

export interface Credential {
  readonly proof: ProofEnvelope;
  /** Opens the commitment in the proof's claim. Private. */
  readonly opening: Opening;
}

const credentialSchema = z.strictObject({
  format: z.literal('zkcx-credential'),
  version: z.literal(1),
  proof: envelopeSchema,
  opening: z.record(z.string(), z.json()),
});

/** Write a credential, readable by its owner only (mode 0600), whole or not at all. */
export async function writeCredential(path: string, credential: Credential): Promise<void> {
  const document: z.infer<typeof credentialSchema> = {
    format: 'zkcx-credential',
    version: 1,
    proof: credential.proof,
    opening: Opening.toJSON(credential.opening) as Record<
      string,
      z.infer<ReturnType<typeof z.json>>
    >,
  };
  await writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`, 0o600);
}

/**
 * Read a credential. Throws ERR_CREDENTIAL_PERMISSIONS when others may read the file,
 * ERR_CREDENTIAL_FORMAT, ERR_CREDENTIAL_VERSION, and ERR_CREDENTIAL_MISMATCH when the opening does not
 * open the proof's commitment. Does not verify the proof: that is the business of whoever uses it.
 */
export async function readCredential(path: string): Promise<Credential> {
  const bytes = await readFileLimited(path, MAX_CREDENTIAL_BYTES, { ownerOnly: true });
  const credential = parseCredential(new TextDecoder().decode(bytes));
  const [, , , commitment] = credential.proof.proof.publicOutput;
  if (Opening.commitment(credential.opening).toString() !== commitment) {
    throw new ZkcxError(
      'ERR_CREDENTIAL_MISMATCH',
      'the opening and the proof do not belong together',
    );
  }
  return credential;
}

function parseCredential(text: string): Credential {
  try {
    const json: unknown = JSON.parse(text);
    const version = z.looseObject({ format: z.literal('zkcx-credential'), version: z.int() });
    const found = version.safeParse(json).data?.version ?? 1;
    if (found !== 1) {
      throw new ZkcxError(
        'ERR_CREDENTIAL_VERSION',
        `credential format version ${found}: this package reads version 1`,
      );
    }
    const { proof, opening } = credentialSchema.parse(json);
    return { proof, opening: new Opening(Opening.fromJSON(opening as never)) };
  } catch (error) {
    if (error instanceof ZkcxError) throw error;
    const where = error instanceof z.ZodError ? `: ${describeIssue(error)}` : '';
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', `this is not a credential file${where}`);
  }
}
