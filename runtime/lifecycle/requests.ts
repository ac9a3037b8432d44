import * as path from 'node:path';
import type { Attachment, AttachmentIds } from './attachment';
import { RequestFailure } from './failure';
import { checkedMantleEndpoint, MANTLE_SERVICE } from './mantle-endpoint';

/** The only version of the lifecycle protocol known to this server. */
export const PROTOCOL_VERSION = 1;

/** Actions of the lifecycle contract; a body without an action asks for the status. */
export const ACTIONS = ['activate', 'renew_turn_lease', 'release_turn_lease', 'disconnect', 'status'] as const;
export type Action = (typeof ACTIONS)[number];

export type Body = Readonly<Record<string, unknown>>;

/** What a request does not say and the container knows. */
export interface RequestDefaults {
  readonly region?: string;
  readonly allowLoopback: boolean;
}

// Ids become arguments of a process and parts of a URL: no leading dash, no separators, no control characters.
const ID = /^[A-Za-z0-9_][A-Za-z0-9._:~@+=-]{0,255}$/;
const MAX_PATH = 1024;

/** The body as an object. @throws RequestFailure 400 */
export function parseBody(bytes: Buffer): Body {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new RequestFailure(400, 'the body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestFailure(400, 'the body must be a JSON object');
  }
  return value as Body;
}

/** @throws RequestFailure 400 for an action that is not in the contract. */
export function parseAction(body: Body): Action {
  const action = own(body, 'action') ?? 'status';
  const known = ACTIONS.find((candidate) => candidate === action);
  if (known === undefined) throw new RequestFailure(400, `unknown action; known are ${ACTIONS.join(', ')}`);
  return known;
}

/** @throws RequestFailure 400 */
export function parseActivate(body: Body, defaults: RequestDefaults): Attachment {
  if (own(body, 'protocol_version') !== PROTOCOL_VERSION) {
    throw new RequestFailure(400, `protocol_version must be ${PROTOCOL_VERSION}`);
  }
  const workspace = own(body, 'workspace');
  if (typeof workspace !== 'object' || workspace === null || Array.isArray(workspace)) {
    throw new RequestFailure(400, 'workspace must be an object with a directory');
  }
  const service = optionalText(body, 'service') ?? MANTLE_SERVICE;
  if (service !== MANTLE_SERVICE) throw new RequestFailure(400, `service must be ${MANTLE_SERVICE}`);
  return {
    ...parseIds(body),
    workspaceDirectory: parseDirectory(own(workspace as Body, 'directory')),
    ...checkedMantleEndpoint(
      { endpoint: optionalText(body, 'endpoint'), region: optionalText(body, 'region') },
      defaults,
    ),
    service,
  };
}

/** The attachment that a message names. @throws RequestFailure 400 */
export function parseIds(body: Body): AttachmentIds {
  const version = own(body, 'protocol_version');
  if (version !== undefined && version !== PROTOCOL_VERSION) {
    throw new RequestFailure(400, `protocol_version must be ${PROTOCOL_VERSION}`);
  }
  const generation = own(body, 'attachment_generation');
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation) || generation < 0) {
    throw new RequestFailure(400, 'attachment_generation must be an integer of at least 0');
  }
  return { environmentId: parseId(body, 'environment_id'), generation };
}

/** `disconnect` needs no ids; when it brings them they are checked like everywhere else. @throws RequestFailure 400 */
export function parseOptionalIds(body: Body): AttachmentIds | undefined {
  const named = own(body, 'environment_id') !== undefined || own(body, 'attachment_generation') !== undefined;
  return named ? parseIds(body) : undefined;
}

/** @throws RequestFailure 400 */
export function parseTurnId(body: Body): string {
  return parseId(body, 'turn_id');
}

/** Requested lease in seconds, not yet capped. @throws RequestFailure 400 */
export function parseLeaseSeconds(body: Body): number {
  const seconds = own(body, 'lease_duration_seconds');
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 1) {
    throw new RequestFailure(400, 'lease_duration_seconds must be a number of at least 1');
  }
  return seconds;
}

function parseId(body: Body, name: string): string {
  const id = own(body, name);
  if (typeof id !== 'string' || !ID.test(id)) {
    throw new RequestFailure(400, `${name} must be 1 to 256 letters, digits or . _ : ~ @ + = -, not starting with -`);
  }
  return id;
}

function parseDirectory(value: unknown): string {
  const plain = typeof value === 'string' && value.length <= MAX_PATH && !hasControlCharacter(value);
  if (!plain || !path.posix.isAbsolute(value) || value.split('/').includes('..')) {
    throw new RequestFailure(400, 'workspace.directory must be an absolute path without ..');
  }
  return path.posix.normalize(value);
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

function optionalText(body: Body, name: string): string | undefined {
  const value = own(body, name) ?? undefined;
  if (value !== undefined && (typeof value !== 'string' || value === '' || value.length > MAX_PATH)) {
    throw new RequestFailure(400, `${name} must be a non-empty string`);
  }
  return value;
}

/** Own members only: a body may hold any key, `__proto__` and `constructor` included. */
function own(body: Body, name: string): unknown {
  return Object.prototype.hasOwnProperty.call(body, name) ? body[name] : undefined;
}
