import { Argument, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { type Answer, isoTime, printable } from '../shared/output.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import {
  acceptedRoots,
  assertHistory,
  SUPERSEDED_MAPS,
  type SupersededFlags,
  PEER,
  type PeerFlags,
  readBundle,
  readRegistry,
  readRequest,
} from '../shared/session-files.ts';

interface Flags extends CiFlags, MapFlags, SupersededFlags, AtFlags, PeerFlags {
  readonly registry?: string;
  readonly request: string;
}

/** zkcx present verify FILE --request FILE --ci CI... --map MAP --address HOST --oid OID */
export const presentVerify: CommandDefinition = {
  name: 'verify',
  description: 'verifier: check the answer to a request of `present request`; takes seconds',
  arguments: [new Argument('<presentation>', 'as received')],
  options: [
    required('--request <file>', 'the request that was sent; accept one answer to it'),
    CI,
    MAP,
    ...SUPERSEDED_MAPS,
    ...PEER,
    new Option(
      '--registry <file>',
      'published credentials, where the request asks for one of them',
    ),
    AT,
  ],
  run: verify,
};

async function verify(file: string, flags: Flags): Promise<Answer> {
  const inputs = [file, ...flags.ci, flags.map, flags.request, flags.registry];
  await assertHistory(flags, inputs);
  const at = flags.at ?? systemClock();
  const bundle = await readBundle(file);
  const anchors = await readAnchors(flags.ci);
  const map = await readMap(flags.map, { anchors, at });
  const registry = await readRegistry(flags.registry);
  const serverOffer = await readRequest(flags.request);
  const offers = await import('../../session/offers.ts');
  const { bindTranscript, sessionId, sessionMessage } = await import('../../session/transcript.ts');
  const { verifyPresentation } = await import('../../session/verifier.ts');
  const request = offers.parseServerRequest(serverOffer);
  const { mode } = request;
  if ((mode === 'registryPresentation') !== (registry !== undefined)) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      registry === undefined
        ? 'the request asks for a published credential: name the registry with --registry'
        : 'the request does not ask for a published credential: leave --registry out',
    );
  }
  const transcript = bindTranscript({
    transactionId: offers.transactionBytes(request),
    serverAddress: flags.address,
    clientOffer: offers.CLIENT_OFFER,
    serverOffer,
  });
  const verified = await verifyPresentation(bundle, {
    offered: request,
    // roots are those of the files given now, whatever they were when the request was made
    accepted: await acceptedRoots(flags, { anchors, map, registry, at }),
    serverOid: flags.oid,
    session: sessionId(transcript.serverChallenge),
    message: sessionMessage(transcript),
    disclosures: request.disclosures,
    now: at,
  });
  const { role, time, pseudonym, session, sessionKey, identity, issuer } = verified;
  const facts = {
    mode,
    role,
    time: isoTime(time),
    pseudonym: pseudonym?.toString(),
    session: session.toString(),
    sessionKey: sessionKey.toString(),
    identity,
    issuer: issuer && {
      organisation: printable(new TextDecoder().decode(issuer.organisation)),
      id: issuer.issuer.toString(),
    },
    key: verified.key && { x: verified.key.x.toString(16), y: verified.key.y.toString(16) },
  };
  return {
    json: facts,
    text: [
      `Valid: a credential of role ${role} under these CIs, not revoked at ${facts.time}; its key`,
      'signed this session.',
      ...Object.entries({ pseudonym: facts.pseudonym, identity, issuer: facts.issuer })
        .filter(([, value]) => value !== undefined)
        .map(
          ([name, value]) =>
            `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ),
    ],
  };
}
