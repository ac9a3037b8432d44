import type { IncomingMessage } from 'node:http';
import { RequestFailure } from './failure';

/** A body that exceeds the limit by this much isn't read to its end; the connection is closed. */
const DISCARD_LIMIT = 16 * 1024 * 1024;

/**
 * Reads a body of known or unknown (chunked) length.
 *
 * Bytes above the limit are read and discarded: otherwise, a caller that is still sending would get a reset connection
 * instead of the response.
 *
 * @throws RequestFailure 413, or 400 if the caller disconnects before the end.
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
