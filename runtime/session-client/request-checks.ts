/**
 * Checks before anything is sent. Messages name the member and the fix, and show a value only if it is clearly an ARN
 * or a path: a value in the wrong member may be a secret or a prompt.
 */
import { RequestInputError } from './errors';
import type { CreateSessionRequest, InputMessage, PageQuery, SessionAgent, SessionEnvironmentRequest } from './types';

/** Source: bedrock-managed-agents-openai-api-reference.html, read 2026-11-23. */
const MAX_CAPABILITY_DIRECTORIES = 32;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const RUNTIME_ARN = /^arn:aws[a-z-]*:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime\/[\w-]+$/;

export function checkCreateRequest(request: CreateSessionRequest): void {
  record('request', request);
  checkAgent('agent', request.agent);
  checkEnvironment('environment', request.environment);
  arn('role_arn', request.role_arn, ROLE_ARN, 'give an IAM role ARN, arn:aws:iam::111122223333:role/name');
  if (request.stream) {
    throw new RequestInputError('stream', 'is true', 'leave it out: open the stream with stream() or use runTurn()');
  }
  if (typeof request.input === 'string') nonEmpty('input', request.input);
  else if (request.input !== undefined) checkMessages('input', request.input);
}

export function checkAgent(path: string, agent: SessionAgent): void {
  record(path, agent);
  nonEmpty(`${path}.model`, agent.model);
  text(`${path}.instructions`, agent.instructions);
  const labels = new Set<string>();
  list(`${path}.tools`, agent.tools).forEach((tool, index) => {
    const at = `${path}.tools[${index}]`;
    const { type, server_label: label, transport } = record(at, tool);
    nonEmpty(`${at}.type`, type);
    if (type !== 'mcp') return;
    nonEmpty(`${at}.server_label`, label);
    if (labels.has(label as string)) {
      throw new RequestInputError(`${at}.server_label`, 'is used twice', 'give every MCP server its own label');
    }
    labels.add(label as string);
    checkTransport(`${at}.transport`, transport);
  });
}

function checkTransport(path: string, value: unknown): void {
  const transport = record(path, value);
  nonEmpty(`${path}.type`, transport['type']);
  if (transport['type'] !== 'stdio') return;
  directory(`${path}.command`, transport['command']);
  if (transport['cwd'] !== undefined) directory(`${path}.cwd`, transport['cwd']);
  for (const member of ['args', 'env_vars']) {
    if (transport[member] === undefined) continue;
    list(`${path}.${member}`, transport[member]).forEach((entry, index) => text(`${path}.${member}[${index}]`, entry));
  }
  if (transport['env'] === undefined) return;
  for (const entry of Object.values(record(`${path}.env`, transport['env']))) text(`${path}.env`, entry);
}

export function checkEnvironment(path: string, environment: SessionEnvironmentRequest): void {
  const { type } = record(path, environment);
  if (type !== 'aws_bedrock_agentcore' && type !== 'self_hosted') {
    throw new RequestInputError(`${path}.type`, 'is not supported', 'use aws_bedrock_agentcore or self_hosted');
  }
  if (environment.type === 'aws_bedrock_agentcore') {
    arn(
      `${path}.runtime_arn`,
      environment.runtime_arn,
      RUNTIME_ARN,
      'give the ARN of an AgentCore Runtime, arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/name',
    );
    if (environment.runtime_qualifier !== undefined) {
      nonEmpty(`${path}.runtime_qualifier`, environment.runtime_qualifier);
    }
  } else {
    for (const member of ['runtime_arn', 'runtime_qualifier']) {
      if (member in environment) {
        throw new RequestInputError(`${path}.${member}`, 'is set', 'a self-hosted environment has no runtime');
      }
    }
  }
  if (environment.workspace_directory !== undefined) {
    directory(`${path}.workspace_directory`, environment.workspace_directory);
  }
  if (environment.capability_directories !== undefined) {
    checkCapabilityDirectories(`${path}.capability_directories`, environment.capability_directories);
  }
}

function checkCapabilityDirectories(path: string, value: unknown): void {
  const directories = list(path, value);
  directories.forEach((entry, index) => directory(`${path}[${index}]`, entry));
  if (directories.length > MAX_CAPABILITY_DIRECTORIES) {
    throw new RequestInputError(
      path,
      `has ${directories.length} entries`,
      `at most ${MAX_CAPABILITY_DIRECTORIES} are allowed`,
    );
  }
  if (new Set(directories).size !== directories.length) {
    throw new RequestInputError(path, 'names a directory twice', 'name each once');
  }
}

export function checkMessages(path: string, messages: readonly InputMessage[]): void {
  const entries = list(path, messages);
  if (entries.length === 0) throw new RequestInputError(path, 'is empty', 'give at least one message');
  entries.forEach((entry, index) => {
    const at = `${path}[${index}]`;
    const { role, content } = record(at, entry);
    if (role !== 'user') throw new RequestInputError(`${at}.role`, 'is not "user"', 'only user messages can be sent');
    const parts = list(`${at}.content`, content);
    if (parts.length === 0) throw new RequestInputError(`${at}.content`, 'is empty', 'give at least one text part');
    parts.forEach((part, number) => {
      const where = `${at}.content[${number}]`;
      const members = record(where, part);
      if (members['type'] !== 'input_text') {
        throw new RequestInputError(`${where}.type`, 'is not "input_text"', 'the preview takes text only');
      }
      nonEmpty(`${where}.text`, members['text']);
    });
  });
}

/** Ids are opaque; they only must stay one path segment. */
export function checkId(path: string, id: string): void {
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,256}$/.test(id) || id === '.' || id === '..') {
    throw new RequestInputError(path, 'is not an id', 'pass the id exactly as the service gave it');
  }
}

export function checkPageQuery(query: PageQuery): void {
  const { limit, order, after } = query;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 100)) {
    throw new RequestInputError('limit', 'is out of range', 'use a whole number from 1 to 100');
  }
  if (order !== undefined && order !== 'asc' && order !== 'desc') {
    throw new RequestInputError('order', 'is unknown', 'use asc or desc');
  }
  if (after !== undefined) checkId('after', after);
}

function record(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RequestInputError(path, 'is not an object', `it is ${kindOf(value)}`);
}

function list(path: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new RequestInputError(path, 'is not an array', `it is ${kindOf(value)}`);
}

function text(path: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new RequestInputError(path, 'is not a string', `it is ${kindOf(value)}`);
}

function nonEmpty(path: string, value: unknown): void {
  text(path, value);
  if (value.trim() === '') throw new RequestInputError(path, 'is empty', 'give some text');
}

function arn(path: string, value: unknown, pattern: RegExp, fix: string): void {
  text(path, value);
  if (!pattern.test(value)) throw new RequestInputError(path, `${shown(value, 'arn:')} has the wrong form`, fix);
}

/** Absolute, and not escaping through `..`. */
function directory(path: string, value: unknown): void {
  text(path, value);
  if (!value.startsWith('/') || value.split('/').includes('..') || value.includes('\0')) {
    throw new RequestInputError(
      path,
      `${shown(value, '/')} is not an absolute path`,
      'give a path inside the environment that starts with / and has no ..',
    );
  }
}

function shown(value: string, prefix: string): string {
  return value.startsWith(prefix) && value.length <= 200 && /^[\x20-\x7e]*$/.test(value)
    ? `"${value}"`
    : `(${value.length} characters)`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
