import type { IncomingMessage } from 'node:http';
import { RequestFailure } from './failure';

/** After this much more than is allowed the connection is cut instead of being read to its end. */
const DISCARD_LIMIT = 16 * 1024 * 1024;

/**
 * Reads a body of known or unknown (chunked) length.
 *
 * What exceeds the limit is read and thrown away: a caller that is still sending would otherwise see a reset
 * connection instead of the answer.
 *
 * @throws RequestFailure 413, or 400 when the caller goes away in the middle.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(new RequestFailure(413, `the body is larger than ${maxBytes} bytes`));
      if (size > maxBytes + DISCARD_LIMIT) request.destroy();
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => reject(new RequestFailure(400, 'the request ended early')));
    request.once('error', () => reject(new RequestFailure(400, 'the request ended early')));
  });
}
