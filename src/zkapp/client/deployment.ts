/**
 * The deployment file: where a registry is, what it began with, and the command that created it, its birth
 * certificate. Whoever takes the file from somewhere believes that place that this is the registry, and that
 * these are good CIs, sources and admin; the rest is checked against the chain, see birth/certificate.ts.
 */
import { z } from 'zod';
import { checked, describeIssue, field, fieldString, path } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited, writeFileAtomic } from '../../files.ts';
import { CRL_MAX_POINT, MAP_HEIGHT, TRUST_HEIGHT } from '../../params.ts';
import { areAscending, type DeployedSource } from './birth/sources.ts';
import { parseAccountAddress } from './keys.ts';

const VERSION = 2;
/** 4,095 sources with long URIs. */
const MAX_DEPLOYMENT_BYTES = 2_000_000;

export interface DeploymentFile {
  /** Of the contract's account, base58. */
  readonly address: string;
  /** Hash of the command that created it. */
  readonly transaction: string;
  /** Block that had it when the file was written; after a reorganisation it can be in another one. */
  readonly height: number;
  /** Who could propose then: public key, base58. */
  readonly admin: string;
  /** `CiLeaf.hash` of each CI that it was deployed with, ascending. */
  readonly trust: readonly bigint[];
  /** By ascending keys of the map. */
  readonly sources: readonly DeployedSource[];
  /** The command, JSON as Mina spells it. */
  readonly command: string;
}

const address = z.string().max(60).refine(isAddress);
const transaction = z.string().regex(/^5J[1-9A-HJ-NP-Za-km-z]{48,52}$/);
const height = z.int().min(1).max(0xffff_ffff);
const kind = z.literal(['ca', 'user']);
const point = z
  .string()
  .max(CRL_MAX_POINT)
  .regex(/^(none|[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+)$/);

const listOf = <T extends z.ZodType>(source: T) => z.array(source).max(2 ** MAP_HEIGHT - 1);
/** Each leaf once and in its place: the contract relies on that of the set that it begins with. */
const ascending = (leaves: readonly bigint[]) =>
  leaves.every((leaf, i) => leaf > (i === 0 ? 0n : leaves[i - 1]!));
const trustOf = <T extends z.ZodType>(leaf: T) =>
  z
    .array(leaf)
    .min(1)
    .max(2 ** TRUST_HEIGHT);

/** As callers pass one. */
export const deployment = z.strictObject({
  address,
  transaction,
  height,
  admin: address,
  trust: trustOf(field).refine(ascending),
  sources: listOf(z.strictObject({ issuer: field, kind, point })).refine(areAscending),
  command: z.string().max(MAX_DEPLOYMENT_BYTES),
});

const fileSchema = z.strictObject({
  format: z.literal('zkcx-deployment'),
  version: z.literal(VERSION),
  address,
  transaction,
  height,
  admin: address,
  trust: trustOf(fieldString),
  sources: listOf(z.strictObject({ issuer: fieldString, kind, point })),
  command: z.looseObject({}),
});

/** The text of a deployment file. */
export function formatDeployment({ trust, sources, command, ...rest }: DeploymentFile): string {
  const { address: at, transaction: hash, height: block, admin } = rest;
  const document: z.infer<typeof fileSchema> = {
    format: 'zkcx-deployment',
    version: VERSION,
    address: at,
    transaction: hash,
    height: block,
    admin,
    trust: trust.map(String),
    sources: sources.map(({ issuer, kind: of, point: uri }) => ({
      issuer: issuer.toString(),
      kind: of,
      point: uri,
    })),
    command: JSON.parse(command) as Record<string, unknown>,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Throws ERR_ARGUMENT, ERR_FILE_WRITE. */
export async function writeDeployment(file: string, content: DeploymentFile): Promise<void> {
  checked(file, path, 'writeDeployment, file');
  checked(content, deployment, 'writeDeployment');
  await writeFileAtomic(file, formatDeployment(content), 0o644);
}

/**
 * Throws ERR_ARGUMENT, ERR_REGISTRY_FORMAT, ERR_REGISTRY_VERSION, ERR_BIRTH_CANONICAL (another spelling of the same),
 * ERR_FILE_READ, ERR_FILE_SIZE.
 */
export async function readDeployment(file: string): Promise<DeploymentFile> {
  checked(file, path, 'readDeployment');
  const text = new TextDecoder().decode(await readFileLimited(file, MAX_DEPLOYMENT_BYTES));
  const content = parse(file, text);
  if (formatDeployment(content) === text) return content;
  throw new ZkcxError(
    'ERR_BIRTH_CANONICAL',
    `${file} is not in the one spelling of a deployment file: take it as it was written`,
  );
}

function parse(file: string, text: string): DeploymentFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_REGISTRY_FORMAT', `${file} is not JSON`, { cause });
  }
  const version = z.looseObject({ format: z.literal('zkcx-deployment'), version: z.int() });
  const found = version.safeParse(json).data?.version ?? VERSION;
  if (found !== VERSION) {
    throw new ZkcxError(
      'ERR_REGISTRY_VERSION',
      `${file} is a deployment file of version ${found}, this package reads version ${VERSION}: deploy anew`,
    );
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw badFormat(file, parsed.error);
  const { format: _, version: __, command, ...rest } = parsed.data;
  const content = {
    ...rest,
    trust: rest.trust.map(BigInt),
    sources: rest.sources.map((source) => ({ ...source, issuer: BigInt(source.issuer) })),
    command: JSON.stringify(command),
  };
  const checkedContent = deployment.safeParse(content);
  if (!checkedContent.success) throw badFormat(file, checkedContent.error);
  return content;
}

const badFormat = (file: string, error: z.ZodError) =>
  new ZkcxError(
    'ERR_REGISTRY_FORMAT',
    `${file} is not the deployment of a registry: ${describeIssue(error)}`,
  );

/** In its only spelling, checksum included. */
function isAddress(text: string): boolean {
  try {
    return parseAccountAddress(text).toBase58() === text;
  } catch {
    return false;
  }
}
