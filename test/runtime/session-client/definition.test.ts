import { createHash } from 'node:crypto';
import fc, { runs } from '../../fast-check';
import type { SessionDefinitionBinding, SessionDefinitionFile } from '../../../lib/contracts/session';
import { parseBinding, resolveSessionDefinition, SessionDefinitionError } from '../../../runtime/session-client';
import { checkCreateRequest } from '../../../runtime/session-client/request-checks';

const FILE: SessionDefinitionFile = {
  format: 'cdk-bedrock-managed-agents/session-definition/1',
  agent: {
    model: 'openai.gpt-5.6-luna',
    instructions: 'INSTRUCTIONS-MARKER bucket {{binding:0}}, again {{binding:0}}, queue {{binding:1}}',
    tools: [
      {
        type: 'mcp',
        server_label: 'tickets',
        transport: { type: 'stdio', command: '/opt/mcp', args: ['{{binding:1}}'], env: { TABLE: '{{binding:0}}' } },
      },
    ],
  },
  environment: {
    type: 'aws_bedrock_agentcore',
    workspace_directory: '/mnt/workspace',
    capability_directories: ['/opt/agent/skills'],
  },
};
const BINDING: SessionDefinitionBinding = {
  format: 'cdk-bedrock-managed-agents/session-binding/1',
  sha256: '0'.repeat(64),
  bucket: 'assets',
  key: 'abc.json',
  region: 'us-east-1',
  role_arn: 'arn:aws:iam::111122223333:role/session',
  runtime_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-1',
  runtime_qualifier: 'DEFAULT',
  project_id: 'default',
  values: ['my-{{binding:1}}-bucket', 'my-queue'],
};

function published(file: unknown, binding: object = {}): { text: string; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(typeof file === 'string' ? file : JSON.stringify(file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { text: JSON.stringify({ ...BINDING, sha256, ...binding }), bytes };
}

function load(file: unknown, binding?: object): unknown {
  const { text, bytes } = published(file, binding);
  return resolveSessionDefinition(parseBinding(text), bytes);
}

describe('a published session definition', () => {
  test('becomes the create request: placeholders filled once, in every string', () => {
    expect(load(FILE)).toEqual({
      agent: {
        ...FILE.agent,
        instructions:
          'INSTRUCTIONS-MARKER bucket my-{{binding:1}}-bucket, again my-{{binding:1}}-bucket, queue my-queue',
        tools: [
          {
            type: 'mcp',
            server_label: 'tickets',
            transport: {
              type: 'stdio',
              command: '/opt/mcp',
              args: ['my-queue'],
              env: { TABLE: 'my-{{binding:1}}-bucket' },
            },
          },
        ],
      },
      environment: {
        ...FILE.environment,
        runtime_arn: BINDING.runtime_arn,
        runtime_qualifier: 'DEFAULT',
      },
      role_arn: BINDING.role_arn,
    });
  });

  test.each<[string, unknown, object | undefined, RegExp]>([
    ['another hash', FILE, { sha256: '0'.repeat(64) }, /the file has SHA-256 [0-9a-f]{64}, the binding says 0{64}/],
    ['a hash in upper case', FILE, { sha256: 'A'.repeat(64) }, /binding\.sha256/],
    ['another binding format', FILE, { format: 'x/2' }, /the binding is not in the format .*session-binding\/1/],
    ['another file format', { ...FILE, format: 'x/2' }, undefined, /the file is not in the format/],
    ['a file that is not JSON', 'INSTRUCTIONS-MARKER', undefined, /the file is not JSON$/],
    ['no bucket', FILE, { bucket: undefined }, /binding\.bucket/],
    ['values that are not text', FILE, { values: [1] }, /binding\.values/],
    [
      'too few values',
      FILE,
      { values: ['a'] },
      /file\.agent\.instructions asks for binding 1, but the binding has 1 values/,
    ],
    ['no agent', { ...FILE, agent: undefined }, undefined, /agent is not an object/],
    [
      'a relative directory',
      { ...FILE, environment: { ...FILE.environment, workspace_directory: 'x' } },
      undefined,
      /environment\.workspace_directory/,
    ],
    ['a bad role', FILE, { role_arn: 'arn:aws:iam::1:user/x' }, /role_arn "arn:aws:iam::1:user\/x" has the wrong form/],
  ])('%s is refused by name, without quoting the file', (_name, file, binding, message) => {
    let error: unknown;
    try {
      load(file, binding);
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(SessionDefinitionError);
    expect((error as Error).name).toBe('SessionDefinitionError');
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('INSTRUCTIONS-MARKER');
  });

  test('a file that is not UTF-8 is refused', () => {
    const bytes = new Uint8Array([0xff, 0xfe]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(() => resolveSessionDefinition({ ...BINDING, sha256 }, bytes)).toThrow(/not UTF-8/);
  });

  const directory = fc.stringMatching(/^\/[a-z]{1,8}(\/[a-z]{1,8})?$/);
  test('any valid definition comes back as it was rendered', () => {
    const definition = fc.record({
      model: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
      // A split literal keeps generated text from being a placeholder by accident.
      pieces: fc.array(fc.string({ unit: 'binary', maxLength: 10 }), { minLength: 1, maxLength: 4 }),
      values: fc.array(fc.string({ unit: 'binary', maxLength: 10 }), { minLength: 3, maxLength: 5 }),
      label: fc.stringMatching(/^[a-z]{1,8}$/),
      workspace: directory,
      capabilities: fc.uniqueArray(directory, { maxLength: 32 }),
    });
    fc.assert(
      fc.property(definition, ({ model, pieces, values, label, workspace, capabilities }) => {
        fc.pre(!pieces.some((piece) => piece.includes('{{binding:')));
        const wire = (text: string) => JSON.parse(JSON.stringify(text)) as string;
        const file = {
          format: FILE.format,
          agent: {
            model,
            instructions: pieces.map((piece, i) => `${piece} {{binding:${i % values.length}}}`).join(' '),
            tools: [{ type: 'mcp', server_label: label, transport: { type: 'stdio', command: workspace } }],
          },
          environment: {
            type: 'aws_bedrock_agentcore',
            workspace_directory: workspace,
            capability_directories: capabilities,
          },
        };
        const { text, bytes } = published(file, { values });
        const utf8 = (value: string) =>
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value));
        const instructions = pieces
          .map((piece, i) => `${utf8(wire(piece))} ${wire(values[i % values.length])}`)
          .join(' ');
        expect(resolveSessionDefinition(parseBinding(text), bytes)).toEqual({
          agent: { ...file.agent, instructions },
          environment: {
            ...file.environment,
            runtime_arn: BINDING.runtime_arn,
            runtime_qualifier: BINDING.runtime_qualifier,
          },
          role_arn: BINDING.role_arn,
        });
      }),
      runs(10_000),
    );
  });

  test('anything else is refused with a typed error, never a crash', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const members = [
      'format',
      'agent',
      'agent.model',
      'agent.instructions',
      'agent.tools',
      'agent.tools.0',
      'agent.tools.0.type',
      'agent.tools.0.transport',
      'agent.tools.0.transport.env',
      'agent.tools.0.transport.args',
      'environment',
      'environment.type',
      'environment.workspace_directory',
      'environment.capability_directories',
    ];
    const damaged = fc.tuple(fc.constantFrom(...members), anything).map(([member, value]) => {
      const file = structuredClone(FILE) as unknown as Record<string, unknown>;
      const path = member.split('.');
      const last = path.pop() as string;
      const parent = path.reduce((at, step) => at[step] as Record<string, unknown>, file);
      parent[last] = value;
      return file;
    });
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: damaged }, { weight: 1, arbitrary: anything }), (file) => {
        const { text, bytes } = published(file);
        try {
          const definition = resolveSessionDefinition(parseBinding(text), bytes);
          expect(() => checkCreateRequest(definition)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(SessionDefinitionError);
        }
      }),
      runs(10_000),
    );
  });

  test('any binding text is taken or refused with a typed error', () => {
    const members = Object.keys(BINDING);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .tuple(fc.constantFrom(...members, 'sha256'), fc.jsonValue())
            .map(([member, value]) => JSON.stringify({ ...BINDING, sha256: '0'.repeat(64), [member]: value })),
        ),
        (binding) => {
          try {
            expect(parseBinding(binding)).toMatchObject({ format: BINDING.format });
          } catch (error) {
            expect(error).toBeInstanceOf(SessionDefinitionError);
          }
        },
      ),
      runs(10_000),
    );
  });
});
