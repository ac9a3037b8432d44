import * as http from 'http';
import type { AddressInfo } from 'net';
import { verifySignature } from '../../session-client/sigv4-verifier';

export interface Start {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

type Fault = 'throttle' | 'unavailable' | 'limit' | 'hang-up' | 'lost-answer';

const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session-token',
};

/**
 * StartExecution and PutObject on loopback: a name can be used once, and a name that runs with another input is
 * refused, as documented. Checks every signature.
 */
export class FakeStepFunctions {
  /** Executions, by name. */
  public readonly executions = new Map<string, Start>();
  public readonly objects = new Map<string, string>();
  public calls = 0;
  public faults: Fault[] = [];
  /** Repeated for every call while set. */
  public standing?: Fault;
  private readonly server = http.createServer((request, response) => this.serve(request, response));

  public async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (request.method === 'PUT') {
        this.objects.set(decodeURIComponent(request.url!.split('?')[0]), body);
        response.writeHead(200).end();
        return;
      }
      this.calls += 1;
      const target = String(request.headers['x-amz-target']);
      const answer = (status: number, json: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(json));
      if (target !== 'AWSStepFunctions.StartExecution') {
        answer(400, { __type: 'UnknownOperationException' });
        return;
      }
      verifySignature(
        { method: 'POST', target: request.url!, headers: request.headers as Record<string, string>, body },
        KEY,
        'states',
      );
      const fault = this.faults.shift() ?? this.standing;
      switch (fault) {
        case 'throttle':
          answer(400, { __type: 'com.amazonaws.swf.service.v2.model#ThrottlingException', message: 'Rate exceeded' });
          return;
        case 'unavailable':
          answer(503, { __type: 'ServiceUnavailable' });
          return;
        case 'limit':
          answer(400, { __type: 'ExecutionLimitExceeded', message: 'too many open executions' });
          return;
        case 'hang-up':
          request.socket.destroy();
          return;
        default:
      }
      const start = JSON.parse(body) as Start;
      const existing = this.executions.get(start.name);
      if (existing && existing.input !== start.input) {
        answer(400, { __type: 'ExecutionAlreadyExists', message: `Execution Already Exists: ${start.input}` });
        return;
      }
      this.executions.set(start.name, start);
      if (fault === 'lost-answer') {
        request.socket.destroy();
        return;
      }
      answer(200, { executionArn: `${start.stateMachineArn}:${start.name}`, startDate: 1 });
    });
  }
}
