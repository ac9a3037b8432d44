/** From what was published at deployment (binding and file) to what `create` is sent. */
import { createHash } from 'node:crypto';
import type { SessionDefinition, SessionDefinitionBinding, SessionDefinitionFile } from '../../lib/contracts/session';
import { RequestInputError, SessionDefinitionError } from './errors';
import { isRecord } from './paging';
import { checkCreateRequest } from './request-checks';

const FILE_FORMAT: SessionDefinitionFile['format'] = 'cdk-bedrock-managed-agents/session-definition/1';
const BINDING_FORMAT: SessionDefinitionBinding['format'] = 'cdk-bedrock-managed-agents/session-binding/1';

const TEXT_MEMBERS = ['bucket', 'key', 'region', 'role_arn', 'project_id'];

/** Every other member of a binding is one of the session's environment. */
const BINDING_MEMBERS = new Set([...TEXT_MEMBERS, 'format', 'sha256', 'values']);

/** Where the two parts are read from: SSM and S3 in AWS, files in tests. Injected, so that no SDK is bundled here. */
export interface SessionDefinitionSource {
  /** The text of the SSM parameter. */
  readBinding(): Promise<string>;
  /** The bytes of the published file. */
  readFile(at: { readonly bucket: string; readonly key: string; readonly region: string }): Promise<Uint8Array>;
}

/** Reads both parts and puts them together. Throws SessionDefinitionError; errors of the source pass unchanged. */
export async function loadSessionDefinition(source: SessionDefinitionSource): Promise<SessionDefinition> {
  const binding = parseBinding(await source.readBinding());
  const { bucket, key, region } = binding;
  return resolveSessionDefinition(binding, await source.readFile({ bucket, key, region }));
}

/** Parses and checks the binding. */
export function parseBinding(json: string): SessionDefinitionBinding {
  const binding = parse('binding', json, BINDING_FORMAT);
  for (const member of new Set([...TEXT_MEMBERS, ...Object.keys(binding)])) {
    if (member !== 'values' && (typeof binding[member] !== 'string' || binding[member] === '')) {
      throw wrong(`binding.${member} is missing or not text`);
    }
  }
  if (typeof binding['sha256'] !== 'string' || !/^[0-9a-f]{64}$/.test(binding['sha256'])) {
    throw wrong('binding.sha256 is not a lower-case hexadecimal SHA-256');
  }
  if (!Array.isArray(binding['values']) || !binding['values'].every((value) => typeof value === 'string')) {
    throw wrong('binding.values is not an array of strings');
  }
  return binding as unknown as SessionDefinitionBinding;
}

/** Verifies the file against the binding, fills the placeholders and checks the result as `create` would. */
export function resolveSessionDefinition(binding: SessionDefinitionBinding, bytes: Uint8Array): SessionDefinition {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== binding.sha256) {
    throw wrong(`the file has SHA-256 ${actual}, the binding says ${binding.sha256}: redeploy the agent`);
  }
  const file = parse('file', decode(bytes), FILE_FORMAT);
  const { values, role_arn } = binding;
  const environmentFields = Object.fromEntries(
    Object.entries(binding).filter(([member]) => !BINDING_MEMBERS.has(member)),
  );
  const definition = {
    agent: fill('agent', file['agent'], values),
    environment: {
      ...(fill('environment', file['environment'], values) as object),
      ...environmentFields,
    },
    role_arn,
  } as unknown as SessionDefinition;
  try {
    checkCreateRequest(definition);
  } catch (error) {
    if (error instanceof RequestInputError) throw wrong(error.message);
    throw error;
  }
  return definition;
}

/** Replaces `{{binding:N}}` in every string value, once: a value that looks like a placeholder stays as it is. */
function fill(path: string, value: unknown, values: readonly string[]): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\{binding:(0|[1-9]\d{0,5})\}\}/g, (_placeholder, index: string) => {
      const bound = values[Number(index)];
      if (bound === undefined) {
        throw wrong(`file.${path} asks for binding ${index}, but the binding has ${values.length} values`);
      }
      return bound;
    });
  }
  if (Array.isArray(value)) return value.map((entry, index) => fill(`${path}[${index}]`, entry, values));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, fill(path, entry, values)]));
}

function parse(part: string, json: string, format: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's error quotes the text, which holds the instructions.
    throw wrong(`the ${part} is not JSON`);
  }
  if (!isRecord(value)) throw wrong(`the ${part} is not a JSON object`);
  if (value['format'] !== format) throw wrong(`the ${part} is not in the format ${format}`);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('the file is not UTF-8 text');
  }
}

function wrong(problem: string): SessionDefinitionError {
  return new SessionDefinitionError(`The session definition cannot be used: ${problem}`);
}
