/**
 * A prover that claims what the programs would and proves nothing. Witnesses cross as JSON, as they do to the real
 * one; what the programs assert of them is not looked at.
 */
import { Field } from 'o1js';
import { ChainClaim, Opening } from '../../src/circuits/claims.ts';
import { CredentialWitness } from '../../src/circuits/credential.ts';
import { PresentationWitness } from '../../src/circuits/presentation.ts';
import { RefreshWitness } from '../../src/circuits/refresh.program.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  commitIdentity,
  commitIssuer,
  commitKey,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import type { JsonProof, PlainProof } from '../../src/prover/envelope.ts';
import {
  isPlain,
  PROOF_SHAPES,
  type PlainName,
  type ProgramName,
} from '../../src/prover/program-shapes.ts';
import type { ProofJob, Prover } from '../../src/prover/prover.ts';

type Claims = readonly [input: Field[], output: Field[]];

const CLAIMS: Partial<Record<ProgramName | PlainName, (job: ProofJob) => Claims>> = {
  refresh({ privateInputs: [inner, witness] }) {
    const { opening, blind } = new RefreshWitness(crossed(RefreshWitness, witness));
    const [trustRoot, validFrom, validUntil] = (inner as JsonProof).publicOutput.map((text) =>
      Field(text),
    );
    const claim = new ChainClaim({
      trustRoot: trustRoot!,
      validFrom: validFrom!,
      validUntil: validUntil!,
      commitment: Opening.commitment(new Opening({ ...opening, blind })),
    });
    return [[Field(MODE.refresh)], ChainClaim.toFields(claim)];
  },
  presentation: presented,
  registryPresentation: ({ publicInput, ...rest }) =>
    presented({ ...rest, publicInput: (publicInput as { request: unknown }).request }),
  sessionPossession: ({ publicInput }) => [
    PossessionRequest.toFields(crossed(PossessionRequest, publicInput)),
    [],
  ],
  certify({ publicInput, privateInputs }) {
    const { opening } = new CredentialWitness(crossed(CredentialWitness, privateInputs.at(-1)));
    const { key, identity, validFrom, validUntil } = opening;
    return [
      CertifyRequest.toFields(crossed(CertifyRequest, publicInput)),
      CertifiedClaim.toFields({ key, identity, validFrom, validUntil }),
    ];
  },
};

function presented({ publicInput, privateInputs }: ProofJob): Claims {
  const witness = new PresentationWitness(crossed(PresentationWitness, privateInputs.at(-1)));
  const { credential, blinds } = witness;
  const { key, identity, organisation, links } = credential.opening;
  const { issuer } = credential.handles[Number(links.toBigInt()) - 1]!;
  const claim = new PresentationClaim({
    sessionKey: commitKey(blinds.key, key),
    sessionIdentity: commitIdentity(blinds.identity, identity),
    sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer),
  });
  return [
    PresentationRequest.toFields(crossed(PresentationRequest, publicInput)),
    PresentationClaim.toFields(claim),
  ];
}

/** As the proving process reads it. */
function crossed<T>(type: { fromJSON(json: never): T }, json: unknown): T {
  return type.fromJSON(JSON.parse(JSON.stringify(json)) as never);
}

export interface CheapProver {
  readonly prover: Prover;
  /** What it was asked for, in order. */
  readonly jobs: ProofJob[];
}

/**
 * @param before called before each proof; may throw, as a proving process does that dies
 */
export function cheapProver(before: (job: ProofJob) => unknown = () => undefined): CheapProver {
  const jobs: ProofJob[] = [];
  const prove = async (job: ProofJob): Promise<JsonProof | PlainProof> => {
    jobs.push(job);
    await before(job);
    const program = job.program as ProgramName | PlainName;
    const [input, output] = CLAIMS[program]!(job);
    if (isPlain(program)) {
      return { publicInput: [...input, ...output].map(String), proof: 'AAAA' };
    }
    return {
      publicInput: input.map(String),
      publicOutput: output.map(String),
      maxProofsVerified: PROOF_SHAPES[program].maxProofsVerified,
      proof: 'AAAA',
    };
  };
  return { prover: { prove } as unknown as Prover, jobs };
}

/** Names of the programs that were asked for. */
export const programsOf = ({ jobs }: CheapProver) => jobs.map(({ program }) => program);
