import { LoopbackServer, type LoopbackAnswer, type LoopbackRequest } from '../../../local/stand-ins/loopback-server';
import { errorAnswer, type Form, Refusal, xml } from '../wire-formats';

/** The response of an operation: a value in the form of its protocol, an error, or a function of the request. */
export type Answer = object | Refusal | ((input: any) => object | Refusal);

/** Resources of one stack, as CloudFormation lists them. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/**
 * An account on loopback, in the wire formats of the real SDK clients: CloudFormation with stacks that can be created and
 * deleted, and for everything else the answers that a test gives.
 */
export class ProbedAccount {
  readonly accountId = '111122223333';
  /** Names of the operations that were called. */
  readonly calls: string[] = [];
  answers: Record<string, Answer> = {};
  /** Stacks that are deployed, with outputs. */
  stacks: Record<string, { readonly outputs: Record<string, string>; readonly resources: readonly StackResource[] }> =
    {};
  /** Stacks that were created here and not deleted, with the number of polls that each status lasts. */
  readonly created = new Map<string, { status: string; next?: string; readonly outputs: Record<string, string> }>();
  /** Outputs of a stack that is created. */
  outputsOf: (template: any) => Record<string, string> = () => ({});
  /** Names of operations that are denied; `*` is all. */
  readonly denied = new Set<string>();
  /** Number of calls after which the account no longer responds. */
  dieAfter = Infinity;
  /** CloudFormation can't delete. */
  keeps = false;
  private readonly server = new LoopbackServer((request) => this.answer(request));

  async start(): Promise<this> {
    await this.server.start();
    return this;
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private answer(request: LoopbackRequest): LoopbackAnswer {
    const { operation, input, form } = called(request);
    this.calls.push(operation);
    if (this.calls.length > this.dieAfter) return { status: 400, body: 'cut', cut: true };
    if (this.denied.has(operation) || this.denied.has('*'))
      return refused(
        form,
        new Refusal('AccessDeniedException', `not authorized to perform ${operation} in ${this.accountId}`, 403),
      );
    const own = this.answers[operation] ?? this.stackAnswer(operation);
    if (own === undefined) return refused(form, new Refusal('UnknownOperationException', `no answer for ${operation}`));
    const answer = typeof own === 'function' ? (own as (input: any) => object)(input) : own;
    if (answer instanceof Refusal) return refused(form, answer);
    if (form === 'query')
      return { status: 200, body: `<R><${operation}Result>${xml(answer, 'member')}</${operation}Result></R>` };
    if (form === 'ec2') return { status: 200, body: `<R>${xml(answer, 'item')}</R>` };
    if (form === 's3')
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: (answer as { text: string }).text };
    return { status: 200, body: answer };
  }

  stackAnswer(operation: string): Answer | undefined {
    const missing = (name: string) => new Refusal('ValidationError', `Stack with id ${name} does not exist`);
    const operations: Record<string, (input: any) => object | Refusal> = {
      GetCallerIdentity: () => ({
        Account: this.accountId,
        Arn: `arn:aws:sts::${this.accountId}:assumed-role/Operator/me`,
      }),
      DescribeStacks: ({ StackName }) => {
        const made = this.created.get(StackName);
        if (made !== undefined) {
          const shown = made.status;
          if (made.next !== undefined) [made.status, made.next] = [made.next, undefined];
          if (shown === 'GONE') this.created.delete(StackName);
          return shown === 'GONE' ? missing(StackName) : { Stacks: [stackXml(StackName, made.outputs, shown)] };
        }
        if (StackName !== undefined && this.stacks[StackName] === undefined) return missing(StackName);
        const names = StackName === undefined ? Object.keys(this.stacks) : [StackName];
        return { Stacks: names.map((name) => stackXml(name, this.stacks[name].outputs, 'CREATE_COMPLETE')) };
      },
      ListStackResources: ({ StackName }) => ({
        StackResourceSummaries: this.stacks[StackName].resources.map(({ logicalId, type, physicalId }) => ({
          LogicalResourceId: logicalId,
          ResourceType: type,
          PhysicalResourceId: physicalId,
          ResourceStatus: 'CREATE_COMPLETE',
        })),
      }),
      CreateStack: ({ StackName, TemplateBody }) => {
        this.created.set(StackName, {
          status: 'CREATE_IN_PROGRESS',
          next: 'CREATE_COMPLETE',
          outputs: this.outputsOf(JSON.parse(TemplateBody)),
        });
        return { StackId: StackName };
      },
      DeleteStack: ({ StackName }) => {
        const made = this.created.get(StackName);
        if (made !== undefined)
          [made.status, made.next] = ['DELETE_IN_PROGRESS', this.keeps ? 'DELETE_FAILED' : 'GONE'];
        return {};
      },
      DescribeStackEvents: () => ({
        StackEvents: [
          {
            ResourceType: 'AWS::CodeCommit::Repository',
            ResourceStatus: 'CREATE_FAILED',
            ResourceStatusReason: 'not available',
          },
        ],
      }),
    };
    return operations[operation];
  }
}

const stackXml = (name: string, outputs: Record<string, string>, status: string) => ({
  StackName: name,
  StackStatus: status,
  CreationTime: '2026-11-28T00:00:00Z',
  Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
});

function called({ method, url, headers, body }: LoopbackRequest): { operation: string; input: any; form: Form } {
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { operation: target.split('.').pop()!, input: JSON.parse(body.toString()), form: 'json' };
  if (headers['content-type']?.includes('x-www-form-urlencoded')) {
    const input = Object.fromEntries(new URLSearchParams(body.toString()));
    return { operation: input.Action, input, form: input.Version.startsWith('2016-11') ? 'ec2' : 'query' };
  }
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const service = /\/\d{8}\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];
  if (service === 's3')
    return { operation: 'GetObject', input: { bucket: parts[0], key: parts.slice(1).join('/') }, form: 's3' };
  return {
    operation: `${method} ${parts[0]}`,
    input: { parts, ...(body.length > 0 ? JSON.parse(body.toString()) : {}) },
    form: 'json',
  };
}

const refused = (form: Form, { code, message, status }: Refusal): LoopbackAnswer =>
  errorAnswer(form, code, message, status);
