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

/** Values of the container for members that a request omits. */
export interface RequestDefaults {
  readonly region?: string;
  readonly allowLoopback: boolean;
}

/** Longest accepted id, in UTF-16 code units. The format of ids is not documented; all known ids are much shorter. */
const MAX_ID = 1024;
const MAX_PATH = 1024;

/** The body as an object; an empty body is an object without members. @throws RequestFailure 400 */
export function parseBody(bytes: Buffer): Body {
  if (bytes.length === 0) return {};
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
  const action = hasOwn(body, 'action') ? body.action : 'status';
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

/** The attachment in a message. @throws RequestFailure 400 */
export function parseIds(body: Body): AttachmentIds {
  const version = own(body, 'protocol_version');
  if (version !== undefined && version !== PROTOCOL_VERSION) {
    throw new RequestFailure(400, `protocol_version must be ${PROTOCOL_VERSION}`);
  }
  const generation = own(body, 'attachment_generation');
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation) || generation < 0) {
    throw new RequestFailure(400, 'attachment_generation must be an integer of at least 0');
  }
  return { environmentId: parseEnvironmentId(body), generation };
}

/** `disconnect` needs no ids; if it has them, they are checked as in other actions. @throws RequestFailure 400 */
export function parseOptionalIds(body: Body): AttachmentIds | undefined {
  const named = own(body, 'environment_id') !== undefined || own(body, 'attachment_generation') !== undefined;
  return named ? parseIds(body) : undefined;
}

/** @throws RequestFailure 400 */
export function parseTurnId(body: Body): string {
  const id = own(body, 'turn_id');
  if (!isId(id)) throw new RequestFailure(400, `turn_id must be text of 1 to ${MAX_ID} characters`);
  return id;
}

/** Requested lease in seconds, not yet capped. @throws RequestFailure 400 */
export function parseLeaseSeconds(body: Body): number {
  const seconds = own(body, 'lease_duration_seconds');
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1) {
    throw new RequestFailure(400, 'lease_duration_seconds must be an integer of at least 1');
  }
  return seconds;
}

/**
 * An environment id becomes an argument of Codex and, unescaped, part of the path that Codex registers at. Any text is
 * accepted that remains one argument and one path below that path: no option, no query or fragment, and no segment that
 * a URL parser removes.
 */
function parseEnvironmentId(body: Body): string {
  const id = own(body, 'environment_id');
  if (!isId(id) || !staysInPlace(id)) {
    throw new RequestFailure(
      400,
      `environment_id must be text of 1 to ${MAX_ID} characters without control characters, ?, # and \\, ` +
        'not starting with - and without empty, . or .. segments between slashes',
    );
  }
  return id;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID;
}

function staysInPlace(id: string): boolean {
  if (id.startsWith('-') || /[?#\\]/.test(id) || hasControlCharacter(id) || hasLoneSurrogate(id)) return false;
  // URL parsers read %2e as a dot in such a segment.
  return id.split('/').every((segment) => !/^(?:\.|%2e){0,2}$/i.test(segment));
}

/** Half of a surrogate pair: it has no UTF-8 form, so the operating system would get another text. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function parseDirectory(value: unknown): string {
  const plain =
    typeof value === 'string' && value.length <= MAX_PATH && !hasControlCharacter(value) && !hasLoneSurrogate(value);
  if (!plain || !path.posix.isAbsolute(value) || value.split('/').includes('..')) {
    throw new RequestFailure(400, 'workspace.directory must be an absolute path without ..');
  }
  return path.posix.normalize(value);
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

function optionalText(body: Body, name: string): string | undefined {
  const value = own(body, name) ?? '';
  if (typeof value !== 'string' || value.length > MAX_PATH) {
    throw new RequestFailure(400, `${name} must be a string of at most ${MAX_PATH} characters`);
  }
  return value === '' ? undefined : value;
}

/** Own members only: a body can have any key, including `__proto__` and `constructor`. */
function own(body: Body, name: string): unknown {
  return hasOwn(body, name) ? body[name] : undefined;
}

function hasOwn(body: Body, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(body, name);
}
