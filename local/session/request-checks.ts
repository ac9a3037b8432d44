/** Bodies of create and submit, checked member by member: an unknown field is refused, as the service may do. */
import type {
  CreateSessionRequest,
  InputEvent,
  InputMessage,
  SessionEnvironmentRequest,
  StdioMcpTool,
} from '../../runtime/session-client/types';
import { badRequest } from '../http/api-error';

type Fields = Record<string, unknown>;

const MAX_CAPABILITY_DIRECTORIES = 32;

function object(value: unknown, param: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`${param} must be an object`, param);
  }
  return value as Fields;
}

function only(fields: Fields, allowed: readonly string[], where: string): void {
  for (const key of Object.keys(fields)) {
    const param = where === '' ? key : `${where}.${key}`;
    if (!allowed.includes(key)) throw badRequest(`Unknown field: ${param}`, param, 'unknown_field');
  }
}

function text(value: unknown, param: string): string {
  if (typeof value !== 'string' || value === '') throw badRequest(`${param} must be a non-empty string`, param);
  return value;
}

function list(value: unknown, param: string): unknown[] {
  if (!Array.isArray(value)) throw badRequest(`${param} must be an array`, param);
  return value;
}

const textList = (value: unknown, param: string): string[] =>
  list(value, param).map((entry, i) => {
    if (typeof entry !== 'string') throw badRequest(`${param}[${i}] must be a string`, param);
    return entry;
  });

function absolutePath(value: unknown, param: string): string {
  const path = text(value, param);
  if (!path.startsWith('/')) throw badRequest(`${param} must be an absolute path`, param);
  return path;
}

function checkTransport(value: unknown, param: string): StdioMcpTool['transport'] {
  const transport = object(value, param);
  if (transport.type !== 'stdio') {
    throw badRequest(
      `${param}.type must be "stdio"; other transports are not documented for Managed Agents`,
      `${param}.type`,
    );
  }
  only(transport, ['type', 'command', 'args', 'cwd', 'env', 'env_vars'], param);
  text(transport.command, `${param}.command`);
  if (transport.args !== undefined) textList(transport.args, `${param}.args`);
  if (transport.cwd !== undefined) absolutePath(transport.cwd, `${param}.cwd`);
  if (transport.env !== undefined) {
    for (const [name, entry] of Object.entries(object(transport.env, `${param}.env`))) {
      if (typeof entry !== 'string') throw badRequest(`${param}.env.${name} must be a string`, `${param}.env`);
    }
  }
  if (transport.env_vars !== undefined) textList(transport.env_vars, `${param}.env_vars`);
  return transport as unknown as StdioMcpTool['transport'];
}

function checkTools(value: unknown): StdioMcpTool[] {
  const labels = new Set<string>();
  return list(value, 'agent.tools').map((entry, i) => {
    const param = `agent.tools[${i}]`;
    const tool = object(entry, param);
    if (tool.type !== 'mcp') throw badRequest(`${param}.type must be "mcp"`, `${param}.type`);
    only(tool, ['type', 'server_label', 'transport', 'allowed_tools'], param);
    const label = text(tool.server_label, `${param}.server_label`);
    if (labels.has(label)) throw badRequest(`server_label "${label}" is used twice`, `${param}.server_label`);
    labels.add(label);
    checkTransport(tool.transport, `${param}.transport`);
    if (tool.allowed_tools !== undefined) textList(tool.allowed_tools, `${param}.allowed_tools`);
    return tool as unknown as StdioMcpTool;
  });
}

function checkEnvironment(value: unknown): SessionEnvironmentRequest {
  const environment = object(value, 'environment');
  const directories = ['workspace_directory', 'capability_directories'];
  if (environment.type === 'aws_bedrock_agentcore') {
    only(environment, ['type', 'runtime_arn', 'runtime_qualifier', ...directories], 'environment');
    const arn = text(environment.runtime_arn, 'environment.runtime_arn');
    if (!/^arn:[\w-]+:bedrock-agentcore:[\w-]+:\d{12}:runtime\/[\w-]+$/.test(arn)) {
      throw badRequest('environment.runtime_arn is not the ARN of an AgentCore Runtime', 'environment.runtime_arn');
    }
    if (environment.runtime_qualifier !== undefined)
      text(environment.runtime_qualifier, 'environment.runtime_qualifier');
  } else if (environment.type === 'self_hosted') {
    only(environment, ['type', ...directories], 'environment');
  } else {
    throw badRequest('environment.type must be "aws_bedrock_agentcore" or "self_hosted"', 'environment.type');
  }
  if (environment.workspace_directory !== undefined) {
    absolutePath(environment.workspace_directory, 'environment.workspace_directory');
  }
  if (environment.capability_directories !== undefined) {
    const param = 'environment.capability_directories';
    const paths = textList(environment.capability_directories, param);
    paths.forEach((path) => absolutePath(path, param));
    if (new Set(paths).size !== paths.length || paths.length > MAX_CAPABILITY_DIRECTORIES) {
      throw badRequest(`${param} must hold at most ${MAX_CAPABILITY_DIRECTORIES} unique paths`, param);
    }
  }
  return environment as unknown as SessionEnvironmentRequest;
}

function checkRole(value: unknown, accountId: string): string {
  const role = text(value, 'role_arn');
  const match = /^arn:[\w-]+:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(role);
  if (match === null) throw badRequest('role_arn is not the ARN of an IAM role', 'role_arn', 'invalid_role');
  if (match[1] !== accountId) throw badRequest('role_arn must be a role of this account', 'role_arn', 'invalid_role');
  return role;
}

function checkMessages(value: unknown, param: string): InputMessage[] {
  const messages = list(value, param);
  if (messages.length === 0) throw badRequest(`${param} must not be empty`, param);
  return messages.map((entry, i) => {
    const at = `${param}[${i}]`;
    const message = object(entry, at);
    only(message, ['type', 'role', 'content'], at);
    if (message.type !== undefined && message.type !== 'message')
      throw badRequest(`${at}.type must be "message"`, `${at}.type`);
    if (message.role !== 'user') throw badRequest(`${at}.role must be "user"`, `${at}.role`);
    const content = list(message.content, `${at}.content`);
    if (content.length === 0) throw badRequest(`${at}.content must not be empty`, `${at}.content`);
    content.forEach((part, j) => {
      const fields = object(part, `${at}.content[${j}]`);
      if (fields.type !== 'input_text') {
        throw badRequest(`${at}.content[${j}].type must be "input_text": the preview takes text only`, `${at}.content`);
      }
      only(fields, ['type', 'text'], `${at}.content[${j}]`);
      text(fields.text, `${at}.content[${j}].text`);
    });
    return { role: 'user', content: content as InputMessage['content'] };
  });
}

function checkModel(value: unknown, models: readonly string[]): string {
  const model = text(value, 'agent.model');
  // Case-sensitive, as the condition key is.
  if (!models.includes(model)) {
    throw badRequest(
      `The model "${model.slice(0, 100)}" is not available for Managed Agents`,
      'agent.model',
      'model_not_found',
    );
  }
  return model;
}

/** @throws ApiError 400 naming the first wrong member */
export function checkCreate(
  body: unknown,
  accountId: string,
  models: readonly string[],
): CreateSessionRequest & { input?: InputMessage[] } {
  const fields = object(body, 'body');
  only(fields, ['agent', 'environment', 'role_arn', 'input', 'stream'], '');
  const agent = object(fields.agent, 'agent');
  only(agent, ['model', 'instructions', 'tools'], 'agent');
  if (agent.instructions !== undefined && typeof agent.instructions !== 'string') {
    throw badRequest('agent.instructions must be a string', 'agent.instructions');
  }
  if (fields.stream !== undefined && typeof fields.stream !== 'boolean')
    throw badRequest('stream must be a boolean', 'stream');
  const input =
    typeof fields.input === 'string'
      ? [{ role: 'user', content: [{ type: 'input_text', text: fields.input }] }]
      : fields.input;
  return {
    agent: {
      model: checkModel(agent.model, models),
      instructions: agent.instructions ?? '',
      tools: checkTools(agent.tools ?? []),
    },
    environment: checkEnvironment(fields.environment),
    role_arn: checkRole(fields.role_arn, accountId),
    ...(input === undefined ? {} : { input: checkMessages(input, 'input') }),
    stream: fields.stream === true,
  };
}

/** @throws ApiError 400 naming the first wrong member */
export function checkSubmit(body: unknown): InputEvent[] {
  const fields = object(body, 'body');
  only(fields, ['events'], '');
  const events = list(fields.events, 'events');
  if (events.length === 0) throw badRequest('events must not be empty', 'events');
  return events.map((entry, i): InputEvent => {
    const param = `events[${i}]`;
    const event = object(entry, param);
    if (event.type === 'agent.session.input.cancel') {
      only(event, ['type'], param);
      return { type: event.type };
    }
    if (event.type === 'agent.session.input.message') {
      only(event, ['type', 'input'], param);
      return { type: event.type, input: checkMessages(event.input, `${param}.input`) };
    }
    throw badRequest(
      `${param}.type must be "agent.session.input.message" or "agent.session.input.cancel"`,
      `${param}.type`,
    );
  });
}

/** The text of a submitted message. */
export const messageText = (messages: readonly InputMessage[]): string =>
  messages.flatMap((message) => message.content.map((part) => part.text)).join('\n');
