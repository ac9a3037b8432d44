/** The operation and input of a request to AWS, for all protocols of the SDK. */
import type { IncomingMessage } from 'node:http';
import { AwsError, type Fields } from './aws-error';

/** One operation of a service. */
export interface AwsRequest {
  /** Service id of the SDK in capitals, as in `AWS_ENDPOINT_URL_<id>`, which selects the server. */
  readonly endpoint: string;
  /** Prefix of the service's IAM actions, and the name of the operation: `dynamodb:GetItem`. */
  readonly name: string;
  /** Members of the input, named as in the API; only those in a header, the path, or a JSON or form body. */
  readonly input: Fields;
  readonly protocol: Protocol;
  /** `x-amz-target`, of JSON protocols. */
  readonly target?: string;
}

export type Protocol = 'json' | 'query' | 'rest-json' | 's3' | 'git';

/** Endpoint id and prefix of actions by the service that a signature names. */
const SERVICES: Readonly<Record<string, readonly [endpoint: string, prefix: string]>> = {
  cloudformation: ['CLOUDFORMATION', 'cloudformation'],
  cloudtrail: ['CLOUDTRAIL', 'cloudtrail'],
  codeartifact: ['CODEARTIFACT', 'codeartifact'],
  codecommit: ['CODECOMMIT', 'codecommit'],
  codedeploy: ['CODEDEPLOY', 'codedeploy'],
  dynamodb: ['DYNAMODB', 'dynamodb'],
  ecs: ['ECS', 'ecs'],
  events: ['EVENTBRIDGE', 'events'],
  iam: ['IAM', 'iam'],
  lambda: ['LAMBDA', 'lambda'],
  logs: ['CLOUDWATCH_LOGS', 'logs'],
  monitoring: ['CLOUDWATCH', 'cloudwatch'],
  s3: ['S3', 's3'],
  scheduler: ['SCHEDULER', 'scheduler'],
  secretsmanager: ['SECRETS_MANAGER', 'secretsmanager'],
  securityhub: ['SECURITYHUB', 'securityhub'],
  sns: ['SNS', 'sns'],
  sqs: ['SQS', 'sqs'],
  ssm: ['SSM', 'ssm'],
  states: ['SFN', 'states'],
};

interface Route {
  readonly endpoint: string;
  readonly name: string;
  readonly method: string;
  /** Path with names in braces. */
  readonly path: string;
}

/** Operations of REST protocols. Paths: the HTTP request syntax in the API reference of each service. */
const ROUTES: readonly Route[] = [
  route('LAMBDA', 'lambda:ListAliases', 'GET /2015-03-31/functions/{FunctionName}/aliases'),
  route('LAMBDA', 'lambda:ListVersionsByFunction', 'GET /2015-03-31/functions/{FunctionName}/versions'),
  route('LAMBDA', 'lambda:Invoke', 'POST /2015-03-31/functions/{FunctionName}/invocations'),
  route('LAMBDA', 'lambda:GetEventSourceMapping', 'GET /2015-03-31/event-source-mappings/{UUID}'),
  route('LAMBDA', 'lambda:UpdateEventSourceMapping', 'PUT /2015-03-31/event-source-mappings/{UUID}'),
  route('SCHEDULER', 'scheduler:CreateSchedule', 'POST /schedules/{Name}'),
  route('SCHEDULER', 'scheduler:DeleteSchedule', 'DELETE /schedules/{Name}'),
  route('SECURITYHUB', 'securityhub:BatchImportFindings', 'POST /findings/import'),
  route('CODEARTIFACT', 'codeartifact:GetAuthorizationToken', 'POST /v1/authorization-token'),
  route('CODEARTIFACT', 'codeartifact:GetRepositoryEndpoint', 'GET /v1/repository/endpoint'),
  route(
    'BEDROCK_RUNTIME',
    'bedrock:ApplyGuardrail',
    'POST /guardrail/{GuardrailIdentifier}/version/{GuardrailVersion}/apply',
  ),
  route('BEDROCK_AGENT_RUNTIME', 'bedrock:Retrieve', 'POST /knowledgebases/{KnowledgeBaseId}/retrieve'),
];

function route(endpoint: string, name: string, request: string): Route {
  const [method, path] = request.split(' ');
  return { endpoint, name, method, path };
}

/**
 * Reads a request.
 *
 * @param service the service that the signature names
 * @throws AwsError for an unknown operation
 */
export function readAwsRequest(
  service: string,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
): AwsRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (service === 's3') return s3Request(method, pathname, searchParams, headers);
  const target = headers['x-amz-target'];
  const known = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  if (typeof target === 'string' && known !== undefined) {
    const input = parsed(body);
    const operation = target.slice(target.lastIndexOf('.') + 1);
    return { endpoint: known[0], name: `${known[1]}:${operation}`, input, protocol: 'json', target };
  }
  if (known !== undefined && String(headers['content-type']).includes('x-www-form-urlencoded')) {
    const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { endpoint: known[0], name: `${known[1]}:${Action}`, input, protocol: 'query' };
  }
  for (const { endpoint, name, method: wanted, path } of ROUTES) {
    const values = wanted === method ? valuesIn(path, pathname) : undefined;
    if (values === undefined || (service !== 'bedrock' && SERVICES[service]?.[0] !== endpoint)) continue;
    return {
      endpoint,
      name,
      input: { ...parsed(body), ...Object.fromEntries(searchParams), ...values },
      protocol: 'rest-json',
    };
  }
  throw new AwsError(
    'AccessDeniedException',
    `The local account doesn't know ${method} ${pathname} of ${service}, so it is refused. Fix: add it to local/cloud/aws-request.ts and local/cloud/api-calls.ts.`,
  );
}

/** The payload of an invocation may not be a JSON object; no permission depends on it. */
function parsed(body: Buffer): Fields {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as Fields;
  } catch {
    throw new AwsError('SerializationException', 'The body is not JSON');
  }
}

function valuesIn(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith('{')) values[part.slice(1, -1)] = decodeURIComponent(given[index]);
    else if (part !== given[index]) return undefined;
  }
  return values;
}

/** Operations on objects and buckets, by method and query parameters. Source: the API reference of Amazon S3. */
function s3Request(
  method: string,
  pathname: string,
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
): AwsRequest {
  const [, Bucket, ...rest] = pathname.split('/').map(decodeURIComponent);
  const Key = rest.join('/');
  const operations: Readonly<Record<string, string>> = Key === '' ? ofBuckets(query) : ofObjects(query);
  const operation = Object.hasOwn(operations, method) ? operations[method] : `${method} ${[...query.keys()].join('&')}`;
  const header = (name: string) => headers[name] as string | undefined;
  return {
    endpoint: 'S3',
    name: `s3:${operation}`,
    input: {
      Bucket,
      Key,
      Prefix: query.get('prefix') ?? undefined,
      VersionId: query.get('versionId') ?? undefined,
      IfNoneMatch: header('if-none-match'),
      ACL: header('x-amz-acl'),
      ServerSideEncryption: header('x-amz-server-side-encryption'),
      SSEKMSKeyId: header('x-amz-server-side-encryption-aws-kms-key-id'),
    },
    protocol: 's3',
  };
}

function ofObjects(query: URLSearchParams): Readonly<Record<string, string>> {
  if (query.has('uploads')) return { POST: 'CreateMultipartUpload' };
  if (query.has('uploadId')) {
    return { PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' };
  }
  const others = [...query.keys()].filter((name) => !['x-id', 'versionId', 'partNumber'].includes(name));
  return others.length > 0 ? {} : { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' };
}

function ofBuckets(query: URLSearchParams): Readonly<Record<string, string>> {
  return query.has('list-type') ? { GET: 'ListObjectsV2' } : {};
}
