/** --disclose: what a verifier asks a holder to show beside a presentation, and what a holder agrees to. */
import { Option } from 'commander';
import type { Disclosure } from '../../session/openings.ts';

const DISCLOSURES: readonly Disclosure[] = ['identity', 'issuer', 'key'];

export const disclosureOption = (description: string) =>
  new Option('--disclose <names...>', description).choices(DISCLOSURES);
