/** The wire formats of AWS's protocols, as real SDK clients read them. */
import type { LoopbackAnswer } from '../../local/stand-ins/loopback-server';

export type Form = 'query' | 'ec2' | 'json' | 's3';

/** An answer that isn't a success. */
export class Refusal {
  constructor(
    readonly code: string,
    readonly message = code,
    readonly status = 400,
  ) {}
}

export function errorAnswer(form: Form, code: string, message = code, status = 400): LoopbackAnswer {
  if (form === 'json') {
    return { status, headers: { 'x-amzn-errortype': code }, body: { __type: code, message } };
  }
  const inner = `<Code>${code}</Code><Message>${escaped(message)}</Message>`;
  if (form === 's3') return { status, body: `<Error>${inner}</Error>` };
  return {
    status,
    body:
      form === 'ec2'
        ? `<Response><Errors><Error>${inner}</Error></Errors></Response>`
        : `<R><Error>${inner}</Error></R>`,
  };
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A value as XML. Lists have an element for each member. */
export function xml(value: any, item: string): string {
  if (value instanceof Map) {
    return [...value].map(([key, each]) => `<entry><key>${key}</key><value>${escaped(each)}</value></entry>`).join('');
  }
  if (Array.isArray(value)) return value.map((each) => `<${item}>${xml(each, item)}</${item}>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${xml(member, item)}</${name}>`)
      .join('');
  }
  return escaped(String(value));
}
