/**
 * What a long proof of a list keeps between its parts: files that are there whole or not at all. What
 * cannot be read, or does not verify, counts as missing: it is made again.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { Opening } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { jsonProof, type JsonProof } from './envelope.ts';
import { readFileLimited, writeFileAtomic } from '../files.ts';
import { pinnedKey, type VerificationKey } from './keys.ts';
import { isValid } from './guard.ts';

const MAX_PART_BYTES = 300_000;

/** The proof of the issuer's chain, and what opens its commitment. */
export interface ProvenIssuer {
  readonly proof: JsonProof;
  readonly opening: Opening;
}

const issuerSchema = z.strictObject({
  proof: jsonProof,
  opening: z.record(z.string(), z.json()),
});

const issuerFile = (folder: string) => join(folder, 'issuer.json');
const partFile = (folder: string, index: number) =>
  join(folder, `part-${String(index).padStart(6, '0')}.json`);

/** Readable by the owner only: the opening is private. */
export async function writeIssuer(folder: string, { proof, opening }: ProvenIssuer): Promise<void> {
  const document = JSON.stringify({ proof, opening: Opening.toJSON(opening) });
  await writeFileAtomic(issuerFile(folder), document, 0o600);
}

export async function readIssuer(folder: string): Promise<ProvenIssuer | undefined> {
  const parsed = issuerSchema.safeParse(await readJson(issuerFile(folder)));
  if (!parsed.success) return undefined;
  const { proof } = parsed.data;
  let opening: Opening;
  try {
    opening = new Opening(Opening.fromJSON(parsed.data.opening as never));
  } catch {
    return undefined;
  }
  const [, , , commitment] = proof.publicOutput;
  if (Opening.commitment(opening).toString() !== commitment) return undefined;
  return (await isValid(proof, pinnedKey('chain'))) ? { proof, opening } : undefined;
}

export async function writePart(folder: string, index: number, proof: JsonProof): Promise<void> {
  await writeFileAtomic(partFile(folder, index), JSON.stringify(proof), 0o600);
}

export async function readPart(
  folder: string,
  index: number,
  key: VerificationKey,
): Promise<JsonProof | undefined> {
  const parsed = jsonProof.safeParse(await readJson(partFile(folder, index)));
  if (!parsed.success || !(await isValid(parsed.data, key))) return undefined;
  return parsed.data;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await readFileLimited(path, MAX_PART_BYTES)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ZkcxError) return undefined;
    throw error;
  }
}
