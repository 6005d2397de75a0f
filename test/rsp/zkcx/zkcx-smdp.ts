/** The SM-DP+ of tests with its side of zkCX, its processes replaced. */
import { ZkcxError } from '../../../src/errors.ts';
import type { AnyEnvelope } from '../../../src/prover/envelope.ts';
import type { AcceptedRoots } from '../../../src/session/accepted-roots.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { type ServerDocuments } from '../../../src/rsp/zkcx/negotiation.ts';
import type { ZkcxServerContext } from '../../../src/rsp/zkcx/server/context.ts';
import { zkcxFunctions } from '../../../src/rsp/zkcx/server/functions.ts';
import { type SessionLimits, ZkcxSessions } from '../../../src/rsp/zkcx/server/sessions.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { ACCEPTED } from './negotiated.ts';

/** What stands for the `certify` envelopes: nobody reads them here. */
const STATEMENTS: ServerDocuments = { auth: Uint8Array.of(1), pb: Uint8Array.of(2) };

export class ZkcxSmdp {
  /** The proofs that are valid. */
  isValid: (proof: AnyEnvelope) => boolean | Promise<boolean> = () => true;
  /** No place is left for these. */
  isFull = false;
  accepted: () => AcceptedRoots = () => ACCEPTED;
  statements: ServerDocuments | undefined = STATEMENTS;
  /** Codes behind sealed refusals. */
  readonly refusals: string[] = [];
  readonly smdp: TestSmdp;
  readonly #context: Partial<ZkcxServerContext>;
  readonly #limits: Partial<SessionLimits>;
  #app!: ReturnType<typeof es9pApp>;

  private constructor(
    smdp: TestSmdp,
    context: Partial<ZkcxServerContext>,
    limits: Partial<SessionLimits>,
  ) {
    this.smdp = smdp;
    this.#context = context;
    this.#limits = limits;
    this.#serve();
  }

  static async open(
    context: Partial<ZkcxServerContext> = {},
    limits: Partial<SessionLimits> = {},
  ): Promise<ZkcxSmdp> {
    const smdp = await TestSmdp.open();
    return new ZkcxSmdp(smdp, context, limits);
  }

  /** The process ends and begins: what is in memory only is gone. */
  async restart(): Promise<void> {
    await this.smdp.restart();
    this.#serve();
  }

  close(): Promise<void> {
    return this.smdp.close();
  }

  /** `remoteAddress`: where the client seems to be. */
  post(path: string, body: object, remoteAddress?: string): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const env = { incoming: { socket: { remoteAddress } } };
    return Promise.resolve(this.#app.request(path, init, env));
  }

  #serve(): void {
    const { context: smdp } = this.smdp.server;
    const context: ZkcxServerContext = {
      smdp,
      sessions: new ZkcxSessions(smdp, {
        lifetime: 600n,
        count: 100,
        perAddress: 100,
        ...this.#limits,
      }),
      verifiers: { reserve: () => this.#reserve() },
      accepted: () => Promise.resolve().then(() => this.accepted()),
      statements: () => this.statements,
      maxAge: 86_400n,
      cancelReasons: ['undefinedReason'],
      ...this.#context,
    };
    const functions = zkcxFunctions(context, (_, code) => this.refusals.push(code));
    const extension = { functions, maxBody: 900_000, close: () => Promise.resolve() };
    this.#app = es9pApp(this.smdp.server, {}, extension);
  }

  #reserve() {
    if (this.isFull) throw new ZkcxError('ERR_RSP_BUSY', 'no place');
    return {
      assertProof: async (proof: AnyEnvelope) => {
        if (!(await this.isValid(proof))) throw new ZkcxError('ERR_PROOF_INVALID', 'false');
      },
      release: () => undefined,
    };
  }
}
