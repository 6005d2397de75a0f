/** The commands that change one profile: enable, disable, delete. */
import { Argument } from 'commander';
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
  readonly change: (euicc: Es10, profile: ProfileIdentifier) => Promise<void>;
}

export function changeProfile({
  name,
  description,
  done,
  change,
}: ProfileChange): CommandDefinition {
  return {
    name,
    description,
    arguments: [new Argument('<profile>', 'its ICCID, or the AID of its ISD-P in hexadecimal')],
    options: CARD,
    run: async (text: string, flags: CardFlags) => {
      await withEuicc(flags, (euicc) => change(euicc, identifier(text)));
      return { json: { profile: text }, text: [`${done} ${text}`] };
    },
  };
}

/** ICCIDs have up to 20 digits, AIDs of ISD-Ps 32. */
function identifier(text: string): ProfileIdentifier {
  if (/^\d{18,20}$/.test(text)) return { iccid: text };
  if (/^[0-9a-fA-F]{32}$/.test(text)) {
    return { isdpAid: Uint8Array.from(Buffer.from(text, 'hex')) };
  }
  throw new ZkcxError('ERR_CLI_USAGE', 'give an ICCID of 18 to 20 digits or an AID of 32 digits');
}
