import { createHash } from 'crypto';
import * as http from 'http';
import type { AddressInfo } from 'net';
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
  private readonly server = http.createServer((request, response) => this.serve(request, response));

  public async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  public reset(secret: string): void {
    Object.assign(this, { secret, secretReads: 0, entries: [], messages: [], bus: 'taken', queue: 'taken' });
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const answer = (status: number, json: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(json));
      const signedFor = (service: string) =>
        verifySignature(
          { method: 'POST', target: request.url!, headers: request.headers as Record<string, string>, body },
          KEY,
          service,
        );
      const input = JSON.parse(body);
      switch (request.headers['x-amz-target']) {
        case 'secretsmanager.GetSecretValue':
          signedFor('secretsmanager');
          this.secretReads += 1;
          answer(200, { ARN: input.SecretId, SecretString: this.secret });
          return;
        case 'AWSEvents.PutEvents':
          signedFor('events');
          if (this.bus === 'taken') {
            this.entries.push(...input.Entries);
            answer(200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
          } else if (this.bus === 'refused') {
            answer(200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] });
          } else {
            answer(400, { __type: 'InternalException' });
          }
          return;
        case 'AmazonSQS.SendMessage':
          signedFor('sqs');
          if (this.queue === 'broken') {
            answer(400, { __type: 'com.amazonaws.sqs#KmsAccessDenied' });
            return;
          }
          this.messages.push(input);
          answer(200, { MessageId: '1', MD5OfMessageBody: createHash('md5').update(input.MessageBody).digest('hex') });
          return;
        default:
          answer(400, { __type: 'UnknownOperationException' });
      }
    });
  }
}
