/** A server whose answers somebody changes on their way to the LPA. */
import type { Hono } from 'hono';
import type { Fetch } from '../../../src/rsp/lpa/index.ts';

/** Body of an answer. */
export type Json = Record<string, unknown>;
/** Answers in the place of the server, or changes its answer; or throws, as a network does. */
export type Meddler = (name: string, answer: Json) => Json | Response | Promise<Json | Response>;

/** @param asked where the names of the functions are noted that the LPA calls */
export function meddled(
  app: Hono,
  asked: string[],
  meddle: Meddler = (_, answer) => answer,
): Fetch {
  return async (url, init) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    asked.push(name);
    const response = await app.request(url, init);
    if (response.status !== 200) return response;
    const made = await meddle(name, (await response.json()) as Json);
    return made instanceof Response ? made : Response.json(made);
  };
}
