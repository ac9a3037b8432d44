/**
 * A tool as an agent uses it: the definition that the construct renders, a session of the local service, the real codex
 * exec server that starts the bundled MCP server in the workspace, and the real S3 client against loopback.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentModel, AgentTool, ManagedAgent } from '../../lib';
import type { SessionDefinitionFile, StdioMcpTool } from '../../lib/contracts/session';
import { type LocalService, readScript } from '../../local';
import type { SessionClient } from '../../runtime/session-client/client';
import type { McpCallItem } from '../../runtime/session-client/types';
import { RecordedAws } from '../../local/stand-ins/recorded-aws';
import {
  agentCoreSession,
  allItems,
  clientOf,
  eventually,
  processes,
  removeLifecycleBundle,
  startWithRealParts,
} from './support/service';

const publish = (input: object, id: string) => ({
  mcp: { server: 'outputs', tool: 'publish_file', arguments: input },
  id,
});

const SCRIPT = readScript({
  rules: [
    {
      steps: [
        { run: 'mkdir -p out && echo "{}" > out/report.json && ln -s /etc/hostname out/link.json' },
        publish({ path: 'out/report.json' }, 'published'),
        publish({ path: '../.bma/state.json', name: 'state.json' }, 'escaped'),
        publish({ path: 'out/link.json' }, 'linked'),
      ],
      answer: '{{steps.published.text}}',
    },
  ],
});

/** The tool exactly as the construct publishes it. */
function renderedTool(): StdioMcpTool {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  new ManagedAgent(stack, 'Agent', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Publish.',
    baseline: new AgentBaseline(stack, 'Baseline'),
    tools: [AgentTool.outputs({ bucket: Bucket.fromBucketName(stack, 'Bucket', 'outputs-bucket'), prefix: 'agent/' })],
  });
  const { directory } = app.synth();
  const file = readdirSync(directory).find((name) => name.startsWith('asset.') && name.endsWith('.json'))!;
  const { agent } = JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as SessionDefinitionFile;
  return agent.tools[0] as StdioMcpTool;
}

let aws: RecordedAws;
let service: LocalService;
let client: SessionClient;

beforeAll(async () => {
  aws = await new RecordedAws().start();
  service = await startWithRealParts({
    script: SCRIPT,
    imagePaths: { '/opt/agent': path.resolve(__dirname, '../../assets/image') },
  });
  client = clientOf(service);
});

afterAll(async () => {
  client.close();
  await service.close();
  await aws.stop();
  removeLifecycleBundle();
});

test('publishes a file of the workspace with the credentials of the execution role, and nothing from outside of it', async () => {
  aws.answers({ 'PUT /outputs-bucket/agent/out/report.json': () => ({ body: '' }) });
  const tool = renderedTool();
  const { transport } = tool;
  const onLoopback = { ...tool, transport: { ...transport, env: { ...transport.env, AWS_ENDPOINT_URL: aws.url } } };
  const session = await client.create(
    agentCoreSession({ agent: { model: 'openai.gpt-5.5', instructions: 'Publish.', tools: [onLoopback] } }),
  );
  await client.submit(session.id, 'publish');
  await service.admin.whenIdle(session.id);

  const items = await allItems(client, session.id);
  const calls = items.filter((item): item is McpCallItem => item.type === 'mcp_call');
  const results = calls.map(({ result }) => JSON.stringify(result));
  expect(results).toEqual([
    expect.stringContaining(createHash('sha256').update('{}\n').digest('hex')),
    expect.stringContaining('path leaves the workspace'),
    expect.stringContaining('symbolic link'),
  ]);
  expect(aws.requests.map(({ operation }) => operation)).toEqual(['PUT /outputs-bucket/agent/out/report.json']);
  expect(aws.requests[0].headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/us-east-1\/s3\//);
  await eventually(() => processes('mcp/outputs/server.js').length === 0);
});
