/** The commands that change one profile: enable, disable, delete. */
import { Argument, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { Es10 } from '../../rsp/lpa/index.ts';
import { CARD, type CardFlags, withEuicc } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';

type ProfileIdentifier = { iccid: string } | { isdpAid: Uint8Array };

interface ProfileChange {
  readonly name: string;
  readonly description: string;
  /** The verb in the past, for the answer. */
  readonly done: string;
  readonly change: (euicc: Es10, profile: ProfileIdentifier, flags: Flags) => Promise<void>;
  /** Beside those of the card. */
  readonly options?: readonly Option[];
}

type Flags = CardFlags & RefreshFlags;

/** Some cards that nobody can refresh refuse to switch otherwise. */
export const REFRESH = new Option(
  '--no-refresh',
  'do not have the eUICC ask the device for a REFRESH: for cards that refuse otherwise',
);

interface RefreshFlags {
  /** Undefined where there is no such option. */
  readonly refresh?: boolean;
}

export function changeProfile({
  name,
  description,
  done,
  change,
  options = [],
}: ProfileChange): CommandDefinition {
  return {
    name,
    description,
    arguments: [new Argument('<profile>', 'its ICCID, or the AID of its ISD-P in hexadecimal')],
    options: [...options, ...CARD],
    run: async (text: string, flags: Flags) => {
      const profile = await identifier(text);
      return withEuicc(flags, async (euicc) => {
        await change(euicc, profile, flags);
        return { json: { profile: text }, text: [`${done} ${text}`] };
      });
    },
  };
}

/**
 * ICCIDs have 18 to 20 digits, in one country a to f among them; AIDs have 5 to 16 bytes, and begin with A to D as
 * ICCIDs never do (ISO/IEC 7816-5).
 */
async function identifier(text: string): Promise<ProfileIdentifier> {
  const { canonicalIccid } = await import('../../sgp22/messages/identifiers.ts');
  if (/^[a-d]([0-9a-f]{2}){4,15}[0-9a-f]$/i.test(text)) {
    return { isdpAid: Uint8Array.from(Buffer.from(text, 'hex')) };
  }
  const iccid = /^[0-9]/.test(text) ? canonicalIccid(text) : undefined;
  if (iccid !== undefined) return { iccid };
  throw new ZkcxError(
    'ERR_CLI_USAGE',
    'give the ICCID of a profile, 18 to 20 digits, or the AID of its ISD-P in hexadecimal',
  );
}
