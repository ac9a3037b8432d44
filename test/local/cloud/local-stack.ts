/** One stack of plain CDK constructs, deployed on this machine, with functions whose code is given as text. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { type LocalService, startLocalService } from '../../../local';
import { LocalCloud } from '../../../local/cloud';
import { stageAssets } from '../../staged-assets';

stageAssets();

const SDK = path.resolve(__dirname, '../../../node_modules/@aws-sdk');

/** Sends one command: `{ client: 'sqs', command: 'SendMessage', input }`. */
const SENDER = `
  const sdk = require('${SDK}/client-' + event.client);
  const Client = sdk[Object.keys(sdk).find((name) => /^[A-Za-z0-9]+Client$/.test(name) && name !== '__Client')];
  const client = new Client({ maxAttempts: 1, ...(event.client === 's3' ? { forcePathStyle: true } : {}) });
  try {
    const input = event.input.QueueUrl ? { ...event.input, QueueUrl: process.env.QUEUE } : event.input;
    await client.send(new sdk[event.command + 'Command'](input));
    return { status: 200 };
  } catch (error) {
    return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
  }`;

export interface Sent {
  readonly status?: number;
  readonly name?: string;
  readonly message?: string;
}

export class LocalStack {
  readonly work = fs.mkdtempSync(path.join(os.tmpdir(), 'local-stack-'));
  readonly app = new App({ outdir: path.join(this.work, 'cdk.out') });
  readonly stack = new Stack(this.app, 'Work', { env: { account: '111122223333', region: 'us-east-1' } });
  service!: LocalService;
  cloud!: LocalCloud;

  /** A function whose code is `body` of an async function of `event`. */
  functionOf(id: string, body: string, props: Partial<lambda.FunctionProps> = {}): lambda.Function {
    const directory = fs.mkdtempSync(path.join(this.work, `${id}-`));
    fs.writeFileSync(path.join(directory, 'index.js'), `exports.handler = async (event, context) => { ${body} };`);
    return new lambda.Function(this.stack, id, {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(directory),
      // The longest: the three seconds of the default are too short for a call on a busy machine.
      timeout: Duration.minutes(15),
      ...props,
    });
  }

  /** URL of the queue that senders send to: their client takes the host from it. */
  queueUrl?: string;

  /** A function that sends the command of its input, with a role that has only these statements. */
  sender(
    id: string,
    statements: iam.PolicyStatement[] = [],
    props: Partial<lambda.FunctionProps> = {},
  ): lambda.Function {
    const role = new iam.Role(this.stack, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    for (const statement of statements) role.addToPolicy(statement);
    return this.functionOf(id, SENDER, {
      role: role.withoutPolicyUpdates(),
      environment: this.queueUrl ? { QUEUE: this.queueUrl } : {},
      ...props,
    });
  }

  async start(): Promise<void> {
    const assembly = this.app.synth().directory;
    this.service = await startLocalService();
    this.cloud = await LocalCloud.start({ assembly, service: this.service });
  }

  async send(sender: string, client: string, command: string, input: object): Promise<Sent> {
    const { arn } = this.cloud.deployment.one('AWS::Lambda::Function', sender);
    return (await this.cloud.functions.invoke(arn, { client, command, input })) as Sent;
  }

  async stop(): Promise<void> {
    await this.service?.close();
    await this.cloud?.close();
    fs.rmSync(this.work, { recursive: true, force: true });
  }
}

export const allow = (actions: string | string[], resources: string | string[], conditions?: Record<string, object>) =>
  new iam.PolicyStatement({ actions: [actions].flat(), resources: [resources].flat(), conditions });
