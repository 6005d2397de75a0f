/** The store that the commands about credentials work on, and how they show what is in it. */
import type { CredentialSummary } from '../../session/credential-store.ts';
import { required } from '../shared/options.ts';
import { isoTime } from '../shared/output.ts';

export const CREDENTIALS = required('--credentials <folder>', 'store of credentials, mode 0700');

export interface CredentialsFlags {
  readonly credentials: string;
}

export async function openStore({ credentials }: CredentialsFlags) {
  const { CredentialStore } = await import('../../session/credential-store.ts');
  return CredentialStore.open(credentials);
}

export function summaryFacts({ validFrom, validUntil, ...rest }: CredentialSummary) {
  return { ...rest, validFrom: isoTime(validFrom), validUntil: isoTime(validUntil) };
}

export function summaryLine(facts: ReturnType<typeof summaryFacts>): string {
  const { name, role, validFrom, validUntil, state, fingerprint } = facts;
  return `${name}: ${role}, ${validFrom} to ${validUntil}, ${state}, file ${fingerprint}`;
}
