/**
 * The deployment file: where a registry is and what it began with. Whoever takes it from somewhere
 * believes that place that this is the registry; the rest is checked against the chain.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { TRUST_HEIGHT } from '../../params.ts';
import { describeIssue, fieldString } from '../../arguments.ts';
import { readFileLimited, writeFileAtomic } from '../../files.ts';
import { parseAccountAddress } from './keys.ts';

const MAX_DEPLOYMENT_BYTES = 100_000;

const deploymentSchema = z.strictObject({
  format: z.literal('zkcx-deployment'),
  version: z.literal(1),
  address: z.string().max(60).refine(isAddress),
  /** Hash of the contract's verification key. */
  code: fieldString,
  /** `CiLeaf.hash` of each CI that it was deployed with. */
  trust: z
    .array(fieldString)
    .min(1)
    .max(2 ** TRUST_HEIGHT),
});

export interface DeploymentFile {
  readonly address: string;
  readonly code: bigint;
  readonly trust: readonly bigint[];
}

export async function writeDeployment(file: string, { address, code, trust }: DeploymentFile) {
  const document: z.infer<typeof deploymentSchema> = {
    format: 'zkcx-deployment',
    version: 1,
    address,
    code: code.toString(),
    trust: trust.map(String),
  };
  await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o644);
}

/** Throws ERR_REGISTRY_FORMAT, ERR_FILE_READ, ERR_FILE_SIZE. */
export async function readDeployment(file: string): Promise<DeploymentFile> {
  const text = new TextDecoder().decode(await readFileLimited(file, MAX_DEPLOYMENT_BYTES));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_REGISTRY_FORMAT', `${file} is not JSON`, { cause });
  }
  const parsed = deploymentSchema.safeParse(json);
  if (parsed.success) {
    const { address, code, trust } = parsed.data;
    return { address, code: BigInt(code), trust: trust.map(BigInt) };
  }
  throw new ZkcxError(
    'ERR_REGISTRY_FORMAT',
    `${file} is not the deployment of a registry: ${describeIssue(parsed.error)}`,
  );
}

/** In its only spelling, checksum included. */
function isAddress(text: string): boolean {
  try {
    return parseAccountAddress(text).toBase58() === text;
  } catch {
    return false;
  }
}
