/** Which member of a request is refused, and that nothing which may be a secret is quoted. */
import { RequestInputError } from '../../../runtime/session-client';
import {
  checkAgent,
  checkCreateRequest,
  checkEnvironment,
  checkId,
  checkMessages,
  checkPageQuery,
} from '../../../runtime/session-client/request-checks';

const RUNTIME = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-1';
const ROLE = 'arn:aws:iam::111122223333:role/session';

/** The error of a check, which has to be typed. */
function refusal(check: () => void): RequestInputError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RequestInputError);
    return error as RequestInputError;
  }
}
const pathOf = (check: () => void): string | undefined => refusal(check)?.path;

describe('an agent', () => {
  const mcp = (transport: unknown, more: object = {}) => ({ type: 'mcp', server_label: 'a', transport, ...more });
  const stdio = (more: object) => mcp({ type: 'stdio', command: '/opt/mcp', ...more });
  test.each<[unknown, string | undefined]>([
    [{ type: 'shell' }, undefined],
    [{ type: 'shell', transport: 7 }, undefined],
    [mcp({ type: 'http' }), undefined],
    [mcp({ type: 'http', command: 'relative' }), undefined],
    [stdio({}), undefined],
    [stdio({ cwd: '/', args: ['-x', ''], env_vars: ['TOKEN'], env: { A: 'b', C: '' } }), undefined],
    [{}, 'agent.tools[1].type'],
    [{ type: ' ' }, 'agent.tools[1].type'],
    [[], 'agent.tools[1]'],
    [mcp({ type: 'http' }, { server_label: '' }), 'agent.tools[1].server_label'],
    [mcp({ type: 'http' }, { server_label: 'first' }), 'agent.tools[1].server_label'],
    [mcp(undefined), 'agent.tools[1].transport'],
    [mcp({}), 'agent.tools[1].transport.type'],
    [stdio({ command: 'mcp' }), 'agent.tools[1].transport.command'],
    [stdio({ command: undefined }), 'agent.tools[1].transport.command'],
    [stdio({ cwd: '../x' }), 'agent.tools[1].transport.cwd'],
    [stdio({ args: 'x' }), 'agent.tools[1].transport.args'],
    [stdio({ args: ['a', 7] }), 'agent.tools[1].transport.args[1]'],
    [stdio({ env_vars: [null] }), 'agent.tools[1].transport.env_vars[0]'],
    [stdio({ env: ['A=b'] }), 'agent.tools[1].transport.env'],
    [stdio({ env: { A: 1 } }), 'agent.tools[1].transport.env'],
  ])('with the tool %j is refused at %p', (tool, path) => {
    const first = mcp({ type: 'http' }, { server_label: 'first' });
    expect(pathOf(() => checkAgent('agent', { model: 'm', instructions: '', tools: [first, tool] } as never))).toBe(
      path,
    );
  });

  test.each<[unknown, string]>([
    [null, 'agent'],
    [{ model: '\n', instructions: '', tools: [] }, 'agent.model'],
    [{ model: 'm', tools: [] }, 'agent.instructions'],
    [{ model: 'm', instructions: '', tools: {} }, 'agent.tools'],
  ])('%j is refused at %s', (agent, path) => {
    expect(pathOf(() => checkAgent('agent', agent as never))).toBe(path);
  });
});

describe('an environment', () => {
  const directories = (count: number) => Array.from({ length: count }, (_, i) => `/d${i}`);
  test.each<[object, string | undefined]>([
    [{ type: 'self_hosted' }, undefined],
    [{ type: 'self_hosted', workspace_directory: '/w', capability_directories: ['/a', '/b'] }, undefined],
    [{ type: 'self_hosted', workspace_directory: '/w/..x/...' }, undefined],
    [{ type: 'self_hosted', runtime_qualifier: undefined }, 'environment.runtime_qualifier'],
    [{ type: 'self_hosted', workspace_directory: 'w' }, 'environment.workspace_directory'],
    [{ type: 'self_hosted', workspace_directory: '/w/..' }, 'environment.workspace_directory'],
    [{ type: 'self_hosted', workspace_directory: '/w\0' }, 'environment.workspace_directory'],
    [{ type: 'self_hosted', workspace_directory: 7 }, 'environment.workspace_directory'],
    [{ type: 'openai_hosted' }, 'environment.type'],
    [{ type: 'aws_bedrock_agentcore' }, 'environment.runtime_arn'],
    [{ type: 'self_hosted', capability_directories: directories(32) }, undefined],
    [{ type: 'self_hosted', capability_directories: directories(33) }, 'environment.capability_directories'],
    [{ type: 'self_hosted', capability_directories: ['/a', '/a'] }, 'environment.capability_directories'],
    [{ type: 'self_hosted', capability_directories: '/a' }, 'environment.capability_directories'],
    [{ type: 'self_hosted', capability_directories: ['/a', 'b'] }, 'environment.capability_directories[1]'],
    [{ type: 'aws_bedrock_agentcore', runtime_arn: RUNTIME }, undefined],
    [{ type: 'aws_bedrock_agentcore', runtime_arn: RUNTIME, runtime_qualifier: 'DEFAULT' }, undefined],
    [{ type: 'aws_bedrock_agentcore', runtime_arn: RUNTIME, runtime_qualifier: '' }, 'environment.runtime_qualifier'],
    ...[`x${RUNTIME}`, `${RUNTIME}/x`, RUNTIME.replace('1111', ''), RUNTIME.replace('runtime/', 'gateway/'), ROLE].map(
      (runtime_arn): [object, string] => [{ type: 'aws_bedrock_agentcore', runtime_arn }, 'environment.runtime_arn'],
    ),
    [{ type: 'aws_bedrock_agentcore', runtime_arn: RUNTIME.replace('aws:', 'aws-us-gov:') }, undefined],
  ])('%j is refused at %p', (environment, path) => {
    expect(pathOf(() => checkEnvironment('environment', environment as never))).toBe(path);
  });
});

describe('a create request', () => {
  const request = {
    agent: { model: 'm', instructions: '', tools: [] },
    environment: { type: 'self_hosted' },
    role_arn: ROLE,
  };
  test.each<[object, string | undefined]>([
    [{ stream: false }, undefined],
    [{ input: 'hello' }, undefined],
    [{ input: [{ role: 'user', content: [{ type: 'input_text', text: 'hello' }] }] }, undefined],
    [{ role_arn: 'arn:aws-cn:iam::111122223333:role/service-role/a+b=c,d.e@f_g-h' }, undefined],
    [{ stream: true }, 'stream'],
    [{ input: '  ' }, 'input'],
    [{ input: 7 }, 'input'],
    [{ role_arn: `x${ROLE}` }, 'role_arn'],
    [{ role_arn: `${ROLE} x` }, 'role_arn'],
    [{ role_arn: 'arn:aws:iam::111122223333:role/' }, 'role_arn'],
    [{ role_arn: 'arn:aws:iam::1111222233334:role/x' }, 'role_arn'],
    [{ role_arn: undefined }, 'role_arn'],
    [{ environment: undefined }, 'environment'],
  ])('with %j is refused at %p', (change, path) => {
    expect(pathOf(() => checkCreateRequest({ ...request, ...change } as never))).toBe(path);
  });

  test('that is no object is refused as such', () => {
    expect(pathOf(() => checkCreateRequest(undefined as never))).toBe('request');
  });
});

describe('messages', () => {
  const part = { type: 'input_text', text: 'x' };
  test.each<[unknown, string | undefined]>([
    [[{ role: 'user', content: [part, part] }], undefined],
    ['text', 'message'],
    [[], 'message'],
    [[null], 'message[0]'],
    [[{ role: 'user', content: [part] }, { content: [part] }], 'message[1].role'],
    [[{ role: 'user', content: 'x' }], 'message[0].content'],
    [[{ role: 'user', content: [] }], 'message[0].content'],
    [[{ role: 'user', content: [part, 'x'] }], 'message[0].content[1]'],
    [[{ role: 'user', content: [{ ...part, type: 'text' }] }], 'message[0].content[0].type'],
    [[{ role: 'user', content: [{ ...part, text: ' ' }] }], 'message[0].content[0].text'],
    [[{ role: 'user', content: [{ type: 'input_text' }] }], 'message[0].content[0].text'],
  ])('%j are refused at %p', (messages, path) => {
    expect(pathOf(() => checkMessages('message', messages as never))).toBe(path);
  });
});

test.each<[unknown, boolean]>([
  ['s', true],
  ['x'.repeat(256), true],
  ['!~/?#', true],
  ['...', true],
  ['', false],
  ['x'.repeat(257), false],
  ['.', false],
  ['..', false],
  [' a', false],
  ['a ', false],
  ['ä', false],
  [7, false],
])('the id %j is taken: %p', (id, taken) => {
  expect(pathOf(() => checkId('id', id as string))).toBe(taken ? undefined : 'id');
});

test.each<[object, string | undefined]>([
  [{}, undefined],
  [{ limit: 1, order: 'asc', after: 'a' }, undefined],
  [{ limit: 100, order: 'desc' }, undefined],
  [{ limit: 0 }, 'limit'],
  [{ limit: 101 }, 'limit'],
  [{ limit: 1.5 }, 'limit'],
  [{ limit: '5' }, 'limit'],
  [{ order: 'ASC' }, 'order'],
  [{ after: '' }, 'after'],
])('the page query %j is refused at %p', (query, path) => {
  expect(pathOf(() => checkPageQuery(query))).toBe(path);
});

describe('the value in a message', () => {
  const says = (role_arn: unknown) =>
    refusal(() =>
      checkCreateRequest({
        agent: { model: 'm', instructions: '', tools: [] },
        environment: { type: 'self_hosted' },
        role_arn,
      } as never),
    )?.message;
  const directory = (workspace_directory: unknown) =>
    refusal(() => checkEnvironment('e', { type: 'self_hosted', workspace_directory } as never))?.message;

  test.each([
    ['is there when it is plainly an ARN', says('arn:aws:s3:::x'), /^role_arn "arn:aws:s3:::x" has the wrong form: /],
    [
      'is there when it is plainly a path',
      directory('/a/../b'),
      /^e\.workspace_directory "\/a\/\.\.\/b" is not an absolute/,
    ],
    ['is not there when it may be anything', says('my secret'), /^role_arn \(9 characters\) has the wrong form: /],
    ['is not there when it is long', says(`arn:${'x'.repeat(197)}`), /^role_arn \(201 characters\) /],
    ['is there up to 200 characters', says(`arn:${'x'.repeat(196)}`), /^role_arn "arn:x+" has/],
    ['is not there when it has other characters', says('arn:ä'), /^role_arn \(5 characters\) /],
    ['is not there when it has control characters', directory('/a\n/..'), /^e\.workspace_directory \(6 characters\) /],
    ['is named by its kind: null', says(null), /^role_arn is not a string: it is null$/],
    ['is named by its kind: array', says([]), /^role_arn is not a string: it is an array$/],
    ['is named by its kind: number', says(7), /^role_arn is not a string: it is number$/],
  ])('%s', (_name, message, expected) => {
    expect(message).toMatch(expected);
  });
});
