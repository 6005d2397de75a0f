import type { Command } from 'commander';
import type { CredentialSummary } from '../../session/credential-store.ts';
import { systemClock } from '../../time.ts';
import {
  addAt,
  addJson,
  addProver,
  addRoots,
  proverOptions,
  type ProverFlags,
  readAnchors,
} from '../shared/options.ts';
import { answer, isoTime } from '../shared/output.ts';

interface Flags extends ProverFlags {
  readonly store: string;
  readonly at?: bigint;
  readonly json?: boolean;
}

const addStore = (command: Command) =>
  command.requiredOption('--store <folder>', 'folder of credentials, mode 0700');

/** zkcx credential list | show NAME | renew NAME, each with --store FOLDER */
export function registerCredential(credential: Command): void {
  const list = credential.command('list').description('credentials of a store');
  addJson(addAt(addStore(list))).action(async (flags: Flags) =>
    answer(flags, async () => {
      const store = await openStore(flags.store);
      const shown = (await store.list(flags.at ?? systemClock())).map(facts);
      return { json: { credentials: shown }, text: shown.map(line) };
    }),
  );
  const show = credential
    .command('show')
    .description('one credential, without its secrets')
    .argument('<name>', 'file name without .json')
    .option('--reveal', 'show its EID or OID too');
  addJson(addAt(addStore(show))).action(
    async (name: string, flags: Flags & { readonly reveal?: boolean }) =>
      answer(flags, () => showOne(name, flags)),
  );
  const renew = credential
    .command('renew')
    .description('prove its chain anew for the window of this quarter')
    .argument('<name>', 'file name without .json');
  addJson(addProver(addAt(addRoots(addStore(renew))))).action(
    async (name: string, flags: Flags & { readonly root: string[] }) =>
      answer(flags, () => renewOne(name, flags)),
  );
}

async function showOne(name: string, flags: Flags & { readonly reveal?: boolean }) {
  const store = await openStore(flags.store);
  const shown = facts(await store.show(name, flags.at ?? systemClock()));
  if (flags.reveal !== true) return { json: shown, text: [line(shown)] };
  const { identityFromField } = await import('../../session/identity.ts');
  const { opening } = await store.read(name);
  const identity = identityFromField(shown.role, opening.identity.toBigInt());
  const text = identity.kind === 'eid' ? `EID ${identity.digits}` : `OID ${identity.oid}`;
  return { json: { ...shown, identity }, text: [line(shown), text] };
}

async function renewOne(name: string, flags: Flags & { readonly root: string[] }) {
  const store = await openStore(flags.store);
  const at = flags.at ?? systemClock();
  const anchors = await readAnchors(flags.root);
  const { renewCredential } = await import('../../session/renewal.ts');
  const old = await store.read(name);
  await store.replace(name, await renewCredential(old, { anchors, now: at }, proverOptions(flags)));
  const shown = facts(await store.show(name, at));
  return { json: shown, text: [`Renewed: ${line(shown)}`] };
}

async function openStore(folder: string) {
  const { CredentialStore } = await import('../../session/credential-store.ts');
  return CredentialStore.open(folder);
}

function facts({ validFrom, validUntil, ...rest }: CredentialSummary) {
  return { ...rest, validFrom: isoTime(validFrom), validUntil: isoTime(validUntil) };
}

function line({ name, role, validFrom, validUntil, state, fingerprint }: ReturnType<typeof facts>) {
  return `${name}: ${role}, ${validFrom} to ${validUntil}, ${state}, file ${fingerprint}`;
}
