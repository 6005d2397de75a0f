/** What the admin proposes, as a file: actions in the order in which they are to be applied. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { describeIssue } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import { readFileLimited } from '../../../files.ts';
import { MAX_ACTIONS } from '../../../params.ts';
import type { Proposal } from '../../../zkapp/client/index.ts';
import { readCertificate } from '../../shared/certificates.ts';
import { leafOfCi } from './transact.ts';

const MAX_ACTIONS_FILE_BYTES = 100_000;

const file = z.string().min(1).max(4096);

const actionsSchema = z.strictObject({
  format: z.literal('zkcx-actions'),
  version: z.literal(1),
  actions: z
    .array(
      z.discriminatedUnion('action', [
        /** Accept a CI: file of its certificate. */
        z.strictObject({ action: z.literal('add'), ci: file }),
        /** Where the lists of an issuer come from, as in the configuration of `revocation build`. */
        z.strictObject({
          action: z.literal('source'),
          issuer: file,
          kind: z.literal(['ca', 'user']),
          point: z.string(),
        }),
        /** Hand over: public key, base58. */
        z.strictObject({ action: z.literal('admin'), account: z.string() }),
      ]),
    )
    .min(1)
    .max(MAX_ACTIONS),
});

type Action = z.infer<typeof actionsSchema>['actions'][number];

/** Files are named relative to the actions file. Throws ERR_REGISTRY_FORMAT, and the codes of what it names. */
export async function readActions(path: string): Promise<Proposal[]> {
  const bytes = await readFileLimited(path, MAX_ACTIONS_FILE_BYTES);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ZkcxError('ERR_REGISTRY_FORMAT', `${path} is not JSON`, { cause });
  }
  const parsed = actionsSchema.safeParse(json);
  if (!parsed.success) {
    throw new ZkcxError(
      'ERR_REGISTRY_FORMAT',
      `${path} is no file of actions: ${describeIssue(parsed.error)}`,
    );
  }
  const beside = (name: string) => resolve(dirname(path), name);
  return Promise.all(parsed.data.actions.map((action) => proposalOf(action, beside)));
}

async function proposalOf(action: Action, beside: (name: string) => string): Promise<Proposal> {
  switch (action.action) {
    case 'add':
      return { kind: 'addCi', leaf: await leafOfCi(beside(action.ci)) };
    case 'source': {
      const { kind, point } = action;
      const issuer = await readCertificate(beside(action.issuer));
      const { hashedSource } = await import('../../../witness/revocation.ts');
      return { kind: 'setSource', ...hashedSource({ issuer, kind, point }) };
    }
    case 'admin': {
      const { parseAccountAddress } = await import('../../../zkapp/client/index.ts');
      const { adminKeyHash } = await import('../../../zkapp/contract/index.ts');
      const keyHash = adminKeyHash(parseAccountAddress(action.account)).toBigInt();
      return { kind: 'changeAdmin', keyHash };
    }
  }
}
