import { createHash } from 'node:crypto';
import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import { verifySignature } from '../../session-client/sigv4-verifier';

const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session-token',
};

/** Secrets Manager, EventBridge and SQS on loopback, as far as the webhook uses them. Checks every signature. */
export class FakeServices {
  public secret = '';
  public secretReads = 0;
  public entries: { Source: string; DetailType: string; Detail: string; EventBusName: string }[] = [];
  public messages: { QueueUrl: string; MessageBody: string }[] = [];
  /** What PutEvents answers: `taken`, an entry that failed, or an error of the service. */
  public bus: 'taken' | 'refused' | 'broken' = 'taken';
  public queue: 'taken' | 'broken' = 'taken';
  private readonly server = new LoopbackServer((request) => this.answer(request));

  public async start(): Promise<string> {
    await this.server.start();
    return this.server.url;
  }

  public async stop(): Promise<void> {
    await this.server.close();
  }

  public reset(secret: string): void {
    Object.assign(this, { secret, secretReads: 0, entries: [], messages: [], bus: 'taken', queue: 'taken' });
  }

  private answer({ method, url, headers, body: bytes }: LoopbackRequest): LoopbackAnswer {
    const body = bytes.toString('utf8');
    const target = url.pathname + url.search;
    const signedFor = (service: string) =>
      verifySignature({ method, target, headers: headers as Record<string, string>, body }, KEY, service);
    const input = JSON.parse(body);
    switch (headers['x-amz-target']) {
      case 'secretsmanager.GetSecretValue':
        signedFor('secretsmanager');
        this.secretReads += 1;
        return { status: 200, body: { ARN: input.SecretId, SecretString: this.secret } };
      case 'AWSEvents.PutEvents':
        signedFor('events');
        if (this.bus === 'broken') return { status: 400, body: { __type: 'InternalException' } };
        if (this.bus === 'refused') {
          return { status: 200, body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] } };
        }
        this.entries.push(...input.Entries);
        return { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } };
      case 'AmazonSQS.SendMessage': {
        signedFor('sqs');
        if (this.queue === 'broken') return { status: 400, body: { __type: 'com.amazonaws.sqs#KmsAccessDenied' } };
        this.messages.push(input);
        const MD5OfMessageBody = createHash('md5').update(input.MessageBody).digest('hex');
        return { status: 200, body: { MessageId: '1', MD5OfMessageBody } };
      }
      default:
        return { status: 400, body: { __type: 'UnknownOperationException' } };
    }
  }
}
