/** HTTP on loopback: a server whose answers a function makes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface HttpServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** @param answer gets path and body of each request */
export async function httpServer(
  answer: (path: string, body: string) => Promise<Response>,
): Promise<HttpServer> {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const made = await answer(request.url!, await text(request));
      response.writeHead(made.status, { 'content-type': 'application/json' });
      response.end(Buffer.from(await made.arrayBuffer()));
    } catch (error) {
      response.writeHead(500);
      response.end(String(error));
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
