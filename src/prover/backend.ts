/** Which of o1js's two backends does the arithmetic. It can be chosen once a process. */
import { createRequire } from 'node:module';
import { getBackendPreference, setBackend } from 'o1js';
import { type Backend, BACKENDS } from './protocol.ts';

export interface BackendChoice {
  readonly backend: Backend;
  /** Set when the wanted backend is not the one in use: why, for people. */
  readonly fallback?: string;
}

/**
 * Select a backend for this process: `wanted`, else the environment's O1JS_BACKEND, else native.
 * Where the native one is not installed, or another one already runs, says so in `fallback`.
 */
export function selectBackend(wanted?: Backend): BackendChoice {
  const environment = BACKENDS.find((backend) => backend === process.env.O1JS_BACKEND);
  const backend = wanted ?? environment ?? 'native';
  if (backend === 'native' && !nativeInstalled()) {
    return use(
      'wasm',
      `no native backend for ${platform()}: proving in wasm, about 4 times slower`,
    );
  }
  return use(backend);
}

function use(backend: Backend, fallback?: string): BackendChoice {
  try {
    setBackend(backend);
    return { backend, fallback };
  } catch {
    // o1js started before: the choice was made, and both verify alike
    const running = getBackendPreference();
    if (running === backend) return { backend, fallback };
    return { backend: running, fallback: `this process already runs the ${running} backend` };
  }
}

const platform = () => `${process.platform}-${process.arch}`;

/** The native code is an optional dependency of o1js, found from where o1js is. */
function nativeInstalled(): boolean {
  try {
    const o1js = createRequire(import.meta.url).resolve('o1js');
    createRequire(o1js).resolve(`@o1js/native-${platform()}`);
    return true;
  } catch {
    return false;
  }
}
