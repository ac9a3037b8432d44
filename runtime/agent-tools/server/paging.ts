import * as z from 'zod/v4';
import { fitting } from './output-limit';
import { Refusal } from './refusal';

/** The input that continues after the last result of a tool. */
export const pageInput = z
  .string()
  .regex(/^page-\d{1,9}$/)
  .optional()
  .describe('next_page of the previous answer with the same other input. Leave out for the first page.');

/** One page of a result. `omitted` entries did not fit into the output: request a narrower selection to get them. */
export interface Page {
  readonly entries: unknown[];
  readonly omitted?: number;
  readonly next_page?: string;
}

const REMEMBERED = 500;

/**
 * Keeps the continuation tokens of AWS. The model gets a short handle instead: tokens are long and can look like a
 * credential, and a foreign token must not widen the request.
 */
export class Pages {
  private readonly tokens = new Map<string, { readonly token: string; readonly request: string }>();
  private made = 0;

  /** @param request the request without the page: a handle continues only the same request. */
  public page(entries: readonly unknown[], nextToken: string | undefined, request: unknown): Page {
    const { fit, left } = fitting(entries);
    return {
      entries: fit,
      ...(left > 0 ? { omitted: left } : {}),
      ...(nextToken ? { next_page: this.handle(nextToken, JSON.stringify(request)) } : {}),
    };
  }

  public token(handle: string | undefined, request: unknown): string | undefined {
    if (handle === undefined) return undefined;
    const known = this.tokens.get(handle);
    if (known === undefined || known.request !== JSON.stringify(request)) {
      throw new Refusal(`'${handle}' does not continue this request. Ask for the first page again, without page.`);
    }
    return known.token;
  }

  private handle(token: string, request: string): string {
    const handle = `page-${++this.made}`;
    this.tokens.set(handle, { token, request });
    const [oldest] = this.tokens.keys();
    if (this.tokens.size > REMEMBERED) this.tokens.delete(oldest);
    return handle;
  }
}
