import { Argument } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { CARD, type CardFlags, withEuicc } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, printable } from '../shared/output.ts';

/** zkcx lpa nickname ICCID NAME */
export const lpaNickname: CommandDefinition = {
  name: 'nickname',
  description: 'name a profile',
  arguments: [
    new Argument('<iccid>', 'digits of its ICCID'),
    new Argument('<name>', 'up to 64 bytes; empty: none'),
  ],
  options: CARD,
  run: nickname,
};

async function nickname(iccid: string, name: string, flags: CardFlags): Promise<Answer> {
  // what does not fit is the user's mistake, not the card's
  if (Buffer.byteLength(name) > 64) {
    throw new ZkcxError('ERR_CLI_USAGE', 'a nickname has 64 bytes at most');
  }
  return withEuicc(flags, async (euicc) => {
    await euicc.setNickname(iccid, name);
    return { json: { iccid, nickname: name }, text: [`Named ${iccid} ${printable(name)}`] };
  });
}
