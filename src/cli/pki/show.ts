import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { AUTHORITY, type AuthorityFlags, factsOf, withAuthority } from './authority.ts';

/** zkcx pki show --dir FOLDER */
export const pkiShow: CommandDefinition = {
  name: 'show',
  description: 'list the certificates of a PKI',
  options: AUTHORITY,
  run: show,
};

function show(flags: AuthorityFlags): Promise<Answer> {
  return withAuthority(flags, async (authority, at) => {
    const entries = await authority.entries();
    const certificates = entries.map(({ revoked, ...entry }) => ({
      ...factsOf(entry),
      state: revoked ? 'revoked' : BigInt(entry.notAfter) < at ? 'expired' : 'valid',
    }));
    return {
      json: { certificates },
      text: certificates.map(
        ({ name, role, issuer, state, validUntil }) =>
          `${name.padEnd(16)} ${role.padEnd(12)} ${(issuer ?? '').padEnd(16)} ${state.padEnd(8)} until ${validUntil}`,
      ),
    };
  });
}
