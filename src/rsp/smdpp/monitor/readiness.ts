/** Whether the server can do its work now, and if not, why. */
import { isValidAt, shownCertificates } from './certificates.ts';
import type { ShownCertificate, Watched } from './watched.ts';

/** By name of a check: "ok", or what is wrong. */
export type Checks = Readonly<Record<string, string>>;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Checks;
}

const OK = 'ok';

/** Milliseconds that an answer of the store holds: probes come often, and each one waits for the disk. */
const STORE_AGE = 5_000;
/** Milliseconds after which a disk that does not answer is none. */
const STORE_PATIENCE = 5_000;

/** @returns a function that looks */
export function readinessOf(watched: Watched): () => Promise<Readiness> {
  const store = storeCheck(watched);
  return async () => {
    const checks: Record<string, string> = {
      shutdown: watched.server.isDraining ? 'the server is shutting down' : OK,
      store: await store(),
      ...certificateChecks(watched),
    };
    const { check } = watched.zkcx ?? {};
    if (check !== undefined) checks.zkcx = (await check()) ?? OK;
    return { ready: Object.values(checks).every((found) => found === OK), checks };
  };
}

/** Writes what is there already, to the disk. One write at a time, however often it is asked for. */
function storeCheck({ server }: Watched): () => Promise<string> {
  const { store, settings } = server.context;
  let known: { readonly at: number; readonly found: Promise<string> } | undefined;
  const write = async () => {
    try {
      await store.change().putSettings(settings).commit({ durable: true });
      return OK;
    } catch {
      return 'cannot be written';
    }
  };
  return () => {
    if (known === undefined || performance.now() - known.at > STORE_AGE) {
      known = { at: performance.now(), found: inTime(write(), STORE_PATIENCE) };
    }
    return known.found;
  };
}

function inTime(work: Promise<string>, limit: number): Promise<string> {
  let timer: NodeJS.Timeout;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, limit, 'does not answer').unref();
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Devices are served as long as one pair counts; TLS is needed always. */
function certificateChecks(watched: Watched): Checks {
  const at = watched.server.context.now();
  const all = shownCertificates(watched);
  const over = (some: readonly ShownCertificate[]) => some.filter((one) => !isValidAt(one, at));
  const cis = new Set(all.filter(({ name }) => name !== 'tls').map(({ of }) => of));
  const isUsable = [...cis].some((ci) => over(all.filter(({ of }) => of === ci)).length === 0);
  const tls = over(all.filter(({ name }) => name === 'tls'));
  return {
    certificates: isUsable ? OK : 'no pair of CERT.DPauth and CERT.DPpb is valid now',
    tls: tls.length === 0 ? OK : `not valid now: ${tls.map(({ of }) => of).join(', ')}`,
  };
}
